"""From a reply to the error it stands for: pure, tolerant of every shape seen.

Replies of the API are JSON with `Fault`; the gateway before it answers in lower case, in XML or in
plain text, whatever was asked for. Which class a code becomes stands in `explanations`.
Source: Intuit, "Error codes", "API call limits and throttles"; recorded replies.
"""

from __future__ import annotations

import dataclasses
import math
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from quickbooks_client import errors
from quickbooks_client.explanations import INVENTORY_LOCK, Explanation, explain
from quickbooks_client.redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

_THROTTLE_TEXT = re.compile(r"ThrottleExceeded|errorCode=003001", re.IGNORECASE)
_TIMEOUT_TEXT = re.compile(
    r"stream timeout|upstream (connect|request) (error|timeout)", re.IGNORECASE
)
_LOCK_TEXT = re.compile(
    r"inventory products? at (exactly )?the same time|same time.*inventory", re.IGNORECASE
)
_MAX_XML_BYTES = 64_000
"""A fault is short; a longer XML document is none of ours to read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP reply, read to its end."""

    status: int
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    body: bytes

    @property
    def intuit_tid(self) -> str | None:
        """Intuit's id of the transaction."""
        return self.headers.get("intuit_tid")


@dataclasses.dataclass(frozen=True, slots=True)
class FaultError:
    """One entry of a Fault."""

    code: str
    message: str = ""
    detail: str = ""
    element: str = ""


def from_answer(
    answer: Answer, members: Mapping[str, msgspec.Raw] | None, *, attempted: str, now: datetime
) -> errors.QuickBooksError | None:
    """Return the error `answer` stands for, or None when it is none.

    Args:
        answer: The reply.
        members: The members of its JSON object; None when the body is no JSON object.
        attempted: What was tried, for the message.
        now: The time, for a `Retry-After` that is a date.
    """
    found = read_fault(answer.body, members)
    if answer.status == HTTPStatus.OK and not found and members is not None:
        return None
    if _is_throttle(answer, found):
        return _throttled(answer, found, attempted, now)
    if found:
        return from_fault(found, answer, attempted=attempted)
    return _from_status(answer, members, attempted)


def from_fault(
    fault: list[FaultError], answer: Answer, *, attempted: str
) -> errors.QuickBooksError:
    """Return the error that the entries of a Fault stand for.

    With several entries the first decides, unless a later one can be acted on in a better way.
    """
    first = fault[0]
    explained = _explanation(first, answer)
    reason = f"QuickBooks refused it: {_words(fault)}. Cause: {explained.cause}."
    action = explained.action[:1].upper() + explained.action[1:]
    reason = f"{reason} {action}."
    origin: dict[str, Any] = {  # Any: mixed keyword arguments
        "status": answer.status,
        "code": first.code or None,
        "intuit_tid": answer.intuit_tid,
        "attempted": attempted,
    }
    if issubclass(explained.error, errors.RejectedError):
        return explained.error(
            reason,
            message=redact(first.message),
            detail=redact(first.detail),
            element=redact(first.element),
            cause=explained.cause,
            action=explained.action,
            **origin,
        )
    return explained.error(reason, **origin)


def read_fault(body: bytes, members: Mapping[str, msgspec.Raw] | None) -> list[FaultError]:
    """Return the entries of the Fault in `body`, in whichever shape; empty when it holds none."""
    if members is not None:
        for name in ("Fault", "fault"):
            if name in members:
                return parse_fault(members[name])
        return []
    head = body[:200].lstrip()
    if head.startswith(b"<") and b"<html" not in head.lower() and len(body) <= _MAX_XML_BYTES:
        return _xml_fault(body)
    return []


