"""The books on a cash basis: sales and purchases count when, and as far as, they are paid.

Source: Intuit, "ProfitAndLoss" (accounting_method). A document that is settled later counts by the
share that each payment has of it, on the later of the two dates; what is open does not count.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.books.chart import OWED
from quickbooks_emulator.json_text import EXACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quickbooks_emulator.books.ledger import Ledger, Movement

Shares = dict[tuple[str, str], list[tuple[str, Decimal]]]
"""Per document: when which part of it was settled."""


def on_cash_basis(ledger: Ledger, movements: Iterable[Movement]) -> Iterator[Movement]:
    """The movements of the accrual basis, those of open documents put off or left out.

    All legs of a document shrink alike, so that they still sum to nought: with the payment's own
    legs the control account keeps what is paid and not applied.
    """
    shares = _shares(ledger)
    for one in movements:
        if one.entity not in OWED:
            yield one
            continue
        for date, part in shares.get((one.entity, one.object_id), ()):
            amount = EXACT.multiply(one.posting.amount, part)
            yield replace(one, date=date, posting=replace(one.posting, amount=amount))


def _shares(ledger: Ledger) -> Shares:
    """When which part of each document was settled."""
    company = ledger.company
    shares: Shares = {}
    for payer in settlement.SETTLED_BY:
        for row in company.rows(payer):
            for kind, object_id, share in settlement.links(row.body):
                target = company.body(kind, object_id) if kind in OWED else None
                worth = Decimal((target or {}).get("TotalAmt") or 0)
                if target is not None and worth:
                    date = max(str(row.body.get("TxnDate")), str(target.get("TxnDate")))
                    part = EXACT.divide(share, worth)
                    shares.setdefault((kind, object_id), []).append((date, part))
    return shares
