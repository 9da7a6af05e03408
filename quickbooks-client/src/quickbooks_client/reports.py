"""Reports: the parameters that are asked with, and the answer as a value.

A report is a table whose rows nest: sections hold rows and sections, each with a header and a sum.
Every cell is text, on the wire and here; `Cell.number` reads one exactly.
Source: Intuit, "Run reports": at most 400,000 cells, beyond which rows are missing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from quickbooks_client.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_CELLS = 400_000
"""Source: Intuit, "Run reports"."""
_NAME = re.compile(r"[A-Za-z]+")
_DATE = re.compile(r"(start|end|report)_\w*date")

ReportValue = str | int | Decimal | bool | date | Iterable[str]
"""A parameter's value; several ids are joined by commas."""


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column of a report."""

    name: str
    """Its title; its key where it has none; made unique by a number."""
    type: str
    """Intuit's `ColType`, such as `Money`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of one row."""

    text: str
    id: str | None = None
    """The id of the account, item or name that is meant."""

    @property
    def number(self) -> Decimal | None:
        """The exact number; None when the cell is empty or holds another text."""
        try:
            value = Decimal(self.text.replace(",", "").strip())
        except InvalidOperation:
            return None
        return value if value.is_finite() else None


@dataclasses.dataclass(frozen=True, slots=True)
class ReportRow:
    """A row, and the sections it stands in."""

    section: tuple[str, ...]
    """The names of the sections around it, the outermost first."""
    kind: str
    """`data`; `header` for what the innermost section's head bears itself, such as an account's own
    amount beside those of its sub-accounts; `summary` for that section's sum."""
    group: str
    """Intuit's name of the row or its section, such as `Income`; "" where it has none."""
    cells: dict[str, Cell]
    """By the column's name."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """A report as QuickBooks made it."""

    name: str
    time: datetime
    """Server time of the answer, UTC."""
    header: dict[str, Any]
    """Period, basis, currency and options, as Intuit spells them. Any: JSON."""
    columns: tuple[Column, ...]
    tree: list[dict[str, Any]]
    """The rows as they nest, as Intuit spells them. Any: JSON."""

    @property
    def is_complete(self) -> bool:
        """False when the limit of cells was reached: ask for a shorter period."""
        return sum(len(row.cells) for row in self.rows()) < MAX_CELLS

    def rows(self) -> Iterator[ReportRow]:
        """Yield all rows in their order, each with the sections it stands in."""
        yield from _flat(self.tree, self.columns, (), "")


def report_path(name: str) -> str:
    """Return the address of a report, such as `ProfitAndLoss`.

    Raises:
        InvalidQueryError: This can be no report's name.
    """
    if not _NAME.fullmatch(name):
        raise InvalidQueryError(f"{name!r} is no name of a report, such as ProfitAndLoss.")
    return f"reports/{name}"


def report_params(params: Mapping[str, ReportValue]) -> dict[str, str]:
    """Return parameters as texts.

    Raises:
        InvalidQueryError: A date is none, a period ends before it begins, or it is given twice.
    """
    texts = {name: _text(name, value) for name, value in params.items()}
    start, end = texts.get("start_date"), texts.get("end_date")
    if start and end and start > end:
        raise InvalidQueryError(f"The report's period ends ({end}) before it begins ({start}).")
    if "date_macro" in texts and (start or end):
        raise InvalidQueryError(
            "The report's period is given twice: by date_macro and by start_date or end_date."
        )
    return texts


def read_report(
    name: str, time: datetime, header: dict[str, Any], columns: Any, rows: Any
) -> Report:
    """Return the report that an answer's members hold. Any: JSON.

    Raises:
        ValueError: They have another shape.
    """
    try:
        listed = columns.get("Column", [])
        tree = rows.get("Row", [])
        named = _columns(listed)
        report = Report(name, time, header, named, tree)
        for row in report.rows():
            if len(row.cells) > len(named):
                raise ValueError("more cells than columns")
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not a report") from error
    return report


def _text(name: str, value: ReportValue) -> str:
    match value:
        case bool():
            text = "true" if value else "false"
        case datetime():
            raise InvalidQueryError(f"{name}: a report knows days, not times; give a date.")
        case date():
            text = value.isoformat()
        case Decimal():
            text = f"{value:f}"
        case int() | str():
            text = str(value)
        case _:
            text = ",".join(value)
    if _DATE.fullmatch(name):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise InvalidQueryError(f"{name}: {text!r} is no day; write 2026-03-04.") from None
    return text


def _columns(listed: list[dict[str, Any]]) -> tuple[Column, ...]:
    named: dict[str, Column] = {}
    for number, one in enumerate(listed, start=1):
        keys = {pair.get("Name"): pair.get("Value") for pair in one.get("MetaData", [])}
        kind = str(one.get("ColType") or "")
        title = str(one.get("ColTitle") or keys.get("ColKey") or kind)
        name = title if title and title not in named else f"{title} {number}".strip()
        named[name] = Column(name, kind)
    return tuple(named.values())


def _flat(
    rows: list[dict[str, Any]], columns: tuple[Column, ...], section: tuple[str, ...], group: str
) -> Iterator[ReportRow]:
    for row in rows:
        own = str(row.get("group") or group)
        inner = section
        head = (row.get("Header") or {}).get("ColData")
        if head:
            inner = (*section, str(head[0].get("value", "")))
            if any(cell.get("value") for cell in head[1:]):
                yield ReportRow(inner, "header", own, _cells(head, columns))
        if row.get("ColData"):
            yield ReportRow(section, "data", own, _cells(row["ColData"], columns))
        yield from _flat((row.get("Rows") or {}).get("Row", []), columns, inner, own)
        summary = (row.get("Summary") or {}).get("ColData")
        if summary:
            yield ReportRow(inner, "summary", own, _cells(summary, columns))


def _cells(data: list[dict[str, Any]], columns: tuple[Column, ...]) -> dict[str, Cell]:
    # A row may be shorter than the table, or longer where columns are not all named.
    names = [column.name for column in columns]
    names += [f"column {number}" for number in range(len(names) + 1, len(data) + 1)]
    return {
        name: Cell(str(one.get("value") or ""), str(one["id"]) if one.get("id") else None)
        for name, one in zip(names, data, strict=False)
    }
