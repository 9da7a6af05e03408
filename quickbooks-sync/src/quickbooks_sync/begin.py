"""`quickbooks-sync begin`: opens a run and takes the company's lease for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from quickbooks_sync import lease
from quickbooks_sync.company import checked_company
from quickbooks_sync.database import transaction
from quickbooks_sync.errors import ConfigurationError, SyncError
from quickbooks_sync.live_views import build_live_views
from quickbooks_sync.meltano_jobs import release_dead_blocks
from quickbooks_sync.owner import end_process, find_owner, processes_with
from quickbooks_sync.settings import effective_settings, write_settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812

    from quickbooks_sync.company import Company
    from quickbooks_sync.configuration import Configuration
    from quickbooks_sync.lease import Holder
    from quickbooks_sync.owner import Owner

POLL_S = 1.0
TELL_EVERY_S = 15.0
ORPHANS_MAY_RUN_S = 60.0
"""A push finishes the documents it is at; a loader writes what it has read."""


def begin(
    connection: Connection, configuration: Configuration, job: str, max_wait_s: float
) -> None:
    """Opens a run of `job` once no other run holds the company, and prepares what it needs.

    Raises SyncError when another living run holds it for longer than `max_wait_s`.
    """
    values = effective_settings(configuration)
    with transaction(connection) as cursor:
        company = checked_company(cursor, configuration)
    if company.environment == "production" and values["sales_from"] is None:
        raise ConfigurationError(
            "QUICKBOOKS_SYNC_SALES_FROM is not set: production needs the day from which this sync "
            "posts sales, such as 2026-01-01; earlier ones count as booked by hand."
        )
    owner = find_owner()
    context = configuration.get(lease.CONTEXT_VARIABLE)
    run_id = acquire(
        connection,
        configuration,
        company,
        owner=owner,
        job=job,
        context=context,
        max_wait_s=max_wait_s,
    )
    try:
        with transaction(connection) as cursor:
            lease.renew(cursor, company, owner, "begin")
            write_settings(cursor, values)
        build_live_views(connection, configuration)
    except SyncError:
        with transaction(connection) as cursor:
            lease.close(cursor, run_id, "failed", failed_step="begin")
        raise
    say(
        f"Run {run_id} of {job} has begun: company {company.realm_id}, environment "
        f"{company.environment}."
    )


def acquire(
    connection: Connection,
    configuration: Configuration,
    company: Company,
    *,
    owner: Owner,
    job: str,
    context: str | None,
    max_wait_s: float,
) -> str:
    """Waits for the lease and takes it; the new run's id."""
    began = time.monotonic()
    told = -TELL_EVERY_S
    while True:
        waited_s = time.monotonic() - began
        # Found dead outside the transaction: looking takes seconds and must hold nobody up.
        dead = find_dead(connection, company)
        found = clear_up(configuration, dead) if dead is not None else None
        with transaction(connection) as cursor:
            lease.lock_lease(cursor, company)
            holder = lease.read_holder(cursor, company)
            if holder is None:
                return lease.take(cursor, company, owner, job, context)
            if holder.is_owned_by(owner):
                lease.close(cursor, holder.run_id, "failed", failed_step=holder.step)
                return lease.take(cursor, company, owner, job, context)
            if dead is not None and found is not None and holder.run_id == dead.run_id:
                status, step = found
                lease.close(cursor, holder.run_id, status, failed_step=step)
                say(f"The earlier run of {holder.job} {status} at step {step}; it is closed.")
                return lease.take(cursor, company, owner, job, context)
        if waited_s > max_wait_s:
            raise SyncError(
                f"{description(holder)} still holds the company after {waited_s:.0f} s: look at it "
                "with `quickbooks-sync status`, or end that process; then run the job again."
            )
        if waited_s - told >= TELL_EVERY_S:
            say(f"Waiting for {description(holder)} …")
            told = waited_s
        time.sleep(POLL_S)


def find_dead(connection: Connection, company: Company) -> Holder | None:
    """The lease's holder when its owner is dead; None otherwise."""
    with transaction(connection) as cursor:
        holder = lease.read_holder(cursor, company)
    return holder if holder is not None and holder.is_dead() else None


def clear_up(configuration: Configuration, dead: Holder) -> tuple[str, str]:
    """Settles what a dead run left behind; how it ended (died or failed) and at which step.

    Programs that the dead process had started may outlive it for a while: they are waited for,
    so that none of them writes beside the new run. Nothing here depends on having run before:
    when this is cut off, the next `begin` does it again.
    """
    if dead.context is not None and dead.owner.is_on_this_host():
        wait_for_orphans(dead.job, dead.context)
    block = release_dead_blocks(
        configuration.project_root, dead.started_at, configuration.variables
    )
    if block is not None and block.is_dead:
        return "died", block.name
    if block is not None and block.has_failed:
        return "failed", block.name
    return "died", dead.step or "begin"


def wait_for_orphans(job: str, context: str) -> None:
    """Returns once nothing runs any more that the dead run had started.

    What still runs after a while is asked to end. Raises SyncError when it does not.
    """
    began = time.monotonic()
    has_told = has_asked = False
    while left := processes_with(lease.CONTEXT_VARIABLE, context):
        names = ", ".join(str(pid) for pid in left)
        waited_s = time.monotonic() - began
        if not has_told:
            say(f"Waiting for what the dead run of {job} left running (process {names}) …")
            has_told = True
        if waited_s > ORPHANS_MAY_RUN_S and not has_asked:
            for pid in left:
                end_process(pid)
            has_asked = True
        if waited_s > 2 * ORPHANS_MAY_RUN_S:
            raise SyncError(
                f"A program of the dead run of {job} does not end (process {names}): end it by "
                "hand and run the job again."
            )
        time.sleep(POLL_S)


def description(holder: Holder) -> str:
    """A run that is in the way, for people."""
    return (
        f"the run of {holder.job} that began at {holder.started_at:%Y-%m-%d %H:%M:%S %Z} (process "
        f"{holder.owner.pid} on {holder.owner.host}, step {holder.step})"
    )


def say(text: str) -> None:
    """Tells how it goes, at once also through a pipe."""
    print(text, flush=True)  # noqa: T201
