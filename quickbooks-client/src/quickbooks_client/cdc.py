"""Reading change data capture's answer: records, deletions, and what it left out without a word.

Source: Intuit, "Change data capture": at most 30 days back, at most 1,000 objects, no paging. The
page says "per response"; integrators have read it as "per entity", so both count as overflow.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from quickbooks_client.answer import Answer, parse_fault
from quickbooks_client.envelope import Members, cdc_groups, number, rows
from quickbooks_client.faults import from_fault, raise_unexpected
from quickbooks_client.records import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quickbooks_client.records import RawRecord

REACH = timedelta(days=30)
CAP = 1000


def read_changes(
    answer: Answer,
    members: Members,
    entities: Sequence[str],
    since: datetime,
    time: datetime,
    *,
    attempted: str,
) -> Changes:
    """Return what `answer` says about `entities`.

    Raises:
        QuickBooksError: A part of it is a Fault, or it has not the documented shape.
    """
    raw = members.get("CDCResponse")
    if raw is None:
        raise_unexpected("A CDC answer without CDCResponse", answer, attempted)
    names = {name.lower(): name for name in entities}
    records: dict[str, list[RawRecord]] = {name: [] for name in entities}
    overflowed: set[str] = set()
    try:
        groups, faults = cdc_groups(raw)
        for fault in faults:
            entries = parse_fault(fault)
            if entries:
                raise from_fault(entries, answer, attempted=attempted)
        for group in groups:
            for key, slices in group.items():
                name = names.get(key.lower())
                if name is None:
                    continue
                found = rows(slices)
                records[name] += found
                announced = number(group.get("totalCount"))
                if len(records[name]) >= CAP or (announced or 0) > len(found):
                    overflowed.add(name)
    except msgspec.DecodeError:
        raise_unexpected("A CDC answer of another shape", answer, attempted)
    if sum(len(found) for found in records.values()) >= CAP:
        # Which entities were cut is not said.
        overflowed = set(entities)
    return Changes(
        records=records,
        time=time,
        is_complete=not overflowed and time - since <= REACH,
        overflowed=overflowed,
    )
