"""What the answer to one object shows beside what a row of a query shows.

Source: recorded answers of May 2026: DeferredRevenue of items and DefaultTaxCodeRef of customers
are in single answers alone, and a new account's answer has no LastUpdatedTime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

REVENUE = frozenset({"Service", "NonInventory"})


def shown(company: Company, entity: str, body: JsonObject) -> JsonObject:
    """The object as the answer to a read or a write shows it."""
    if entity == "Item" and body.get("Type") in REVENUE and "DeferredRevenue" not in body:
        return {**body, "DeferredRevenue": False}
    if entity == "Customer" and "DefaultTaxCodeRef" not in body:
        taxes = company.single("Preferences").get("TaxPrefs") or {}
        code = reference(taxes, "TaxGroupCodeRef")
        if taxes.get("UsingSalesTax") and code:
            return {**body, "DefaultTaxCodeRef": {"value": code}}
    return body


def born(company: Company, entity: str, body: JsonObject) -> JsonObject:
    """The object as the answer to its creation shows it."""
    if entity == "Account":
        return {**body, "MetaData": {"CreateTime": body["MetaData"]["CreateTime"]}}
    return shown(company, entity, body)
