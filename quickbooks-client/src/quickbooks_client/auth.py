"""The access token every call carries: fresh, shared, and never refreshed twice at once."""

from __future__ import annotations

import logging
import math
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from quickbooks_client.errors import AuthenticationError, ConfigurationError, RetriableError
from quickbooks_client.locks import ForkSafeLock
from quickbooks_client.oauth import INVALID_GRANT
from quickbooks_client.retry import Terms, caught, persist
from quickbooks_client.shield import shielded
from quickbooks_client.token_store import SIGN_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from quickbooks_client.clock import Clock
    from quickbooks_client.oauth import OAuth
    from quickbooks_client.settings import Settings
    from quickbooks_client.token_store import Token, TokenStore

REFRESH_AHEAD = timedelta(minutes=5)
"""An access token is renewed this long before its end, so that no call meets it."""
WARN_AHEAD = timedelta(days=14)
"""How long before a refresh token's end a person is told."""

TRY_AGAIN_S = 30.0
"""How long a renewal ahead of time is left alone after it failed."""

_LOG = logging.getLogger(__name__)
_ATTEMPTED = "refresh the access token"


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
            on_refresh: Called once for each token that was obtained.
        """
        self._settings = settings
        self._store = store
        self._oauth = oauth
        self._clock = clock
        self._total_s = total_s
        self._jitter = jitter
        self._on_refresh = on_refresh
        self._lock = ForkSafeLock()
        self._token: Token | None = None
        self._has_warned = False
        self._try_again_at = -math.inf
        """On the monotonic clock: when a renewal ahead of time that failed is tried again."""

    @shielded
    def access_token(self) -> str:
        """Return an access token that lasts at least a few minutes.

        While the endpoint or the store fails, one that has not ended yet will do.

        Raises:
            AuthenticationError: Nothing that is stored or set can be exchanged any more.
            RetriableError: The token endpoint failed, and the token there was has ended.
            ConfigurationError: The store cannot be used, and likewise.
        """
        token = self._token
        if token is not None and self._is_fresh(token):
            return token.access_token
        is_alive = self._is_alive(token)
        if is_alive and token is not None and self._clock.monotonic() < self._try_again_at:
            return token.access_token
        # While one thread renews ahead of time, the others go on with what they have.
        lock = self._lock.own()
        if not lock.acquire(blocking=not is_alive) and token is not None:
            return token.access_token
        try:
            return self._fresh().access_token
        finally:
            lock.release()

    @shielded
    def renew(self, refused: str) -> bool:
        """Make sure that the next access token is another than `refused`.

        Another thread or process may have renewed it already; then theirs is used. Returns
        whether a refresh was made: a token that is refused straight after one stays refused.
        """
        with self._lock.own():
            if self._token is not None and self._token.access_token != refused:
                return False
            stored = self._store.load()
            if stored is not None and stored.access_token != refused and self._is_fresh(stored):
                self._token = stored
                return False
            self._token, is_new = self._renewed(
                lambda stored: stored.access_token != refused and self._is_fresh(stored)
            )
            return is_new

    @shielded
    def refresh(self) -> Token:
        """Refresh now, whatever is left of the stored token, and return the new one."""
        with self._lock.own():
            self._token, _ = self._renewed(lambda _: False)
            return self._token

    @shielded
    def connect(self, obtain: Callable[[], Token]) -> Token:
        """Keep the token that a sign-in obtains instead of what there was; return it.

        The exchange ends the old pair, so it happens while no other process can refresh, and
        once it is known that the store takes its result.
        """
        with self._lock.own(), self._store.lock():
            self._store.prepare()
            token = obtain()
            self._store.save(token)
            self._token = token
            self._on_refresh()
            self._warn(token)
            return token

    @shielded
    def revoke(self) -> bool:
        """Disconnect the app from the company; the stored tokens are forgotten.

        Returns whether they lived until now. Where it raises, they are kept.

        Raises:
            AuthenticationError: There is nothing to revoke, or the app's keys are not accepted.
            ConfigurationError: The discovery document is not there, or the store cannot be used.
            RetriableError: The endpoint cannot be reached, or failed.
        """
        with self._lock.own(), self._store.lock():
            stored = self._store.load()
            if stored is None:
                raise self._disconnected(None, None)
            self._store.prepare()
            has_lived = self._oauth.revoke(stored.refresh_token)
            self._token = None
            self._store.forget()
            return has_lived

    def _fresh(self) -> Token:
        """Return a token that lasts, or one that lives if no other can be had now."""
        token = self._token
        if token is not None and self._is_fresh(token):
            return token
        try:
            # A file that is replaced whole and a row can be read without the lock.
            token = self._store.load() or token
            if token is None or not self._is_fresh(token):
                token, _ = self._renewed(self._is_fresh)
        except AuthenticationError:
            raise
        except (RetriableError, ConfigurationError) as error:
            if token is None or not self._is_alive(token):
                raise
            self._try_again_at = self._clock.monotonic() + TRY_AGAIN_S
            _LOG.warning(
                "The access token could not be renewed yet; the old one lasts until %s. %s",
                token.expires_at.isoformat(timespec="seconds"),
                error,
            )
        self._token = token
        return token

    def _renewed(self, is_usable: Callable[[Token], bool]) -> tuple[Token, bool]:
        """Return the stored token if it is usable, else a new one, durable when this returns.

        And whether it is new.
        """
        with self._store.lock():
            # Read after the lock: whoever had it before us may have refreshed.
            stored = self._store.load()
            if stored is not None and is_usable(stored):
                return stored, False
            return self._exchange(stored), True

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
                    caught(partial(self._ask, refresh_token)),
                    Terms(_ATTEMPTED, can_renew=False, total_s=self._total_s),
                    clock=self._clock,
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
        raise self._disconnected(refused, stored)

    def _ask(self, refresh_token: str) -> Token:
        """Exchange `refresh_token`, once it is known that its successor can be kept."""
        self._store.prepare()
        return self._oauth.refresh(refresh_token)

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

    def _disconnected(
        self, refused: AuthenticationError | None, stored: Token | None
    ) -> AuthenticationError:
        company = f"company {self._settings.realm_id} ({self._settings.environment})"
        if refused is None:
            return AuthenticationError(
                f"No token for {company} is in {self._store.describe()}: {SIGN_IN}."
            )
        end = _end(stored)
        ended = "has ended" if end is None or end > self._clock.now() else f"ended on {end.date()}"
        return AuthenticationError(
            f"The connection to {company} {ended}, its refresh token is not accepted any more:"
            f" {SIGN_IN}.",
            status=refused.status,
            code=refused.code,
            intuit_tid=refused.intuit_tid,
        )

    def _is_alive(self, token: Token | None) -> bool:
        return token is not None and token.expires_at > self._clock.now()

    def _is_fresh(self, token: Token) -> bool:
        return token.expires_at - self._clock.now() > REFRESH_AHEAD

    def _warn(self, token: Token) -> None:
        end = _end(token)
        if end is not None and not self._has_warned and end - self._clock.now() < WARN_AHEAD:
            self._has_warned = True
            _LOG.warning(
                "The connection to company %s ends on %s: %s before.",
                self._settings.realm_id,
                end.date(),
                SIGN_IN,
            )


def _end(token: Token | None) -> datetime | None:
    """Return when the refresh token ends, as far as QuickBooks has told."""
    if token is None:
        return None
    ends = (token.refresh_expires_at, token.refresh_hard_expires_at)
    return min((end for end in ends if end is not None), default=None)
