"""Files that are replaced whole and survive a crash, readable by their owner alone.

`replace` writes a new file beside the old one, has it written to the disk, and puts it in the old
one's place: a reader sees the one or the other. A process that is killed in between leaves the new
file, whole or not: `recover` puts a whole one in place. Only one process at a time may do either.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = ".new"
_OWNER_ONLY = 0o600
_OWNER_ONLY_FOLDER = 0o700
_ROOM = b"\n" * 8192
"""More than a token: an access token has up to 4096 characters, a refresh token 512.

Source: Intuit, "OAuth 2.0"."""


def make_folder(folder: Path) -> None:
    """Make `folder` and what is above it; what is made is its owner's alone, whatever the umask."""
    missing = [at for at in (folder, *folder.parents) if not at.exists()]
    for at in reversed(missing):
        with contextlib.suppress(FileExistsError):
            at.mkdir()
            at.chmod(_OWNER_ONLY_FOLDER)
    if not folder.is_dir():
        raise NotADirectoryError(20, "Not a directory", str(folder))


def replace(path: Path, content: bytes) -> None:
    """Replace `path` by `content`; durable when this returns. A replaced file keeps its owner."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}{NEW}")
    try:
        _write(fresh, content, owner_of=path)
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    _sync_folder(path.parent)


def rehearse(path: Path, content: bytes) -> None:
    """Do all that `replace` would, `content` grown by a token, and leave `path` as it is.

    Raises:
        OSError: `replace` would fail: the disk is full, the folder cannot be written to.
    """
    room = path.with_name(f"{path.name}.room")
    try:
        room.unlink(missing_ok=True)
        _write(room, content + _ROOM)
        _sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            room.unlink()


def recover(path: Path, is_whole: Callable[[bytes], bool]) -> None:
    """Put what a killed `replace` left in the place of `path` if it is whole, else away with it."""
    for left in _left_by_replace(path):
        if is_whole(left.read_bytes()):
            left.replace(path)
            _sync_folder(path.parent)
        else:
            left.unlink(missing_ok=True)


def _left_by_replace(path: Path) -> list[Path]:
    start, length = f"{path.name}.", len(path.name) + len(".12345678") + len(NEW)
    return [
        Path(entry.path)
        for entry in os.scandir(path.parent)
        if entry.name.startswith(start)
        and entry.name.endswith(NEW)
        and len(entry.name) == length
        and entry.is_file(follow_symlinks=False)
    ]


def _write(path: Path, content: bytes, *, owner_of: Path | None = None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        if os.name != "nt":
            # Whatever the umask.
            os.fchmod(descriptor, _OWNER_ONLY)
            if owner_of is not None:
                # root, by a single sudo, must not lock out who runs this every day.
                with contextlib.suppress(OSError):
                    before = owner_of.stat()
                    os.fchown(descriptor, before.st_uid, before.st_gid)
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no such call; its rename is journalled.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
