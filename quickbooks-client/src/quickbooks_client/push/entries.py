"""What passes between the pusher and the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from quickbooks_client.push.documents import Document
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
class Answer:
    """What QuickBooks holds now."""

    qbo_id: str
    sync_token: str | None
    total_amount: Decimal | None
    posted_at: dt.datetime | None
    flaw: tuple[str, str] | None = None
    """Code and words of what is remarkable about it, such as another total than ours."""
