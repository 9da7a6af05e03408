"""The token endpoint and the consent page's address, through intuit-oauth.

intuit-oauth puts the reply's body into its error's text, so its errors never leave this module.
Source: Intuit, "OAuth 2.0"; RFC 6749.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from quickbooks_client.answer import Answer, plain
from quickbooks_client.envelope import split
from quickbooks_client.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionLostError,
    QuickBooksError,
    ServerError,
    SignInError,
    UnexpectedReplyError,
)
from quickbooks_client.faults import from_answer
from quickbooks_client.json_text import exact
from quickbooks_client.redact import know, redact
from quickbooks_client.retry import Terms, caught, persist
from quickbooks_client.shield import shielded
from quickbooks_client.token_store import Token
from quickbooks_client.transport import LOOPBACK, CallLimits, lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quickbooks_client.clock import Clock
    from quickbooks_client.endpoint import Endpoint
    from quickbooks_client.settings import AppSettings

T = TypeVar("T")

ACCOUNTING = "com.intuit.quickbooks.accounting"
"""Source: Intuit, "Scopes"."""
CODE_LIFE_S = 60.0
"""Intuit does not say how long a code lives, only that it is short; trying longer is of no use."""
INVALID_GRANT = "invalid_grant"
_ENDED = frozenset({None, INVALID_GRANT, "invalid_request", "invalid_token"})
"""How the revocation endpoint refuses a token: where Intuit names a code, it is one of these."""
_REFRESH = "refresh the access token"
_REVOKE = "revoke the tokens"
_CONSENT = "find the consent page"
_EXCHANGE = "exchange the code for tokens"


class OAuth:
    """Connects, refreshes and revokes; keeps nothing."""

    def __init__(
        self,
        settings: AppSettings,
        clock: Clock,
        limits: CallLimits,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Keep what is needed; nothing is opened."""
        self._settings = settings
        self._clock = clock
        self._limits = limits
        self._jitter = jitter

    @shielded
    def authorization_url(self, state: str, scopes: Iterable[str] = (ACCOUNTING,)) -> str:
        """Return the address of the consent page, as the discovery document names it.

        Args:
            state: What the redirect must bring back; see `signin.new_state`.
            scopes: What the app may do. Source: Intuit, "Scopes".

        Raises:
            ConfigurationError: Setting redirect_uri is missing, there is no such scope, or the
                discovery document names no usable page.
            RetriableError: The discovery document cannot be had now.
        """
        if not self._settings.redirect_uri:
            raise ConfigurationError(
                "Setting redirect_uri is missing: set QUICKBOOKS_REDIRECT_URI to an address that is"
                " registered with the app, such as http://localhost:8765/callback."
            )
        address = ""

        def ask(endpoint: Endpoint) -> None:
            nonlocal address
            address = endpoint.consent_address(state, scopes)

        self._persist(lambda: self._send(_CONSENT, ask))
        _check_page(address, is_emulator=self._settings.environment == "emulator")
        return address

    @shielded
    def exchange(self, code: str, redirect_uri: str | None = None) -> Token:
        """Return the token that the `code` of a redirect is exchanged for.

        A code works once, and a second use ends what the first gave. So it is only sent again when
        it was not sent, or was turned away unread (429).

        Args:
            code: From the redirect; it lives for minutes.
            redirect_uri: The address that the sign-in named; the setting's by default.

        Raises:
            SignInError: The code is not accepted, or may be used up: the user has to sign in again.
            AuthenticationError: The app's keys are not accepted.
            RetriableError: The endpoint cannot be reached, or asks to wait for too long.
        """
        know(code)

        def once() -> Token:
            asked_at = self._clock.now()
            answer = self._send(
                _EXCHANGE, lambda endpoint: endpoint.get_bearer_token(code), redirect_uri
            )
            return _token(answer, asked_at, _EXCHANGE)

        return self._persist(once)

    @shielded
    def refresh(self, refresh_token: str) -> Token:
        """Return the token that `refresh_token` is exchanged for.

        Raises:
            AuthenticationError: The refresh token (code `invalid_grant`) or the app's keys are not
                accepted.
            RetriableError: The endpoint failed; the refresh token may have been rotated.
        """
        # Before the call: the life that is named in the reply has begun by its end.
        asked_at = self._clock.now()
        answer = self._send(_REFRESH, lambda endpoint: endpoint.refresh(refresh_token))
        return _token(answer, asked_at, _REFRESH, refresh_token)

    @shielded
    def revoke(self, refresh_token: str) -> bool:
        """Disconnect the app from the company: all its tokens die.

        Returns whether they lived until now; Intuit refuses (400) what has ended already.

        Raises:
            AuthenticationError: The app's keys are not accepted; the tokens live on.
            ConfigurationError: The discovery document is not there, and likewise.
            RetriableError: The endpoint cannot be reached, or failed.
            UnexpectedReplyError: It refused something else.
        """
        try:
            self._send(_REVOKE, lambda endpoint: endpoint.revoke(refresh_token))
        except (AuthenticationError, UnexpectedReplyError) as error:
            # Keys that are not accepted come with 400 too, under codes of their own.
            if error.status != HTTPStatus.BAD_REQUEST or error.code not in _ENDED:
                raise
            return False
        return True

    def _persist(self, send: Callable[[], T]) -> T:
        return persist(
            caught(send),
            Terms("connect the company", can_renew=False, total_s=CODE_LIFE_S),
            clock=self._clock,
            jitter=self._jitter,
        )

    def _send(
        self, attempted: str, act: Callable[[Endpoint], object], redirect_uri: str | None = None
    ) -> Answer:
        from intuitlib.exceptions import AuthClientError  # noqa: PLC0415 - see endpoint.py

        from quickbooks_client.endpoint import Endpoint  # noqa: PLC0415

        endpoint: Endpoint | None = None
        url = self._settings.discovery_url
        problem: QuickBooksError | None = None
        answer: Answer | None = None
        try:
            endpoint = Endpoint(self._settings, self._limits, redirect_uri)
            act(endpoint)
        except requests.RequestException as error:
            problem = _broken(error, endpoint, url, attempted)
        except AuthClientError as error:
            answer = Answer(error.status_code, error.headers, error.content)
        except (KeyError, ValueError, TypeError, AttributeError):
            # The body is no JSON, or not what it should be: judged below by the reply itself.
            answer = endpoint.last if endpoint else None
        else:
            answer = endpoint.last
        if problem is not None:
            # Raised outside the handlers: the libraries' errors hold headers and bodies.
            raise problem
        if endpoint is None:
            raise _no_document(url, answer, attempted)
        if answer is None or answer.status != HTTPStatus.OK:
            problem = self._refused(answer, attempted)
            raise _code_refused(problem) if attempted == _EXCHANGE else problem
        return answer

    def _refused(self, answer: Answer | None, attempted: str) -> QuickBooksError:
        if answer is None:
            return ServerError("The token endpoint's reply cannot be read.", attempted=attempted)
        code = _oauth_code(answer)
        origin: dict[str, Any] = {  # Any: mixed keyword arguments
            "status": answer.status,
            "code": code,
            "intuit_tid": answer.intuit_tid,
            "attempted": attempted,
        }
        if code == INVALID_GRANT:
            return AuthenticationError("The refresh token is not accepted any more.", **origin)
        if code in {"invalid_client", "unauthorized_client"} or (
            answer.status == HTTPStatus.UNAUTHORIZED
        ):
            return AuthenticationError(
                "Intuit does not accept the app's keys: check settings client_id and"
                f" client_secret, and that they are the keys for {self._settings.environment}.",
                **origin,
            )
        found = from_answer(answer, attempted=attempted, now=self._clock.now())
        if found is not None and code is None:
            return found
        return UnexpectedReplyError(
            f"The token endpoint refused it ({redact(code or 'no reason given')}): check setting"
            " discovery_url and the app's keys.",
            **origin,
        )


