"""What the client hands out: replies, pages and records, as plain values."""

from __future__ import annotations

import dataclasses
from datetime import datetime  # noqa: TC003 - part of the values' public types
from typing import Any

from quickbooks_client.json_text import exact


@dataclasses.dataclass(frozen=True, slots=True)
class RawRecord:
    """One entity as QuickBooks sent it, its text untouched.

    Only the four fields every caller needs are read from it; numbers are never parsed, so they
    arrive wherever `document` goes exactly as they came.
    """

    id: str
    sync_token: str | None
    """None in a deletion's stub."""
    last_updated_at: datetime | None
    """`MetaData.LastUpdatedTime`, UTC; None where QuickBooks gives no time or a date only, as in
    inventory adjustments."""
    is_deleted: bool
    document: bytes
    """The entity's own JSON object, UTF-8."""

    @property
    def entity(self) -> dict[str, Any]:
        """The entity parsed anew at each use; its numbers are exact `Decimal`. Any: JSON."""
        entity: dict[str, Any] = exact(self.document)
        return entity


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Records that came in one answer."""

    records: list[RawRecord]
    time: datetime
    """Server time of the answer, UTC."""


@dataclasses.dataclass(frozen=True, slots=True)
class QueryReply:
    """One query's answer."""

    rows: list[RawRecord]
    time: datetime
    total_count: int | None
    """What `SELECT COUNT(*)` found; beside rows it is the page's own count, where given at all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """What change data capture says happened since a moment."""

    records: dict[str, list[RawRecord]]
    """By entity, an entry for each that was asked; deletions have `is_deleted`."""
    time: datetime
    is_complete: bool
    """False when the cap was reached or the moment lies beyond the 30 days CDC looks back."""
    overflowed: set[str]
    """Entities of which something may be missing because 1000 objects were reached."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """One entity, read or written."""

    entity: dict[str, Any]
    """As QuickBooks stored it; numbers are `Decimal`, ids are text. Any: JSON."""
    time: datetime
    """Server time of the answer, UTC."""
    intuit_tid: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Usage:
    """Calls counted."""

    requests: int = 0
    """All calls to the Accounting API, repeated ones included."""
    metered: int = 0
    """Those that Intuit counts: answered reads, queries, CDC, reports and batches."""
    free: int = 0
    """Plain writes."""
    throttled: int = 0
    """Answers saying that there were too many calls."""
    retried: int = 0
    """Calls that repeated an earlier one."""
    refreshed: int = 0
    """Token refreshes made."""
    failed: int = 0
    """Answers that were an error; Intuit does not count them."""
    lost: int = 0
    """Calls whose reply was not seen; those that would be metered are counted as such."""
