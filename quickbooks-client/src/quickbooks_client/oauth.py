"""The token endpoint, through intuit-oauth's `AuthClient` with what it lacks added.

`AuthClient` is a `requests.Session` that sends everything through its own `request`, so timeouts
and the header that asks for the hard expiry are put there. It puts the reply's body into its
error's text, so its errors never leave this module.
Source: Intuit, "OAuth 2.0"; "Refresh token policy changes" (hard expiry).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
from intuitlib.client import AuthClient
from intuitlib.exceptions import AuthClientError
from typing_extensions import override

from quickbooks_client.envelope import exact, split
from quickbooks_client.errors import (
    AuthenticationError,
    ConfigurationError,
    QuickBooksError,
    ServerError,
    UnexpectedReplyError,
)
from quickbooks_client.faults import Answer, from_answer
from quickbooks_client.redact import redact
from quickbooks_client.token_store import Token
from quickbooks_client.transport import CallLimits, harden, lost

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_client.clock import Clock
    from quickbooks_client.settings import Settings

INVALID_GRANT = "invalid_grant"
_REFRESH = "refresh the access token"
_REVOKE = "revoke the tokens"


class _Endpoint(AuthClient):  # type: ignore[misc] # intuit-oauth publishes no types
    """`AuthClient` that cannot hang, follows nothing and remembers the last reply."""

    def __init__(self, settings: Settings, limits: CallLimits) -> None:
        self.limits = limits
        self.last: Answer | None = None
        self.last_url = settings.discovery_url
        super().__init__(
            settings.client_id,
            settings.client_secret,
            settings.redirect_uri,
            # Anything but the two names it knows is taken for the address of the document.
            settings.discovery_url,
        )
        # An id token, which is not asked for, would be checked by fetching keys without a timeout.
        self.issuer_uri = None

    @override
    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        # Any: passed through to requests
        if self.last is None:
            harden(self, url)
        self.last, self.last_url = None, url
        headers = {**(options.pop("headers", None) or {})}
        headers["x-include-refresh-token-hard-expires-in"] = "true"
        options |= {
            "timeout": self.limits.timeouts,
            # The discovery document is public; a form with secrets is never sent elsewhere.
            "allow_redirects": method.upper() == "GET",
            "headers": headers,
        }
        response: requests.Response = super().request(method, url, **options)
        self.last = Answer(response.status_code, response.headers, response.content)
        return response


class OAuth:
    """Refreshes and revokes; keeps nothing."""

    def __init__(self, settings: Settings, clock: Clock, limits: CallLimits) -> None:
        """Keep what is needed; nothing is opened."""
        self._settings = settings
        self._clock = clock
        self._limits = limits

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
        return _token(answer, asked_at, refresh_token)

    def revoke(self, refresh_token: str) -> None:
        """Disconnect the app from the company: all its tokens die."""
        self._send(_REVOKE, lambda endpoint: endpoint.revoke(refresh_token))

    def _send(self, attempted: str, act: Callable[[_Endpoint], object]) -> Answer:
        endpoint: _Endpoint | None = None
        url = self._settings.discovery_url
        problem: QuickBooksError | None = None
        answer: Answer | None = None
        try:
            endpoint = _Endpoint(self._settings, self._limits)
            act(endpoint)
        except requests.RequestException as error:
            problem = lost(error, endpoint.last_url if endpoint else url, attempted=attempted)
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
            raise self._refused(answer, attempted)
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
        found = from_answer(answer, split(answer.body), attempted=attempted, now=self._clock.now())
        if found is not None and code is None:
            return found
        return UnexpectedReplyError(
            f"The token endpoint refused it ({redact(code or 'no reason given')}): check setting"
            " discovery_url and the app's keys.",
            **origin,
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
    return value if isinstance(value, str) else None


def _token(answer: Answer, asked_at: datetime, refresh_token: str) -> Token:
    members = split(answer.body)
    content = exact(answer.body) if members is not None else {}
    access_token = content.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise UnexpectedReplyError(
            "The token endpoint answered without an access token: check setting discovery_url.",
            status=answer.status,
            intuit_tid=answer.intuit_tid,
            attempted=_REFRESH,
        )

    def ends(name: str) -> datetime | None:
        # Numbers have been seen as text.
        try:
            seconds = float(content[name])
        except (KeyError, TypeError, ValueError):
            return None
        return asked_at + timedelta(seconds=seconds)

    return Token(
        access_token=access_token,
        # A reply without one leaves the old one valid (RFC 6749, 6).
        refresh_token=content.get("refresh_token") or refresh_token,
        expires_at=ends("expires_in") or asked_at + timedelta(hours=1),
        refresh_expires_at=ends("x_refresh_token_expires_in"),
        refresh_hard_expires_at=ends("x_refresh_token_hard_expires_in"),
        obtained_at=asked_at,
    )
