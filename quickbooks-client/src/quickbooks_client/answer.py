"""A reply, and the Fault in it, in every shape that has been seen.

Replies of the API are JSON with `Fault`; the gateway before it answers in lower case, in XML or in
plain text, whatever was asked for. What a Fault means stands in `faults`.
Source: Intuit, "Error codes", "API call limits and throttles"; recorded replies.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import math
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import msgspec

from quickbooks_client.envelope import Members, split
from quickbooks_client.redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_XML_BYTES = 64_000
"""A fault is short; a longer XML document is none of ours to read."""
_files = msgspec.json.Decoder(list[Members])
_PLAIN = re.compile(r"[\w.:@ -]{1,80}", re.ASCII)


class Wanted(enum.Enum):
    """What a reply is to be."""

    JSON = "JSON"
    PDF = "PDF"
    ANYTHING = "anything"


@dataclasses.dataclass(frozen=True)
class Answer:
    """An HTTP reply, read to its end."""

    status: int
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    body: bytes

    @property
    def intuit_tid(self) -> str | None:
        """Intuit's id of the transaction."""
        return plain(self.headers.get("intuit_tid")) or None

    @functools.cached_property
    def members(self) -> Members | None:
        """The members of the JSON object; None when the body is none."""
        return split(self.body)

    def is_as(self, wanted: Wanted) -> bool:
        """Return whether the body is of the kind that was asked for, as far as one can see."""
        if wanted is Wanted.JSON:
            return self.members is not None
        return self.body.startswith(b"%PDF") if wanted is Wanted.PDF else bool(self.body)

    def retry_after_s(self, now: datetime) -> float | None:
        """Return the seconds the reply asks to wait, or None.

        A date is taken relative to the reply's own `Date`: the two are of one clock, ours may be
        another.

        Args:
            now: The time, for a reply without `Date`.
        """
        return retry_after_s(
            self.headers.get("Retry-After"), http_date(self.headers.get("Date")) or now
        )


@dataclasses.dataclass(frozen=True, slots=True)
class FaultEntry:
    """One entry of a Fault."""

    code: str
    message: str = ""
    detail: str = ""
    element: str = ""
    kind: str = ""
    """The Fault's `type`, such as `SystemFault`."""


def read_fault(answer: Answer) -> list[FaultEntry]:
    """Return the entries of the Fault in `answer`, in whichever shape; empty when it has none."""
    members = answer.members
    if members is not None:
        for name in ("Fault", "fault"):
            if name in members:
                return parse_fault(members[name])
        return _upload_fault(members)
    head = answer.body[:200].lstrip()
    if head.startswith(b"<") and b"<html" not in head.lower():
        return _xml_fault(answer.body)
    return []


def _upload_fault(members: Members) -> list[FaultEntry]:
    """Return the Fault of a file that was refused; uploads answer per file, inside HTTP 200."""
    if "AttachableResponse" not in members:
        return []
    try:
        files = _files.decode(members["AttachableResponse"])
    except msgspec.DecodeError:
        return []
    return [entry for file in files if "Fault" in file for entry in parse_fault(file["Fault"])]


def parse_fault(raw: msgspec.Raw) -> list[FaultEntry]:
    """Return the entries of one JSON Fault, either casing; empty when it is null."""
    fault = msgspec.json.decode(raw)
    if fault is None:
        return []
    is_object = isinstance(fault, dict)
    kind = _text(_member(fault, "type")) if is_object else ""
    entries = _member(fault, "Error") if is_object else None
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list) or not entries:
        # A Fault without entries is an error all the same.
        return [FaultEntry("", message="Fault without an error", kind=kind)]
    return [
        FaultEntry(
            code=plain(_member(entry, "code")),
            message=_text(_member(entry, "Message")),
            detail=_text(_member(entry, "Detail")),
            element=_text(_member(entry, "element")),
            kind=kind,
        )
        if isinstance(entry, dict)
        else FaultEntry("", message=_text(entry), kind=kind)
        for entry in entries
    ]


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds a `Retry-After` header asks for: a number or a date; None if neither.

    Source: RFC 9110, "Retry-After".
    """
    text = (value or "").strip()
    try:
        seconds = float(text)
    except ValueError:
        moment = http_date(text)
        return None if moment is None else max((moment - now).total_seconds(), 0.0)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def http_date(value: str | None) -> datetime | None:
    """Return the moment of a `Date` header, UTC; None when it is none."""
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def plain(value: object) -> str:
    """Return a code or an id as it stands when it looks like one, else ""."""
    text = _text(value).strip()
    return text if _PLAIN.fullmatch(text) and redact(text) == text else ""


def _member(entry: dict[str, Any], name: str) -> Any:
    """Return a member in either casing. Any: JSON."""
    return entry.get(name, entry.get(name[:1].lower() + name[1:]))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _xml_fault(body: bytes) -> list[FaultEntry]:
    if len(body) > _MAX_XML_BYTES or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        # No reply of Intuit's declares entities; expanding somebody else's is a known attack.
        return []
    try:
        root = ET.fromstring(body)  # noqa: S314 - declarations are refused above, and it is short
    except ET.ParseError:
        return []
    found = []
    kind = ""
    for node in root.iter():
        name = _local(node.tag)
        if name == "Fault":
            kind = node.get("type", "")
        elif name == "Error":
            children = {_local(child.tag): (child.text or "").strip() for child in node}
            found.append(
                FaultEntry(
                    code=plain(node.get("code")),
                    message=children.get("Message", ""),
                    detail=children.get("Detail", ""),
                    element=node.get("element", ""),
                    kind=kind,
                )
            )
    return found


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
