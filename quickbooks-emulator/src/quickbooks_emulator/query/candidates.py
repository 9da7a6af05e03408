"""The rows that meet a query's conditions, in the order it asks for.

`evaluate` decides what a query means; here is only how its rows are found: by id, by a value that
few rows have, in a short span of time, or else in a view kept from query to query.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from quickbooks_emulator.catalogue import BOOLEANS
from quickbooks_emulator.query.standing import FEW, MARKS, Values, View, ranked, ranking
from quickbooks_emulator.query.values import UPDATED, Comparable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from quickbooks_emulator.ordered import Ordered
    from quickbooks_emulator.query.standing import Order
    from quickbooks_emulator.rows import Readable, Row
    from quickbooks_emulator.store import Table

MOST_KEPT = 16
"""How many views and how many indexes of values a table keeps; those not used longest go first."""

MOST_ROWS = 2_500_000
"""How many rows all views of a table hold together (or the values of all indexes)."""

BOUNDS = frozenset({"=", "<", ">", "<=", ">="})
TIMES = (UPDATED, "MetaData.CreateTime", "TxnDate")
"""Properties whose order is kept so that short spans are found at once."""

Kept = TypeVar("Kept", View, Values)


@dataclass(frozen=True, slots=True)
class Test:
    """One condition of a query.

    `name`, `operator` and `literal` (a frozenset for `in`) say the same as `holds`: two tests that
    agree in them hold for the same rows; `=`, `in` and the bounds hold for the rows whose
    `getter(name)` gives something that compares so with the literal. `holds` reads no other
    property than `name`.
    """

    name: str
    operator: str
    literal: Comparable
    holds: Callable[[Readable], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query asks of an entity's rows: all tests hold, in this order."""

    tests: tuple[Test, ...] = ()
    order: Order = ()


class Found(Protocol):
    """Rows that are counted and cut into pages."""

    def __len__(self) -> int: ...
    def __getitem__(self, cut: slice, /) -> Sequence[Row]: ...


class Span:
    """A part of rows in order."""

    def __init__(self, rows: Ordered[Row], start: int, stop: int) -> None:
        self._rows = rows
        self._start = start
        self._length = max(stop - start, 0)

    def __len__(self) -> int:
        """How many rows."""
        return self._length

    def __getitem__(self, cut: slice, /) -> list[Row]:
        """The rows of a page."""
        start, stop, _ = cut.indices(self._length)
        return self._rows.cut(self._start + start, self._start + stop)


def matching(table: Table, wanted: Wanted) -> Found:
    """The rows wanted, in order."""
    few = _among_few(table, wanted)
    return _in_view(table, wanted) if few is None else few


def count(table: Table, tests: tuple[Test, ...]) -> int:
    """How many rows meet all tests."""
    said = _said(tests)
    for (kind, *rest), index in list(table.watchers.items()):
        if kind == "view" and rest[0] == said and isinstance(index, View):
            return len(index.rows)
    return len(matching(table, Wanted(tests)))


def _among_few(table: Table, wanted: Wanted) -> list[Row] | None:
    """The rows wanted when some test leaves few to look at."""
    for test in wanted.tests:
        few = _with_value(table, test)
        if few is not None:
            return _chosen(few, wanted, test)
    by_name: dict[str, list[Test]] = {}
    for test in wanted.tests:
        if test.name in TIMES and _is_bound(test):
            by_name.setdefault(test.name, []).append(test)
    if wanted.order:
        # Bounds on what is sorted by are cut out of the view itself.
        by_name.pop(wanted.order[0][0], None)
    for name, tests in by_name.items():
        span = _span(table, (), ((name, False),), tests)
        if len(span) <= FEW:
            return _chosen(span[:], wanted, *tests)
    return None


