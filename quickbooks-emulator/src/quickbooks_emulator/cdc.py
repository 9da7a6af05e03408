"""Change data capture: everything that changed since a moment, deletions too.

Source: Intuit, "Change data capture": 30 days back, 1,000 objects, no paging, tombstones of
transactions with status Deleted, an empty object for an entity without a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator import catalogue
from quickbooks_emulator.catalogue import flags
from quickbooks_emulator.clock import days_before, second_text
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.problems import Problem, missing
from quickbooks_emulator.query.values import moment_of

if TYPE_CHECKING:
    from datetime import datetime

    from quickbooks_emulator.store import Company, Row
    from quickbooks_emulator.switches import Switches

REACH_DAYS = 30
MAX_OBJECTS = 1000


def changes(
    company: Company, entities: str, changed_since: str, now: datetime, switches: Switches
) -> bytes:
    """The text of the `CDCResponse` list. Raises Problem."""
    names = [name.strip() for name in entities.split(",") if name.strip()]
    if not names:
        raise missing("entities")
    if not changed_since.strip():
        raise missing("changedSince")
    since = _since(changed_since, now, switches)
    kinds = [_supported(name, switches) for name in names]
    left = MAX_OBJECTS
    slots = []
    for kind in kinds:
        room = left if switches.cdc_cap == "response" else MAX_OBJECTS
        slot, taken = _slot(company, kind, since, room, switches)
        left -= taken
        slots.append(slot)
    return b'[{"QueryResponse":[%s]}]' % b",".join(slots)


def _since(text: str, now: datetime, switches: Switches) -> float:
    try:
        moment = moment_of(text)
        earliest = days_before(now, REACH_DAYS)
        is_too_old = moment < earliest
    except (ValueError, OverflowError):
        raise Problem("2060", f"Invalid date format: changedSince={text}", "changedSince") from None
    if is_too_old and switches.cdc_old_since == "fault":
        raise Problem(
            "4001",
            f"QueryValidationError: changedSince is more than {REACH_DAYS} days ago",
            "changedSince",
        )
    return (earliest if is_too_old else moment).timestamp()


def _supported(name: str, switches: Switches) -> str:
    if name.lower() in flags.ELSEWHERE:
        return flags.ELSEWHERE[name.lower()]
    entity = catalogue.named(name)
    carried = {
        "InventoryAdjustment": switches.cdc_inventory_adjustments,
        "TimeActivity": switches.cdc_time_activities,
    }
    if entity is None or not carried.get(entity.name, entity.in_cdc):
        raise Problem("4001", f"QueryValidationError: Metadata not found for Entity: {name}")
    return entity.name


def _slot(
    company: Company, entity: str, since: float, room: int, switches: Switches
) -> tuple[bytes, int]:
    """One entity's answer and how many objects it holds: live rows first, oldest change first."""
    table = company.tables.get(entity)
    if table is None:
        # The service has such objects, a company here never.
        return b"{}", 0
    rows = table.changed_since(since, room)
    gone = table.tombstones.since(since, room)
    if switches.cdc_false_tombstone:
        rows, gone = _with_false_tombstone(entity, rows, gone)
    gone = gone[: room - len(rows)]
    texts = [row.json() for row in rows]
    texts += [_tombstone(key, moment) for moment, key in gone]
    if not texts:
        return b"{}", 0
    # A group of deletions alone has been recorded without startPosition.
    start = b'"startPosition":1,' if rows else b""
    total = b',"totalCount":%d' % len(texts) if gone else b""
    body = b'{"%s":[%s],%s"maxResults":%d%s}' % (
        entity.encode(),
        b",".join(texts),
        start,
        len(texts),
        total,
    )
    return body, len(texts)


def _with_false_tombstone(
    entity: str, rows: list[Row], gone: list[tuple[int, str]]
) -> tuple[list[Row], list[tuple[int, str]]]:
    """The same changes, the first updated document among them shown as deleted."""
    if catalogue.ENTITIES[entity].kind is not catalogue.Kind.TRANSACTION:
        return rows, gone
    wronged = next((row for row in rows if row.body["SyncToken"] != "0"), None)
    if wronged is None:
        return rows, gone
    rest = [row for row in rows if row is not wronged]
    return rest, sorted([*gone, (wronged.updated_at, wronged.id)])


def _tombstone(object_id: str, moment: int) -> bytes:
    return dumps({
        "domain": "QBO",
        "status": "Deleted",
        "Id": object_id,
        "MetaData": {"LastUpdatedTime": second_text(moment)},
    })  # fmt: skip
