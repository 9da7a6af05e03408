"""Tokens in one file: locked, replaced whole, readable by its owner alone."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock
from typing_extensions import override

from quickbooks_client.durable import make_folder, recover, rehearse, replace
from quickbooks_client.errors import ConfigurationError, StoreBusyError
from quickbooks_client.token_store import LOCK_TIMEOUT_S, SIGN_IN, Token, TokenStore

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION = 1
_OTHERS = 0o077
"""The permissions of everybody but the owner."""
_LOG = logging.getLogger(__name__)


class FileTokenStore(TokenStore):
    """Tokens in one JSON file, an entry for each company of each environment.

    A symbolic link is followed: the file it points to is replaced, and the link stays.
    """

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
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ConfigurationError(
                f"Setting token_store: what {self.path} holds for {self._key} is damaged:"
                f" {SIGN_IN} to replace it."
            ) from None

    @override
    def prepare(self) -> None:
        try:
            rehearse(self._target, _encode(self._read()))
        except OSError as error:
            raise self._unwritable(error) from None

    @override
    def save(self, token: Token) -> None:
        self._write({**self._read(), self._key: token.to_json()})

    @override
    def forget(self) -> None:
        entries = self._read()
        if entries.pop(self._key, None) is not None:
            self._write(entries)

    @override
    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        target = self._target
        try:
            make_folder(target.parent)
            # flock: the system lets go of it when the process dies, however it dies. A file
            # system without it is refused: a lock that is a mere file would outlive its process.
            lock = filelock.FileLock(
                f"{target}.lock", timeout=self._lock_timeout_s, mode=0o600, fallback_to_soft=False
            )
            lock.acquire(poll_interval=0.02)
        except filelock.Timeout:
            raise StoreBusyError(
                f"Another process has held the token store {self.path} for"
                f" {self._lock_timeout_s:.0f} s. Look which process uses it and try again."
            ) from None
        except OSError as error:
            raise ConfigurationError(
                f"Setting token_store: the folder {target.parent} cannot be used"
                f" ({error.strerror}); choose one that this user may write to, on a disk of this"
                " machine."
            ) from None
        try:
            try:
                recover(target, _is_whole)
            except OSError as error:
                raise self._unwritable(error) from None
            yield
        finally:
            lock.release()

    @override
    def describe(self) -> str:
        return str(self.path)

    @property
    def _target(self) -> Path:
        """The file itself, at the end of all links."""
        return Path(os.path.realpath(self.path))

    def _write(self, entries: dict[str, Any]) -> None:
        """Replace the file. Any: JSON."""
        try:
            replace(self._target, _encode(entries))
        except OSError as error:
            raise self._unwritable(error) from None

    def _read(self) -> dict[str, Any]:
        """Return all entries. Any: JSON."""
        try:
            content = self._read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConfigurationError(
                f"Setting token_store: {self.path} cannot be read ({error.strerror}): give it to"
                " the user who runs this, or choose another file."
            ) from None
        version, tokens = _decode(content)
        if isinstance(version, int) and version > _VERSION:
            raise ConfigurationError(
                f"Setting token_store: {self.path} was written by a newer version of"
                " quickbooks-client: update this installation, or choose another file."
            )
        if version != _VERSION or not isinstance(tokens, dict):
            raise ConfigurationError(
                f"Setting token_store: {self.path} is damaged, or no token store at all: put a"
                f" good copy in its place, or move it away and {SIGN_IN}."
            )
        return tokens

    def _read_bytes(self) -> bytes:
        # Without O_NONBLOCK a pipe would be waited for.
        descriptor = os.open(self._target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                return b""
            if os.name != "nt" and found.st_mode & _OTHERS:
                self._shut(descriptor)
            return file.read()

    def _shut(self, descriptor: int) -> None:
        """Take everybody else's rights to the file away."""
        try:
            os.fchmod(descriptor, 0o600)
        except OSError:
            raise ConfigurationError(
                f"Setting token_store: other users may read {self.path}, and this user may not"
                f" change that: let its owner run `chmod 600 {self.path}`."
            ) from None
        _LOG.warning(
            "Other users could read the token store %s; now its owner alone can. If anybody may"
            " have read it, connect the company anew: run `quickbooks auth revoke`, then"
            " `quickbooks auth login`.",
            self.path,
        )

    def _unwritable(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(
            f"Setting token_store: {self.path} cannot be written ({error.strerror}): make room, or"
            " let this user write to its folder."
        )


def connected_realms(path: Path, environment: str) -> list[str]:
    """Return the companies that have a token in the file; none without the file."""
    keys = [key.partition("/") for key in FileTokenStore(path, environment, "")._read()]  # noqa: SLF001 - of this module
    return sorted(realm_id for of, _, realm_id in keys if of == environment)


def _encode(entries: dict[str, Any]) -> bytes:
    """Return the file's content. Any: JSON."""
    return (json.dumps({"version": _VERSION, "tokens": entries}, indent=2) + "\n").encode()


def _decode(content: bytes) -> tuple[object, object]:
    """Return the version and the entries, each None where there is none."""
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(parsed, dict):
        return None, None
    return parsed.get("version"), parsed.get("tokens")


def _is_whole(content: bytes) -> bool:
    version, tokens = _decode(content)
    return version == _VERSION and isinstance(tokens, dict)
