"""`quickbooks-sync review`: what waits for a person, and what a person decides about it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg2

from quickbooks_sync.database import exists, first_line, row, rows, value
from quickbooks_sync.errors import NotPreparedError, ReviewError
from quickbooks_sync.live_views import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.company import Company

VERBS: Mapping[str, str] = {
    "accept": "both sides may stay as they are",
    "keep_platform": "the platform is right: the difference goes to QuickBooks",
    "keep_qbo": "QuickBooks is right: the difference goes to the platform",
    "release": "a held, conflicting or refused thing goes ahead (with --note)",
    "retry": "a refused row or command is sent again",
    "acknowledge": "seen; a corrected row is not sent by itself any more",
    "cancel": "a refused row or a command is never carried out",
    "restore": "somebody changed our document in QuickBooks: put the stock back there",
    "forward": "somebody changed our document in QuickBooks: tell the platform",
    "note": "a remark",
}

REFUSED = "QS001"
"""SQLSTATE of what sync.review() will not do."""

ROW_KINDS = ("order", "refund", "cancel", "payment", "customer", "undo")

WAITING_DECISIONS = ("conflict", "review", "held", "first_difference")

RUN_GUARDS = ("max_run_skus", "max_run_value")

SKUS_WAITING = f"""
    select 'sku' as subject_type, sku_key as subject_id, decision as state, reason,
        platform_quantity, qbo_quantity, variance_quantity
    from {DECISIONS}
    where realm_id = %(realm_id)s and decision = any(%(decisions)s)
    order by abs(variance_quantity) desc nulls last, sku_key
"""

ROWS_WAITING = """
    select case when c.command_id is null then 'row' else 'command' end as subject_type,
        coalesce(c.command_id, r.idempotency_key) as subject_id, 'rejected' as state,
        concat_ws(' ', r.error_code, r.error_detail) as reason
    from sync.ledger_rows as r
    left join sync.inventory_commands as c on r.idempotency_key = 'adjustment:' || c.command_id
    where r.realm_id = %(realm_id)s and r.status = 'rejected'
    union all
    select 'command', u.update_id, 'rejected', concat_ws(' ', 'by the platform:', u.note)
    from platform.inventory_updates as u
    where u.rejected_at is not null and u.applied_at is null
        and not exists (
            select from sync.reviews as v
            where v.subject_type = 'command' and v.subject_id = u.update_id and v.verb = 'cancel'
        )
    order by 1, 2
"""

SNAPSHOT_WAITING = """
    select 'snapshot' as subject_type, snapshot_id::text as subject_id, 'refused' as state, reason
    from sync.snapshots as s
    where realm_id = %(realm_id)s and not is_accepted
        and snapshot_id = (select max(snapshot_id) from sync.snapshots where realm_id = s.realm_id)
        and not exists (
            select from sync.reviews as v
            where v.subject_type = 'snapshot' and v.subject_id = s.snapshot_id::text
                and v.verb = 'release'
        )
"""


@dataclass(frozen=True)
class Subject:
    """What a decision is about."""

    type: str
    id: str


@dataclass(frozen=True)
class Decision:
    """A person's word: who, why, and until when it holds."""

    verb: str
    actor: str
    note: str | None = None
    valid_until: str | None = None


def find_subject(cursor: Cursor, text: str) -> Subject:
    """What a person means: `order:17`, `snapshot:4`, `run`, `document:ID`, a command, or a SKU."""
    kind, _, rest = text.partition(":")
    if text == "run":
        return Subject("run", "latest")
    if kind in {"sku", "row", "command", "document", "snapshot", "run"} and rest:
        return Subject(kind, sku_key_of(cursor, rest) if kind == "sku" else rest)
    if kind == "adjustment" and rest:
        return Subject("command", rest)
    if kind in ROW_KINDS and rest:
        return Subject("row", text)
    if value(cursor, "select true from sync.inventory_commands where command_id = %s", (text,)):
        return Subject("command", text)
    return Subject("sku", sku_key_of(cursor, text))


def sku_key_of(cursor: Cursor, text: str) -> str:
    """The key of a SKU as a person typed it; keys of items without a SKU stay as they are."""
    if text.startswith(("qbo:", "platform:")):
        return text
    return value(cursor, "select sync.sku_key(%s)", (text,)) or text


def waiting(cursor: Cursor, company: Company) -> list[dict[str, Any]]:
    """Everything that waits for a person: SKUs by size of their difference, rows, snapshots."""
    names = {"realm_id": company.realm_id, "decisions": list(WAITING_DECISIONS)}
    found = rows(cursor, SNAPSHOT_WAITING, names) + rows(cursor, ROWS_WAITING, names)
    if exists(cursor, DECISIONS):
        found += rows(cursor, SKUS_WAITING, names)
    return found


