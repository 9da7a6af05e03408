"""The one gate: every call, ours and those of python-quickbooks' objects, goes through it.

python-quickbooks sends everything through `QuickBooks.process_request`. Here token, budget, retry,
metering and the reading of faults are put into that one method, so that none can be forgotten, and
none of the library's own handling is met: it takes a throttle for a validation error, quotes a
401's body and waits for ever.
"""

from __future__ import annotations

import dataclasses
import functools
import io
import logging
import re
from typing import TYPE_CHECKING, Any

import requests
from quickbooks import QuickBooks
from typing_extensions import override

from quickbooks_client.answer import Answer, Wanted
from quickbooks_client.calls import Call, Outcome, describe
from quickbooks_client.errors import ConfigurationError, ConnectionLostError, ThrottledError
from quickbooks_client.faults import is_throttle
from quickbooks_client.retry import THROTTLE_WAIT_S, Decision, Terms, persist
from quickbooks_client.transport import FAILURES, lost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quickbooks_client.auth import Authorizer
    from quickbooks_client.clock import Clock
    from quickbooks_client.envelope import Members
    from quickbooks_client.errors import QuickBooksError
    from quickbooks_client.meter import Meter
    from quickbooks_client.throttle import Throttle
    from quickbooks_client.transport import CallLimits

MINOR_VERSION = 75
"""Source: Intuit, "Changes to our Accounting API that may impact your application" (2025-01)."""

_LOG = logging.getLogger(__name__)
_FROM = re.compile(rb"\bfrom\s+(\w+)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Request:
    """One call to the Accounting API, before its token."""

    method: str
    path: str
    """What follows the company's id: `query`, `invoice/12`."""
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None = None

    def counted_as(self, *, is_repeat: bool) -> Call:
        """Return what is counted for sending it."""
        return describe(self.method, self.path, self.body, is_repeat=is_repeat)

    @property
    def is_write(self) -> bool:
        """Whether it may change something in QuickBooks."""
        return self.method != "GET" and self.path != "query"

    @property
    def wanted(self) -> Wanted:
        """What its reply is to be."""
        accepted = self.headers.get("Accept", "")
        if "application/pdf" in accepted:
            return Wanted.PDF
        return Wanted.JSON if "application/json" in accepted else Wanted.ANYTHING

    @functools.cached_property
    def attempted(self) -> str:
        """What it does, in words, without anything from the record."""
        name, _, rest = self.path.partition("?")[0].partition("/")
        if name == "query":
            found = _FROM.search(self.body or b"")
            return f"query {found[1].decode()}" if found else "query"
        if name == "cdc":
            return f"read changes of {self.params.get('entities', '')[:200]}"
        if self.method == "GET":
            return f"read {name} {rest}".rstrip()
        if rest.endswith("/send"):
            return f"send {name}"
        operation = self.params.get("operation")
        return f"{operation or 'write'} {name}"

    def terms(self, total_s: float) -> Terms:
        """Return what it is as far as it matters for sending it again."""
        return Terms(
            self.attempted,
            is_write=self.is_write,
            has_request_id=bool(self.params.get("requestid")),
            wanted=self.wanted,
            total_s=total_s,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Exchange:
    """A successful call's reply."""

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
        return _response(self.exchange(request).answer)

    def exchange(self, request: Request) -> Exchange:
        """Send `request` until it succeeds or must be given up.

        Raises:
            QuickBooksError: What came back, classified.
        """
        token = ""
        ends_at = self._clock.monotonic() + self._limits.total_s
        is_repeat = False

        def send() -> Answer | QuickBooksError:
            nonlocal token, is_repeat
            token = self._authorizer.access_token()
            came = self._send(request, token, ends_at, is_repeat=is_repeat)
            is_repeat = True
            return came

        answer = persist(
            send,
            request.terms(self._limits.total_s),
            clock=self._clock,
            jitter=self._jitter,
            renew=lambda: self._authorizer.renew(token),
            told=self._hold_others_back,
            scope=self._meter.stream,
        )
        return Exchange(answer, answer.members or {})

    def _hold_others_back(self, decision: Decision) -> None:
        """Let no process call while QuickBooks says that there were too many calls."""
        error = decision.error
        if isinstance(error, ThrottledError):
            asked_s = decision.wait_s or error.retry_after_s or THROTTLE_WAIT_S
            self._throttle.pause(min(asked_s, self._limits.total_s))

    def _send(
        self, request: Request, token: str, ends_at: float, *, is_repeat: bool
    ) -> Answer | QuickBooksError:
        """Send `request` once; return what came back. What is raised was never sent."""
        with (
            self._meter.counting(request.counted_as(is_repeat=is_repeat)) as counted,
            self._throttle.slot(ends_at),
        ):
            counted.is_sent = True
            began = self._clock.monotonic()
            came: Answer | QuickBooksError
            try:
                response = self.session.request(
                    request.method,
                    f"{self.company_url}{request.path}",
                    params={"minorversion": str(self.minorversion), **request.params},
                    data=request.body,
                    headers={**request.headers, "Authorization": f"Bearer {token}"},
                    timeout=self._limits.timeouts,
                    allow_redirects=False,
                )
                came = Answer(response.status_code, response.headers, response.content)
            except FAILURES as error:
                # Returned, not raised from here: the library's error holds our headers.
                came = lost(error, self._base_url, attempted=request.attempted)
            counted.outcome = _outcome(came)
        if isinstance(came, Answer):
            _LOG.debug(
                "%s: HTTP %d in %.0f ms, intuit_tid %s",
                request.attempted,
                came.status,
                (self._clock.monotonic() - began) * 1000,
                came.intuit_tid,
            )
        return came


def _outcome(came: Answer | QuickBooksError) -> Outcome:
    """Return how a call ended; Intuit counts whatever it answered with 200, also a fault."""
    if not isinstance(came, Answer):
        return Outcome.LOST if isinstance(came, ConnectionLostError) else Outcome.FAILED
    if came.status == requests.codes.ok:
        return Outcome.ANSWERED
    return Outcome.THROTTLED if is_throttle(came) else Outcome.FAILED


def _response(answer: Answer) -> requests.Response:
    """Return a reply as python-quickbooks reads it."""
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response.encoding = "utf-8"
    response.raw = io.BytesIO(answer.body)
    return response
