"""Name lists: items, customers, vendors, accounts and the small ones.

Source: Intuit, "Item", "Customer", "Vendor", "Account", "Term", "PaymentMethod", "Class",
"Department" and "Error codes" (2020, 2170, 6010, 6080, 6240, 6430).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem, business, missing, unsupported_property
from quickbooks_emulator.rules.references import resolve

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

DELETED_SUFFIX = re.compile(r" \(deleted(?: \d+)?\)$")

ITEM_TYPES = frozenset({"Inventory", "NonInventory", "Service", "Category", "Group"})
STOCK_FIELDS = ("QtyOnHand", "InvStartDate", "AssetAccountRef", "ReorderPoint")
MOST_LEVELS = 5
NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")

CLASSIFICATIONS = {
    "Bank": "Asset", "Accounts Receivable": "Asset", "Other Current Asset": "Asset",
    "Fixed Asset": "Asset", "Other Asset": "Asset", "Accounts Payable": "Liability",
    "Credit Card": "Liability", "Other Current Liability": "Liability",
    "Long Term Liability": "Liability", "Equity": "Equity", "Income": "Revenue",
    "Other Income": "Revenue", "Cost of Goods Sold": "Expense", "Expense": "Expense",
    "Other Expense": "Expense",
}  # fmt: skip


def prepare(
    company: Company, entity: str, body: JsonObject, old: JsonObject | None, *, may_bundle: bool
) -> None:
    """Check a list object and fill what the service fills. Raises Problem."""
    if entity == "Item":
        _item(company, body, old, may_bundle=may_bundle)
    elif entity in {"Customer", "Vendor", "Employee"}:
        _person(entity, body)
    elif entity == "Account":
        _account(body, old)
    elif entity in {"Term", "PaymentMethod"}:
        body.setdefault("Type", "STANDARD" if entity == "Term" else "NON_CREDIT_CARD")
        if entity == "Term" and "DueDays" not in body and "DayOfMonthDue" not in body:
            raise missing("DueDays")
    body.setdefault("Active", True)
    _inactivate(entity, body, old)
    _place(company, entity, body)
    _check_name(company, entity, body)


def _item(company: Company, body: JsonObject, old: JsonObject | None, *, may_bundle: bool) -> None:
    name = str(body["Name"])
    if ":" in name or "\t" in name or "\n" in name:
        raise Problem("2040", "The name must not hold a colon, a tab or a line break.", "Name")
    body["Name"] = name.strip()
    kind = body.setdefault("Type", "Inventory" if body.get("TrackQtyOnHand") else "Service")
    if kind not in ITEM_TYPES or (kind == "Group" and not may_bundle and old is None):
        raise Problem("2170", f"Invalid Enumeration : {kind}", "Type")
    if old is not None and old.get("Type") != kind and old.get("Type") == "Inventory":
        raise business("You can't change an inventory item to another type.")
    if kind == "Inventory":
        _inventory_item(company, body)
    else:
        if kind != "Category" and (
            body.get("TrackQtyOnHand") or any(body.get(field) for field in STOCK_FIELDS)
        ):
            given = next((field for field in STOCK_FIELDS if body.get(field)), "TrackQtyOnHand")
            raise unsupported_property(given)
        if kind == "Service" and not body.get("IncomeAccountRef"):
            raise missing("IncomeAccountRef")
        if kind not in {"Category", "Group"}:
            body.setdefault("TrackQtyOnHand", False)
    if kind != "Category":
        body.setdefault("Taxable", False)
        body.setdefault("UnitPrice", 0)
        body.setdefault("PurchaseCost", 0)


def _inventory_item(company: Company, body: JsonObject) -> None:
    preferences = company.single("Preferences").get("ProductAndServicesPrefs", {})
    if preferences.get("QuantityOnHand") is False:
        raise business(
            "When you create an item, if Track quantity on hand is turned off, "
            "the item cannot be of type Inventory."
        )
    if not body.get("TrackQtyOnHand"):
        raise missing("TrackQtyOnHand")
    for name in ("QtyOnHand", "InvStartDate"):
        if body.get(name) is None:
            raise missing(name)
    kinds = {
        "IncomeAccountRef": {"Income", "Other Income"},
        "ExpenseAccountRef": {"Cost of Goods Sold"},
        "AssetAccountRef": {"Other Current Asset"},
    }
    for name, types in kinds.items():
        account = resolve(company, body, name, "Account")
        if account is None:
            raise missing(name)
        if account.get("AccountType") not in types:
            raise Problem(
                "6430",
                f"Invalid account type: {name} must be of type {' or '.join(sorted(types))}",
                name,
            )


def _person(entity: str, body: JsonObject) -> None:
    parts = [str(body[part]) for part in NAME_PARTS if body.get(part)]
    name = str(body.get("DisplayName") or " ".join(parts)).strip()
    if not name:
        raise Problem("6080", "At least one of the name fields is needed", "DisplayName")
    if ":" in name or "\t" in name or "\n" in name:
        raise Problem(
            "2040", "The name must not hold a colon, a tab or a line break.", "DisplayName"
        )
    body["DisplayName"] = name
    body.setdefault("PrintOnCheckName", str(body.get("CompanyName") or name)[:110])
    body.setdefault("Balance", 0)
    if entity == "Customer":
        for field, value in (
            ("Taxable", True), ("Job", False), ("BillWithParent", False), ("BalanceWithJobs", 0),
            ("PreferredDeliveryMethod", "None"), ("IsProject", False),
        ):  # fmt: skip
            body.setdefault(field, value)
    if entity == "Vendor":
        body.setdefault("Vendor1099", False)
    if entity != "Employee":
        body.setdefault("CurrencyRef", {"value": "USD", "name": "United States Dollar"})


def _account(body: JsonObject, old: JsonObject | None) -> None:
    if '"' in body["Name"] or ":" in body["Name"]:
        raise Problem("2040", "An account's name must not hold a quote or a colon.", "Name")
    kind = body.get("AccountType") or (old or {}).get("AccountType")
    if kind is None and not body.get("AccountSubType"):
        raise missing("AccountType")
    body["AccountType"] = kind or "Expense"
    if body["AccountType"] not in CLASSIFICATIONS:
        raise Problem("2170", f"Invalid Enumeration : {body['AccountType']}", "AccountType")
    body["Classification"] = CLASSIFICATIONS[body["AccountType"]]
    for field, value in (
        ("AccountSubType", "OtherMiscellaneousServiceCost"), ("SubAccount", "ParentRef" in body),
        ("CurrentBalance", 0), ("CurrentBalanceWithSubAccounts", 0),
        ("CurrencyRef", {"value": "USD", "name": "United States Dollar"}),
    ):  # fmt: skip
        body.setdefault(field, value)


def _inactivate(entity: str, body: JsonObject, old: JsonObject | None) -> None:
    """An inactive object frees its name: QuickBooks appends " (deleted)"."""
    if body["Active"] or (old is not None and old.get("Active") is False):
        return
    for field in ("DisplayName",) if entity in {"Customer", "Vendor", "Employee"} else ("Name",):
        if not DELETED_SUFFIX.search(str(body[field])):
            body[field] = f"{body[field]} (deleted)"


def _place(company: Company, entity: str, body: JsonObject) -> None:
    """FullyQualifiedName and Level from the parent."""
    if entity in {"Term", "PaymentMethod", "Vendor", "Employee"}:
        return
    own = str(body.get("DisplayName") or body["Name"])
    parent_id = (body.get("ParentRef") or {}).get("value")
    parent = company.body(entity, parent_id) if parent_id else None
    if parent is None:
        body["FullyQualifiedName"] = own
        return
    _check_ancestors(company, entity, body)
    body["FullyQualifiedName"] = f"{parent.get('FullyQualifiedName', '')}:{own}"
    if entity in {"Item", "Customer"}:
        body["Level"] = parent.get("Level", 0) + 1


def _check_ancestors(company: Company, entity: str, body: JsonObject) -> None:
    """Raises Problem 900 for an object that is its own ancestor, 6180 beyond five levels."""
    levels = 1
    above = (body.get("ParentRef") or {}).get("value")
    while above is not None:
        levels += 1
        if above == body.get("Id"):
            raise Problem("900", "An object cannot be its own parent", "ParentRef")
        if levels > MOST_LEVELS:
            raise Problem("6180", f"No more than {MOST_LEVELS} levels are allowed", "ParentRef")
        above = ((company.body(entity, above) or {}).get("ParentRef") or {}).get("value")


def _check_name(company: Company, entity: str, body: JsonObject) -> None:
    owner = company.owner_of_name(entity, body)
    if owner is None or owner == (entity, body.get("Id")):
        return
    if entity in {"Customer", "Vendor", "Employee"}:
        detail = (
            "The name supplied already exists. : Another customer, vendor or employee "
            "is already using this name. Please use a different name."
        )
    else:
        detail = f"The name supplied already exists. : Id={owner[1]}"
    raise Problem("6240", detail, "")
