"""Features that a company has switched off.

Source: Intuit, "Preferences"; "Error codes" (5020, 5030).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.switches import Switches


def has_classes(company: Company) -> bool:
    """Whether documents or their lines are sorted into classes."""
    preferences = company.single("Preferences").get("AccountingInfoPrefs") or {}
    return bool(
        preferences.get("ClassTrackingPerTxn") or preferences.get("ClassTrackingPerTxnLine")
    )


def has_classes_on_lines(company: Company) -> bool:
    """Whether each line has a class of its own."""
    preferences = company.single("Preferences").get("AccountingInfoPrefs") or {}
    return bool(preferences.get("ClassTrackingPerTxnLine"))


def has_departments(company: Company) -> bool:
    """Whether documents are sorted into locations."""
    preferences = company.single("Preferences").get("AccountingInfoPrefs") or {}
    return bool(preferences.get("TrackDepartments"))


def _off(feature: str) -> Problem:
    return Problem("5030", f"Feature Not Supported Error : {feature} is not enabled", "")


def check_list(company: Company, entity: str, body: JsonObject) -> None:
    """Raises Problem 5030 for a class or a location that the company does not track."""
    if entity == "Class" and not has_classes(company):
        raise _off("Class tracking")
    if entity == "Department" and not has_departments(company):
        raise _off("Location tracking")
    if entity == "Item" and body.get("Type") == "Category" and not has_categories(company):
        raise _off("Item categories")


def has_categories(company: Company) -> bool:
    """Whether items are sorted into categories, as in all companies but old ones."""
    pairs = company.single("CompanyInfo").get("NameValue") or []
    return all(
        pair.get("Value") != "false"
        for pair in pairs
        if pair.get("Name") == "ItemCategoriesFeature"
    )


def check_document(
    company: Company, body: JsonObject, details: Iterable[JsonObject], switches: Switches
) -> None:
    """Raises Problem 5030 for a class or location on a document of a company without them.

    Where they are ignored they are taken off.
    """
    holders = [body, *details]
    if switches.feature_off == "ignored":
        for holder in holders:
            if not has_classes(company) or (
                holder is not body and not has_classes_on_lines(company)
            ):
                holder.pop("ClassRef", None)
            if not has_departments(company):
                holder.pop("DepartmentRef", None)
        return
    if any(reference(holder, "ClassRef") for holder in holders) and not has_classes(company):
        raise _off("Class tracking")
    if not has_classes_on_lines(company) and any(
        reference(holder, "ClassRef") for holder in holders[1:]
    ):
        raise _off("Class tracking of lines")
    if any(reference(holder, "DepartmentRef") for holder in holders) and not has_departments(
        company
    ):
        raise _off("Location tracking")


def check_inventory(company: Company, switches: Switches) -> None:
    """Raises Problem 5020 for a plan without inventory, 5030 outside the United States."""
    if not switches.inventory_feature:
        raise Problem("5020", "Permission Denied Error : The plan has no inventory.", "")
    if company.single("CompanyInfo").get("Country", "US") not in {"US", "USA"}:
        raise _off("InventoryAdjustment")
