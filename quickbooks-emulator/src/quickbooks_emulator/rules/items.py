"""Items: kinds, what each needs, and which accounts it may use.

Source: Intuit, "Item"; "Error codes" (2010, 2020, 2170, 6000, 6430).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.account_types import COSTS, SELLING
from quickbooks_emulator.problems import Problem, business, missing, unsupported_property
from quickbooks_emulator.rules.account_checks import require
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
        "IncomeAccountRef": SELLING,
        "ExpenseAccountRef": frozenset({"Cost of Goods Sold"}),
        "AssetAccountRef": frozenset({"Other Current Asset"}),
    },
    "Service": {"IncomeAccountRef": SELLING, "ExpenseAccountRef": COSTS},
    "NonInventory": {"IncomeAccountRef": SELLING, "ExpenseAccountRef": COSTS},
}
"""Per kind: reference → types of account it may name."""
NEEDS = {
    "Inventory": (
        "TrackQtyOnHand", "QtyOnHand", "InvStartDate", "IncomeAccountRef", "ExpenseAccountRef",
        "AssetAccountRef",
    ),
    "Service": ("IncomeAccountRef",),
}  # fmt: skip
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
    elif kind == "Category":
        _refuse(body, CATEGORY_HAS_NO + STOCK_FIELDS)
    elif body.get("TrackQtyOnHand"):
        raise unsupported_property("TrackQtyOnHand")
    else:
        _refuse(body, STOCK_FIELDS)
    for name in NEEDS.get(kind, ()):
        if body.get(name) is None:
            raise missing(name)
    for name, types in ACCOUNTS.get(kind, {}).items():
        require(company, body, name, types)
    if kind not in {"Category", "Group"}:
        body.setdefault("TrackQtyOnHand", False)
    if kind != "Category":
        body.setdefault("Taxable", False)
        body.setdefault("UnitPrice", 0)
        body.setdefault("PurchaseCost", 0)


def _kind(body: JsonObject, old: JsonObject | None, around: Circumstances) -> str:
    """What kind of item it is to be. Raises Problem 2170 or 6000."""
    kind = str(body.setdefault("Type", "Inventory" if body.get("TrackQtyOnHand") else "Service"))
    before = str((old or {}).get("Type", kind))
    is_bundle_by_app = kind == "Group" and old is None and not around.is_by_hand
    if kind not in TYPES or is_bundle_by_app:
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
        if value:
            raise unsupported_property(name)
        body.pop(name, None)
