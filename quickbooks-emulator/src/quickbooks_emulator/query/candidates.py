"""The rows that meet a query's conditions, in the order it asks for.

`evaluate` decides what a query means; here is only how its rows are found.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_emulator.query.values import UPDATED, Comparable, getter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quickbooks_emulator.store import Row, Table

SPANS = frozenset({"=", "<", ">", "<=", ">="})


@dataclass(frozen=True, slots=True)
class Test:
    """One condition of a query.

    `name`, `operator` and `literal` (a frozenset for `in`) say the same as `holds`: two tests that
    agree in them hold for the same rows, and `=` and `in` hold for the rows whose `getter(name)`
    gives the literal or one of the set.
    """

    name: str
    operator: str
    literal: Comparable
    holds: Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query asks of an entity's rows: all tests hold, ordered by name and direction."""

    tests: tuple[Test, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    """Property and whether it descends; none: in the order of creation."""


def matching(table: Table, wanted: Wanted) -> Sequence[Row]:
    """The rows wanted, in order; it has a length and is cut into pages by slices."""
    spans = [test for test in wanted.tests if _is_span(test)]
    others = [test for test in wanted.tests if not _is_span(test)]
    is_by_update = wanted.order == ((UPDATED, False),)
    if spans or is_by_update:
        rows: Iterable[Row] = _in_span(table, spans)
        if not is_by_update:
            rows = sorted(rows, key=lambda row: row.created_at)
    else:
        rows = table.rows.values()
    found = [row for row in rows if all(test.holds(row) for test in others)]
    return found if is_by_update else _sorted(found, wanted.order)


def _is_span(test: Test) -> bool:
    """Whether the test is a bound on the time of change, which bisection answers."""
    is_bound = test.operator in SPANS and test.literal is not None
    return test.name == UPDATED and is_bound


def _in_span(table: Table, spans: list[Test]) -> list[Row]:
    """The rows last changed within the bounds, in the order of their changes."""
    rows = table.by_update()
    low, high = 0, len(rows)
    for test in spans:
        first = bisect_left(rows, test.literal, key=lambda row: row.updated_at)
        behind = bisect_right(rows, test.literal, key=lambda row: row.updated_at)
        if test.operator in {">=", "="}:
            low = max(low, first)
        if test.operator == ">":
            low = max(low, behind)
        if test.operator in {"<=", "="}:
            high = min(high, behind)
        if test.operator == "<":
            high = min(high, first)
    return rows[low:high]


def _sorted(rows: list[Row], order: tuple[tuple[str, bool], ...]) -> list[Row]:
    """The rows in order; a missing value comes before all others."""
    for name, is_descending in reversed(order):
        read = getter(name)

        def rank(row: Row, read: Callable[[Row], Comparable] = read) -> tuple[bool, Comparable]:
            value = read(row)
            return value is not None, value if value is not None else 0

        rows = sorted(rows, key=rank, reverse=is_descending)
    return rows
