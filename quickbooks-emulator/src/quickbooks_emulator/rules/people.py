"""Customers, vendors and employees: one list of names, three kinds.

Source: Intuit, "Customer" (PrimaryTaxIdentifier), "Vendor" (TaxIdentifier), "Employee" (SSN): all
masked in answers, the last four characters staying as recorded; "Error codes" (2040, 5030, 6080);
recorded answers to creates and updates of May 2026 (PrintOnCheckName, PreferredDeliveryMethod,
CostRate, BillRate).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem, business
from quickbooks_emulator.rules import currency
from quickbooks_emulator.rules.addresses import give_ids
from quickbooks_emulator.rules.hierarchy import checked_name
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
PRINTED_PARTS = ("GivenName", "MiddleName", "FamilyName")
LONGEST_CHECK_NAME = 110
MASKED = ("TaxIdentifier", "PrimaryTaxIdentifier", "SecondaryTaxIdentifier")
SHOWN_DIGITS = 4
MASKED_SSN = "XXX-XX-XXXX"

DEFAULTS: dict[str, tuple[tuple[str, Json], ...]] = {
    "Customer": (
        ("Balance", 0), ("BalanceWithJobs", 0), ("Taxable", True), ("Job", False),
        ("BillWithParent", False), ("PreferredDeliveryMethod", "Print"), ("IsProject", False),
    ),
    "Vendor": (("Balance", 0), ("Vendor1099", False)),
    "Employee": (("BillableTime", False),),
}  # fmt: skip


def prepare(
    company: Company,
    entity: str,
    body: JsonObject,
    old: JsonObject | None,
    around: Circumstances,
) -> None:
    """Check a customer, vendor or employee and fill what the service fills. Raises Problem."""
    parts = " ".join(str(body[part]) for part in NAME_PARTS if body.get(part))
    name = checked_name(str(body.get("DisplayName") or parts), "DisplayName")
    if not name:
        raise Problem("6080", "At least one of the name fields is needed", "DisplayName")
    body["DisplayName"] = name
    if old is not None and body.get("PrintOnCheckName") == _printed(old):
        # Made from the name as it was: made again from the name as it is.
        body.pop("PrintOnCheckName", None)
    body.setdefault("PrintOnCheckName", _printed(body))
    for field, value in DEFAULTS[entity]:
        body.setdefault(field, value)
    if entity != "Employee":
        body.setdefault("V4IDPseudonym", pseudonym(company, name))
    if entity == "Customer":
        body.setdefault("ClientEntityId", "0")
    ignores_term = around.switches.vendor_term_on_create == "ignored"
    if entity == "Vendor" and old is None and ignores_term:
        body.pop("TermRef", None)
    if entity != "Employee":
        _settle_currency(company, body, old)
    give_ids(company, body)
    _mask(body)


def _mask(body: JsonObject) -> None:
    """What the service never shows again: all but the last four characters of a tax number."""
    for field in MASKED:
        if body.get(field):
            shown = str(body[field])[-SHOWN_DIGITS:]
            body[field] = shown.rjust(len(str(body[field])), "X")
    if body.get("SSN"):
        body["SSN"] = MASKED_SSN


def check_opening(entity: str, given: JsonObject) -> None:
    """Raises Problem 5030 for a new customer who owes already: a thing not emulated.

    The service would write an invoice against Opening Balance Equity.
    """
    if entity == "Customer" and given.get("Balance"):
        raise Problem(
            "5030",
            "Feature Not Supported Error : Opening balances of new customers are not emulated; "
            "send an invoice of that date",
            "Balance",
        )


def _printed(body: JsonObject) -> str:
    """The name on a check: the company's, else the person's, else the display name."""
    person = " ".join(str(body[part]) for part in PRINTED_PARTS if body.get(part))
    return str(body.get("CompanyName") or person or body["DisplayName"])[:LONGEST_CHECK_NAME]


def pseudonym(company: Company, name: str) -> str:
    """The V4IDPseudonym of a customer or vendor: the same for the same name in the same company."""
    digest = hashlib.sha256(f"{company.realm_id}/{name}".encode()).hexdigest()
    return f"002098{digest[:32]}"


def _settle_currency(company: Company, body: JsonObject, old: JsonObject | None) -> None:
    """A name keeps the currency it was born with. Raises Problem 6000."""
    home = currency.home(company)
    wanted = reference(body, "CurrencyRef")
    if old is not None:
        own = reference(old, "CurrencyRef") or home
        if wanted not in {None, own}:
            raise business("The currency of a customer or vendor cannot be changed.")
        body["CurrencyRef"] = old.get("CurrencyRef") or currency.named(own)
        return
    if wanted is not None:
        currency.check_code(company, wanted)
    body["CurrencyRef"] = currency.named(wanted or home)