def parse_fault(raw: msgspec.Raw) -> list[FaultError]:
    """Return the entries of one JSON Fault, either casing; empty when it is null."""
    fault = msgspec.json.decode(raw)
    if fault is None:
        return []
    entries = _member(fault, "Error") if isinstance(fault, dict) else None
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list) or not entries:
        # A Fault without entries is an error all the same.
        return [FaultError("", message="Fault without an error")]
    return [
        FaultError(
            code=_text(_member(entry, "code")),
            message=_text(_member(entry, "Message")),
            detail=_text(_member(entry, "Detail")),
            element=_text(_member(entry, "element")),
        )
        if isinstance(entry, dict)
        else FaultError("", message=_text(entry))
        for entry in entries
    ]


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds a `Retry-After` header asks for: a number or a date; None if neither.

    Source: RFC 9110, "Retry-After".
    """
    text = (value or "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def _is_throttle(answer: Answer, fault: list[FaultError]) -> bool:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or any(e.code == "3001" for e in fault):
        return True
    if fault or answer.status == HTTPStatus.OK:
        return False
    return _THROTTLE_TEXT.search(answer.body[:2000].decode(errors="replace")) is not None


def _throttled(
    answer: Answer, fault: list[FaultError], attempted: str, now: datetime
) -> errors.ThrottledError:
    error = errors.ThrottledError(
        "QuickBooks refused it because there were too many calls. Try again later; if this lasts"
        " for hours, the month's allowance of the Intuit app may be used up.",
        status=answer.status,
        code=fault[0].code if fault else "3001",
        intuit_tid=answer.intuit_tid,
        attempted=attempted,
    )
    error.retry_after_s = retry_after_s(answer.headers.get("Retry-After"), now)
    return error


def _from_status(
    answer: Answer, members: Mapping[str, msgspec.Raw] | None, attempted: str
) -> errors.QuickBooksError:
    """Return the error of a reply without a Fault."""
    status = answer.status
    origin: dict[str, Any] = {  # Any: mixed keyword arguments
        "status": status,
        "intuit_tid": answer.intuit_tid,
        "attempted": attempted,
    }
    text = answer.body[:2000].decode(errors="replace")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or _TIMEOUT_TEXT.search(text):
        return errors.ServerError(
            f"QuickBooks failed: {_phrase(status)}. Try again later.", **origin
        )
    if status == HTTPStatus.UNAUTHORIZED:
        explained = explain("3200")
        return explained.error(f"{explained.cause}: {explained.action}.", **origin)
    if status == HTTPStatus.FORBIDDEN:
        explained = explain("3100")
        return explained.error(f"{explained.cause}: {explained.action}.", **origin)
    if status == HTTPStatus.OK and members is None:
        return errors.ConnectionLostError(
            "The reply was cut or is not JSON; a write may have been applied. Try again.", **origin
        )
    return errors.UnexpectedReplyError(
        f"QuickBooks answered {_phrase(status)} without saying why. Check setting api_url, and"
        " that nothing between here and QuickBooks answers in its place.",
        **origin,
    )


def _explanation(entry: FaultError, answer: Answer) -> Explanation:
    if entry.code == "6000" and _LOCK_TEXT.search(entry.detail):
        return INVENTORY_LOCK
    explained = explain(entry.code)
    if entry.code in {"", "500"} and answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return explain("10000")
    if not entry.code or explained is explain("no such code"):
        if answer.status == HTTPStatus.UNAUTHORIZED:
            return explain("3200")
        if answer.status == HTTPStatus.FORBIDDEN:
            return explain("3100")
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return explain("10000")
    return explained


def _words(fault: list[FaultError]) -> str:
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


def _member(entry: dict[str, Any], name: str) -> Any:
    """Return a member in either casing. Any: JSON."""
    return entry.get(name, entry.get(name[:1].lower() + name[1:]))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _xml_fault(body: bytes) -> list[FaultError]:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        # No reply of Intuit's declares entities; expanding somebody else's is a known attack.
        return []
    try:
        root = ET.fromstring(body)  # noqa: S314 - declarations are refused above, and it is short
    except ET.ParseError:
        return []
    found = []
    for node in root.iter():
        if _local(node.tag) == "Error":
            children = {_local(child.tag): (child.text or "").strip() for child in node}
            found.append(
                FaultError(
                    code=node.get("code", ""),
                    message=children.get("Message", ""),
                    detail=children.get("Detail", ""),
                    element=node.get("element", ""),
                )
            )
    return found


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def raise_unexpected(what: str, answer: Answer, attempted: str) -> NoReturn:
    """Raise the error of a reply that lacks what every such reply has."""
    raise errors.UnexpectedReplyError(
        f"{what}. QuickBooks may have changed, or something answers in its place.",
        status=answer.status,
        intuit_tid=answer.intuit_tid,
        attempted=attempted,
    )
