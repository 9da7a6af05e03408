"""Currencies: one unless the company has several, and then the customer's or vendor's own.

Source: Intuit, "Manage multiple currencies", "Preferences" (MultiCurrencyEnabled, HomeCurrency).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import JsonObject, multiply
from quickbooks_emulator.problems import business, missing
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.store import Company

NAMES = {"USD": "United States Dollar", "EUR": "Euro", "GBP": "British Pound Sterling"}


def settle(company: Company, body: JsonObject) -> None:
    """Fill or check the document's currency. Raises Problem 2020 or 6000."""
    preferences = company.single("Preferences").get("CurrencyPrefs", {})
    home = preferences.get("HomeCurrency", {}).get("value", "USD")
    wanted = reference(body, "CurrencyRef")
    if not preferences.get("MultiCurrencyEnabled"):
        if wanted not in {None, home}:
            raise business(f"The currency {wanted} cannot be used: multicurrency is not enabled.")
        body["CurrencyRef"] = named(home)
        return
    own = party_currency(company, body) or home
    if wanted is None:
        raise missing("CurrencyRef")
    if wanted != own:
        raise business(f"The transaction's currency {wanted} is not {own} as the name's.")
    body["CurrencyRef"] = named(wanted)
    body.setdefault("ExchangeRate", 1)


def named(code: str) -> JsonObject:
    """A currency reference."""
    return {"value": code, "name": NAMES.get(code, code)}


def party_currency(company: Company, body: JsonObject) -> str | None:
    """The currency of the document's customer or vendor."""
    for name, entity in (("CustomerRef", "Customer"), ("VendorRef", "Vendor")):
        party = company.body(entity, reference(body, name) or "") if name in body else None
        if party is not None:
            return reference(party, "CurrencyRef")
    return None


def in_home_currency(body: JsonObject) -> None:
    """Add the total in the home currency where a rate says how."""
    if "ExchangeRate" in body and "TotalAmt" in body:
        body["HomeTotalAmt"] = multiply(body["TotalAmt"], body["ExchangeRate"])
