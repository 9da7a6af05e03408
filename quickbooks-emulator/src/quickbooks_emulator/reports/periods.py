"""The columns of a statement: one for the whole period, or one for each part of it and the whole.

Source: Intuit, "ProfitAndLoss" (summarize_column_by). Grouping by names, classes and items is not
worked out: such a report has its total only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem
from quickbooks_emulator.reports.asked import macro_period
from quickbooks_emulator.reports.shape import column

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.reports.asked import Asked

UNITS = {"month": "month", "quarter": "quarter", "year": "year", "week": "week", "days": "days"}
WHOLES = frozenset({
    "total", "customers", "vendors", "classes", "departments", "employees", "productsandservices",
})  # fmt: skip
MOST_COLUMNS = 400


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title and key, its first and last day."""

    title: str
    key: str
    start: str
    end: str

    def shown(self) -> JsonObject:
        """The column of the report; a part of the period tells its days."""
        days = {} if self.key == "total" else {"StartDate": self.start, "EndDate": self.end}
        return column(self.title, "Money", self.key, **days)


def columns_of(asked: Asked) -> list[Column]:
    """The columns asked for. Raises Problem 2170 or 10100."""
    wanted = asked.parameters.get("summarize_column_by", "").strip().lower() or "total"
    # As recorded: the sum of groups is in capitals.
    title = "Total" if wanted == "total" else "TOTAL"
    whole = Column(title, "total", asked.start, asked.end)
    if wanted in WHOLES:
        return [whole]
    unit = UNITS.get(wanted)
    if unit is None:
        raise Problem("2170", f"Invalid Enumeration : {wanted[:40]}", "summarize_column_by")
    columns = []
    day = asked.period.start
    while day <= asked.period.end:
        last = min(_last(day, unit), asked.period.end)
        columns.append(Column(_title(day, last, unit), day.isoformat(), str(day), str(last)))
        day = last + timedelta(days=1)
        if len(columns) > MOST_COLUMNS:
            raise Problem("10100", "The result set is too big", "summarize_column_by")
    return [*columns, whole]


def _last(day: date, unit: str) -> date:
    return day if unit == "days" else macro_period(f"this {unit}", day, 1).end


def _title(first: date, last: date, unit: str) -> str:
    if unit == "year":
        return str(first.year)
    if unit == "month":
        return f"{first:%b %Y}"
    return f"{first:%b} {first.day}, {first.year}" + (
        "" if first == last else f" - {last:%b} {last.day}, {last.year}"
    )
