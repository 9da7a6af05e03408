"""One lease per company: who may write now, and the record of every run.

All statements run inside a transaction of the caller; the database's clock gives every time.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg2.extras import Json

from quickbooks_sync.database import row, value
from quickbooks_sync.errors import LeaseLostError
from quickbooks_sync.owner import SAME_START_S, Owner

if TYPE_CHECKING:
    import datetime as dt

    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.company import Company

DEAD_AFTER_S = 20 * 60
"""A lease held from another host is dead so long after it was last renewed."""

CONTEXT_VARIABLE = "MELTANO_PARENT_CONTEXT_UUID"
"""Meltano gives it to every program it starts, one value per `meltano run`."""


@dataclass(frozen=True)
class Holder:
    """The lease of a company, with the run it belongs to."""

    run_id: str
    job: str
    owner: Owner
    started_at: dt.datetime
    unrenewed_s: float
    step: str | None
    context: str | None

    def is_dead(self) -> bool:
        """Whether nobody will renew or free this lease any more."""
        if self.owner.is_on_this_host():
            return not self.owner.is_alive()
        return self.unrenewed_s > DEAD_AFTER_S

    def is_owned_by(self, owner: Owner) -> bool:
        """Whether the lease is `owner`'s own."""
        apart_s = abs((self.owner.started_at - owner.started_at).total_seconds())
        same = (self.owner.host, self.owner.pid) == (owner.host, owner.pid)
        return same and apart_s < SAME_START_S


def lock_lease(cursor: Cursor, company: Company) -> None:
    """Until the transaction ends, nobody else takes, renews or frees the company's lease."""
    cursor.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"lease:{company.realm_id}",)
    )


def read_holder(cursor: Cursor, company: Company) -> Holder | None:
    """Who holds the lease; None when it is free."""
    found = row(
        cursor,
        """
        select l.*, r.job, r.started_at, r.summary ->> 'step' as step,
            r.summary ->> 'context' as context,
            extract(epoch from clock_timestamp() - l.renewed_at)::float8 as unrenewed_s
        from sync.leases as l
        inner join sync.runs as r on l.run_id = r.run_id
        where l.realm_id = %s
        """,
        (company.realm_id,),
    )
    if found is None:
        return None
    owner = Owner(found["owner_host"], found["owner_pid"], found["owner_started_at"])
    return Holder(
        found["run_id"], found["job"], owner, found["started_at"], found["unrenewed_s"],
        found["step"], found["context"],
    )  # fmt: skip


def take(cursor: Cursor, company: Company, owner: Owner, job: str, context: str | None) -> str:
    """Opens a run and gives it the lease, whoever had it; the run's id."""
    run_id = str(uuid.uuid4())
    values = {
        "run_id": run_id,
        "realm_id": company.realm_id,
        "environment": company.environment,
        "job": job,
        "host": owner.host,
        "pid": owner.pid,
        "started_at": owner.started_at,
        "summary": Json({"step": "begin", "steps": ["begin"], "context": context}),
    }
    cursor.execute(
        """
        insert into sync.runs (run_id, realm_id, environment, job, owner_host, owner_pid,
            owner_started_at, started_at, status, summary)
        values (%(run_id)s, %(realm_id)s, %(environment)s, %(job)s, %(host)s, %(pid)s,
            %(started_at)s, now(), 'running', %(summary)s)
        """,
        values,
    )
    cursor.execute(
        """
        insert into sync.leases (realm_id, run_id, owner_host, owner_pid, owner_started_at,
            renewed_at)
        values (%(realm_id)s, %(run_id)s, %(host)s, %(pid)s, %(started_at)s, now())
        on conflict (realm_id) do update set run_id = excluded.run_id,
            owner_host = excluded.owner_host, owner_pid = excluded.owner_pid,
            owner_started_at = excluded.owner_started_at, renewed_at = excluded.renewed_at
        """,
        values,
    )
    return run_id


def own_run(cursor: Cursor, company: Company, owner: Owner) -> str | None:
    """The id of the run that `owner` holds the lease for; None when it holds none."""
    holder = read_holder(cursor, company)
    return holder.run_id if holder is not None and holder.is_owned_by(owner) else None


def renew(cursor: Cursor, company: Company, owner: Owner, step: str) -> str:
    """Keeps the lease and notes the step in the run's record; the run's id.

    Raises LeaseLostError when `owner` does not hold it.
    """
    lock_lease(cursor, company)
    holder = read_holder(cursor, company)
    if holder is None or not holder.is_owned_by(owner):
        raise LeaseLostError(
            f"No run of this shell holds the company {company.realm_id}"
            + (f" (job {holder.job} does)" if holder else "")
            + ": start the whole job with `meltano run`, or run `quickbooks-sync begin --job NAME` "
            "first."
        )
    cursor.execute(
        "update sync.leases set renewed_at = clock_timestamp() where realm_id = %s",
        (company.realm_id,),
    )
    cursor.execute(
        """
        update sync.runs
        set summary = summary || jsonb_build_object('step', %(step)s::text, 'steps',
            coalesce(summary -> 'steps', '[]') || case
                when summary ->> 'step' = %(step)s then '[]' else to_jsonb(%(step)s::text)
            end)
        where run_id = %(run_id)s
        """,
        {"step": step, "run_id": holder.run_id},
    )
    return holder.run_id


def close(
    cursor: Cursor,
    run_id: str,
    status: str,
    *,
    failed_step: str | None = None,
    summary: dict[str, Any] | None = None,
) -> None:
    """Ends the run's record and frees its lease. Values of `summary` are JSON values."""
    cursor.execute(
        """
        update sync.runs
        set status = %s, finished_at = clock_timestamp(), failed_step = %s, summary = summary || %s
        where run_id = %s and status = 'running'
        """,
        (status, failed_step, Json(summary or {}), run_id),
    )
    cursor.execute("delete from sync.leases where run_id = %s", (run_id,))


def step_of(cursor: Cursor, run_id: str) -> str | None:
    """The last step that a run noted."""
    step: str | None = value(
        cursor, "select summary ->> 'step' from sync.runs where run_id = %s", (run_id,)
    )
    return step
