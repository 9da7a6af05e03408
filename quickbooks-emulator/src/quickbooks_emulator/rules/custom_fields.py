"""The company's own fields on sales forms and orders.

A field that the company has set up comes back on every document, with a text only where it was
given one. Source: Intuit, "Preferences" (SalesFormsPrefs.CustomField,
VendorAndPurchasesPrefs.POCustomField); recorded answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.store import Company

NUMBERS = ("1", "2", "3")


def of_sales(company: Company) -> dict[str, str]:
    """Number and name of each field on sales forms."""
    preferences = company.single("Preferences").get("SalesFormsPrefs") or {}
    return _named(preferences.get("CustomField"), "SalesFormsPrefs", "Sales")


def of_orders(company: Company) -> dict[str, str]:
    """Number and name of each field on purchase orders."""
    preferences = company.single("Preferences").get("VendorAndPurchasesPrefs") or {}
    return _named(preferences.get("POCustomField"), "PurchasePrefs", "Purchase")


def _named(groups: Json, section: str, kind: str) -> dict[str, str]:
    if not isinstance(groups, list) or not groups:
        return {}
    said: dict[str, Json] = {}
    for group in groups:
        for pair in group.get("CustomField") or [] if isinstance(group, dict) else []:
            name = str(pair.get("Name", "")).replace(" ", "")
            said[name] = pair.get("BooleanValue", pair.get("StringValue"))
    return {
        number: str(said[f"{section}.{kind}CustomName{number}"])
        for number in NUMBERS
        if said.get(f"{section}.Use{kind}Custom{number}") is True
        and said.get(f"{section}.{kind}CustomName{number}")
    }


def shown(fields: dict[str, str], sent: list[JsonObject]) -> list[JsonObject]:
    """The document's fields in the reply: those of the company, filled; else what was sent."""
    if not fields:
        return sent
    texts = {str(field.get("DefinitionId", "")): field.get("StringValue") for field in sent}
    result = []
    for number, name in fields.items():
        field: JsonObject = {"DefinitionId": number, "Name": name, "Type": "StringType"}
        if texts.get(number):
            field["StringValue"] = texts[number]
        result.append(field)
    return result
