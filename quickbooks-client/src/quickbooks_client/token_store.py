"""Where tokens are kept: one file, locked, replaced whole, readable by its owner alone.

QuickBooks hands out a new refresh token about once a day and the old one may die at once, so a
token that is lost means that somebody has to connect the company again. Hence: one refresh at a
time (`lock`), the new token on disk before it is used (`save`), nothing half-written ever visible.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

import filelock
from typing_extensions import override

from quickbooks_client.errors import ConfigurationError, StoreBusyError
from quickbooks_client.settings import DEFAULT_TOKEN_STORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quickbooks_client.settings import Settings

LOCK_TIMEOUT_S = 180.0
"""A refresh with all its retries is over long before."""
POSTGRES = frozenset({"postgresql", "postgres"})
_VERSION = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """An access token and the refresh token that goes with it."""

    access_token: str = dataclasses.field(repr=False)
    refresh_token: str = dataclasses.field(repr=False)
    expires_at: datetime
    """When the access token ends, UTC."""
    refresh_expires_at: datetime | None = None
    """When the refresh token ends unless it is used before."""
    refresh_hard_expires_at: datetime | None = None
    """When the connection ends whatever is done."""
    obtained_at: datetime | None = None

    def to_json(self) -> dict[str, str]:
        """Return the token as it is stored."""
        return {
            name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
            for name, value in dataclasses.asdict(self).items()
            if value is not None
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Token:
        """Return the token that `to_json` wrote. Any: JSON."""
        return cls(
            access_token=stored["access_token"],
            refresh_token=stored["refresh_token"],
            **{
                field.name: datetime.fromisoformat(stored[field.name])
                for field in dataclasses.fields(cls)
                if field.name.endswith("_at") and stored.get(field.name)
            },
        )


class TokenStore(Protocol):
    """Keeps the token of one company."""

    def load(self) -> Token | None:
        """Return the stored token; None when there is none yet."""
        ...

    def save(self, token: Token) -> None:
        """Make `token` durable before returning. Called with the lock held."""
        ...

    def forget(self) -> None:
        """Remove the token. Called with the lock held."""
        ...

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """Keep every other process out; a process that dies lets go."""
        ...

    def describe(self) -> str:
        """Return where this is, without secrets."""
        ...


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


def open_store(settings: Settings) -> TokenStore:
    """Return the store that setting `token_store` names; nothing is opened yet.

    Raises:
        ConfigurationError: This version has no such kind of store.
    """
    scheme = _scheme(settings.token_store)
    if scheme in POSTGRES:
        from quickbooks_client.postgres_store import (  # noqa: PLC0415 - only who asks needs libpq
            PostgresTokenStore,
        )

        return PostgresTokenStore(settings.token_store, settings.environment, settings.realm_id)
    if scheme not in {"", "file"}:
        raise ConfigurationError(
            f"Setting token_store: {scheme}: is no kind of store; give the path of a file or"
            " postgresql://…"
        )
    return FileTokenStore(store_path(settings), settings.environment, settings.realm_id)


def store_path(settings: Settings) -> Path:
    """Return the token file; a relative one lies under the project.

    The project is the folder Meltano names in MELTANO_PROJECT_ROOT, else the working directory.
    """
    text = settings.token_store
    if _scheme(text) == "file":
        text = unquote(urlsplit(text).path or text.removeprefix("file:"))
    path = Path(text).expanduser()
    return path if path.is_absolute() else project_folder() / path


def state_folder(settings: Settings) -> Path:
    """Return where what processes share beside tokens is kept: beside the token file.

    With tokens in PostgreSQL it is where the file would be by default, for it is this machine's.
    """
    if _scheme(settings.token_store) in POSTGRES:
        return project_folder() / Path(DEFAULT_TOKEN_STORE).parent
    return store_path(settings).parent


def project_folder() -> Path:
    """Return the folder relative paths start from: Meltano's project, else the working directory.

    The project is found from any folder below it, so that every command means the same tokens.
    """
    named = os.environ.get("MELTANO_PROJECT_ROOT")
    if named:
        return Path(named)
    here = Path.cwd()
    return next((at for at in (here, *here.parents) if (at / "meltano.yml").is_file()), here)


def _scheme(text: str) -> str:
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", text)
    if found:
        return found[1].lower().partition("+")[0]
    return "file" if text.lower().startswith("file:") else ""


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