def _broken(
    error: requests.RequestException, endpoint: Endpoint | None, url: str, attempted: str
) -> QuickBooksError | None:
    """Return what a failed exchange means; None when the document is another page."""
    if endpoint is None and isinstance(error, requests.exceptions.InvalidJSONError):
        return None
    problem = lost(error, endpoint.last_url if endpoint else url, attempted=attempted)
    is_lost = isinstance(problem, ConnectionLostError) and not _was_never_sent(error)
    if is_lost and endpoint is not None and attempted == _EXCHANGE:
        return _used_up("The reply to the code was lost", None)
    return problem


def _was_never_sent(error: requests.RequestException) -> bool:
    """Whether no connection came about, so that nobody can have read anything."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)


def _code_refused(problem: QuickBooksError) -> QuickBooksError:
    """Return what a refusal means for a code, which works once."""
    if isinstance(problem, (ServerError, ConnectionLostError)):
        return _used_up("The token endpoint failed", problem)
    if problem.code != INVALID_GRANT:
        return problem
    return SignInError(
        "The code is not accepted: it works once, for a few minutes, and only with the app's"
        " keys and the redirect_uri it was asked for with; run `quickbooks auth login`.",
        status=problem.status,
        code=problem.code,
        intuit_tid=problem.intuit_tid,
        attempted=_EXCHANGE,
    )


def _used_up(what: str, problem: QuickBooksError | None) -> SignInError:
    return SignInError(
        f"{what}, and a code works only once, so it may be used up: sign in again"
        " (`quickbooks auth login`).",
        status=problem.status if problem else None,
        intuit_tid=problem.intuit_tid if problem else None,
        attempted=_EXCHANGE,
    )


def _check_page(address: str, *, is_emulator: bool) -> None:
    """Refuse to send a browser to a page that is neither https nor on this machine."""
    parts = urlsplit(address)
    is_near = parts.hostname in LOOPBACK or is_emulator
    if not parts.hostname or parts.scheme not in ({"http", "https"} if is_near else {"https"}):
        raise ConfigurationError(
            "The discovery document names no https address of a consent page: check setting"
            " discovery_url.",
            attempted=_CONSENT,
        )


def _no_document(url: str, answer: Answer | None, attempted: str) -> QuickBooksError:
    status = answer.status if answer else None
    if status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError(
            "The OAuth discovery document is not available now: try again later; if this lasts,"
            " check setting discovery_url.",
            status=status,
            attempted=attempted,
        )
    return ConfigurationError(
        f"No OAuth discovery document is at {url}: check settings environment and discovery_url.",
        status=status,
        attempted=attempted,
    )


def _oauth_code(answer: Answer) -> str | None:
    """Return the `error` of a token endpoint's refusal (RFC 6749, 5.2)."""
    members = split(answer.body)
    if not members or "error" not in members:
        return None
    value = exact(members["error"])
    return plain(value) or None if isinstance(value, str) else None


