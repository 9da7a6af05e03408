"""`quickbooks-sync snapshot`: both sides at one moment, and what has moved since the last one.

One REPEATABLE READ transaction. Quantities and effects come from the live views: what an order
moves is said there and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extras import Json

from quickbooks_sync import lease
from quickbooks_sync.database import row, rows, transaction, value
from quickbooks_sync.document_edits import append_document_edits
from quickbooks_sync.guards import (
    STOCK_STREAMS,
    Limits,
    LocationTotal,
    Reading,
    Totals,
    refusal,
)
from quickbooks_sync.live_views import COMMAND, EFFECTS, POSITIONS, require
from quickbooks_sync.settings import read_settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.company import Company
    from quickbooks_sync.owner import Owner

TOTALS = f"""
    select side, location, count(quantity) as rows, coalesce(sum(quantity), 0) as quantity
    from {POSITIONS}
    where realm_id = %s
    group by side, location
"""

# The latest reading of quantities, with the other streams of the same run of the tap. Ages are
# taken on the tap's clock: QuickBooks' own is compared with itself only.
READING = """
    with latest as (
        select run_id
        from quickbooks.extractions
        where realm_id = %(realm_id)s and stream = 'items' and mode = 'quantities'
        order by started_at desc nulls last, finished_at desc nulls last
        limit 1
    )
    select e.stream, e.mode, e.complete_through is null as is_cut,
        extract(epoch from clock_timestamp() - e.started_at) as age_s
    from quickbooks.extractions as e
    inner join latest on e.run_id = latest.run_id
    where e.realm_id = %(realm_id)s
        and (e.stream = any(%(streams)s) or e.stream = 'items' and e.mode = 'quantities')
"""

LATE_FEEDS = """
    select feed, extract(epoch from clock_timestamp() - complete_through) as age_s
    from platform.feeds
    where complete_through is null
        or extract(epoch from clock_timestamp() - complete_through) > %s
"""

MEASURE = """
    select s.totals -> 'locations' as locations
    from sync.snapshots as s
    where s.realm_id = %(realm_id)s
        and (
            s.is_accepted
            or exists (
                select from sync.reviews as r
                where r.realm_id = s.realm_id and r.verb = 'release'
                    and r.subject_type = 'snapshot' and r.subject_id = s.snapshot_id::text
            )
        )
    order by s.snapshot_id desc
    limit 1
"""

KEEP_QUANTITIES = f"""
    delete from sync.snapshot_quantities as q
    using sync.snapshots as s
    where q.snapshot_id = s.snapshot_id and s.realm_id = %(realm_id)s;

    insert into sync.snapshot_quantities
        (snapshot_id, side, sku_key, location, item_id, quantity, read_at)
    select %(snapshot_id)s, side, sku_key, coalesce(location, ''), item_id, quantity, read_at
    from {POSITIONS}
    where realm_id = %(realm_id)s
"""

# What was recorded is taken off what is in effect now, source by source: a source that grew,
# shrank, moved to another SKU or vanished gives its difference, any other nothing.
APPEND_SOURCES = f"""
    with recorded as (
        select m.source_id, m.sku_key, max(m.kind) as kind, sum(m.quantity) as quantity
        from sync.platform_movements as m
        inner join sync.snapshots as s on m.snapshot_id = s.snapshot_id
        where s.realm_id = %(realm_id)s and m.kind <> 'update'
        group by m.source_id, m.sku_key
    ),
    current_effects as (
        select source_id, sku_key, max(kind) as kind, sum(platform_effect) as quantity
        from {EFFECTS}
        where realm_id = %(realm_id)s and sku_key is not null
        group by source_id, sku_key
    )
    insert into sync.platform_movements (snapshot_id, sku_key, kind, source_id, quantity)
    select %(snapshot_id)s, sku_key, coalesce(c.kind, r.kind), source_id,
        coalesce(c.quantity, 0) - coalesce(r.quantity, 0)
    from current_effects as c
    full join recorded as r using (source_id, sku_key)
    where coalesce(c.quantity, 0) <> coalesce(r.quantity, 0)
"""

# An update says which SKU the platform was told, the command which key it was decided for.
APPEND_UPDATES = """
    insert into sync.platform_movements (snapshot_id, sku_key, kind, source_id, quantity)
    select %(snapshot_id)s, coalesce(c.sku_key, sync.sku_key(u.sku)), 'update', u.update_id,
        u.quantity_delta
    from platform.inventory_updates as u
    left join sync.inventory_commands as c on u.update_id = c.command_id
    where u.applied_at is not null
        and sync.sku_key(u.sku) is not null
        and coalesce(c.realm_id, %(realm_id)s) = %(realm_id)s
        and not exists (
            select from sync.platform_movements as m
            where m.kind = 'update' and m.source_id = u.update_id
        )