def _with_value(table: Table, test: Test) -> list[Row] | None:
    """The rows that meet a test for equality, when they are few."""
    if test.operator not in {"=", "in"} or test.name in BOOLEANS or test.name in TIMES:
        return None
    values = test.literal if test.operator == "in" else (test.literal,)
    if test.name == "Id":
        return [row for value in values if (row := table.rows.get(value)) is not None]
    key = ("values", test.name)
    return _kept(table, key, lambda: Values(table.rows.values(), test.name)).find(values)


def _chosen(few: list[Row], wanted: Wanted, *met: Test) -> list[Row]:
    """Those of a few rows that meet the other tests, in order."""
    holds = [test.holds for test in wanted.tests if test not in met]
    rows = [row for row in few if all(hold(row) for hold in holds)]
    if not wanted.order:
        return sorted(rows, key=lambda row: row.position)
    key = ranking(wanted.order)
    return sorted(rows, key=lambda row: key(row, row.position))


def _in_view(table: Table, wanted: Wanted) -> Span:
    """The rows wanted, in a view; bounds on what it is sorted by are looked up."""
    first = wanted.order[0][0] if wanted.order else ""
    bounds = [test for test in wanted.tests if test.name == first and _is_bound(test)]
    tests = tuple(test for test in wanted.tests if test not in bounds)
    return _span(table, tests, wanted.order, bounds)


def _is_bound(test: Test) -> bool:
    return test.operator in BOUNDS and test.literal is not None


def _span(table: Table, tests: tuple[Test, ...], order: Order, bounds: list[Test]) -> Span:
    """The rows that meet the tests, and whose first key in the order is within the bounds."""
    rows = _ordered(table, tests, order)
    low, high = 0, len(rows)
    if not bounds:
        return Span(rows, low, high)
    name, down = order[0]
    if name not in MARKS:
        # A missing value is within no bounds.
        missing = ranked(name, None, is_descending=down)
        edge = rows.place((missing,) if down else (missing, _BEHIND))
        low, high = (low, edge) if down else (edge, high)
    for test in bounds:
        part = ranked(name, test.literal, is_descending=down)
        # A key ends with the position: these two stand before and behind all rows of the literal.
        first, behind = rows.place((part,)), rows.place((part, _BEHIND))
        if test.operator == "=":
            low, high = max(low, first), min(high, behind)
        elif (test.operator in {">", ">="}) != down:
            low = max(low, first if "=" in test.operator else behind)
        else:
            high = min(high, behind if "=" in test.operator else first)
    return Span(rows, low, high)


class _Behind:
    """What comes after every other part of a key."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


_BEHIND = _Behind()


def _ordered(table: Table, tests: tuple[Test, ...], order: Order) -> Ordered[Row]:
    if not tests and order == ((UPDATED, False),):
        return table.by_change()
    key = ("view", _said(tests), order)
    return _kept(table, key, lambda: View(table.rows.values(), tests, order)).rows


def _said(tests: tuple[Test, ...]) -> frozenset[tuple[str, str, Comparable]]:
    """What the tests say, whatever their sequence."""
    return frozenset((test.name, test.operator, test.literal) for test in tests)


def _kept(table: Table, key: tuple[object, ...], make: Callable[[], Kept]) -> Kept:
    """The index of that key, made when there is none; the one used last stands last."""
    watchers = table.watchers
    known = watchers.pop(key, None)
    if known is None:
        _make_room(table, key[0])
    # The key says of which kind the index is.
    index: Kept = make() if known is None else known  # type: ignore[assignment]
    watchers[key] = index
    return index


def _make_room(table: Table, kind: Hashable) -> None:
    """Drop indexes of a kind that were not used for long, before another one is made."""
    same = [key for key in table.watchers if key[0] == kind]
    rows = len(table.rows) + sum(len(table.watchers[key]) for key in same)
    for number, key in enumerate(same):
        if len(same) - number < MOST_KEPT and rows <= MOST_ROWS:
            break
        rows -= len(table.watchers[key])
        del table.watchers[key]
