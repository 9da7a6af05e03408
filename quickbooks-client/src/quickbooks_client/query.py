r"""Text of queries: literals, conditions and whole statements.

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
    from collections.abc import Iterable

MAX_PAGE_ROWS = 1000
"""Source: Intuit, "Query operations and syntax", pagination."""

OPERATORS = ("=", "<", ">", "<=", ">=", "LIKE")

_PROPERTY = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")

Literal = str | int | Decimal | bool | date | datetime


def escape(text: str) -> str:
    r"""Return `text` as it stands between the quotes of a literal.

    A backslash is doubled, for it would else swallow the quote after it.
    """
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
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"'{utc_text(value)}'"
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    if isinstance(value, Decimal):
        return f"'{value:f}'"
    return f"'{escape(str(value))}'"


def condition(name: str, operator: str, value: Literal) -> str:
    """Return one condition, such as `Sku = 'A-1'`.

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
    """Return a whole statement, its clauses in the order the grammar wants."""
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


def _property(name: str) -> str:
    if not _PROPERTY.fullmatch(name):
        raise InvalidQueryError(f"{name!r} is not the name of a property or entity.")
    return name
