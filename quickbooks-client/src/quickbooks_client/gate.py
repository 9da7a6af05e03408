"""The one gate: every call, ours and those of python-quickbooks' objects, goes through it.

python-quickbooks sends everything through `QuickBooks.process_request`. Here token, budget, retry,
metering and the reading of faults are put into that one method, so that none can be forgotten, and
none of the library's own handling is met: it takes a throttle for a validation error, quotes a
401's body and waits for ever.
"""

from __future__ import annotations

import dataclasses
import logging
import re
from typing import TYPE_CHECKING, Any

import requests
from quickbooks import QuickBooks
from typing_extensions import override

from quickbooks_client.envelope import Members, split
from quickbooks_client.errors import (
    ConfigurationError,
    ConnectionLostError,
    QuickBooksError,
    ThrottledError,
)
from quickbooks_client.faults import Answer, from_answer
from quickbooks_client.meter import Call, CallClass, Outcome, classify
from quickbooks_client.retry import Action, Decision, persist
from quickbooks_client.transport import lost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quickbooks_client.auth import Authorizer
    from quickbooks_client.clock import Clock
    from quickbooks_client.meter import Meter
    from quickbooks_client.throttle import Throttle
    from quickbooks_client.transport import CallLimits

MINOR_VERSION = 75
"""Source: Intuit, "Changes to our Accounting API that may impact your application" (2025-01)."""

