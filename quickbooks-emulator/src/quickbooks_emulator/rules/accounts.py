"""Accounts of the chart: type, detail type, number.

Source: Intuit, "Account"; "Error codes" (2020, 2040, 2170, 6010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.account_types import CLASSIFICATIONS, SUBTYPES, TYPE_OF_SUBTYPE
from quickbooks_emulator.problems import Problem, business, missing
from quickbooks_emulator.rules import currency
from quickbooks_emulator.rules.hierarchy import checked_name
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

ONCE_USED = frozenset({"Accounts Receivable", "Accounts Payable"})


def prepare(company: Company, body: JsonObject, old: JsonObject | None) -> None:
    """Check an account and fill what the service fills. Raises Problem."""
    name = checked_name(str(body["Name"]), "Name")
    if '"' in name:
        raise Problem("2040", "An account's name must not hold a quote", "Name")
    body["Name"] = name
    if ":" in str(body.get("AcctNum", "")):
        raise Problem("2040", "An account's number must not hold a colon", "AcctNum")
    before = old or {}
    subtype = body.get("AccountSubType")
    kind = body.get("AccountType") or TYPE_OF_SUBTYPE.get(str(subtype)) or before.get("AccountType")
    if subtype is not None and subtype not in TYPE_OF_SUBTYPE:
        raise Problem("2170", f"Invalid Enumeration : {subtype}", "AccountSubType")
    if kind is None:
        raise missing("AccountType")
    if kind not in CLASSIFICATIONS:
        raise Problem("2170", f"Invalid Enumeration : {kind}", "AccountType")
    if subtype is not None and TYPE_OF_SUBTYPE[subtype] != kind:
        raise Problem("6010", f"The detail type {subtype} is none of {kind}", "AccountSubType")
    if before.get("AccountType") in ONCE_USED and kind != before["AccountType"]:
        raise business(f"The type of the account {before['Name']} cannot be changed.")
    body["AccountType"] = kind
    body["AccountSubType"] = subtype or _kept_subtype(before, str(kind))
    body["Classification"] = CLASSIFICATIONS[str(kind)]
    body.setdefault("CurrentBalance", 0)
    body.setdefault("CurrentBalanceWithSubAccounts", 0)
    wanted = reference(body, "CurrencyRef")
    if wanted is not None:
        currency.check_code(company, wanted)
    own = reference(before, "CurrencyRef") or wanted or currency.home(company)
    body["CurrencyRef"] = currency.named(own)


def _kept_subtype(before: JsonObject, kind: str) -> str:
    if before.get("AccountType") == kind and before.get("AccountSubType"):
        return str(before["AccountSubType"])
    return SUBTYPES[kind][0]
