"""`quickbooks-sync plan`: turns the decisions into commands and baselines, in one transaction.

What is held, in review or not decided gets neither, and is worked out afresh by the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg2.extras import Json

from quickbooks_sync import lease
from quickbooks_sync.database import row, rows, transaction, value
from quickbooks_sync.errors import ConfigurationError
from quickbooks_sync.guards import plain
from quickbooks_sync.live_views import DECISIONS, require
from quickbooks_sync.settings import read_settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.company import Company
    from quickbooks_sync.owner import Owner

# A review writes baselines under the same lock: neither can slip between the other's reading
# and writing.
LOCK_BASELINES = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"

CURRENT = """
    create temporary table current_baselines on commit drop as
    select distinct on (sku_key) sku_key, version, platform_quantity, qbo_quantity
    from sync.baselines
    where realm_id = %(realm_id)s
    order by sku_key, version desc
"""

# Only what the decision was made on still holds, and only where both sides were read.
CHOSEN = f"""
    create temporary table chosen on commit drop as
    select d.sku_key, d.decision, d.reason, d.platform_quantity, d.qbo_quantity, d.qbo_read_at,
        coalesce(c.version, 0) as base_version,
        d.platform_quantity is distinct from c.platform_quantity
            or d.qbo_quantity is distinct from c.qbo_quantity as has_moved,
        case when d.decision in ('to_quickbooks', 'both') then d.quickbooks_delta end
            as quickbooks_delta,
        case when d.decision in ('to_platform', 'both') then d.platform_delta end
            as platform_delta,
        gen_random_uuid()::text as quickbooks_command_id,
        gen_random_uuid()::text as platform_command_id
    from {DECISIONS} as d
    left join current_baselines as c on d.sku_key = c.sku_key
    where d.realm_id = %(realm_id)s
        and d.decision in ('agreed', 'adopt', 'to_quickbooks', 'to_platform', 'both')
        and coalesce(d.base_version, 0) = coalesce(c.version, 0)
        and d.platform_quantity is not null
        and d.qbo_quantity is not null
        and d.qbo_read_at is not null
"""

# The platform's own spelling, and the location that takes the update: the setting's, else the
# one that holds most. A SKU that the platform does not list cannot be told anything.
PLACES = """
    create temporary table places on commit drop as
    select distinct on (q.sku_key) q.sku_key, q.item_id as sku,
        coalesce(%(update_location)s, q.location) as location
    from sync.snapshot_quantities as q
    inner join chosen as c on q.sku_key = c.sku_key
    where q.snapshot_id = %(snapshot_id)s and q.side = 'platform' and c.platform_delta <> 0
    order by q.sku_key, (q.location = %(update_location)s) desc nulls last,
        q.quantity desc nulls last, q.location, q.item_id
"""

DROP_UNPLACED = """
    delete from chosen as c
    where c.platform_delta <> 0
        and not exists (select from places as p where p.sku_key = c.sku_key)
"""

COMMANDS = """
    insert into sync.inventory_commands (command_id, realm_id, sku_key, side, quantity_delta,
        snapshot_id, base_version, reason, run_id, planned_at)
    select quickbooks_command_id, %(realm_id)s, sku_key, 'quickbooks', quickbooks_delta,
        %(snapshot_id)s, base_version, reason, %(run_id)s, now()
    from chosen
    where quickbooks_delta <> 0
    union all
    select platform_command_id, %(realm_id)s, sku_key, 'platform', platform_delta,
        %(snapshot_id)s, base_version, reason, %(run_id)s, now()
    from chosen
    where platform_delta <> 0
"""

UPDATES = """
    insert into platform.inventory_updates (update_id, sku, location, quantity_delta, reason,
        source_type, source_id, created_at)
    select c.platform_command_id, p.sku, nullif(p.location, ''), c.platform_delta, c.reason,
        'command', c.platform_command_id, now()
    from chosen as c
    inner join places as p on c.sku_key = p.sku_key
    where c.platform_delta <> 0
"""

BASELINES = """
    insert into sync.baselines (realm_id, sku_key, version, snapshot_id, platform_quantity,
        qbo_quantity, qbo_read_at, method, established_by, established_at)
    select %(realm_id)s, sku_key, base_version + 1, %(snapshot_id)s, platform_quantity,
        qbo_quantity, qbo_read_at, decision, 'plan', now()
    from chosen
    where decision <> 'agreed' or has_moved
"""

WOULD_WRITE = """
    select sku_key, 'QuickBooks' as side, quickbooks_delta as quantity
    from chosen
    where quickbooks_delta <> 0
    union all
    select c.sku_key, 'the platform' || coalesce(' at ' || nullif(p.location, ''), ''),
        c.platform_delta
    from chosen as c
    inner join places as p on c.sku_key = p.sku_key
    where c.platform_delta <> 0
    order by 1, 2
"""

LOCATIONS = """
    select distinct location
    from sync.snapshot_quantities
    where snapshot_id = %s and side = 'platform'
    order by location
"""

COUNTS = f"""
    select decision, count(*) as skus
    from {DECISIONS}
    where realm_id = %(realm_id)s
    group by decision
    order by decision
