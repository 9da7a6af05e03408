"""`quickbooks-sync status`: what runs now, what ran last, what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quickbooks_sync import lease
from quickbooks_sync.database import rows, transaction
from quickbooks_sync.review import waiting

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812

    from quickbooks_sync.company import Company

RUNS = """
    select run_id, job, status, started_at, finished_at, failed_step,
        summary ->> 'step' as step,
        extract(epoch from coalesce(finished_at, clock_timestamp()) - started_at)::float8
            as duration_s
    from sync.runs
    where realm_id = %s
    order by started_at desc
    limit %s
"""


def status(connection: Connection, company: Company, last: int) -> dict[str, Any]:
    """The company's state as JSON values, times as datetimes. Any: JSON values."""
    with transaction(connection) as cursor:
        holder = lease.read_holder(cursor, company)
        runs = rows(cursor, RUNS, (company.realm_id, last))
        open_matters = waiting(cursor, company)
    for run in runs:
        run["duration_s"] = round(run["duration_s"], 1)
        if run["status"] == "running" and (
            holder is None or holder.run_id != run["run_id"] or holder.is_dead()
        ):
            # Nobody has closed it yet: the next `begin` will.
            run["status"] = "died"
    return {
        "realm_id": company.realm_id,
        "environment": company.environment,
        "is_running": holder is not None and not holder.is_dead(),
        "runs": runs,
        "waiting": len(open_matters),
    }
