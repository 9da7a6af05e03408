"""What a run did, as facts out of the warehouse: for `end` and whoever reads sync.runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quickbooks_sync.database import exists, row, rows, value
from quickbooks_sync.errors import SyncError
from quickbooks_sync.live_views import DECISIONS
from quickbooks_sync.subprocesses import output_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.company import Company

RECONCILIATION = "marts.fct_inventory_reconciliation"
DISCREPANCIES = "marts.fct_inventory_discrepancies"

LIMIT_S = 15 * 60
"""A sync completes within 15 minutes of its trigger."""

WORST = 5

PULLED = """
    select stream, sum(records)::bigint as records, sum(deletions)::bigint as deletions,
        bool_or(complete_through is null) as is_cut
    from quickbooks.extractions
    where realm_id = %s and started_at >= %s
    group by stream
    having sum(records) > 0 or sum(deletions) > 0 or bool_or(complete_through is null)
    order by stream
"""

PUSHED = """
    select qbo_type, count(*) as documents
    from sync.documents
    where realm_id = %s and status = 'posted' and sent_at >= %s
    group by qbo_type
    order by qbo_type
"""

REFUSED = """
    select count(*) filter (where updated_at >= %s) as in_this_run, count(*) as open
    from sync.ledger_rows
    where realm_id = %s and status = 'rejected'
"""

# The marts belong to dbt: a column that is not there yet reads as null, not as an error.
IN_STEP = f"""
    select count(*) filter (where r ->> 'is_within_tolerance' = 'true') as in_step,
        count(*) as compared
    from (select to_jsonb(t) as r from {RECONCILIATION} as t where t.realm_id = %s) as one
    where coalesce(r ->> 'discrepancy_class', '') <> 'excluded'
"""

OPEN = f"""
    select count(*) as open,
        sum(abs((d ->> 'variance_value')::numeric)) as value
    from (select to_jsonb(t) as d from {DISCREPANCIES} as t where t.realm_id = %s) as one
"""

LARGEST = f"""
    select d ->> 'sku_key' as sku_key, d ->> 'discrepancy_class' as class,
        d ->> 'variance_quantity' as quantity, d ->> 'variance_value' as value,
        d ->> 'recommended_action' as action
    from (select to_jsonb(t) as d from {DISCREPANCIES} as t where t.realm_id = %s) as one
    order by abs((d ->> 'variance_value')::numeric) desc nulls last,
        abs((d ->> 'variance_quantity')::numeric) desc nulls last, 1
    limit {WORST}
"""


def summarise(
    cursor: Cursor, company: Company, since: dt.datetime, variables: Mapping[str, str]
) -> dict[str, Any]:
    """The facts of a run that began at `since`, as JSON values; quantities and money as text."""
    realm = (company.realm_id,)
    refused = row(cursor, REFUSED, (since, company.realm_id)) or {}
    facts: dict[str, Any] = {
        "pulled": {
            found["stream"]: found["records"] + (found["deletions"] or 0)
            for found in rows(cursor, PULLED, (company.realm_id, since))
            if found["stream"] != "extractions"
        },
        "cut": [
            found["stream"]
            for found in rows(cursor, PULLED, (company.realm_id, since))
            if found["is_cut"]
        ],
        "pushed": {
            found["qbo_type"]: found["documents"]
            for found in rows(cursor, PUSHED, (company.realm_id, since))
        },
        "refused": refused.get("in_this_run", 0),
        "refused_open": refused.get("open", 0),
        "updates_open": value(
            cursor,
            "select count(*) from platform.inventory_updates "
            "where applied_at is null and rejected_at is null",
        ),
        "planned": planned(cursor, company, since),
        "snapshots_refused": [
            found["reason"]
            for found in rows(
                cursor,
                "select reason from sync.snapshots where realm_id = %s and not is_accepted "
                "and taken_at >= %s order by snapshot_id",
                (company.realm_id, since),
            )
        ],
        "waiting": {},
        "calls": calls(since, variables),
    }
    if exists(cursor, DECISIONS):
        facts["waiting"] = {
            found["decision"]: found["skus"]
            for found in rows(
                cursor,
                f"select decision, count(*) as skus from {DECISIONS} where realm_id = %s "
                "and decision in ('conflict', 'review', 'held', 'first_difference') "
                "group by decision order by decision",
                realm,
            )
        }
    if exists(cursor, RECONCILIATION):
        facts["compared"] = row(cursor, IN_STEP, realm)
    if exists(cursor, DISCREPANCIES):
        found = row(cursor, OPEN, realm) or {}
        facts["discrepancies"] = {
            "open": found.get("open", 0),
            "value": format(found["value"], "f") if found.get("value") is not None else None,
            "largest": rows(cursor, LARGEST, realm),
        }
    return facts


def planned(cursor: Cursor, company: Company, since: dt.datetime) -> dict[str, int]:
    """Commands planned since, by the side they go to."""
    found = rows(
        cursor,
        "select side, count(*) as commands from sync.inventory_commands "
        "where realm_id = %s and planned_at >= %s group by side",
        (company.realm_id, since),
    )
    return {one["side"]: one["commands"] for one in found}


def calls(since: dt.datetime, variables: Mapping[str, str]) -> dict[str, Any] | None:
    """What `quickbooks usage` counted since; None when it cannot tell. Any: JSON values."""
    try:
        told = output_of(("quickbooks", "usage", "--json", "--since", since.isoformat()), variables)
        found: dict[str, Any] = json.loads(told)
    except (SyncError, ValueError):
        return None
    return found


def run_times(cursor: Cursor, run_id: str) -> tuple[dt.datetime, float, str]:
    """When a run began, how many seconds ago, and its job."""
    found = row(
        cursor,
        "select started_at, job, "
        "extract(epoch from clock_timestamp() - started_at)::float8 as age_s "
        "from sync.runs where run_id = %s",
        (run_id,),
    )
    if found is None:
        raise SyncError(f"Run {run_id} is not in the record.")
    return found["started_at"], found["age_s"], found["job"]
