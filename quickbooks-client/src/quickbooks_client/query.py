r"""Text of queries: literals, conditions and whole statements.

Whatever a value holds, it stays a value: the text between the quotes cannot end them. What cannot
be asked for is refused before anything is sent.
Source: Intuit, "Query operations and syntax": literals stand in single quotes, a quote inside one
is written \', a time carries its offset; conditions are joined by AND only.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_client.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_PAGE_ROWS = 1000
"""Source: Intuit, "Query operations and syntax", pagination."""

OPERATORS = ("=", "<", ">", "<=", ">=", "LIKE")

VALUES_PER_QUERY = 200
"""Intuit documents no limit of an IN list; hundreds are known to work by POST."""

_NAME = r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*"
_PROPERTY = re.compile(_NAME)
_COLUMNS = re.compile(rf"COUNT\(\*\)|(?:\*|{_NAME})(?:, ?(?:\*|{_NAME}))*", re.IGNORECASE)
_ORDER = re.compile(rf"{_NAME}(?: (?:ASC|DESC))?(?:, ?{_NAME}(?: (?:ASC|DESC))?)*", re.IGNORECASE)
# No value in QuickBooks can hold these: it exchanges XML too, which has no form for them.
_IMPOSSIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Literal = str | int | Decimal | bool | date | datetime


def escape(text: str) -> str:
    r"""Return `text` as it stands between the quotes of a literal.

    A backslash is doubled, for it would else swallow the quote after it. A percent sign stays: it
    means itself everywhere but after LIKE, where it cannot be escaped.

    Raises:
        InvalidQueryError: It holds a character that no text in QuickBooks can hold.
    """
    if _IMPOSSIBLE.search(text):
        raise InvalidQueryError(
            "The text of a query holds a control character, or half of a character, which no text"
            " in QuickBooks does: clean the value."
        )
    return text.replace("\\", "\\\\").replace("'", "\\'")


def utc_text(moment: datetime) -> str:
    """Return an aware `moment` in UTC, in the form every literal and bookmark has.

    Whole seconds where it has no fraction, else milliseconds, cut off.

    Raises:
        ValueError: `moment` has no offset.
    """
    if moment.tzinfo is None:
        raise ValueError("A time without an offset means nothing to QuickBooks: give it one.")
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def literal(value: Literal) -> str:
    """Return `value` as a literal.

    Numbers are quoted too: a bare one after an operator is often a parse error.

    Raises:
        InvalidQueryError: It is a number without end, or a text that QuickBooks cannot hold.
        ValueError: It is a time without an offset.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"'{utc_text(value)}'"
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InvalidQueryError(f"{value} is no number that QuickBooks can compare with.")
        return f"'{value:f}'"
    return f"'{escape(str(value))}'"


def condition(name: str, operator: str, value: Literal) -> str:
    """Return one condition, such as `Sku = 'A-1'`.

    With LIKE each % in `value` stands for any text; QuickBooks has no way to write a percent sign
    that means itself (`starts_with` and `contains` refuse it).

    Raises:
        InvalidQueryError: `name` is no property or `operator` is not one QuickBooks has.
    """
    if operator not in OPERATORS:
        raise InvalidQueryError(f"QuickBooks has no operator {operator!r}: use one of {OPERATORS}.")
    return f"{_property(name)} {operator} {literal(value)}"


def one_of(name: str, values: Iterable[Literal]) -> str:
    """Return the condition that a property has one of `values`.

    Raises:
        InvalidQueryError: There are no values; QuickBooks has no empty list.
    """
    listed = ", ".join(literal(value) for value in values)
    if not listed:
        raise InvalidQueryError(f"No value is given for {name} IN (…).")
    return f"{_property(name)} IN ({listed})"


def in_parts(
    name: str, values: Iterable[Literal], per_query: int = VALUES_PER_QUERY
) -> Iterator[str]:
    """Yield conditions that together say `name` has one of `values`, each for a query of its own.

    Values that are given twice are asked for once; no values give no condition.
    """
    wanted = list(dict.fromkeys(values))
    for start in range(0, len(wanted), per_query):
        yield one_of(name, wanted[start : start + per_query])


def starts_with(name: str, text: str) -> str:
    """Return the condition that a property begins with `text`, case not counted.

    Raises:
        InvalidQueryError: `text` holds a percent sign, which LIKE takes for any text.
    """
    return condition(name, "LIKE", f"{_without_percent(text)}%")


def contains(name: str, text: str) -> str:
    """Return the condition that a property contains `text`, case not counted.

    Raises:
        InvalidQueryError: `text` holds a percent sign, which LIKE takes for any text.
    """
    return condition(name, "LIKE", f"%{_without_percent(text)}%")


def all_of(*conditions: str | None) -> str | None:
    """Return the conditions joined, leaving out the empty ones; None when none is left."""
    return " AND ".join(one for one in conditions if one) or None


def select(
    entity: str,
    where: str | None = None,
    *,
    columns: str = "*",
    order_by: str | None = None,
    start: int | None = None,
    rows: int | None = None,
) -> str:
    """Return a whole statement, its clauses in the order the grammar wants.

    Args:
        entity: What to look among.
        where: Conditions, as the functions here make them.
        columns: `*`, `COUNT(*)`, or names with commas between.
        order_by: Names, each with ASC or DESC on wish.
        start: The place of the first row, from 1.
        rows: The most rows, up to 1000: more are cut off in silence.

    Raises:
        InvalidQueryError: QuickBooks has no such statement.
    """
    if not _COLUMNS.fullmatch(columns):
        raise InvalidQueryError(f"{columns!r} are no columns: use *, COUNT(*), or names.")
    if order_by and not _ORDER.fullmatch(order_by):
        raise InvalidQueryError(f"{order_by!r} is no order: use names, each with ASC or DESC.")
    if start is not None and start < 1:
        raise InvalidQueryError(f"Rows are counted from 1, not from {start}.")
    if rows is not None and not 0 < rows <= MAX_PAGE_ROWS:
        raise InvalidQueryError(f"A query gives 1 to {MAX_PAGE_ROWS} rows, not {rows}.")
    clauses = [f"SELECT {columns} FROM {_property(entity)}"]
    if where:
        clauses.append(f"WHERE {where}")
    if order_by:
        clauses.append(f"ORDERBY {order_by}")
    if start is not None:
        clauses.append(f"STARTPOSITION {start:d}")
    if rows is not None:
        clauses.append(f"MAXRESULTS {rows:d}")
    return " ".join(clauses)


def mentions_active(where: str | None) -> bool:
    """Return whether `where` already says which rows of a name list it wants."""
    # Literals first, or a name holding the word would be taken for the property.
    bare = re.sub(r"'(?:\\.|[^'\\])*'", "''", where or "")
    return re.search(r"\bActive\b", bare, re.IGNORECASE) is not None


def _without_percent(text: str) -> str:
    if "%" in text:
        raise InvalidQueryError("LIKE takes a percent sign for any text: look for a part without.")
    return text


def _property(name: str) -> str:
    if not _PROPERTY.fullmatch(name):
        raise InvalidQueryError(f"{name!r} is not the name of a property or entity.")
    return name
