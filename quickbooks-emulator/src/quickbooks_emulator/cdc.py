"""Change data capture: everything that changed since a moment, deletions too.

Source: Intuit, "Change data capture": 30 days back, 1,000 objects, no paging, tombstones of
transactions with status Deleted, an empty object for an entity without a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator import catalogue
from quickbooks_emulator.clock import days_before, parse_moment, second_text
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.problems import Problem, missing

if TYPE_CHECKING:
    from datetime import datetime

    from quickbooks_emulator.store import Company
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
    if not changed_since:
        raise missing("changedSince")
    since = _since(changed_since, now, switches)
    kinds = [_supported(name, switches) for name in names]
    left = MAX_OBJECTS
    slots = []
    for kind in kinds:
        room = left if switches.cdc_cap == "response" else MAX_OBJECTS
        slot, taken = _slot(company, kind, since, room)
        left -= taken
        slots.append(slot)
    return b'[{"QueryResponse":[%s]}]' % b",".join(slots)


def _since(text: str, now: datetime, switches: Switches) -> float:
    try:
        # A plus that was not encoded arrives as a blank.
        moment = parse_moment(text.strip().replace(" ", "+"))
    except ValueError:
        raise Problem("2060", f"Invalid date format: changedSince={text}", "changedSince") from None
    earliest = days_before(now, REACH_DAYS)
    if moment < earliest:
        if switches.cdc_old_since == "fault":
            raise Problem(
                "4001",
                f"QueryValidationError: changedSince is more than {REACH_DAYS} days ago",
                "changedSince",
            )
        moment = earliest
    return moment.timestamp()


def _supported(name: str, switches: Switches) -> str:
    entity = catalogue.named(name)
    if entity is None or not entity.in_cdc:
        raise Problem("4001", f"QueryValidationError: Metadata not found for Entity: {name}")
    if entity.name == "InventoryAdjustment" and not switches.cdc_inventory_adjustments:
        raise Problem("4001", f"QueryValidationError: Metadata not found for Entity: {name}")
    return entity.name


def _slot(company: Company, entity: str, since: float, room: int) -> tuple[bytes, int]:
    """One entity's answer and how many objects it holds."""
    table = company.tables[entity]
    rows = sorted(
        (row for row in table.rows.values() if row.updated_at >= since),
        key=lambda row: row.updated_at,
    )[:room]
    gone = sorted(
        ((moment, key) for key, moment in table.tombstones.items() if moment >= since),
    )[: room - len(rows)]
    texts = [row.json() for row in rows]
    texts += [
        dumps(
            {
                "domain": "QBO",
                "status": "Deleted",
                "Id": key,
                "MetaData": {"LastUpdatedTime": second_text(moment)},
            }
        )
        for moment, key in gone
    ]
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
