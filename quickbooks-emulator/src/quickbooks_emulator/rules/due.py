"""When a document is due by its term.

Source: Intuit, "Term" (DueDays, DayOfMonthDue, DueNextMonthDays).
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject

MONTHS = 12


def on(day: date, term: JsonObject) -> date:
    """The day a document of `day` is due; the same day without a term."""
    fixed = term.get("DayOfMonthDue")
    if fixed is None:
        last = date.max.toordinal()
        return date.fromordinal(min(day.toordinal() + int(term.get("DueDays", 0)), last))
    target = _in_month(day.year, day.month, int(fixed))
    soon = int(term.get("DueNextMonthDays", 0))
    if day.year < date.max.year and (target < day or (target - day).days < soon):
        years, month = divmod(day.month, MONTHS)
        target = _in_month(day.year + years, month + 1, int(fixed))
    return target


def _in_month(year: int, month: int, day: int) -> date:
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(max(day, 1), last))