"""


@dataclass(frozen=True)
class Plan:
    """What was written; `reason` says why nothing was, None when the plan was made."""

    reason: str | None
    to_quickbooks: int = 0
    to_platform: int = 0
    baselines: int = 0
    stale: int = 0
    waiting: int = 0
    would_write: tuple[str, ...] | None = None
    """With dry run on: the commands that were left unwritten. None when it is off."""


def plan(connection: Connection, company: Company, owner: Owner) -> Plan:
    """Plans the decisions on the latest accepted snapshot, each snapshot once.

    Raises NotPreparedError before the first `dbt build`, LeaseLostError when this run does not
    hold the company, ConfigurationError when update_location is no location in scope.
    """
    with transaction(connection) as cursor:
        run_id = lease.renew(cursor, company, owner, "plan")
    with transaction(connection) as cursor:
        lease.renew(cursor, company, owner, "plan")
        cursor.execute(LOCK_BASELINES, (f"baselines:{company.realm_id}",))
        require(cursor, DECISIONS, "quickbooks-sync dbt build --exclude-resource-type unit_test")
        snapshot_id, reason = plannable(cursor, company)
        if snapshot_id is None or reason is not None:
            return Plan(reason)
        settings = read_settings(cursor)
        check_location(cursor, snapshot_id, settings.get("update_location"))
        names = {
            "realm_id": company.realm_id,
            "run_id": run_id,
            "snapshot_id": snapshot_id,
            "update_location": settings.get("update_location"),
        }
        if settings.get("dry_run") == "true":
            choose(cursor, names)
            found = rows(cursor, WOULD_WRITE)
            return Plan(
                None,
                would_write=tuple(
                    f"{one['sku_key']}: {plain(one['quantity'])} to {one['side']}" for one in found
                ),
            )
        return write(cursor, names)


def plannable(cursor: Cursor, company: Company) -> tuple[int | None, str | None]:
    """The snapshot to plan, or why there is nothing to plan."""
    latest = row(
        cursor,
        """
        select snapshot_id, is_accepted, reason,
            exists (select from sync.plans as p where p.snapshot_id = s.snapshot_id) as is_planned
        from sync.snapshots as s
        where realm_id = %s
        order by snapshot_id desc
        limit 1
        """,
        (company.realm_id,),
    )
    if latest is None:
        return None, "no snapshot has been taken"
    snapshot_id: int = latest["snapshot_id"]
    if not latest["is_accepted"]:
        return None, f"snapshot {snapshot_id} was refused: {latest['reason']}"
    if latest["is_planned"]:
        return None, f"snapshot {snapshot_id} is planned already"
    decided = rows(
        cursor,
        f"select distinct snapshot_id from {DECISIONS} where realm_id = %s",
        (company.realm_id,),
    )
    others = sorted(
        found["snapshot_id"] for found in decided if found["snapshot_id"] not in (None, snapshot_id)
    )
    if others:
        return None, (
            f"the decisions rest on snapshot {others[0]}, the latest is {snapshot_id}: run "
            "`quickbooks-sync dbt build --exclude-resource-type unit_test` first"
        )
    return snapshot_id, None


def check_location(cursor: Cursor, snapshot_id: int, update_location: str | None) -> None:
    """Raises ConfigurationError when updates would go where no snapshot sees them.

    The kept quantities hold the locations in scope only. What the platform applies elsewhere is
    missing from its quantity, and would be taken off QuickBooks again by the next plan.
    """
    if update_location is None:
        return
    known = [found["location"] for found in rows(cursor, LOCATIONS, (snapshot_id,))]
    if update_location not in known:
        names = ", ".join(name or "(without name)" for name in known) or "none"
        raise ConfigurationError(
            f"QUICKBOOKS_SYNC_UPDATE_LOCATION is '{update_location}', which is no location in "
            f"scope that the platform holds stock at: set it to one of these: {names}."
        )


def choose(cursor: Cursor, names: dict[str, Any]) -> None:
    """Lays down for the caller's transaction what is to be done, and where."""
    cursor.execute(CURRENT, names)
    cursor.execute(CHOSEN, names)
    cursor.execute(PLACES, names)
    cursor.execute(DROP_UNPLACED)


def write(cursor: Cursor, names: dict[str, Any]) -> Plan:
    """Writes commands, updates and baselines inside the caller's transaction."""
    choose(cursor, names)
    cursor.execute(COMMANDS, names)
    cursor.execute(UPDATES, names)
    to_platform = cursor.rowcount
    to_quickbooks = value(cursor, "select count(*) from chosen where quickbooks_delta <> 0")
    cursor.execute(BASELINES, names)
    baselines = cursor.rowcount
    decisions = {found["decision"]: found["skus"] for found in rows(cursor, COUNTS, names)}
    decided = sum(
        decisions.get(name, 0)
        for name in ("agreed", "adopt", "to_quickbooks", "to_platform", "both")
    )
    planned = Plan(
        None,
        to_quickbooks,
        to_platform,
        baselines,
        stale=decided - value(cursor, "select count(*) from chosen"),
        waiting=sum(
            decisions.get(name, 0) for name in ("conflict", "review", "held", "first_difference")
        ),
    )
    cursor.execute(
        """
        insert into sync.plans (snapshot_id, realm_id, run_id, planned_at, totals)
        values (%(snapshot_id)s, %(realm_id)s, %(run_id)s, now(), %(totals)s)
        """,
        {**names, "totals": Json({"decisions": decisions, "baselines": baselines})},
    )
    return planned


def describe(planned: Plan) -> str:
    """The plan in a sentence, for people."""
    if planned.reason is not None:
        return f"Nothing planned: {planned.reason}."
    if planned.would_write is not None:
        commands = "".join(f"\n  {one}" for one in planned.would_write) or " no command."
        return f"Dry run: nothing is written; a plan would send{commands}"
    said = (
        f"Planned: {planned.to_quickbooks} adjustments to QuickBooks, {planned.to_platform} "
        f"updates to the platform, {planned.baselines} baselines; {planned.waiting} SKUs "
        "wait for a person"
    )
    if planned.stale:
        said += f"; {planned.stale} left out because a person decided in the meantime"
    return said + "."
