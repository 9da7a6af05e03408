"""The access token every call carries: fresh, shared, and never refreshed twice at once."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from quickbooks_client.errors import AuthenticationError, RetriableError
from quickbooks_client.oauth import INVALID_GRANT
from quickbooks_client.retry import persist

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quickbooks_client.clock import Clock
    from quickbooks_client.oauth import OAuth
    from quickbooks_client.settings import Settings
    from quickbooks_client.token_store import Token, TokenStore

REFRESH_AHEAD = timedelta(minutes=5)
"""An access token is renewed this long before its end, so that no call meets it."""
WARN_AHEAD = timedelta(days=14)
"""How long before a refresh token's end a person is told."""

_LOG = logging.getLogger(__name__)


class Authorizer:
    """Gives out the access token; renews it ahead of time, or when QuickBooks refuses it.

    Threads of this process share it; other processes are kept in step by the store's lock.
    """

    def __init__(
        self,
        settings: Settings,
        store: TokenStore,
        oauth: OAuth,
        clock: Clock,
        *,
        total_s: float,
        jitter: Callable[[], float],
        on_refresh: Callable[[], None],
    ) -> None:
        """Keep what is needed; nothing is opened.

        Args:
            settings: For the first refresh token and for messages.
            store: Where the token is kept.
            oauth: Exchanges refresh tokens.
            clock: The time.
            total_s: How long a refresh with all its retries may take.
            jitter: Gives a random number from 0 up to 1.
            on_refresh: Called once for each refresh made.
        """
        self._settings = settings
        self._store = store
        self._oauth = oauth
        self._clock = clock
        self._total_s = total_s
        self._jitter = jitter
        self._on_refresh = on_refresh
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._has_warned = False

    def access_token(self) -> str:
        """Return an access token that lasts at least a few minutes.

        Raises:
            AuthenticationError: Nothing that is stored or set can be exchanged any more.
            RetriableError: The token endpoint failed, and the stored token has ended.
        """
        token = self._token
        if token is not None and self._is_fresh(token):
            return token.access_token
        with self._lock:
            token = self._token
            if token is None or not self._is_fresh(token):
                token = self._token = self._renewed(self._is_fresh)
            return token.access_token

    def renew(self, refused: str) -> None:
        """Make sure that the next access token is another than `refused`.

        Another thread or process may have renewed it already; then theirs is used.
        """
        with self._lock:
            if self._token is not None and self._token.access_token != refused:
                return
            self._token = self._renewed(
                lambda stored: stored.access_token != refused and self._is_fresh(stored),
                may_keep=False,
            )

    def refresh(self) -> Token:
        """Refresh now, whatever is left of the stored token, and return the new one."""
        with self._lock:
            self._token = self._renewed(lambda _: False, may_keep=False)
            return self._token

    def connect(self, token: Token) -> None:
        """Keep the `token` of a sign-in, durable when this returns, instead of what there was."""
        with self._lock, self._store.lock():
            self._store.save(token)
            self._token = token

    def revoke(self) -> None:
        """Disconnect the app from the company; the stored tokens are forgotten.

        Raises:
            AuthenticationError: There is nothing to revoke.
        """
        with self._lock, self._store.lock():
            stored = self._store.load()
            if stored is None:
                raise self._disconnected(None)
            self._oauth.revoke(stored.refresh_token)
            self._store.forget()
            self._token = None

    def _renewed(self, is_usable: Callable[[Token], bool], *, may_keep: bool = True) -> Token:
        """Return the stored token if it is usable, else a new one, durable when this returns.

        `may_keep`: when the endpoint fails, a token that has not ended yet will do.
        """
        with self._store.lock():
            # Read after the lock: whoever had it before us may have refreshed.
            stored = self._store.load()
            if stored is not None and is_usable(stored):
                return stored
            try:
                return self._exchange(stored)
            except RetriableError:
                if may_keep and stored is not None and stored.expires_at > self._clock.now():
                    _LOG.warning("The access token could not be renewed yet; the old one is used.")
                    return stored
                raise

    def _exchange(self, stored: Token | None) -> Token:
        """Exchange the best refresh token there is. Called with the store's lock held."""
        refused: AuthenticationError | None = None
        tried: set[str] = set()
        for refresh_token in self._candidates(stored):
            if refresh_token in tried:
                continue
            tried.add(refresh_token)
            try:
                token = persist(
                    lambda refresh_token=refresh_token: self._oauth.refresh(refresh_token),  # type: ignore[misc] # mypy infers no default
                    can_repeat=True,
                    clock=self._clock,
                    total_s=self._total_s,
                    jitter=self._jitter,
                )
            except AuthenticationError as error:
                if error.code != INVALID_GRANT:
                    raise
                refused = error
                continue
            # Durable before anybody uses it: from here on the old one may be dead.
            self._store.save(token)
            self._on_refresh()
            self._warn(token)
            return token
        raise self._disconnected(refused)

    def _candidates(self, stored: Token | None) -> Iterator[str]:
        """Yield the refresh tokens worth trying, best first; each but the first after a refusal."""
        if stored is not None:
            yield stored.refresh_token
            # Something that does not take our lock may have rotated it meanwhile.
            again = self._store.load()
            if again is not None:
                yield again.refresh_token
        if self._settings.refresh_token:
            yield self._settings.refresh_token

    def _disconnected(self, refused: AuthenticationError | None) -> AuthenticationError:
        company = f"company {self._settings.realm_id} ({self._settings.environment})"
        advice = (
            "put a new refresh token for it into setting refresh_token (QUICKBOOKS_REFRESH_TOKEN)"
        )
        if refused is None:
            return AuthenticationError(
                f"No token for {company} is in {self._store.describe()}: {advice}."
            )
        return AuthenticationError(
            f"The connection to {company} has ended, its refresh token is not accepted any more:"
            f" {advice}.",
            status=refused.status,
            code=refused.code,
            intuit_tid=refused.intuit_tid,
        )

    def _is_fresh(self, token: Token) -> bool:
        return token.expires_at - self._clock.now() > REFRESH_AHEAD

    def _warn(self, token: Token) -> None:
        ends = [end for end in (token.refresh_expires_at, token.refresh_hard_expires_at) if end]
        if ends and not self._has_warned and min(ends) - self._clock.now() < WARN_AHEAD:
            self._has_warned = True
            _LOG.warning(
                "The connection to company %s ends on %s: connect it again before.",
                self._settings.realm_id,
                min(ends).date(),
            )
