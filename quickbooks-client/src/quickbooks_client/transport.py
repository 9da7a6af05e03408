"""HTTP as every call uses it: one session, timeouts, no cookies, no redirects, no netrc."""

from __future__ import annotations

import dataclasses
import ssl
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from typing_extensions import override
from urllib3 import exceptions as urllib3_errors

from quickbooks_client.deadline import DeadlineAdapter, ReplyTooLargeError
from quickbooks_client.errors import (
    ConfigurationError,
    ConnectionLostError,
    QuickBooksError,
    UnexpectedReplyError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
USER_AGENT = "quickbooks-sync"
FAILURES = (requests.RequestException, urllib3_errors.HTTPError)
"""What an exchange raises when no whole reply comes: `requests` lets some of urllib3's through."""


@dataclasses.dataclass(frozen=True, slots=True)
class CallLimits:
    """How long a call may take."""

    connect_timeout_s: float = 10.0
    read_timeout_s: float = 130.0
    """The longest silence; a whole reply may take twice as long. Intuit's servers give up after
    120 s ("API call limits and throttles")."""
    total_s: float = 600.0
    """All tries, waits and refreshes of one call: no try begins later."""
    refresh_s: float = 180.0
    """All tries and waits of one refresh of the token: no try of it begins later."""

    @property
    def timeouts(self) -> tuple[float, float]:
        """The pair `requests` takes."""
        return (self.connect_timeout_s, self.read_timeout_s)


def make_session(url: str, connections: int) -> requests.Session:
    """Return a session for `url` that several threads may use."""
    session = _Session()
    harden(session, url, connections)
    return session


class _Session(requests.Session):
    """A session for one host: what the environment says of it is looked up with the first call.

    That is which proxy to take and which certificates to trust; it takes a tenth of a millisecond
    of each call otherwise.
    """

    _found: dict[str, Any] | None = None

    @override
    def merge_environment_settings(
        self, url: str | bytes | None, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        # Any: as requests has them; no call of ours asks for anything of its own.
        if self._found is None:
            self._found = {**super().merge_environment_settings(url, proxies, stream, verify, cert)}
        return {**self._found}


def harden(session: requests.Session, url: str, connections: int = 2) -> None:
    """Keep `session`, which is for `url`, from hanging and from sending what we did not give it.

    Args:
        session: Ours, or one of a library's.
        url: Where it will call.
        connections: How many threads may use it at a time.
    """
    if urlsplit(url).hostname in LOOPBACK:
        # A proxy of the environment does not reach this machine's emulator.
        session.trust_env = False
    # With an auth of its own, requests does not look into ~/.netrc, which would replace our header.
    session.auth = _as_it_is
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = USER_AGENT
    adapter = DeadlineAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)


_BROKEN: tuple[tuple[tuple[type[BaseException], ...], str, bool], ...] = (
    ((urllib3_errors.NameResolutionError,), "The name {host} cannot be resolved", False),
    ((urllib3_errors.NewConnectionError,), "Nothing answers at {host}", False),
    ((requests.exceptions.ConnectTimeout,), "{host} cannot be reached (timeout)", False),
    ((urllib3_errors.ProxyError,), "The proxy before {host} does not let the call through", False),
    ((TimeoutError, urllib3_errors.ReadTimeoutError), "{host} did not answer in time", True),
    ((ssl.SSLError,), "The encrypted connection to {host} broke", True),
    ((BaseException,), "The connection to {host} broke", True),
)
"""What tells it, in words, and whether anything can have been sent; the first that fits."""


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def lost(error: Exception, url: str, *, attempted: str) -> QuickBooksError:
    """Return what a failed exchange (one of `FAILURES`) means.

    The text of `requests` is left out: it quotes addresses, and its exception holds the headers.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    causes = list(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if has(ssl.SSLCertVerificationError):
        return ConfigurationError(
            f"The certificate of {host} is not trusted: check setting api_url, a proxy, and the"
            " machine's clock and certificates.",
            attempted=attempted,
        )
    if has(
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidSchema,
        requests.exceptions.InvalidHeader,
        urllib3_errors.LocationValueError,
    ):
        return ConfigurationError(
            f"{host or 'The address'} is not usable: check settings api_url and discovery_url.",
            attempted=attempted,
        )
    if has(ReplyTooLargeError):
        return UnexpectedReplyError(
            f"The reply of {host} is larger than any reply of QuickBooks: ask for less at a time,"
            " and check setting api_url.",
            attempted=attempted,
        )
    _, problem, is_sent = next(one for one in _BROKEN if has(*one[0]))
    found = ConnectionLostError(
        f"{problem.format(host=host)}. Check the network and settings environment and api_url, then"
        " try again.",
        attempted=attempted,
    )
    found.is_sent = is_sent
    return found


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield `error` and what brought it about, however the libraries have wrapped it."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        one = pending.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            pending += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
