"""Single values of a request: texts, numbers, truths and dates, exact and within their limits.

Source: Intuit, "Error codes" (2010, 2040, 2050, 2060, 2070, 2080, 2140, 2150, 2160, 2210); wording
as recorded where it is.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem, unsupported_property

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json

MAX_DIGITS = 40
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that no text may hold; tabs and line breaks are allowed but in names."""
ADDRESS = re.compile(r"[^@\s,;<>()\[\]\\\"]+@[^@\s,;<>()\[\]\\\"]+\.[^@\s,;<>()\[\]\\\".]+")
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:$|[T+Z-])")

SPELT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")

WIDEST = Decimal(10) ** 15
DEAREST = Decimal(99_999_999_999)
HUNDRED = Decimal(100)

RANGES = {
    "Amount": ("2140", -WIDEST, WIDEST, "Amount"),
    "TotalAmt": ("2140", -WIDEST, WIDEST, "Amount"),
    "TotalTax": ("2140", Decimal(0), WIDEST, "Amount"),
    "UnitPrice": ("2140", -WIDEST, WIDEST, "Amount"),
    "PurchaseCost": ("2140", -DEAREST, DEAREST, "Amount"),
    "Qty": ("2160", -WIDEST, WIDEST, "Quantity"),
    "QtyDiff": ("2160", -WIDEST, WIDEST, "Quantity"),
    "QtyOnHand": ("2160", -WIDEST, WIDEST, "Quantity"),
    "Quantity": ("2160", -WIDEST, WIDEST, "Quantity"),
    "DiscountPercent": ("2150", Decimal(0), HUNDRED, "Percent"),
    "DueDays": ("2080", Decimal(0), Decimal(999), "Number"),
    "DiscountDays": ("2080", Decimal(0), Decimal(999), "Number"),
    "DueNextMonthDays": ("2080", Decimal(0), Decimal(999), "Number"),
    "DayOfMonthDue": ("2080", Decimal(1), Decimal(31), "Number"),
    "DiscountDayOfMonth": ("2080", Decimal(0), Decimal(31), "Number"),
    "Hours": ("2080", Decimal(0), Decimal(8760), "Number"),
    "Minutes": ("2080", Decimal(0), Decimal(59), "Number"),
}
"""Property → code, least, most and what the refusal calls it."""


def check_text(name: str, value: str, most: int, *, is_email: bool = False) -> None:
    """Raises Problem 2040, 2050 or 2210."""
    if most and len(value) > most:
        raise Problem(
            "2050",
            "String length specified does not match the supported length. "
            f"Min:0 Max:{most} supported. Supplied length:{len(value)}",
            name,
        )
    if CONTROL.search(value):
        raise Problem("2040", f"Invalid String. {name} holds unsupported characters", name)
    if is_email and not all(ADDRESS.fullmatch(part.strip()) for part in value.split(",")):
        raise Problem(
            "2210",
            "Email Address does not conform to the syntax rules of RFC 822. "
            f"Supplied value:{value[:100]}",
            name,
        )


def number(name: str, value: Json) -> Decimal | int:
    """An exact number, also from a text that spells one. Raises Problem 2010 or 2080 to 2160."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise unsupported_property(f"Can not deserialize value of {name}")
    if isinstance(value, str):
        value = _spelt(value)
    if isinstance(value, int):
        if abs(value) >= 10**MAX_DIGITS:
            raise Problem("2080", f"Number is too large for {name}", name)
        exact: Decimal | int = value
    else:
        if not value.is_finite() or abs(value.adjusted()) > MAX_DIGITS:
            raise Problem("2080", f"Number is out of range for {name}", name)
        if len(value.as_tuple().digits) > MAX_DIGITS:
            raise Problem("2080", f"Number is too long for {name}", name)
        exact = Decimal(f"{value:f}")
    bounds = RANGES.get(name)
    if bounds is not None and not bounds[1] <= exact <= bounds[2]:
        raise Problem(bounds[0], f"Invalid {bounds[3]}. Supplied value:{exact}", name)
    return exact


def _spelt(text: str) -> Decimal:
    if SPELT.fullmatch(text.strip()):
        return Decimal(text.strip())
    raise unsupported_property(
        "Can not construct instance of java.math.BigDecimal from String value "
        f"'{text[:40]}': not a valid representation"
    )


def truth(name: str, value: Json) -> bool:
    """A boolean, also from a text that spells one. Raises Problem 2010."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:
        return bool(value == "true")
    raise unsupported_property(f"Can not construct instance of java.lang.Boolean for {name}")


def date_of(name: str, value: Json) -> str:
    """A day; a time behind it is accepted and dropped. Raises Problem 2060 or 2070."""
    match = DAY.match(value) if isinstance(value, str) else None
    if match is None:
        raise Problem("2060", f"Date format is invalid: {name} supplied value:{value!s:.40}", name)
    year, month, day = (int(part) for part in match.groups())
    if year and 1 <= month <= len(_DAYS) and 1 <= day <= _days(year, month):
        return match[0][:10]
    raise Problem("2070", f"Invalid Date: {name} supplied value:{value!s:.40}", name)


_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _days(year: int, month: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _DAYS[month - 1] + (month == 2 and is_leap)  # noqa: PLR2004 - February
