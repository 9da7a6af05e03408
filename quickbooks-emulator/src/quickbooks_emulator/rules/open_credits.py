"""Open credits that pay a new invoice by themselves.

Source: Intuit, "Preferences" (AutoApplyCredit), "CreditMemo".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import JsonObject, add, plain, subtract
from quickbooks_emulator.rules.finding import referring
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.store import Company

PARTNER = {"Invoice": "CreditMemo", "CreditMemo": "Invoice"}


def payment_for(company: Company, entity: str, stored: JsonObject) -> JsonObject | None:
    """The payment of nothing that ties a new invoice to open credits, or the other way round.

    None when the company does not want it (AutoApplyCredit) or nothing is open.
    """
    partner = PARTNER.get(entity)
    if partner is None or not _is_wanted(company):
        return None
    customer = reference(stored, "CustomerRef") or ""
    left = Decimal(stored["Balance"])
    lines: list[JsonObject] = []
    for row in referring(company, partner, "CustomerRef", customer):
        open_amount = Decimal(row.body.get("Balance", 0))
        if left <= 0 or open_amount <= 0:
            continue
        share = min(left, open_amount)
        lines.append(_line(share, partner, row.id))
        left = subtract(left, share)
    if not lines:
        return None
    used = Decimal(0)
    for line in lines:
        used = add(used, line["Amount"])
    return {
        "CustomerRef": {"value": customer},
        "TotalAmt": 0,
        "Line": [_line(used, entity, stored["Id"]), *lines],
        "CurrencyRef": stored["CurrencyRef"],
        "PrivateNote": "Created by QB Online to link credits to charges.",
    }


def _line(amount: Decimal, kind: str, object_id: str) -> JsonObject:
    return {"Amount": plain(amount), "LinkedTxn": [{"TxnId": object_id, "TxnType": kind}]}


def _is_wanted(company: Company) -> bool:
    forms = company.single("Preferences").get("SalesFormsPrefs") or {}
    return bool(forms.get("AutoApplyCredit"))
