"""`quickbooks-sync end`: closes the run and says what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_sync import lease
from quickbooks_sync.database import transaction
from quickbooks_sync.summary import run_times, summarise

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812

    from quickbooks_sync.company import Company
    from quickbooks_sync.configuration import Configuration
    from quickbooks_sync.owner import Owner


def end(
    connection: Connection, configuration: Configuration, company: Company, owner: Owner
) -> None:
    """Keeps the run's facts in its record, frees the lease and prints the facts."""
    from quickbooks_sync.tables import show_summary  # noqa: PLC0415 - rich takes 60 ms

    with transaction(connection) as cursor:
        run_id = lease.renew(cursor, company, owner, "end")
    with transaction(connection) as cursor:
        started_at, _, job = run_times(cursor, run_id)
        facts = summarise(cursor, company, started_at, configuration.variables)
        _, duration_s, _ = run_times(cursor, run_id)
        lease.lock_lease(cursor, company)
        lease.close(
            cursor, run_id, "succeeded", summary={**facts, "duration_s": round(duration_s, 1)}
        )
    show_summary(job, duration_s, facts)
