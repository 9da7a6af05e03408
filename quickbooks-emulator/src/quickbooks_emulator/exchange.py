"""Exchange rates: invented, the same each time, a little different each day.

Source: Intuit, "ExchangeRate": home units for one foreign unit, of a date.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import second_text
from quickbooks_emulator.envelopes import enveloped
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.problems import Problem, missing

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Reply, Request
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target

IN_DOLLARS = {
    "USD": Decimal(1), "EUR": Decimal("1.09"), "GBP": Decimal("1.27"), "CAD": Decimal("0.73"),
    "AUD": Decimal("0.66"), "CHF": Decimal("1.13"), "JPY": Decimal("0.0067"),
    "MXN": Decimal("0.055"), "INR": Decimal("0.012"), "NZD": Decimal("0.61"),
}  # fmt: skip
"""Invented, of the right size."""
CODE_LETTERS = 3
STEP = Decimal("0.000001")


def rate(source: str, target: str, day: date) -> Decimal:
    """Units of `target` for one of `source` on a day. Raises Problem 2500 for no currency known."""
    if source == target:
        return Decimal(1)
    for code in (source, target):
        if code not in IN_DOLLARS:
            raise Problem("2500", f"Invalid Reference Id : Currency {code} not found", "")
    drift = 1 + Decimal(day.toordinal() * 7919 % 401 - 200) / 20_000
    return (IN_DOLLARS[source] / IN_DOLLARS[target] * drift).quantize(STEP)


def exchanged(service: Service, company: Company, request: Request, _target: Target) -> Reply:
    """The rate of a currency against the company's own on a day, by default today."""
    preferences = company.single("Preferences").get("CurrencyPrefs") or {}
    if not preferences.get("MultiCurrencyEnabled"):
        raise Problem("5030", "Feature Not Supported Error : Multicurrency is turned off", "")
    asked = {name.lower(): value for name, value in request.query.items()}
    code, text = asked.get("sourcecurrencycode", ""), asked.get("asofdate", "")
    if not code:
        raise missing("sourcecurrencycode")
    home = str((preferences.get("HomeCurrency") or {}).get("value", "USD"))
    now = int(service.clock.epoch())
    day = _day(text) if text else service.clock.today()
    found = {
        "SourceCurrencyCode": code.upper(),
        "TargetCurrencyCode": home,
        "Rate": rate(code.upper(), home, day),
        "AsOfDate": day.isoformat(),
        "domain": "QBO",
        "sparse": False,
        "MetaData": {"LastUpdatedTime": second_text(now)},
    }
    return enveloped(service, "ExchangeRate", dumps(found))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem("2060", f"Invalid date format: asofdate={text[:40]}", "asofdate") from None
