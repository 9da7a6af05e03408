"""How a document is known again as ours, whatever a person has done to it since. Pure.

Source: Intuit, Accounting API, "InventoryAdjustment" (read 2026-11).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from quickbooks_client.push.exact import to_decimal
from quickbooks_client.push.records import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from quickbooks_client.push.document import Document

NOTE_LENGTH = 4000
VOIDED = "Voided - "
"""What QuickBooks writes before the note of a voided document."""
UNTOUCHED = "0"
"""The SyncToken of what nobody has changed since it was made."""

_MARK = re.compile(r"\[quickbooks-sync ([0-9a-f]{16})\]")
_NUMBER = re.compile(r"QS-([0-9A-F]{16})")


def fingerprint(realm_id: str, keys: Iterable[str]) -> str:
    """Sixteen hexadecimal digits that stand for these rows of this company."""
    text = "\0".join([realm_id, *sorted(keys)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def marker(realm_id: str, keys: Iterable[str]) -> str:
    """The text in PrivateNote that says which rows a document was made from."""
    return f"[quickbooks-sync {fingerprint(realm_id, keys)}]"


def own_number(realm_id: str, keys: Iterable[str]) -> str:
    """A document number for rows that bring none: the same rows always get the same."""
    return f"QS-{fingerprint(realm_id, keys).upper()}"


def noted(memo: str | None, mark: str) -> str:
    """A PrivateNote: the memo, cut to what fits even when voided, and our marker."""
    return f"{shorten(memo, NOTE_LENGTH - len(VOIDED) - len(mark) - 1)} {mark}" if memo else mark


def fingerprints(entity: Mapping[str, Any]) -> set[str]:
    """Which rows `entity`, found in QuickBooks, says it was made from; none for a person's own.

    Either sign will do, for a person may change the other, and each holds a hash of the company
    and the rows: the marker in its note, or a number that we made. QuickBooks may return the note
    of an adjustment empty. A number that the rows brought says nothing: it may be a person's own.
    Date, total and lines do not count, for a document that was edited or voided is ours as well.
    """
    number = _NUMBER.fullmatch(str(entity.get("DocNumber") or ""))
    # A memo may repeat the mark of another document: ours comes after it.
    marks = _MARK.findall(str(entity.get("PrivateNote") or ""))
    return {*marks[-1:], *([number[1].lower()] if number else [])}


def changes(document: Document, entity: Mapping[str, Any], *, compares_total: bool) -> list[str]:
    """In what `entity`, which is ours, is not as `document` was sent; as far as it shows.

    Args:
        document: What we sent.
        entity: What QuickBooks holds.
        compares_total: False where QuickBooks computes tax and with it the total.
    """
    if document.entity == "Customer":
        return []
    found = []
    if str(entity.get("PrivateNote") or "").startswith(VOIDED.split(maxsplit=1)[0]):
        found.append("voided")
    date, sent_date = entity.get("TxnDate"), document.body.get("TxnDate")
    if date != sent_date:
        found.append(f"dated {date}, sent as {sent_date}")
    if compares_total and document.total is not None:
        total = to_decimal(entity.get("TotalAmt", 0))
        if total != document.total:
            found.append(f"total {total}, sent as {document.total}")
    # Rows of a query may come without lines.
    is_adjustment = document.entity == "InventoryAdjustment"
    if is_adjustment and entity.get("Line") and _adjusted(entity) != _adjusted(document.body):
        found.append("other lines")
    return found


def _adjusted(entity: Mapping[str, Any]) -> Counter[tuple[str, Decimal]]:
    details = [line.get("ItemAdjustmentLineDetail", {}) for line in entity.get("Line", [])]
    return Counter(
        (str(detail.get("ItemRef", {}).get("value")), to_decimal(detail.get("QtyDiff", 0)))
        for detail in details
    )
