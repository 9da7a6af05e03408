"""Currencies: one unless the company has several, and then the customer's or vendor's own.

Source: Intuit, "Manage multiple currencies", "Preferences" (MultiCurrencyEnabled, HomeCurrency).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import JsonObject, money, multiply
from quickbooks_emulator.problems import Problem, business, missing
from quickbooks_emulator.rates import IN_DOLLARS, rate
from quickbooks_emulator.rules.iso_4217 import CURRENCIES
from quickbooks_emulator.rules.lines import to_cents
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from decimal import Decimal

    from quickbooks_emulator.store import Company

PARTIES = (("CustomerRef", "Customer"), ("VendorRef", "Vendor"))
CONTROL_ACCOUNTS = ("ARAccountRef", "APAccountRef")
MONEY_ACCOUNTS = (
    ("", "AccountRef"), ("", "DepositToAccountRef"), ("CheckPayment", "BankAccountRef"),
    ("CreditCardPayment", "CCAccountRef"),
)  # fmt: skip
"""Where a document says which account its money moves on."""


def _preferences(company: Company) -> JsonObject:
    found: JsonObject = company.single("Preferences").get("CurrencyPrefs") or {}
    return found


def home(company: Company) -> str:
    """The code of the company's own currency."""
    return reference(_preferences(company), "HomeCurrency") or "USD"


def has_several(company: Company) -> bool:
    """Whether multicurrency is enabled."""
    return bool(_preferences(company).get("MultiCurrencyEnabled"))


def check_code(company: Company, code: str) -> None:
    """Raises Problem 2170 for a code that is none, 6000 for one the company does not use."""
    if code not in CURRENCIES:
        raise Problem("2170", f"Invalid Enumeration : {code}", "CurrencyRef")
    if code != home(company) and not has_several(company):
        raise business(f"The currency {code} cannot be used: multicurrency is not enabled.")


def named(code: str) -> JsonObject:
    """A currency reference."""
    return {"value": code, "name": CURRENCIES.get(code, code)}


def settle(company: Company, body: JsonObject, old: JsonObject | None) -> None:
    """Fill or check the document's currency. Raises Problem 2020, 2140, 2170 or 6000."""
    own = home(company)
    wanted = reference(body, "CurrencyRef")
    if wanted is not None:
        check_code(company, wanted)
    if not has_several(company):
        body["CurrencyRef"] = named(own)
        body.pop("ExchangeRate", None)
        return
    if wanted is None and old is not None:
        wanted = reference(old, "CurrencyRef")
    if wanted is None:
        raise missing("CurrencyRef")
    theirs = _of_party(company, body) or wanted
    if wanted != theirs:
        raise business(f"The transaction's currency {wanted} is not {theirs} as the name's.")
    body["CurrencyRef"] = named(wanted)
    _check_accounts(company, body, old or {})
    rate_given = body.get("ExchangeRate")
    if rate_given is not None and rate_given <= 0:
        raise Problem("2140", f"Invalid Amount : ExchangeRate {rate_given}", "ExchangeRate")
    if wanted == own:
        body["ExchangeRate"] = 1
    elif rate_given is None:
        body["ExchangeRate"] = (old or {}).get("ExchangeRate") or _usual_rate(wanted, own, body)


def _check_accounts(company: Company, body: JsonObject, old: JsonObject) -> None:
    """Receivables and payables are in the document's currency, money in that or the home one.

    What an update leaves alone is not looked at. Raises Problem 6000.
    """
    mine = reference(body, "CurrencyRef")
    for name in CONTROL_ACCOUNTS:
        _check_account(company, (body, old), name, {mine})
    for holder, name in MONEY_ACCOUNTS:
        holders = (body.get(holder) or {}, old.get(holder) or {}) if holder else (body, old)
        _check_account(company, holders, name, {mine, home(company)})


def _check_account(
    company: Company, holders: tuple[JsonObject, JsonObject], name: str, allowed: set[str | None]
) -> None:
    new, old = (reference(holder, name) for holder in holders)
    account = company.body("Account", new) if new is not None and new != old else None
    if account is None:
        return
    theirs = reference(account, "CurrencyRef") or home(company)
    if theirs not in allowed:
        raise business(f"The account of {name} is in {theirs}, the transaction is not.")


def _usual_rate(code: str, own: str, body: JsonObject) -> Decimal | int:
    """The rate of the document's day; 1 for a currency whose rate is not known."""
    if not {code, own} <= IN_DOLLARS.keys():
        return 1
    return rate(code, own, date.fromisoformat(body["TxnDate"]))


def _of_party(company: Company, body: JsonObject) -> str | None:
    """The currency of the document's customer or vendor."""
    for name, entity in PARTIES:
        party = company.body(entity, reference(body, name) or "")
        if party is not None:
            return reference(party, "CurrencyRef") or home(company)
    return None


def in_home_currency(body: JsonObject) -> None:
    """Add total and balance in the home currency where a rate says how."""
    rate = body.get("ExchangeRate")
    if rate is None:
        return
    for name, at_home in (("TotalAmt", "HomeTotalAmt"), ("Balance", "HomeBalance")):
        if name in body:
            body[at_home] = money(to_cents(multiply(body[name], rate)))
