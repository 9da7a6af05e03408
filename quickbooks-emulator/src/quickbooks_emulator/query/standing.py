"""Indexes that follow a table from the first query that needs them on.

`View` keeps the rows that meet some tests in some order; `Values` finds rows by the value of one
property. Both are told of every change of the table, so that a page costs the same however many
rows there are and whatever was written since the page before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from quickbooks_emulator.catalogue import MOMENTS
from quickbooks_emulator.ordered import Ordered
from quickbooks_emulator.query.values import Comparable, getter, outermost
from quickbooks_emulator.rows import glancing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quickbooks_emulator.query.candidates import Test
    from quickbooks_emulator.rows import Readable, Row

FEW = 10_000
"""Up to so many rows are looked at one by one; a property's value that more rows have is common."""

MARKS = MOMENTS | {"Id"}
"""What is never missing and kept beside the body."""

Order = tuple[tuple[str, bool], ...]
"""Property and whether it descends; none: in the order of creation."""


class Lowest:
    """What comes before every value."""

    def __lt__(self, other: object) -> bool:
        """Before all others."""
        return other is not self

    def __gt__(self, other: object) -> bool:
        """Behind none."""
        return False


class Descending:
    """A value that comes before smaller ones."""

    __slots__ = ("value",)

    def __init__(self, value: Comparable) -> None:
        self.value = value

    def __lt__(self, other: object) -> bool:
        """Whether this one comes first."""
        if not isinstance(other, Descending):
            return NotImplemented
        return bool(other.value < self.value)

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Descending) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]


LOWEST = Lowest()


def properties(names: Iterable[str]) -> frozenset[str]:
    """The top-level properties that getters of these names read from a row's body."""
    return frozenset(outermost(name) for name in names if name not in MARKS)


def ranked(name: str, value: Comparable, *, is_descending: bool) -> Comparable:
    """A property's value as it is compared in an order; a missing one comes before all others."""
    if name in MOMENTS:
        return -value if is_descending else value
    part = LOWEST if value is None else value
    return Descending(part) if is_descending else part


def ranking(order: Order) -> Callable[[Readable, int], tuple[Comparable, ...]]:
    """The key of a row and its position in an order: the position decides among equals."""
    reads = [(name, getter(name), is_descending) for name, is_descending in order]
    if len(order) == 1 and not order[0][1]:
        read_only = reads[0][1]

        def single(row: Readable, position: int) -> tuple[Comparable, ...]:
            value = read_only(row)
            return (LOWEST if value is None else value), position

        return single

    def key(row: Readable, position: int) -> tuple[Comparable, ...]:
        parts = [ranked(name, read(row), is_descending=down) for name, read, down in reads]
        return (*parts, position)

    return key


class View:
    """The rows that meet all tests, in order."""

    def __init__(self, rows: Iterable[Row], tests: Sequence[Test], order: Order) -> None:
        names = [test.name for test in tests]
        self._holds = [test.holds for test in tests]
        self._tested = glancing(properties(names))
        self._rank = ranking(order) if order else None
        self._ranked = glancing(properties(name for name, _ in order))
        glance = glancing(properties([*names, *(name for name, _ in order)]))
        self.rows: Ordered[Row] = Ordered(self._pairs(rows, glance))

    def __len__(self) -> int:
        """How many rows."""
        return len(self.rows)

    def changed(self, old: Row | None, new: Row | None) -> None:
        """Follow a change of the table."""
        before = self._key(old, self._ranked(old)) if old is not None else None
        is_in = new is not None and self._is_in(self._tested(new))
        after = self._key(new, self._ranked(new)) if new is not None and is_in else None
        if before is not None and before != after:
            self.rows.discard(before)
        if new is not None and after is not None:
            self.rows.put(after, new)

    def _pairs(
        self, rows: Iterable[Row], glance: Callable[[Row], Readable]
    ) -> Iterable[tuple[Comparable, Row]]:
        for row in rows:
            seen = glance(row)
            if self._is_in(seen):
                yield self._key(row, seen), row

    def _is_in(self, row: Readable) -> bool:
        return all(holds(row) for holds in self._holds)

    def _key(self, row: Row, seen: Readable) -> Comparable:
        return row.position if self._rank is None else self._rank(seen, row.position)


class Values:
    """The rows that have each value of a property, unless too many share it."""

    def __init__(self, rows: Iterable[Row], name: str) -> None:
        self._read = getter(name)
        self._glance = glancing(properties([name]))
        self._rows: dict[Comparable, Row | dict[int, Row] | None] = {}
        """One row, a few by their position, or None: they are too many to keep."""
        for row in rows:
            self._add(self._value(row), row)

    def __len__(self) -> int:
        """How many values."""
        return len(self._rows)

    def find(self, values: Iterable[Comparable]) -> list[Row] | None:
        """The rows with one of the values; None when they are more than a few."""
        found: list[Row] = []
        for value in values:
            rows = self._rows.get(value, _NONE)
            if rows is None:
                return None
            found += rows.values() if isinstance(rows, dict) else [rows]
            if len(found) > FEW:
                return None
        return found

    def changed(self, old: Row | None, new: Row | None) -> None:
        """Follow a change of the table."""
        if old is not None:
            self._take(self._value(old), old)
        if new is not None:
            self._add(self._value(new), new)

    def _value(self, row: Row) -> Comparable:
        return self._read(self._glance(row))

    def _take(self, value: Comparable, row: Row) -> None:
        rows = self._rows.get(value)
        if isinstance(rows, dict):
            rows.pop(row.position, None)
        elif rows is row:
            del self._rows[value]

    def _add(self, value: Comparable, row: Row) -> None:
        rows = self._rows.get(value, _NONE)
        if isinstance(rows, dict):
            if rows is _NONE:
                self._rows[value] = row
                return
            rows[row.position] = row
            if len(rows) > FEW:
                self._rows[value] = None
        elif rows is not None:
            self._rows[value] = {rows.position: rows, row.position: row}


_NONE: dict[int, Row] = {}
