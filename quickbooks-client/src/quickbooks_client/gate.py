"""The one gate: every call, ours and those of python-quickbooks' objects, goes through it.

python-quickbooks sends everything through `QuickBooks.process_request`. Here token, budget, retry,
metering and the reading of faults are put into that one method, so that none can be forgotten, and
none of the library's own handling is met: it takes a throttle for a validation error, quotes a
401's body and waits for ever.
"""

from __future__ import annotations

import dataclasses
import io
import logging
import uuid
from typing import TYPE_CHECKING, Any

import requests
from quickbooks import QuickBooks
from typing_extensions import override

from quickbooks_client.answer import Answer
from quickbooks_client.calls import Outcome
from quickbooks_client.errors import ConfigurationError, ConnectionLostError, ThrottledError
from quickbooks_client.faults import is_throttle
from quickbooks_client.request import Request
from quickbooks_client.retry import THROTTLE_WAIT_S, Decision, persist
from quickbooks_client.shield import shielded
from quickbooks_client.transport import FAILURES, lost

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_client.auth import Authorizer
    from quickbooks_client.clock import Clock
    from quickbooks_client.envelope import Members
    from quickbooks_client.errors import QuickBooksError
    from quickbooks_client.meter import Meter
    from quickbooks_client.throttle import Throttle
    from quickbooks_client.transport import CallLimits

MINOR_VERSION = 75
"""Source: Intuit, "Changes to our Accounting API that may impact your application" (2025-01)."""

_WITHOUT_ID = frozenset({"query", "batch", "upload"})
"""Not given a requestid here: the first is no write, the ids python-quickbooks gives the items of a
batch are too long beside one, and of uploads Intuit does not say that they heed it."""
_LOG = logging.getLogger(__name__)


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
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """Take everything in; nothing is opened.

        The first three are python-quickbooks' own and are read by its `__new__`.

        Args:
            company_id: The company.
            minorversion: Sent with every call.
            use_decimal: Whether python-quickbooks reads numbers as `Decimal`.
            base_url: Where the API is.
            session: Sends.
            authorizer: Gives the access token.
            throttle: Gives permission to call.
            meter: Counts.
            clock: The time.
            limits: How long a call may take.
            jitter: Gives a random number from 0 up to 1.
            new_id: Gives a requestid that no other call has, for writes of python-quickbooks'
                objects that bring none.
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
        self._new_id = new_id

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
        method, path = request_type.upper(), url.removeprefix(self.company_url)
        named = {name: str(value) for name, value in (params or {}).items()}
        lacks_id = not named.get("requestid") and _takes_id(method, path)
        if lacks_id:
            named["requestid"] = self._new_id()
        body = data.encode() if isinstance(data, str) else data
        request = Request(
            method=method,
            path=path,
            params=named,
            headers=dict(headers or {}),
            body=body or None,
            is_id_known=not lacks_id,
        )
        return _response(self.exchange(request).answer)

    @shielded
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
            self._throttle.slot(ends_at) as turn,
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
                turn.keeps_connection = response.headers.get("Connection", "").lower() != "close"
            except FAILURES as error:
                # Returned, not raised from here: the library's error holds our headers.
                came = lost(error, self._base_url, attempted=request.attempted)
            counted.outcome = _outcome(came)
        if isinstance(came, Answer) and _LOG.isEnabledFor(logging.DEBUG):
            _LOG.debug(
                "%s: HTTP %d in %.0f ms, intuit_tid %s",
                request.attempted,
                came.status,
                (self._clock.monotonic() - began) * 1000,
                came.intuit_tid,
            )
        return came


def _takes_id(method: str, path: str) -> bool:
    """Return whether a call writes one entity, such as `invoice`."""
    return method == "POST" and path.isalpha() and path not in _WITHOUT_ID


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
