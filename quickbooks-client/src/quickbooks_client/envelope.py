"""Reading replies without touching the entities in them: each stays the text it came as.

A page of a thousand invoices is scanned, not parsed: records are `msgspec.Raw` slices, and only
id, token, time and status are read from each. Numbers therefore never pass through a float.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from quickbooks_client.records import RawRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

Members = dict[str, msgspec.Raw]


class _MetaData(msgspec.Struct):
    LastUpdatedTime: str | None = None


class _Head(msgspec.Struct):
    Id: str | int = ""
    SyncToken: str | int | None = None
    status: str | None = None
    MetaData: _MetaData | None = None


_members = msgspec.json.Decoder(Members)
_rows = msgspec.json.Decoder(list[msgspec.Raw])
_head = msgspec.json.Decoder(_Head)
_objects = msgspec.json.Decoder(list[Members])
_time = msgspec.json.Decoder(str | int | float | None)


def split(body: bytes) -> Members | None:
    """Return the members of a JSON object as they stand; None when `body` is not one."""
    try:
        # The slices are handed on unread, so the whole text is checked here.
        body.decode()
        return _members.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def opens_with(raw: msgspec.Raw, mark: bytes) -> bool:
    """Return whether a slice is of the kind its first character says."""
    return bytes(memoryview(raw)[:1]) == mark


def rows(raw: msgspec.Raw) -> list[RawRecord]:
    """Return the records of a JSON array.

    Raises:
        msgspec.DecodeError: It is no array of entities.
    """
    return [record(one) for one in _rows.decode(raw)]


def record(raw: msgspec.Raw) -> RawRecord:
    """Return one entity's slice with what every caller needs of it."""
    head = _head.decode(raw)
    token = head.SyncToken
    updated = head.MetaData.LastUpdatedTime if head.MetaData else None
    return RawRecord(
        id=str(head.Id),
        sync_token=None if token is None else str(token),
        last_updated_at=full_time(updated),
        is_deleted=head.status == "Deleted",
        document=bytes(raw),
    )


def cdc_groups(raw: msgspec.Raw) -> tuple[list[Members], list[msgspec.Raw]]:
    """Return the groups of a `CDCResponse`, and the Faults found among its parts.

    Raises:
        msgspec.DecodeError: It has another shape.
    """
    groups: list[Members] = []
    faults: list[msgspec.Raw] = []
    for part in _objects.decode(raw):
        found = _objects.decode(part["QueryResponse"]) if "QueryResponse" in part else []
        groups += found
        faults += [
            holder[name]
            for holder in (part, *found)
            for name in ("Fault", "fault")
            if name in holder
        ]
    return groups, faults


def number(raw: msgspec.Raw | None) -> int | None:
    """Return a whole number such as `totalCount`; None when there is none."""
    if raw is None:
        return None
    value = json.loads(bytes(raw))
    return int(value) if isinstance(value, (int, str)) and str(value).isdigit() else None


def server_time(members: Mapping[str, msgspec.Raw], headers: Mapping[str, str]) -> datetime | None:
    """Return when the server answered: the envelope's `time`, else the Date header; UTC."""
    raw = members.get("time")
    value = _time.decode(raw) if raw is not None else None
    if isinstance(value, str):
        moment = full_time(value)
        if moment is not None:
            return moment
    elif value is not None:
        # The gateway's replies count milliseconds since 1970.
        return datetime.fromtimestamp(value / 1000, UTC)
    try:
        moment = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def full_time(text: str | None) -> datetime | None:
    """Return a time in UTC; None for a bare date or anything without an offset."""
    if not text or "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
