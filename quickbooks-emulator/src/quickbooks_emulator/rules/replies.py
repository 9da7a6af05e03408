"""What the answer to one object shows beside what a row of a query shows.

Source: recorded answers of May 2026: DeferredRevenue of items, DefaultTaxCodeRef of customers and
the rates of vendors are in single answers alone, a new account's answer has no LastUpdatedTime,
and the answer to a customer's write no V4IDPseudonym.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

ONLY_IN_ROWS = frozenset({"ClientEntityId"})
REVENUE = frozenset({"Service", "NonInventory"})


def shown(company: Company, entity: str, body: JsonObject) -> JsonObject:
    """The object as the answer to a read or a write shows it."""
    if entity == "Item" and body.get("Type") in REVENUE and "DeferredRevenue" not in body:
        return {**body, "DeferredRevenue": False}
    if entity == "Vendor":
        return {"BillRate": 0, "CostRate": 0, **body}
    if entity == "Customer":
        kept = {name: value for name, value in body.items() if name not in ONLY_IN_ROWS}
        if "DefaultTaxCodeRef" in kept:
            return kept
        taxes = company.single("Preferences").get("TaxPrefs") or {}
        code = reference(taxes, "TaxGroupCodeRef")
        if taxes.get("UsingSalesTax") and code:
            kept["DefaultTaxCodeRef"] = {"value": code}
        return kept
    return body


def written(company: Company, entity: str, body: JsonObject) -> JsonObject:
    """The object as the answer to its update shows it."""
    said = shown(company, entity, body)
    if entity == "Customer":
        return {name: value for name, value in said.items() if name != "V4IDPseudonym"}
    return said


def born(company: Company, entity: str, body: JsonObject) -> JsonObject:
    """The object as the answer to its creation shows it."""
    if entity == "Account":
        return {**body, "MetaData": {"CreateTime": body["MetaData"]["CreateTime"]}}
    return written(company, entity, body)
