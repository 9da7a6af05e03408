"""Which types of account a reference may name.

Source: Intuit, the reference pages (AccountRef and its kin); "Error codes" (6430).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.account_types import BALANCE_SHEET, DEPOSITABLE
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

RECEIVABLE = frozenset({"Accounts Receivable"})
PAYABLE = frozenset({"Accounts Payable"})
BANK = frozenset({"Bank"})
CARD = frozenset({"Credit Card"})

TYPES: dict[str, dict[str, frozenset[str]]] = {
    "Invoice": {"ARAccountRef": RECEIVABLE},
    "CreditMemo": {"ARAccountRef": RECEIVABLE},
    "SalesReceipt": {"DepositToAccountRef": DEPOSITABLE},
    "RefundReceipt": {"DepositToAccountRef": DEPOSITABLE},
    "Payment": {"ARAccountRef": RECEIVABLE, "DepositToAccountRef": DEPOSITABLE},
    "Bill": {"APAccountRef": PAYABLE},
    "VendorCredit": {"APAccountRef": PAYABLE},
    "PurchaseOrder": {"APAccountRef": PAYABLE},
    "BillPayment": {"APAccountRef": PAYABLE},
    "Deposit": {"DepositToAccountRef": DEPOSITABLE},
    "Transfer": {"FromAccountRef": BALANCE_SHEET, "ToAccountRef": BALANCE_SHEET},
}
"""Document → reference → types of account it may name."""


def check_document(company: Company, entity: str, body: JsonObject) -> None:
    """Raises Problem 6430 for an account of the wrong type in the document's head."""
    for name, types in TYPES.get(entity, {}).items():
        require(company, body, name, types)


def require(
    company: Company, holder: JsonObject, name: str, types: frozenset[str], subtype: str = ""
) -> None:
    """Raises Problem 6430 unless the account that `holder[name]` names is of these types.

    With a subtype it must be of that detail type too.
    """
    account_id = reference(holder, name)
    account = company.body("Account", account_id) if account_id else None
    if account is None:
        return
    if account.get("AccountType") in types and subtype in {"", account.get("AccountSubType")}:
        return
    wanted = f"{' or '.join(sorted(types))}{f' ({subtype})' if subtype else ''}"
    raise Problem(
        "6430",
        "Invalid account type: You need to select a different type of account for this "
        f"transaction. {name} takes {wanted}",
        name,
    )
