"""A document as it is sent and remembered, and the id it is sent under. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quickbooks_client.push.exact import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a document as the ledger keeps it."""

    key: str
    item_id: str | None
    sku: str | None
    quantity: Decimal | None
    stock_effect: Decimal
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Document:
    """A document ready to be sent."""

    entity: str
    body: Mapping[str, Any]
    lines: tuple[DocumentLine, ...]
    keys: tuple[str, ...]
    doc_number: str | None
    total: Decimal | None
    """What QuickBooks' TotalAmt should be; None where it has none."""


def request_id(realm_id: str, document: Document, attempt: int) -> str:
    """The id a document is sent under: identical content repeats it, other content never does."""
    text = "\0".join(
        [
            realm_id,
            document.entity,
            *sorted(document.keys),
            to_json(dict(document.body)),
            str(attempt),
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:40]
