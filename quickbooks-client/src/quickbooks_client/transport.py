"""HTTP as every call uses it: one session, timeouts, no cookies, no redirects, no netrc."""

from __future__ import annotations

import dataclasses
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from quickbooks_client.errors import ConfigurationError, ConnectionLostError, QuickBooksError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
USER_AGENT = "quickbooks-sync"


@dataclasses.dataclass(frozen=True, slots=True)
class CallLimits:
    """How long a call may take."""

    connect_timeout_s: float = 10.0
    read_timeout_s: float = 130.0
    """Intuit's servers give up after 120 s ("API call limits and throttles")."""
    total_s: float = 600.0
    """All tries and waits of one call together."""

    @property
    def timeouts(self) -> tuple[float, float]:
        """The pair `requests` takes."""
        return (self.connect_timeout_s, self.read_timeout_s)


def make_session(url: str, connections: int) -> requests.Session:
    """Return a session for `url` that several threads may use."""
    session = requests.Session()
    harden(session, url)
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def harden(session: requests.Session, url: str) -> None:
    """Keep `session`, which is for `url`, from sending anything we did not give it."""
    if urlsplit(url).hostname in LOOPBACK:
        # A proxy of the environment does not reach this machine's emulator.
        session.trust_env = False
    # With an auth of its own, requests does not look into ~/.netrc, which would replace our header.
    session.auth = _as_it_is
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = USER_AGENT


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def lost(error: requests.RequestException, url: str, *, attempted: str) -> QuickBooksError:
    """Return what a failed exchange means.

    The text of `requests` is left out: it quotes addresses, and its exception holds the headers.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    if isinstance(error, requests.exceptions.SSLError):
        return ConfigurationError(
            f"The certificate of {host} is not trusted: check setting api_url, a proxy, and the"
            " machine's clock and certificates.",
            attempted=attempted,
        )
    if isinstance(
        error,
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.MissingSchema,
            requests.exceptions.InvalidSchema,
        ),
    ):
        return ConfigurationError(
            f"{host or 'The address'} is not usable: check settings api_url and discovery_url.",
            attempted=attempted,
        )
    if isinstance(error, requests.exceptions.ConnectTimeout):
        problem = f"{host} cannot be reached (timeout)"
    elif isinstance(error, requests.exceptions.Timeout):
        problem = f"{host} did not answer in time"
    elif isinstance(error, requests.exceptions.ConnectionError) and _is_refused(error):
        problem = f"Nothing answers at {host}"
    else:
        problem = f"The connection to {host} broke ({type(error).__name__})"
    return ConnectionLostError(
        f"{problem}. Check the network and settings environment and api_url, then try again.",
        attempted=attempted,
    )


def _is_refused(error: BaseException) -> bool:
    return any(
        name in str(error) for name in ("NewConnectionError", "NameResolutionError", "refused")
    )
