"""What can go wrong, named for what the caller does next.

    QuickBooksError
    ├── RetriableError               nothing is wrong with the call: send it again, later
    │   ├── ThrottledError             too many calls (429, or 3001 at any status)
    │   ├── ServerError                QuickBooks failed (5xx, 10000, maintenance)
    │   ├── ConnectionLostError        no readable reply; a write may have been applied
    │   ├── RequestInProgressError     600: the same requestid is being worked on
    │   ├── InventoryLockedError       6000: another inventory transaction is being written
    │   ├── StoreBusyError             another process holds the token store or ledger too long
    │   └── BudgetBusyError            other calls hold this machine's budget for too long
    ├── ConfigurationError           fix a setting or the connection, then start again
    │   ├── AuthenticationError        the tokens or the app's keys are not accepted
    │   ├── SignInError                a company was not connected: begin the sign-in again
    │   │   ├── ForgedRedirectError      the redirect does not belong to this sign-in
    │   │   └── ConsentRefusedError      the user said no
    │   ├── WrongCompanyError          3100: not this company, or not this environment
    │   ├── CompanyClosedError         6190: the company's subscription ended
    │   └── BudgetSpentError           `monthly_read_budget` is used up
    ├── RejectedError                fix the record (or the query); the others may go on
    │   ├── DuplicateNumberError       6140
    │   ├── DuplicateNameError         6240
    │   ├── StaleError                 5010
    │   ├── NotFoundError              610
    │   ├── InvalidReferenceError      2500
    │   ├── ClosedPeriodError          6200, 6210
    │   ├── BeforeInventoryStartError  6270
    │   ├── NotPermittedError          5020
    │   ├── FeatureUnavailableError    5030
    │   └── InvalidQueryError          4000 to 4002, 10100
    └── UnexpectedReplyError         a reply that fits no documented shape: stop and look

Which reply becomes which error is decided in `faults.from_answer`, by the table in `explanations`;
what is sent again, in `retry.decide`. No message holds a token or a body.
"""

from __future__ import annotations

from typing_extensions import override

from quickbooks_client.redact import hide


class QuickBooksError(Exception):
    """A call to QuickBooks did not succeed."""

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        code: str | None = None,
        intuit_tid: str | None = None,
        attempted: str | None = None,
    ) -> None:
        """Keep what was attempted and what came back.

        Args:
            reason: What came back and what to do, as a sentence.
            status: HTTP status; None when there was no reply.
            code: Intuit's error code, a decimal string.
            intuit_tid: Intuit's id of the transaction, for their support.
            attempted: What was tried, such as `create Invoice`.
        """
        reason = hide(reason)
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.code: str | None = hide(code) if code else code
        self.intuit_tid: str | None = hide(intuit_tid) if intuit_tid else intuit_tid
        self.attempted: str | None = hide(attempted) if attempted else attempted
        self.afterword = ""
        """How often and how long it was tried, and what of that may have been applied."""
        self.tries = 1
        self.elapsed_s: float = 0.0
        """All tries, waits for the budget and token refreshes of the call together."""
        self.may_be_applied = False
        """It was a write, and at least one try of it may have reached the books."""

    @override
    def __str__(self) -> str:
        said = [
            f"HTTP {self.status}" if self.status is not None else "",
            f"Intuit code {self.code}" if self.code else "",
            f"intuit_tid {self.intuit_tid}" if self.intuit_tid else "",
        ]
        origin = ", ".join(part for part in said if part)
        attempted = f"{self.attempted}: " if self.attempted else ""
        sentences = f"{self.reason} {self.afterword}".rstrip()
        return f"{attempted}{sentences}" + (f" [{origin}]" if origin else "")


class RetriableError(QuickBooksError):
    """The call may succeed when it is sent again later."""

    retry_after_s: float | None = None
    """Seconds the reply asked to wait; None when it named none."""


class ThrottledError(RetriableError):
    """QuickBooks refused the call for its rate (HTTP 429): Intuit advises to wait 60 seconds.

    Source: Intuit, "API call limits and throttles".
    """


class ServerError(RetriableError):
    """QuickBooks failed or is under maintenance."""


class ConnectionLostError(RetriableError):
    """No reply, or half a reply. A write may have been applied all the same."""

    is_sent = True
    """False when no connection came about, so that nothing can have been applied."""


class RequestInProgressError(RetriableError):
    """A write with the same requestid has not been finished yet."""


class InventoryLockedError(RetriableError):
    """Another inventory transaction was being written at the same moment.

    The client does not repeat such a write by itself: whether QuickBooks replays the refusal under
    the same requestid is not documented, so the caller sends it again under a new one, and slower.
    """


class StoreBusyError(RetriableError):
    """Another process did not let go of the token store or the ledger in time."""


class BudgetBusyError(RetriableError):
    """Other calls left no room in this machine's budget in time; nothing was sent."""


class ConfigurationError(QuickBooksError):
    """A setting or the connection needs a person; the same call cannot succeed."""


class AuthenticationError(ConfigurationError):
    """The tokens or the app's keys are not accepted any more."""


class SignInError(ConfigurationError):
    """A sign-in came to nothing: no token was stored, and it can only begin anew."""


class ForgedRedirectError(SignInError):
    """A redirect does not belong to this sign-in; the right one may still come."""


class ConsentRefusedError(SignInError):
    """The user did not let the app into the company."""


class WrongCompanyError(ConfigurationError):
    """The token is not for this company or this environment."""


class CompanyClosedError(ConfigurationError):
    """The company's subscription has ended, or the user lost access to it."""


class BudgetSpentError(ConfigurationError):
    """The month's budget of metered calls is used up."""


class RejectedError(QuickBooksError):
    """QuickBooks understood the call and refused its content."""

    def __init__(
        self,
        reason: str,
        *,
        message: str = "",
        detail: str = "",
        element: str = "",
        cause: str = "",
        action: str = "",
        status: int | None = None,
        code: str | None = None,
        intuit_tid: str | None = None,
        attempted: str | None = None,
    ) -> None:
        """Keep the refusal in QuickBooks' words and in plain ones.

        Args:
            reason: The sentence for a person.
            message: Intuit's `Message`.
            detail: Intuit's `Detail`.
            element: The field Intuit blames, or "".
            cause: What usually causes this code.
            action: What to do about it.
            status: HTTP status.
            code: Intuit's error code.
            intuit_tid: Intuit's id of the transaction.
            attempted: What was tried.
        """
        super().__init__(
            reason, status=status, code=code, intuit_tid=intuit_tid, attempted=attempted
        )
        self.message = message
        self.detail = detail
        self.element = element
        self.cause = cause
        self.action = action


class DuplicateNumberError(RejectedError):
    """The document number is used already."""


class DuplicateNameError(RejectedError):
    """Another customer, vendor, employee, item or account has this name."""


class StaleError(RejectedError):
    """Somebody changed the object since it was read."""


class NotFoundError(RejectedError):
    """The object does not exist, was deleted, or refers to something inactive."""


class InvalidReferenceError(RejectedError):
    """An id in the record points to nothing usable."""


class ClosedPeriodError(RejectedError):
    """The date lies in a period whose books are closed."""


class BeforeInventoryStartError(RejectedError):
    """The date is before the item's inventory start date."""


class NotPermittedError(RejectedError):
    """The user or the plan may not do this."""


class FeatureUnavailableError(RejectedError):
    """The company has this feature switched off, or its plan lacks it."""


class InvalidQueryError(RejectedError):
    """The query cannot be run as it is written."""


class UnexpectedReplyError(QuickBooksError):
    """A reply that fits no documented shape."""
