"""From a stored object to the request that would have made it, and who it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LISTS = (
    "Account", "Term", "PaymentMethod", "Department", "Class", "Customer", "Vendor", "Employee",
    "Item",
)  # fmt: skip
"""What is made first, in this order."""

TARGETS = {
    "CustomerRef": "Customer", "VendorRef": "Vendor", "EmployeeRef": "Employee",
    "PrefVendorRef": "Vendor", "ItemRef": "Item", "GroupItemRef": "Item", "SalesTermRef": "Term",
    "TermRef": "Term", "PaymentMethodRef": "PaymentMethod", "DepartmentRef": "Department",
    "ClassRef": "Class", "AccountRef": "Account", "ItemAccountRef": "Account",
    "IncomeAccountRef": "Account", "ExpenseAccountRef": "Account", "AssetAccountRef": "Account",
    "APAccountRef": "Account", "ARAccountRef": "Account", "DepositToAccountRef": "Account",
    "BankAccountRef": "Account", "CCAccountRef": "Account", "DiscountAccountRef": "Account",
    "FromAccountRef": "Account", "ToAccountRef": "Account", "AdjustAccountRef": "Account",
    "ShipTo": "Customer",
}  # fmt: skip

ACCOUNTS = {
    "IncomeAccountRef": ("Income", "SalesOfProductIncome"),
    "ItemAccountRef": ("Income", "SalesOfProductIncome"),
    "DiscountAccountRef": ("Income", "DiscountsRefundsGiven"),
    "ExpenseAccountRef": ("Cost of Goods Sold", "SuppliesMaterialsCogs"),
    "AdjustAccountRef": ("Cost of Goods Sold", "SuppliesMaterialsCogs"),
    "AssetAccountRef": ("Other Current Asset", "Inventory"),
    "APAccountRef": ("Accounts Payable", "AccountsPayable"),
    "ARAccountRef": ("Accounts Receivable", "AccountsReceivable"),
    "CCAccountRef": ("Credit Card", "CreditCard"),
    "AccountRef": ("Expense", "OtherMiscellaneousServiceCost"),
}
BANK = ("Bank", "Checking")

READ_ONLY = frozenset({
    "Id", "SyncToken", "MetaData", "domain", "sparse", "status", "time", "FullyQualifiedName",
    "Level", "Balance", "BalanceWithJobs", "CurrentBalance", "CurrentBalanceWithSubAccounts",
    "Classification", "SubAccount", "HomeTotalAmt", "HomeBalance", "UnappliedAmt",
    "RemainingCredit", "V4IDPseudonym", "IsProject", "ClientEntityId", "Source", "LinkedTxn",
    "PurchaseEx", "LineEx", "DeliveryInfo", "InvoiceLink", "AllowIPNPayment", "AllowOnlinePayment",
    "TxnTaxDetail", "FileAccessUri", "TempDownloadUri", "Size", "HomeAmount",
})  # fmt: skip
OF_LINES = frozenset({"Id", "LineNum", "LineEx", "LinkedTxn", "CustomExtensions"})
PAYING = frozenset({"Payment", "BillPayment"})
ORIGINS = frozenset({"Estimate", "PurchaseOrder"})
"""Documents that a later one is made from: their links are sent, all others arise by themselves."""

UNSEEN = {"SalesItemLineDetail": {"ItemRef": {"value": "1"}}}

DEFAULTED: dict[str, Any] = {
    "EmailStatus": "NotSet", "PrintStatus": "NeedToPrint", "ApplyTaxAfterDiscount": False,
    "AllowOnlineCreditCardPayment": False, "AllowOnlineACHPayment": False, "CustomField": [],
    "FreeFormAddress": True, "Job": False, "BillWithParent": False, "Vendor1099": False,
    "ProcessPayment": False, "Adjustment": False, "TrackQtyOnHand": False, "DeferredRevenue": False,
    "PurchaseCost": 0, "BillableStatus": "NotBillable", "POStatus": "Open",
    "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
    "PreferredDeliveryMethod": "Print",
}  # fmt: skip
"""What the service fills in by itself: not sent where it was recorded so."""


def request_for(entity: str, stored: dict[str, Any], mapped: Callable[..., str]) -> dict[str, Any]:
    """The body that makes the stored object; `mapped(entity, name, reference, around)` gives ids.

    Subtotals, ids, balances, and whatever else the service works out are left out.
    """
    body = {
        name: _value(entity, name, value, stored, mapped)
        for name, value in stored.items()
        if name not in READ_ONLY and not _is_default(name, value)
    }
    origins = [link for link in stored.get("LinkedTxn") or [] if link["TxnType"] in ORIGINS]
    if origins and entity in {"Invoice", "Bill"}:
        body["LinkedTxn"] = [_linked(link, stored, mapped) for link in origins]
    if entity not in PAYING:
        body.pop("TotalAmt", None)
    if entity == "Item" and not stored.get("UnitPrice"):
        body.pop("UnitPrice", None)
    if not stored.get("Active", True):
        body.pop("Active")
    tax_code = (stored.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef")
    if tax_code:
        body["TxnTaxDetail"] = {"TxnTaxCodeRef": dict(tax_code)}
    if "Line" in body:
        lines = [
            _line(entity, line, stored, mapped)
            for line in stored["Line"]
            if line.get("DetailType") != "SubTotalLineDetail"
        ]
        # A line that the API does not show (a reimbursed charge) leaves a subtotal alone.
        body["Line"] = lines or [
            {"Amount": stored["TotalAmt"], "DetailType": "SalesItemLineDetail", **UNSEEN}
            for line in stored["Line"][:1]
        ]
    return body


def target_of(entity: str, name: str, reference: Any) -> str | None:
    """The entity that a reference names, or None where it names none."""
    if not isinstance(reference, dict) or not isinstance(reference.get("value"), str):
        return None
    if name == "ParentRef":
        return entity
    if name in {"EntityRef", "Entity"}:
        return str(reference.get("type", "")).capitalize() or None
    return TARGETS.get(name)


def _value(
    entity: str, name: str, value: Any, around: dict[str, Any], mapped: Callable[..., str]
) -> Any:
    if isinstance(value, list):
        return [_value(entity, name, each, around, mapped) for each in value]
    if name == "Address" and isinstance(value, str):
        # Some of the sample company's addresses would not pass the service's own check.
        return value.replace(" .", ".")
    if value == "HasBeenBilled":
        # Only the service itself may say so.
        return "Billable"
    if not isinstance(value, dict):
        return value
    target = target_of(entity, name, value)
    if target and value["value"].isdecimal():
        return {**value, "value": mapped(target, name, value, around)}
    hidden = {"Lat", "Long"}
    if name.endswith("Addr"):
        hidden.add("Id")
    return {
        key: _value(entity, key, inner, value, mapped)
        for key, inner in value.items()
        if key not in hidden and not _is_default(key, inner)
    }


def _is_default(name: str, value: Any) -> bool:
    return name in DEFAULTED and bool(value == DEFAULTED[name])


def _linked(
    link: dict[str, Any], around: dict[str, Any], mapped: Callable[..., str]
) -> dict[str, Any]:
    kind = link["TxnType"]
    return {**link, "TxnId": mapped(kind, "TxnId", {"value": link["TxnId"]}, around)}


def _line(
    entity: str, line: dict[str, Any], around: dict[str, Any], mapped: Callable[..., str]
) -> dict[str, Any]:
    made = {
        name: _value(entity, name, value, line, mapped)
        for name, value in line.items()
        if name not in OF_LINES
    }
    if line.get("LinkedTxn") and entity in PAYING | {"Deposit"}:
        made["LinkedTxn"] = [
            _linked(link, {"line": line, **around}, mapped) for link in line["LinkedTxn"]
        ]
    for member, detail in line.items():
        if member == "GroupLineDetail":
            made[member]["Line"] = [
                _line(entity, part, around, mapped) for part in detail.get("Line", [])
            ]
    return made