def _token(
    answer: Answer, asked_at: datetime, attempted: str, refresh_token: str | None = None
) -> Token:
    """Return the reply's token. `refresh_token`: the one that was sent, if any."""
    if split(answer.body) is None:
        if attempted == _EXCHANGE:
            raise _used_up("The reply to the code cannot be read", None)
        # What came on the way is lost with it; the next try has it, where Intuit allows one.
        raise ConnectionLostError(
            "The token endpoint's reply cannot be read: try again.",
            status=answer.status,
            intuit_tid=answer.intuit_tid,
            attempted=attempted,
        )
    content = exact(answer.body)
    access_token = content.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise UnexpectedReplyError(
            "The token endpoint answered without an access token: check setting discovery_url.",
            status=answer.status,
            intuit_tid=answer.intuit_tid,
            attempted=attempted,
        )
    # A reply without one leaves the old one valid (RFC 6749, 6).
    refresh_token = content.get("refresh_token") or refresh_token
    if not isinstance(refresh_token, str):
        raise UnexpectedReplyError(
            "The token endpoint answered without a refresh token: check setting discovery_url.",
            status=answer.status,
            intuit_tid=answer.intuit_tid,
            attempted=attempted,
        )

    def ends(name: str) -> datetime | None:
        # Numbers have been seen as text.
        try:
            return asked_at + timedelta(seconds=float(content[name]))
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    return Token(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_at=ends("expires_in") or asked_at + timedelta(hours=1),
        refresh_expires_at=ends("x_refresh_token_expires_in"),
        refresh_hard_expires_at=ends("x_refresh_token_hard_expires_in"),
        obtained_at=asked_at,
    )
