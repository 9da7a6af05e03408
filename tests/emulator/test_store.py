"""What a company remembers: rows found again however they are asked for, undone, deleted.

Source: Intuit, "Query operations and syntax" (what a condition and an order mean, pages),
"Change data capture" (order of changes).
"""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickbooks_emulator import ordered
from quickbooks_emulator.query import candidates, standing
from quickbooks_emulator.query.candidates import Test as Condition
from quickbooks_emulator.query.candidates import Wanted, matching
from quickbooks_emulator.query.values import getter
from quickbooks_emulator.store import Company, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARISONS = {"=": eq, "<": lt, ">": gt, "<=": le, ">=": ge}
VALUES: dict[str, list[Any]] = {
    "Name": [None, "a", "b", "c d"],
    "Type": ["service", "inventory"],
    "UnitPrice": [None, 0, Decimal("1.5"), 7],
    "Active": [True, False],
    "MetaData.LastUpdatedTime": [100, 101, 103],
}
UPDATED = "MetaData.LastUpdatedTime"


@contextmanager
def few() -> Iterator[None]:
    """Three rows are already many, so that small companies take the ways of large ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "FEW", 3)
        patch.setattr(candidates, "FEW", 3)
        patch.setattr(ordered, "BLOCK", 2)
        yield


def condition(name: str, operator: str, literal: Any) -> Condition:
    read = getter(name)
    if operator == "in":
        return Condition(name, operator, literal, lambda row: read(row) in literal)
    if literal is None:
        return Condition(name, operator, literal, lambda row: read(row) is None)
    compare = COMPARISONS[operator]

    def holds(row: Any) -> bool:
        return read(row) is not None and compare(read(row), literal)

    return Condition(name, operator, literal, holds)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    name = draw(st.sampled_from(sorted(VALUES)))
    if draw(st.booleans()):
        chosen = draw(st.frozensets(st.sampled_from(VALUES[name]), min_size=1))
        return condition(name, "in", chosen)
    literal = draw(st.sampled_from(VALUES[name]))
    operators = ["="] if literal is None or name == "Active" else sorted(COMPARISONS)
    return condition(name, draw(st.sampled_from(operators)), literal)


orders = st.lists(
    st.tuples(st.sampled_from(["Name", "UnitPrice", UPDATED]), st.booleans()),
    max_size=2,
    unique_by=lambda key: key[0],
)
queries = st.builds(Wanted, st.lists(conditions(), max_size=3).map(tuple), orders.map(tuple))


@st.composite
def items(draw: st.DrawFn) -> tuple[str, Row | None]:
    number = str(draw(st.integers(1, 9)))
    if draw(st.integers(0, 4)) == 0:
        return number, None
    body: dict[str, Any] = {"Id": number}
    for name, values in VALUES.items():
        value = draw(st.sampled_from(values))
        if value is not None and name != UPDATED:
            body[name] = value
    return number, Row(body, 100, draw(st.sampled_from(VALUES[UPDATED])))


def read_one_by_one(rows: list[Row], wanted: Wanted) -> list[str]:
    found = [row for row in rows if all(test.holds(row) for test in wanted.tests)]
    found.sort(key=lambda row: row.position)
    for name, is_descending in reversed(wanted.order):
        read = getter(name)

        def rank(row: Row, read: Any = read) -> tuple[bool, Any]:
            return read(row) is not None, read(row) or 0

        found.sort(key=rank, reverse=is_descending)
    return [row.id for row in found]


def apply(company: Company, change: tuple[str, Row | None]) -> None:
    number, row = change
    if row is not None:
        company.put("Item", Row(row.body, row.created_at, row.updated_at))
    elif company.row("Item", number) is not None:
        company.bury("Item", number, 200)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(items(), max_size=8), min_size=1, max_size=4),
    st.lists(queries, min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_indexes_find_what_reading_row_by_row_finds(
    rounds: list[list[tuple[str, Row | None]]], asked: list[Wanted], kept: list[bool]
) -> None:
    """
    Whatever is written, deleted or undone between two queries, each gives the rows that meet its
    conditions, in its order, and pages cut them without gaps.
    """
    company = Company("1")
    with few():
        for changes, is_kept in zip(rounds, kept, strict=False):
            for change in changes:
                apply(company, change)
            if is_kept:
                company.commit()
            else:
                company.rollback()
            for wanted in asked:
                check(company, wanted)


def check(company: Company, wanted: Wanted) -> None:
    table = company.tables["Item"]
    found = matching(table, wanted)
    pages = [found[start : start + 2] for start in range(0, len(found) + 2, 2)]
    expected = read_one_by_one(list(table.rows.values()), wanted)
    assert expected == [row.id for page in pages for row in page]
    assert len(expected) == len(found)
    changes = table.by_change()
    by_change = sorted(table.rows.values(), key=lambda row: (row.updated_at, row.position))
    assert by_change == changes.cut(0, len(changes))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=120))
def test_ordered_keys_stay_in_order(changes: list[tuple[int, bool]]) -> None:
    """
    Keys put in and taken out in any sequence come out sorted, and are counted right.
    """
    with few():
        kept: ordered.Ordered[str] = ordered.Ordered()
        expected: dict[int, str] = {}
        for key, is_put in changes:
            if is_put:
                kept.put(key, str(key))
                expected[key] = str(key)
            else:
                kept.discard(key)
                expected.pop(key, None)
        found = sorted(expected)
        assert [str(key) for key in found] == kept.cut(0, len(kept))
        for key in range(-1, 42):
            assert sum(1 for one in found if one < key) == kept.place(key)
        for start in range(len(found)):
            assert [str(key) for key in found[start : start + 3]] == kept.cut(start, start + 3)
