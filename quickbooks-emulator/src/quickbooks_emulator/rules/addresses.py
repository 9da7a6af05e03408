"""Addresses: the service numbers them, and fills a document's from its customer or vendor.

Source: Intuit, "Invoice" (BillAddr, ShipAddr, ShipFromAddr), "Bill" (VendorAddr); recorded answers
of May 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

KEPT = ("BillAddr", "ShipAddr", "VendorAddr", "PrimaryAddr", "RemitToAddr", "ShipFromAddr")
COMPANY = ("CompanyAddr", "CustomerCommunicationAddr", "LegalAddr")
COORDINATES = frozenset({"Lat", "Long"})
FREE_FORM = frozenset({"Invoice", "CreditMemo", "Estimate"})
"""Documents whose recorded answers carry FreeFormAddress and ShipFromAddr."""


def without_coordinates(given: JsonObject) -> JsonObject:
    """What was sent, its addresses without Lat and Long."""
    return {
        name: {part: held for part, held in value.items() if part not in COORDINATES}
        if name.endswith(("Addr", "Address")) and isinstance(value, dict)
        else value
        for name, value in given.items()
    }


def give_ids(company: Company, body: JsonObject) -> None:
    """Number each address that has no number yet."""
    for name in KEPT:
        address = body.get(name)
        if isinstance(address, dict) and address and not address.get("Id"):
            body[name] = {"Id": company.take_number("Address"), **address}


def keep_ids(company: Company, body: JsonObject, old: JsonObject) -> None:
    """A company's address keeps its number when it changes."""
    for name in COMPANY:
        address = body.get(name)
        if isinstance(address, dict) and address and not address.get("Id"):
            known = (old.get(name) or {}).get("Id") or company.take_number("Address")
            body[name] = {"Id": known, **address}


def fill_sale(company: Company, entity: str, body: JsonObject) -> None:
    """The customer's addresses where the document names none, and where it is sent from."""
    customer = company.body("Customer", reference(body, "CustomerRef") or "") or {}
    for name in ("BillAddr", "ShipAddr"):
        if not body.get(name) and customer.get(name):
            body[name] = customer[name]
    give_ids(company, body)
    if entity not in FREE_FORM:
        return
    body.setdefault("FreeFormAddress", True)
    if not body.get("ShipFromAddr"):
        sender = _sender(company)
        if sender:
            body["ShipFromAddr"] = {"Id": company.take_number("Address"), **sender}


def _sender(company: Company) -> JsonObject:
    """The company's address as two lines."""
    own = company.single("CompanyInfo").get("CompanyAddr") or {}
    town = f"{own.get('City', '')}, {own.get('CountrySubDivisionCode', '')}  "
    second = f"{town}{own.get('PostalCode', '')}".strip(" ,")
    lines = {"Line1": own.get("Line1", ""), "Line2": second}
    return {name: text for name, text in lines.items() if text}


def fill_purchase(company: Company, body: JsonObject) -> None:
    """The vendor's address where the document names none."""
    vendor = company.body("Vendor", reference(body, "VendorRef") or "") or {}
    if not body.get("VendorAddr") and vendor.get("BillAddr"):
        body["VendorAddr"] = vendor["BillAddr"]
    give_ids(company, body)
