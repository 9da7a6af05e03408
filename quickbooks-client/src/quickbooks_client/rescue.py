"""A token store that survives its own failure at the worst moment.

Between QuickBooks' answer to a refresh and the end of `save` the new refresh token is nowhere but
in this process. `prepare` finds most obstacles before anything is asked for; if saving fails all
the same (a disk that breaks, a database that goes away), the token is written to another place on
this machine and put where it belongs as soon as that works.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from quickbooks_client.durable import make_folder, replace
from quickbooks_client.errors import ConfigurationError, QuickBooksError
from quickbooks_client.shield import shielded
from quickbooks_client.token_store import SIGN_IN, Token, TokenStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_DAMAGED = "damaged"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class _Kept:
    """A token that the store would not take."""

    token: Token
    instead_of: str
    """The mark of what the store held then: as soon as it holds something else, that is younger."""


class RescuingStore(TokenStore):
    """Another store, and a copy elsewhere of the token which that one failed to save."""

    def __init__(self, store: TokenStore, copies: Sequence[Path]) -> None:
        """Take `store`, and the files of which the first that can be written holds the copy."""
        self.store = store
        self._copies = tuple(copies)
        self._seen: Token | None = None
        self._stored = _mark(None)
        """The mark of what the store itself held last."""
        self._unsaved: _Kept | None = None
        """In no file at all: this process alone has it."""

    @override
    @shielded
    def load(self) -> Token | None:
        if self._unsaved is not None:
            self._settle()
        stored = self.store.load()
        self._stored = mark = _mark(stored)
        kept = _newest(self._kept(), mark)
        self._seen = stored if kept is None else kept.token
        return self._seen

    @override
    @shielded
    def prepare(self) -> None:
        self.store.prepare()

    @override
    @shielded
    def save(self, token: Token) -> None:
        problem: QuickBooksError | None = None
        try:
            self.store.save(token)
        except QuickBooksError as error:
            problem = error
        if problem is None:
            self._drop()
        else:
            self._keep(_Kept(token, self._stored), problem)

    @override
    @shielded
    def forget(self) -> None:
        self.store.forget()
        self._drop()

    @override
    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        self._settle()
        with self.store.lock():
            self._stored = self._look()
            yield

    @override
    def describe(self) -> str:
        return self.store.describe()

    def _look(self) -> str:
        """Return the mark of what the store itself holds."""
        try:
            return _mark(self.store.load())
        except ConfigurationError:
            return _DAMAGED

    def _settle(self) -> None:
        """Put what was kept elsewhere into the store, unless the store has something younger."""
        if self._unsaved is None and not any(self._kept()):
            return
        with self.store.lock():
            mark = self._look()
            waiting = [*([self._unsaved] if self._unsaved else []), *self._kept()]
            kept = _newest(waiting, mark)
            if kept is not None:
                try:
                    self.store.save(kept.token)
                except QuickBooksError:
                    if kept is self._unsaved:
                        raise
                    # Its copy is as durable as the store: go on with that.
                    return
                _LOG.warning("The token kept elsewhere is in %s now.", self.describe())
        self._drop()

    def _keep(self, kept: _Kept, problem: QuickBooksError) -> None:
        content = json.dumps({"token": kept.token.to_json(), "instead_of": kept.instead_of})
        for path in self._copies:
            try:
                make_folder(path.parent)
                replace(path, content.encode())
            except OSError:
                continue
            _LOG.error(
                "%s The new token is kept in %s until it can be stored: leave that file alone.",
                problem.reason,
                path,
            )
            return
        before = self._seen
        if before is not None and before.refresh_token == kept.token.refresh_token:
            # Nothing is lost but an access token, and that is good for this process.
            _LOG.error("%s The refresh token in it is still the right one.", problem.reason)
            return
        self._unsaved = kept
        raise ConfigurationError(
            f"QuickBooks gave out a new refresh token and it can be kept nowhere:"
            f" {problem.reason} This process goes on trying at each call; once it has ended,"
            f" {SIGN_IN}."
        )

    def _kept(self) -> Iterator[_Kept]:
        for path in self._copies:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                content: Any = json.loads(path.read_bytes())  # Any: JSON
                yield _Kept(Token.from_json(content["token"]), str(content["instead_of"]))

    def _drop(self) -> None:
        self._unsaved = None
        for path in self._copies:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _newest(kept: Iterable[_Kept], mark: str) -> _Kept | None:
    """Return what was kept last instead of the token of that mark.

    An older one stays where a disk can be read but not written to any more.
    """
    fitting = (one for one in kept if one.instead_of == mark)
    return max(fitting, key=lambda one: one.token.obtained_at or _LONG_AGO, default=None)


def _mark(token: Token | None) -> str:
    """Return what tells a token from every other, and nobody what it is."""
    if token is None:
        return "none"
    return hashlib.sha256(f"{token.access_token} {token.refresh_token}".encode()).hexdigest()
