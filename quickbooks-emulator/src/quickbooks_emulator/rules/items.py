"""Items: kinds, what each needs, and which accounts it may use.

Source: Intuit, "Item"; "Error codes" (700, 2010, 2020, 2140, 2170, 6000, 6200, 6430).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.account_types import COSTS, SELLING
from quickbooks_emulator.problems import Problem, business, missing, unsupported_property
from quickbooks_emulator.rules import period
from quickbooks_emulator.rules.account_checks import require
from quickbooks_emulator.rules.features import has_categories
from quickbooks_emulator.rules.hierarchy import checked_name
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

TYPES = frozenset({"Inventory", "NonInventory", "Service", "Category", "Group"})
STOCK_FIELDS = ("QtyOnHand", "InvStartDate", "AssetAccountRef", "ReorderPoint")
CATEGORY_HAS_NO = (
    "UnitPrice", "PurchaseCost", "IncomeAccountRef", "ExpenseAccountRef", "Sku", "Description",
    "PurchaseDesc",
)  # fmt: skip
ACCOUNTS = {
    "Inventory": {
        "IncomeAccountRef": frozenset({"Income"}),
        "ExpenseAccountRef": frozenset({"Cost of Goods Sold"}),
        "AssetAccountRef": frozenset({"Other Current Asset"}),
    },
    "Service": {"IncomeAccountRef": SELLING, "ExpenseAccountRef": COSTS},
    "NonInventory": {"IncomeAccountRef": SELLING, "ExpenseAccountRef": COSTS},
}
"""Per kind: reference → types of account it may name."""
SUBTYPES = {"IncomeAccountRef": "SalesOfProductIncome", "AssetAccountRef": "Inventory"}
"""Reference of a stocked item → the one detail type it may name."""
DEAREST = Decimal(99_999_999_999)
NEEDS = {
    "Inventory": (
        "TrackQtyOnHand", "QtyOnHand", "InvStartDate", "IncomeAccountRef", "ExpenseAccountRef",
        "AssetAccountRef",
    ),
    "Service": ("IncomeAccountRef",),
}  # fmt: skip
SOLD = frozenset({"Service", "NonInventory"})
BECOMES = {
    "Service": frozenset({"NonInventory", "Inventory"}),
    "NonInventory": frozenset({"Service", "Inventory"}),
}
"""Kind → what an update may make of it."""


def prepare(
    company: Company, body: JsonObject, old: JsonObject | None, around: Circumstances
) -> None:
    """Check an item and fill what the service fills. Raises Problem."""
    body["Name"] = checked_name(str(body["Name"]), "Name")
    kind = _kind(body, old, around)
    if kind == "Inventory":
        _check_tracking(company, body)
        if (old or {}).get("Type") != kind and body.get("InvStartDate"):
            period.check_open(company, "Item", str(body["InvStartDate"]), around)
    elif kind == "Category":
        _refuse(body, CATEGORY_HAS_NO + STOCK_FIELDS)
    elif body.get("TrackQtyOnHand"):
        raise unsupported_property("TrackQtyOnHand")
    else:
        _refuse(body, STOCK_FIELDS)
    _check_needs(kind, body, around)
    _check_parent(company, body)
    if abs(Decimal(body.get("UnitPrice") or 0)) > DEAREST:
        raise Problem("2140", f"Invalid Amount. Supplied value:{body['UnitPrice']}", "UnitPrice")
    for name, types in ACCOUNTS.get(kind, {}).items():
        require(company, body, name, types, SUBTYPES.get(name, "") if kind == "Inventory" else "")
    if kind not in {"Category", "Group"}:
        body.setdefault("TrackQtyOnHand", False)
    if kind != "Category":
        body.setdefault("Taxable", False)
        body.setdefault("UnitPrice", 0)
        body.setdefault("PurchaseCost", 0)


def _check_needs(kind: str, body: JsonObject, around: Circumstances) -> None:
    """Raises Problem 2020 for the first property that the kind needs and has not."""
    needs = NEEDS.get(kind, ())
    if kind in SOLD and around.switches.item_expense_account == "required":
        needs = (*needs, "ExpenseAccountRef")
    for name in needs:
        if body.get(name) is None:
            raise missing(name)


def _check_parent(company: Company, body: JsonObject) -> None:
    """Raises Problem 700 for a parent that is no category, where the company has them."""
    parent = company.body("Item", reference(body, "ParentRef") or "")
    if parent is not None and parent.get("Type") != "Category" and has_categories(company):
        raise Problem("700", "The parent of an item must be a category", "ParentRef")


def _kind(body: JsonObject, old: JsonObject | None, around: Circumstances) -> str:
    """What kind of item it is to be. Raises Problem 2170 or 6000."""
    if "Type" not in body and around.switches.item_type == "required" and not around.is_by_hand:
        raise missing("Type")
    kind = str(body.setdefault("Type", "Inventory" if body.get("TrackQtyOnHand") else "Service"))
    before = str((old or {}).get("Type", kind))
    if kind not in TYPES or (kind == "Group" and not around.is_by_hand):
        raise Problem("2170", f"Invalid Enumeration : {kind}", "Type")
    if before != kind and kind not in BECOMES.get(before, ()):
        raise business(f"You can't change the type of an item from {before} to {kind}.")
    return kind


def _check_tracking(company: Company, body: JsonObject) -> None:
    preferences = company.single("Preferences").get("ProductAndServicesPrefs", {})
    if preferences.get("QuantityOnHand") is False:
        raise business(
            "When you create an item, if Track quantity on hand is turned off, "
            "the item cannot be of type Inventory."
        )
    if body.get("TrackQtyOnHand") is False:
        raise missing("TrackQtyOnHand")


def _refuse(body: JsonObject, names: tuple[str, ...]) -> None:
    """Raises Problem 2010 for a property that this kind of item does not have."""
    for name in names:
        value = reference(body, name) if name.endswith("Ref") else body.get(name)
        if value or (value is not None and name in STOCK_FIELDS):
            raise unsupported_property(name)
        body.pop(name, None)
