"""Exchange rates: invented, the same each time, a little different each day.

Source: Intuit, "ExchangeRate": home units for one foreign unit, of a date.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from datetime import date

IN_DOLLARS = {
    "USD": Decimal(1), "EUR": Decimal("1.09"), "GBP": Decimal("1.27"), "CAD": Decimal("0.73"),
    "AUD": Decimal("0.66"), "CHF": Decimal("1.13"), "JPY": Decimal("0.0067"),
    "MXN": Decimal("0.055"), "INR": Decimal("0.012"), "NZD": Decimal("0.61"),
}  # fmt: skip
"""Invented, of the right size."""
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
