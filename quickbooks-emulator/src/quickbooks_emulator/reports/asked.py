"""What a report is asked for: its dates, basis and filters.

Source: Intuit, the query parameters on the page of each report. Parameters that a report does not
know are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS = {"accrual": "Accrual", "cash": "Cash"}
EARLIEST = date(1970, 1, 1)
DECEMBER = 12
LONGEST_NUMBER = 9
FIRST_YEAR, LAST_YEAR = 1900, 2999
MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""Months in each unit; a week has none."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last; `macro` is the name it was asked by, in lower case."""

    start: date
    end: date
    macro: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A report's parameters, read."""

    period: Period
    today: date
    is_cash: bool
    parameters: Mapping[str, str]

    @property
    def end(self) -> str:
        """The last day, as documents spell dates."""
        return self.period.end.isoformat()

    @property
    def start(self) -> str:
        """The first day, as documents spell dates."""
        return self.period.start.isoformat()

    def ids(self, name: str) -> frozenset[str]:
        """The ids a filter names, comma separated; empty for no filter."""
        given = self.parameters.get(name, "")
        return frozenset(part.strip() for part in given.split(",") if part.strip())

    def number(self, name: str, otherwise: int, most: int) -> int:
        """A whole number from 1. Raises Problem 2080."""
        given = self.parameters.get(name, "").strip()
        if not given:
            return otherwise
        is_whole = given.isascii() and given.isdecimal() and len(given) <= LONGEST_NUMBER
        if not is_whole or not 1 <= int(given) <= most:
            raise Problem("2080", f"Invalid number : {given[:40]}", name)
        return int(given)


def read(
    parameters: Mapping[str, str], today: date, basis: str, default_macro: str, first_month: int
) -> Asked:
    """The parameters of a report. Raises Problem 2060, 2170 or 2190.

    `default_macro` is the period the report covers when none is asked for; `report_date` stands
    for a period that ends then.
    """
    method = parameters.get("accounting_method", "").strip().lower()
    if method and method not in METHODS:
        raise Problem("2170", f"Invalid Enumeration : {method[:40]}", "accounting_method")
    as_of = parameters.get("report_date") or parameters.get("end_date")
    start, end = _date(parameters, "start_date"), None
    if as_of:
        end = _date(parameters, "report_date") or _date(parameters, "end_date")
    macro = parameters.get("date_macro", "").strip().lower()
    if end is None and start is None:
        macro = macro or default_macro
        period = macro_period(macro, today, first_month)
    else:
        last = end or today
        first = start or min(macro_period(default_macro, last, first_month).start, last)
        if first > last:
            raise Problem("2190", f"Invalid date range : {first} is after {last}", "start_date")
        period = Period(first, last)
    is_cash = METHODS.get(method, basis) == "Cash"
    return Asked(period, today, is_cash, parameters)


def _date(parameters: Mapping[str, str], name: str) -> date | None:
    given = parameters.get(name, "").strip()
    if not given:
        return None
    try:
        day = date.fromisoformat(given[:10])
    except ValueError:
        raise Problem("2060", f"Invalid date format : {given[:40]}", name) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Problem("2070", f"Invalid date : {given[:40]}", name)
    return day


def macro_period(macro: str, today: date, first_month: int) -> Period:
    """The days that a named period covers. Raises Problem 2170."""
    name = macro.replace("calendar ", "").replace("fiscal ", "").replace("-to-date", "")
    if name in {"all", "all dates"}:
        return Period(EARLIEST, today, macro)
    if name in {"today", "yesterday"}:
        day = today if name == "today" else today - timedelta(days=1)
        return Period(day, day, macro)
    which, _, unit = name.partition(" ")
    if name == "next 4 weeks":
        first = _begin("week", today, 1) + timedelta(days=7)
        return Period(first, first + timedelta(days=27), macro)
    if (unit not in MONTHS and unit != "week") or which not in {"this", "last", "next"}:
        raise Problem("2170", f"Invalid Enumeration : {macro[:40]}", "date_macro")
    first_month = first_month if "fiscal" in macro else 1
    now = _begin(unit, today, first_month)
    first = now
    if which == "last":
        first = _begin(unit, now - timedelta(days=1), first_month)
    elif which == "next":
        first = _following(first, unit)
    last = _following(first, unit) - timedelta(days=1)
    if macro.endswith("-to-date"):
        last = min(last, first + (today - now)) if which == "last" else min(last, today)
    return Period(first, last, macro)


def year_start(day: date, first_month: int) -> date:
    """The first day of the (fiscal) year of a day."""
    year = day.year if day.month >= first_month else day.year - 1
    return date(year, first_month, 1)


def _begin(unit: str, day: date, first_month: int) -> date:
    """The first day of the week (from Sunday), month, quarter or year of a day."""
    if unit == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return year_start(day, first_month)


def _following(first: date, unit: str) -> date:
    """The first day of the next week, month, quarter or year."""
    if unit == "week":
        return first + timedelta(days=7)
    years, month = divmod(first.month - 1 + MONTHS[unit], DECEMBER)
    return date(first.year + years, month + 1, 1)
