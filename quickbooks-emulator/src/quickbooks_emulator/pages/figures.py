"""Figures as people read them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import PACIFIC

if TYPE_CHECKING:
    from datetime import datetime

CENT = Decimal("0.01")
MINUS = "\N{MINUS SIGN}"
WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def number(value: object) -> Decimal | None:
    """The value if it is a number of the books."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Decimal(value) if is_number else None  # type: ignore[arg-type]  # it is one


def quantity_text(value: Decimal | None) -> str:
    """`1,234.5`, or nothing."""
    return "" if value is None else _signed(f"{value.normalize():,f}")


def money_text(value: Decimal | None) -> str:
    """`1,234.50`, or nothing."""
    return "" if value is None else _signed(f"{value.quantize(CENT, ROUND_HALF_UP):,f}")


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def words(name: str) -> str:
    """`SalesReceipt` as `Sales receipt`, `rotate_always` as it is."""
    first, *rest = WORDS.split(name)
    return " ".join((first, *(word.lower() for word in rest)))


def span_text(seconds: float) -> str:
    """`52 min`, `1 h 5 min`, `101 days`."""
    whole = int(abs(seconds))
    if whole >= 2 * DAY_S:
        return f"{whole // DAY_S:,} days"
    if whole >= HOUR_S:
        hours, rest = divmod(whole, HOUR_S)
        return f"{hours} h {rest // MINUTE_S} min" if rest >= MINUTE_S else f"{hours} h"
    if whole >= MINUTE_S:
        return f"{whole // MINUTE_S} min"
    return f"{whole} s"


def moment_text(moment: datetime) -> str:
    """`2026-03-04 09:15:02 PST`: the company's own time."""
    return f"{moment.astimezone(PACIFIC):%Y-%m-%d %H:%M:%S %Z}"
