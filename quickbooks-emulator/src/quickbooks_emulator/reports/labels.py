"""How reports call documents and names.

Source: Intuit, "GeneralLedger" and "InventoryValuationDetail" (Transaction Type), recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.books.postings import Party
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

LABELS = {
    "Item": "Inventory Starting Value", "SalesReceipt": "Sales Receipt",
    "CreditMemo": "Credit Memo", "RefundReceipt": "Refund", "VendorCredit": "Vendor Credit",
    "InventoryAdjustment": "Inventory Qty Adjust", "JournalEntry": "Journal Entry",
}  # fmt: skip


def label(entity: str, body: JsonObject) -> str:
    """The kind of a document in words."""
    if entity == "Purchase":
        if body.get("Credit"):
            return "Credit Card Credit"
        return "Check" if body.get("PaymentType") == "Check" else "Expense"
    if entity == "BillPayment":
        by_card = body.get("PayType") == "CreditCard"
        return "Bill Payment (Credit Card)" if by_card else "Bill Payment (Check)"
    return LABELS.get(entity, entity)


def number(entity: str, body: JsonObject) -> str:
    """A document's number."""
    return "START" if entity == "Item" else str(body.get("DocNumber") or "")


def party_name(company: Company, party: Party | None) -> str:
    """The name of a customer, vendor or employee; jobs with their parents."""
    if party is None or party[0] not in company.tables:
        return ""
    body = company.body(*party) or {}
    return str(body.get("FullyQualifiedName") or body.get("DisplayName") or "")