"""


@dataclass(frozen=True)
class Snapshot:
    """What was recorded; `reason` is None when the snapshot was accepted."""

    snapshot_id: int
    reason: str | None
    totals: Totals
    sources: int = 0
    updates: int = 0
    edits: int = 0


def snapshot(connection: Connection, company: Company, owner: Owner) -> Snapshot:
    """Records both sides now; accepted or, where a guard speaks against it, refused.

    A refused snapshot leaves everything else as it was. Raises NotPreparedError when a live view
    is missing, LeaseLostError when this run does not hold the company.
    """
    with transaction(connection) as cursor:
        run_id = lease.renew(cursor, company, owner, "snapshot")
    connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
    try:
        with transaction(connection) as cursor:
            require(cursor, EFFECTS, COMMAND)
            require(cursor, POSITIONS, COMMAND)
            return record(cursor, company, run_id)
    finally:
        connection.set_session(isolation_level="DEFAULT")


def record(cursor: Cursor, company: Company, run_id: str) -> Snapshot:
    """Writes one snapshot inside the caller's transaction."""
    settings = read_settings(cursor)
    limits = Limits(
        Decimal(settings["max_reading_age_s"]),
        Decimal(settings["max_catalogue_shrink"]),
        Decimal(settings["max_total_change"]),
    )
    totals = read_totals(cursor, company)
    reason = refusal(
        totals, read_measure(cursor, company), read_reading(cursor, company, limits), limits
    )
    snapshot_id: int = value(
        cursor,
        """
        insert into sync.snapshots (run_id, realm_id, taken_at, is_accepted, reason, totals)
        values (%s, %s, now(), %s, %s, %s)
        returning snapshot_id
        """,
        (run_id, company.realm_id, reason is None, reason, Json({"locations": totals.to_json()})),
    )
    if reason is not None:
        return Snapshot(snapshot_id, reason, totals)
    names: dict[str, Any] = {"realm_id": company.realm_id, "snapshot_id": snapshot_id}
    cursor.execute(KEEP_QUANTITIES, names)
    cursor.execute(APPEND_SOURCES, names)
    sources = cursor.rowcount
    cursor.execute(APPEND_UPDATES, names)
    updates = cursor.rowcount
    edits = append_document_edits(cursor, company, snapshot_id)
    return Snapshot(snapshot_id, None, totals, sources, updates, edits)


def read_totals(cursor: Cursor, company: Company) -> Totals:
    """Rows and quantity by side and location, as the live view shows them."""
    found = rows(cursor, TOTALS, (company.realm_id,))
    return Totals(
        {
            (total["side"], total["location"] or ""): LocationTotal(
                total["rows"], total["quantity"]
            )
            for total in found
        }
    )


def read_measure(cursor: Cursor, company: Company) -> Totals | None:
    """The totals of the latest snapshot that was accepted or released; None before the first."""
    found = row(cursor, MEASURE, {"realm_id": company.realm_id})
    return Totals.from_json(found["locations"]) if found else None


def read_reading(cursor: Cursor, company: Company, limits: Limits) -> Reading | None:
    """The tap's last reading of quantities; None when there was none."""
    found = rows(cursor, READING, {"realm_id": company.realm_id, "streams": list(STOCK_STREAMS)})
    if not found:
        return None
    quantities = next(part for part in found if part["mode"] == "quantities")
    late = rows(cursor, LATE_FEEDS, (limits.max_reading_age_s,))
    return Reading(
        quantities["age_s"],
        tuple(sorted({part["stream"] for part in found if part["is_cut"]})),
        {feed["feed"]: feed["age_s"] for feed in late},
    )


def describe(taken: Snapshot) -> str:
    """The snapshot in a sentence or two, for people."""
    sides = ", ".join(
        f"{name} {taken.totals.rows(side)} SKUs with {taken.totals.quantity(side):f} units"
        for side, name in (("platform", "platform"), ("quickbooks", "QuickBooks"))
    )
    if taken.reason is not None:
        return (
            f"Snapshot {taken.snapshot_id} refused: {taken.reason} ({sides}). Nothing is decided "
            f"by it; if it is right, `quickbooks-sync review release snapshot:{taken.snapshot_id} "
            "--note WHY` makes it the new measure."
        )
    return (
        f"Snapshot {taken.snapshot_id} accepted: {sides}; {taken.sources} movements of sales, "
        f"{taken.updates} updates applied, {taken.edits} edits of our documents."
    )
