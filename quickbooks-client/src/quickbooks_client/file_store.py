"""Tokens in one file, locked, replaced whole, readable by its owner alone."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from typing import TYPE_CHECKING, Any

import filelock
from typing_extensions import override

from quickbooks_client.errors import ConfigurationError, StoreBusyError
from quickbooks_client.token_store import LOCK_TIMEOUT_S, Token, TokenStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VERSION = 1


class FileTokenStore(TokenStore):
    """Tokens in one JSON file, an entry for each company of each environment."""

    def __init__(
        self, path: Path, environment: str, realm_id: str, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        """Name the file; nothing is opened."""
        self.path = path
        self._key = f"{environment}/{realm_id}"
        self._lock_timeout_s = lock_timeout_s

    @override
    def load(self) -> Token | None:
        stored = self._read().get(self._key)
        if stored is None:
            return None
        try:
            return Token.from_json(stored)
        except (KeyError, TypeError, ValueError):
            raise self._unreadable() from None

    @override
    def save(self, token: Token) -> None:
        self._write({**self._read(), self._key: token.to_json()})

    @override
    def forget(self) -> None:
        entries = self._read()
        if entries.pop(self._key, None) is not None:
            self._write(entries)

    def _write(self, entries: dict[str, Any]) -> None:
        """Replace the file. Any: JSON."""
        text = json.dumps({"version": _VERSION, "tokens": entries}, indent=2) + "\n"
        try:
            _replace(self.path, text.encode())
        except OSError as error:
            raise ConfigurationError(
                f"Setting token_store: {self.path} cannot be written ({error.strerror}); let this"
                " user write to its folder."
            ) from None

    @override
    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        self._make_folder()
        # flock: the system lets go of it when the process dies, however it dies.
        lock = filelock.FileLock(f"{self.path}.lock", timeout=self._lock_timeout_s, mode=0o600)
        try:
            lock.acquire(poll_interval=0.02)
        except filelock.Timeout:
            raise StoreBusyError(
                f"Another process has held the token store {self.path} for"
                f" {self._lock_timeout_s:.0f} s. Look which process uses it and try again."
            ) from None
        except OSError as error:
            raise self._no_folder(error) from None
        try:
            yield
        finally:
            lock.release()

    @override
    def describe(self) -> str:
        return str(self.path)

    def _read(self) -> dict[str, Any]:
        """Return all entries. Any: JSON."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError):
            raise self._unreadable() from None
        try:
            content = json.loads(text)
            tokens = content["tokens"]
        except (ValueError, TypeError, KeyError):
            raise self._unreadable() from None
        if content.get("version") != _VERSION or not isinstance(tokens, dict):
            raise self._unreadable()
        return tokens

    def _unreadable(self) -> ConfigurationError:
        return ConfigurationError(
            f"Setting token_store: {self.path} is no token store that this version can read."
            " Give it to the user who runs this, or move it away and set refresh_token anew."
        )

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._no_folder(error) from None

    def _no_folder(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(
            f"Setting token_store: the folder {self.path.parent} cannot be used"
            f" ({error.strerror}); choose one that this user may write to."
        )


def _replace(path: Path, content: bytes) -> None:
    """Replace `path` by `content` so that every reader sees the old or the new, also after a crash.

    Only its owner can read it at any moment.
    """
    for abandoned in path.parent.glob(f"{path.name}.*.new"):
        # Left by a process that was killed; only the holder of the lock writes such files.
        abandoned.unlink(missing_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no such call; its rename is journalled.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
