"""From a reply to the error it stands for: pure, and by codes, never by statuses where a code is.

Which class, cause and action a code has stands in `explanations`; the shapes a Fault comes in, in
`answer`.
Source: Intuit, "Error codes", "API call limits and throttles"; recorded replies.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from quickbooks_client import errors
from quickbooks_client.answer import Answer, FaultEntry, Wanted, read_fault
from quickbooks_client.broken_rules import explain_broken_rule
from quickbooks_client.explanations import Explanation, explain, is_known
from quickbooks_client.redact import redact

if TYPE_CHECKING:
    from datetime import datetime

_THROTTLE_TEXT = re.compile(r"ThrottleExceeded|errorCode=003001", re.IGNORECASE)
_TIMEOUT_TEXT = re.compile(
    r"stream timeout|upstream (connect|request) (error|timeout)", re.IGNORECASE
)
_BY_STATUS = {HTTPStatus.UNAUTHORIZED: "3200", HTTPStatus.FORBIDDEN: "3100"}
"""Which code a refusal stands for that names none."""
_BY_KIND = {
    "systemfault": "10000",
    "authenticationfault": "3200",
    "authentication": "3200",
    "authorizationfault": "3100",
}
_READ_CHARACTERS = 2000


def from_answer(
    answer: Answer, *, attempted: str, now: datetime, wanted: Wanted = Wanted.JSON
) -> errors.QuickBooksError | None:
    """Return the error `answer` stands for, or None when it is none.

    Args:
        answer: The reply.
        attempted: What was tried, for the message.
        now: The time, for a `Retry-After` that is a date.
        wanted: What was asked for.
    """
    fault = read_fault(answer)
    if answer.status == HTTPStatus.OK and not fault and answer.is_as(wanted):
        return None
    if _is_throttle(answer, fault):
        error: errors.QuickBooksError = _throttled(answer, fault, attempted)
    elif fault:
        error = from_fault(fault, answer, attempted=attempted)
    else:
        error = _from_status(answer, attempted)
    if isinstance(error, errors.RetriableError):
        error.retry_after_s = answer.retry_after_s(now)
    return error


def from_fault(
    fault: list[FaultEntry], answer: Answer, *, attempted: str
) -> errors.QuickBooksError:
    """Return the error that the entries of a Fault stand for.

    Of several entries the one decides that says most: what concerns every call before what concerns
    this record, a code with a class of its own before a general one, the first before the next.
    """
    decisive, explained = min(
        ((entry, _explanation(entry, answer)) for entry in fault), key=lambda one: _rank(one[1])
    )
    verb = "failed" if issubclass(explained.error, errors.ServerError) else "refused it"
    action = explained.action[:1].upper() + explained.action[1:]
    reason = f"QuickBooks {verb}: {_words(fault)}. Cause: {explained.cause}. {action}."
    origin: dict[str, Any] = {  # Any: mixed keyword arguments
        "status": answer.status,
        "code": decisive.code or None,
        "intuit_tid": answer.intuit_tid,
        "attempted": attempted,
    }
    if issubclass(explained.error, errors.RejectedError):
        return explained.error(
            reason,
            message=redact(decisive.message),
            detail=redact(decisive.detail),
            element=redact(decisive.element),
            cause=explained.cause,
            action=explained.action,
            **origin,
        )
    return explained.error(reason, **origin)


def raise_unexpected(what: str, answer: Answer, attempted: str) -> NoReturn:
    """Raise the error of a reply that lacks what every such reply has."""
    raise errors.UnexpectedReplyError(
        f"{what}. QuickBooks may have changed, or something answers in its place.",
        status=answer.status,
        intuit_tid=answer.intuit_tid,
        attempted=attempted,
    )


def is_throttle(answer: Answer) -> bool:
    """Return whether QuickBooks refused the call for its rate."""
    return _is_throttle(answer, read_fault(answer))


def _is_throttle(answer: Answer, fault: list[FaultEntry]) -> bool:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or any(one.code == "3001" for one in fault):
        return True
    return not fault and _THROTTLE_TEXT.search(_beginning(answer)) is not None


def _throttled(answer: Answer, fault: list[FaultEntry], attempted: str) -> errors.ThrottledError:
    return errors.ThrottledError(
        "QuickBooks refused it because there were too many calls. Try again later; if this lasts"
        " for hours, the month's allowance of the Intuit app may be used up.",
        status=answer.status,
        code=fault[0].code if fault else "3001",
        intuit_tid=answer.intuit_tid,
        attempted=attempted,
    )


def _from_status(answer: Answer, attempted: str) -> errors.QuickBooksError:
    """Return the error of a reply without a Fault."""
    status = answer.status
    origin: dict[str, Any] = {  # Any: mixed keyword arguments
        "status": status,
        "intuit_tid": answer.intuit_tid,
        "attempted": attempted,
    }
    if (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status == HTTPStatus.REQUEST_TIMEOUT
        or _TIMEOUT_TEXT.search(_beginning(answer))
    ):
        return errors.ServerError(
            f"QuickBooks failed: {_phrase(status)}. Try again later.", **origin
        )
    if status in _BY_STATUS:
        explained = explain(_BY_STATUS[HTTPStatus(status)])
        return explained.error(
            f"QuickBooks refused it: {_phrase(status)}. Cause: {explained.cause}."
            f" {explained.action[:1].upper()}{explained.action[1:]}.",
            **origin,
        )
    if status == HTTPStatus.OK:
        return errors.ConnectionLostError(
            "The reply was cut, or is not of the kind that was asked for. Try again.", **origin
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return errors.RejectedError(
            f"QuickBooks refused it: {_phrase(status)}. Send smaller documents or a smaller file.",
            cause="the request is too large",
            action="send smaller documents or a smaller file",
            **origin,
        )
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return errors.UnexpectedReplyError(
            f"QuickBooks answered {_phrase(status)}, which points elsewhere; the token is sent"
            " nowhere else. Check setting api_url.",
            **origin,
        )
    return errors.UnexpectedReplyError(
        f"QuickBooks answered {_phrase(status)} without saying why. Check setting api_url, and"
        " that nothing between here and QuickBooks answers in its place.",
        **origin,
    )


def _explanation(entry: FaultEntry, answer: Answer) -> Explanation:
    """Return what an entry means; one without a known code is judged by status and type."""
    has_failed = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if is_known(entry.code) and not (entry.code == "500" and has_failed):
        return explain_broken_rule(entry.detail) if entry.code == "6000" else explain(entry.code)
    if has_failed:
        return explain("10000")
    by_status = _BY_STATUS.get(answer.status)  # type: ignore[call-overload] # an int equals its name
    return explain(by_status or _BY_KIND.get(entry.kind.lower(), entry.code))


def _rank(explained: Explanation) -> int:
    """Return how much an entry says, the least number most."""
    if issubclass(explained.error, errors.ConfigurationError):
        return 0
    if issubclass(explained.error, errors.RejectedError):
        if explained.error is not errors.RejectedError:
            return 1
        return 2 if explained is not explain("") else 4
    return 3


def _words(fault: list[FaultEntry]) -> str:
    """Return QuickBooks' own words, without secrets."""
    said = []
    for entry in fault:
        parts = [entry.code, entry.message]
        if entry.detail and entry.detail != entry.message:
            parts.append(f"({entry.detail})")
        if entry.element:
            parts.append(f"at {entry.element}")
        said.append(" ".join(part for part in parts if part))
    return redact("; ".join(said)).rstrip(".") or "no reason given"


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _beginning(answer: Answer) -> str:
    return answer.body[:_READ_CHARACTERS].decode(errors="replace")
