"""What passes between the pusher and the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quickbooks_client.push.document import Document, DocumentLine

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    import sqlalchemy as sa

    from quickbooks_client.push.records import InputRow


@dataclass(frozen=True, slots=True)
class Intent:
    """A document about to be sent, and the rows it carries."""

    document_id: str
    request_id: str
    document: Document
    rows: tuple[InputRow, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """A document whose outcome is not known."""

    document_id: str
    request_id: str
    document: Document
    sent_at: dt.datetime
    attempts: int
    """Of the row among its rows that was tried most often."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of one input row."""

    status: str
    input_hash: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Told:
    """An input row with what became of it, as a person is told."""

    status: str
    record: Mapping[str, Any]
    """As it came in. Any: JSON."""
    attempts: int
    code: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What QuickBooks holds now."""

    qbo_id: str
    sync_token: str | None
    total_amount: Decimal | None
    posted_at: dt.datetime | None
    flaw: tuple[str, str] | None = None
    """Code and words of what is remarkable about it, such as another total than ours."""


def restored(
    row: sa.Row[Any], lines: Sequence[sa.Row[Any]], rows: Sequence[sa.Row[Any]]
) -> Pending:
    """The document that a row of the ledger, its lines and its input rows stand for.

    Any: the columns of the ledger's tables, each of its own type.
    """
    document = Document(
        entity=row.qbo_type,
        body=row.body,
        lines=tuple(
            DocumentLine(
                key=line.idempotency_key,
                item_id=line.item_id,
                sku=line.sku,
                quantity=line.quantity,
                stock_effect=line.stock_effect,
                amount=line.amount,
            )
            for line in lines
        ),
        keys=tuple(entry.idempotency_key for entry in rows),
        doc_number=row.doc_number,
        total=row.total_amount,
    )
    attempts = max((entry.attempts for entry in rows), default=1)
    return Pending(row.document_id, row.request_id, document, row.sent_at, attempts)