def decision_row(cursor: Cursor, company: Company, sku_key: str) -> dict[str, Any]:
    """The figures of a SKU as the last build decided on them.

    Raises NotPreparedError before the first build, ReviewError for a SKU that nobody knows.
    """
    if not exists(cursor, DECISIONS):
        raise NotPreparedError(
            f"{DECISIONS} is missing in the warehouse: run `quickbooks-sync dbt build "
            "--exclude-resource-type unit_test` first."
        )
    found = row(
        cursor,
        f"select to_jsonb(d)::text as figures from {DECISIONS} as d "
        "where realm_id = %s and sku_key = %s",
        (company.realm_id, sku_key),
    )
    if found is None:
        raise ReviewError(
            f"No SKU {sku_key} is known: `quickbooks-sync review list` shows what waits."
        )
    return exact(found["figures"])


def exact(text: str) -> dict[str, Any]:
    """A JSON object whose numbers stay exact. Any: JSON values."""
    figures: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return figures


def to_json(figures: Mapping[str, Any]) -> str:
    """What `exact` read, as JSON again; decimals as text, which PostgreSQL reads exactly."""
    return json.dumps(figures, default=str)


def decide(cursor: Cursor, company: Company, subject: Subject, decision: Decision) -> int:
    """Takes a decision inside the caller's transaction; the id of the review.

    Raises ReviewError with the reason when it cannot be taken.
    """
    figures: dict[str, Any] = {}
    base_version = None
    if subject.type == "sku" and decision.verb != "note":
        figures = decision_row(cursor, company, subject.id)
        base_version = figures.get("base_version") or 0
    if subject.type == "run" and decision.verb == "release":
        figures = held_by_run(cursor, company)
    try:
        review_id: int = value(
            cursor,
            "select sync.review(%s, %s, %s, %s, %s, %s::jsonb, %s, null, %s)",
            (
                decision.verb,
                subject.type,
                subject.id,
                decision.actor,
                decision.note,
                to_json(figures),
                base_version,
                decision.valid_until,
            ),
        )
    except psycopg2.Error as error:
        if error.pgcode == REFUSED:
            raise ReviewError(error.diag.message_primary or first_line(error)) from error
        raise
    return review_id


def held_by_run(cursor: Cursor, company: Company) -> dict[str, Any]:
    """The SKUs that are held only because the run as a whole was too large."""
    if not exists(cursor, DECISIONS):
        return {"skus": []}
    found = rows(
        cursor,
        f"select to_jsonb(d)::text as figures from {DECISIONS} as d "
        "where realm_id = %s and decision = 'held' and hold_reason = any(%s) order by sku_key",
        (company.realm_id, list(RUN_GUARDS)),
    )
    return {"skus": [exact(one["figures"]) for one in found]}


def history(cursor: Cursor, company: Company, subject: Subject) -> dict[str, Any]:
    """What is known about a subject: figures, baselines, commands, the ledger, reviews."""
    names = {"realm_id": company.realm_id, "id": subject.id, "type": subject.type}
    known: dict[str, Any] = {"subject": {"type": subject.type, "id": subject.id}}
    if subject.type == "sku":
        known["figures"] = decision_row(cursor, company, subject.id)
        known["baselines"] = rows(
            cursor,
            "select version, platform_quantity, qbo_quantity, qbo_read_at, method, established_by, "
            "established_at from sync.baselines where realm_id = %(realm_id)s and sku_key = %(id)s "
            "order by version desc limit 10",
            names,
        )
        known["commands"] = rows(
            cursor,
            "select c.command_id, c.side, c.quantity_delta, c.reason, c.planned_at, "
            "coalesce(r.status, case when u.applied_at is not null then 'applied' "
            "when u.rejected_at is not null then 'rejected' else 'waiting' end) as status "
            "from sync.inventory_commands as c "
            "left join sync.ledger_rows as r on r.realm_id = c.realm_id "
            "and r.idempotency_key = 'adjustment:' || c.command_id "
            "left join platform.inventory_updates as u on u.update_id = c.command_id "
            "where c.realm_id = %(realm_id)s and c.sku_key = %(id)s "
            "order by c.planned_at desc limit 10",
            names,
        )
    else:
        key = {"row": subject.id, "command": f"adjustment:{subject.id}"}.get(subject.type)
        known["ledger"] = rows(
            cursor,
            "select idempotency_key, stream, status, document_id, error_code, error_detail, "
            "attempts, created_at, updated_at from sync.ledger_rows "
            "where realm_id = %s and (idempotency_key = %s or document_id = %s)",
            (company.realm_id, key, subject.id),
        )
    known["reviews"] = rows(
        cursor,
        "select review_id, verb, subject_type, subject_id, actor, note, created_at "
        "from sync.reviews where realm_id = %(realm_id)s and (subject_type = %(type)s "
        "and subject_id = %(id)s or %(type)s = 'sku' and sku_key = %(id)s) "
        "order by review_id desc limit 20",
        names,
    )
    return known
