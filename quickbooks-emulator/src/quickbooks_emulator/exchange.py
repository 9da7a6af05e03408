"""The rate of a currency, as the API answers it.

Source: Intuit, "ExchangeRate": home units for one foreign unit, of a date.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import second_text
from quickbooks_emulator.envelopes import enveloped
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.problems import Problem, missing
from quickbooks_emulator.rates import rate

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Reply, Request
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target


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