_LOG = logging.getLogger(__name__)
_FROM = re.compile(rb"\bfrom\s+(\w+)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One call to the Accounting API, before its token."""

    method: str
    path: str
    """What follows the company's id: `query`, `invoice/12`."""
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None = None

    @property
    def call_class(self) -> CallClass:
        """What it costs."""
        return classify(self.method, self.path)

    @property
    def can_repeat(self) -> bool:
        """Sending it twice does no harm."""
        is_read = self.method == "GET" or self.path == "query"
        return is_read or bool(self.params.get("requestid"))

    @property
    def attempted(self) -> str:
        """What it does, in words, without anything from the record."""
        name, _, rest = self.path.partition("/")
        if name == "query":
            found = _FROM.search(self.body or b"")
            return f"query {found[1].decode()}" if found else "query"
        if name == "cdc":
            return f"read changes of {self.params.get('entities', '')[:200]}"
        if self.method == "GET":
            return f"read {name} {rest}".rstrip()
        operation = self.params.get("operation")
        return f"{operation or 'write'} {name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Exchange:
    """A successful call's reply."""

    response: requests.Response
    answer: Answer
    members: Members
    """The JSON object's members; empty for a reply that is not JSON, such as a PDF."""


class Gate(QuickBooks):  # type: ignore[misc] # python-quickbooks publishes no types
    """python-quickbooks' client whose calls all pass `exchange`."""

    _BUSINESS_OBJECTS = (*QuickBooks._BUSINESS_OBJECTS, "InventoryAdjustment")  # noqa: SLF001

    def __init__(
        self,
        *,
        company_id: str,
        minorversion: int,
        use_decimal: bool,
        base_url: str,
        session: requests.Session,
        authorizer: Authorizer,
        throttle: Throttle,
        meter: Meter,
        clock: Clock,
        limits: CallLimits,
        jitter: Callable[[], float],
    ) -> None:
        """Take everything in; nothing is opened.

        The first three are python-quickbooks' own and are read by its `__new__`.
        """
        self.company_id = company_id
        self.minorversion = minorversion
        self.use_decimal = use_decimal
        self.session = session
        self._base_url = base_url
        self._authorizer = authorizer
        self._throttle = throttle
        self._meter = meter
        self._clock = clock
        self._limits = limits
        self._jitter = jitter

    @property
    def api_url(self) -> str:
        """Where python-quickbooks sends its calls."""
        return f"{self._base_url}/v3"

    @property
    def company_url(self) -> str:
        """What every call's address begins with."""
        return f"{self.api_url}/company/{self.company_id}/"

    @override
    def process_request(
        self,
        request_type: str,
        url: str,
        headers: Any = "",
        params: Any = "",
        data: Any = "",
    ) -> requests.Response:
        # Any: python-quickbooks passes dicts, text and "" alike.
        if not url.startswith(self.company_url):
            raise ConfigurationError(
                "This address is not one of the company's: its token is sent nowhere else."
            )
        body = data.encode() if isinstance(data, str) else data
        request = Request(
            method=request_type.upper(),
            path=url.removeprefix(self.company_url),
            params={name: str(value) for name, value in (params or {}).items()},
            headers=dict(headers or {}),
            body=body or None,
        )
        return self.exchange(request).response

    def exchange(self, request: Request) -> Exchange:
        """Send `request` until it succeeds or must be given up.

        Raises:
            QuickBooksError: What came back, classified.
        """
        token = self._authorizer.access_token()
        is_repeat = False

        def send() -> Exchange:
            return self._try(request, token, is_repeat=is_repeat)

        def before_retry(error: QuickBooksError, decision: Decision) -> None:
            nonlocal token, is_repeat
            _LOG.info("%s: %s", decision.action.value, error)
            if decision.action is Action.RENEW:
                self._authorizer.renew(token)
            token, is_repeat = self._authorizer.access_token(), True

        return persist(
            send,
            can_repeat=request.can_repeat,
            clock=self._clock,
            total_s=self._limits.total_s,
            jitter=self._jitter,
            before_wait=self._hold_others_back,
            before_retry=before_retry,
        )

    def _hold_others_back(self, error: QuickBooksError, decision: Decision) -> None:
        if isinstance(error, ThrottledError) and decision.wait_s:
            self._throttle.pause(decision.wait_s)

    def _try(self, request: Request, token: str, *, is_repeat: bool) -> Exchange:
        """Send `request` once."""
        self._meter.check_budget(request.call_class)
        problem: QuickBooksError | None = None
        with self._throttle.slot():
            started = self._clock.monotonic()
            try:
                response: requests.Response = self.session.request(
                    request.method,
                    f"{self.company_url}{request.path}",
                    params={"minorversion": str(self.minorversion), **request.params},
                    data=request.body,
                    headers={**request.headers, "Authorization": f"Bearer {token}"},
                    timeout=self._limits.timeouts,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                problem = lost(error, self._base_url, attempted=request.attempted)
        if problem is not None:
            # Raised outside the handler: the library's error holds our headers.
            self._count(request, problem, is_repeat=is_repeat)
            raise problem
        answer = Answer(response.status_code, response.headers, response.content)
        members = split(answer.body) if _is_json_wanted(request) else {}
        if members is None or (not members and response.status_code != requests.codes.ok):
            members = split(answer.body)
        found = from_answer(answer, members, attempted=request.attempted, now=self._clock.now())
        _LOG.debug(
            "%s: HTTP %d in %.0f ms, intuit_tid %s",
            request.attempted,
            answer.status,
            (self._clock.monotonic() - started) * 1000,
            answer.intuit_tid,
        )
        self._count(request, found, is_repeat=is_repeat)
        if found is not None:
            raise found
        return Exchange(response, answer, members or {})

    def _count(self, request: Request, error: QuickBooksError | None, *, is_repeat: bool) -> None:
        if error is None or error.status == requests.codes.ok:
            outcome = Outcome.ANSWERED
        elif isinstance(error, ThrottledError):
            outcome = Outcome.THROTTLED
        elif isinstance(error, ConnectionLostError):
            outcome = Outcome.LOST
        else:
            outcome = Outcome.FAILED
        self._meter.count(Call(request.call_class, outcome, is_repeat=is_repeat))


def _is_json_wanted(request: Request) -> bool:
    return "application/pdf" not in request.headers.get("Accept", "")
