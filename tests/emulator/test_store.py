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
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from quickbooks_emulator import ordered
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.query import candidates, standing
from quickbooks_emulator.query.candidates import Test as Condition
from quickbooks_emulator.query.candidates import Wanted, matching
from quickbooks_emulator.query.values import getter
from quickbooks_emulator.rows import Shelf
from quickbooks_emulator.store import Company, Row, Table
from quickbooks_emulator.testing import Emulator, EmulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.emulator.conftest import Caller, Shop

COMPARISONS = {"=": eq, "<": lt, ">": gt, "<=": le, ">=": ge}
VALUES: dict[str, list[Any]] = {
    "Name": [None, "a", "b", "c d"],
    "Type": ["service", "inventory"],
    "UnitPrice": [None, 0, Decimal("1.5"), 7],
    "Active": [True, False],
    "MetaData.LastUpdatedTime": [100, 101, 103],
}
NUMBERED = {"Id": "1", "SalesFormsPrefs": {"CustomTxnNumbers": False}}
UPDATED = "MetaData.LastUpdatedTime"


@contextmanager
def few() -> Iterator[None]:
    """Three rows are already many, so that small companies take the ways of large ones.

    Few indexes are kept, so that they are dropped and made again.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "FEW", 3)
        patch.setattr(candidates, "FEW", 3)
        patch.setattr(candidates, "MOST_KEPT", 2)
        patch.setattr(candidates, "MOST_ROWS", 12)
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


def test_bodies_are_forgotten_and_read_again() -> None:
    """
    A row gives the same object whether its body is still parsed or only its text is kept.
    """
    company, shelf = Company("1"), Shelf(most=2)
    company.tables["Item"] = Table(shelf)
    bodies = [{"Id": str(number), "UnitPrice": Decimal("1.50")} for number in range(5)]
    for body in bodies:
        company.put("Item", Row(body, 1, 1))
    rows = list(company.rows("Item"))

    assert [False, False, False, True, True] == [row.is_parsed for row in rows]
    assert bodies == [row.body for row in rows]
    assert [b'{"Id":"0","UnitPrice":1.50}', rows[0].json()] == [rows[0].json(), dumps(bodies[0])]


def test_an_undone_rename_gives_every_name_back() -> None:
    """
    One item takes the name another one leaves, and both are undone: each has its own again.
    Source: Intuit, "Item" (Name is unique).
    """
    company = Company("1")
    for number, name in (("1", "Pot"), ("2", "Tray")):
        company.put("Item", Row({"Id": number, "Name": name}, 1, 1))
    company.commit()
    assert ("Item", "1") == company.owner_of_name("Item", {"Name": "POT"})

    company.put("Item", Row({"Id": "1", "Name": "Bowl"}, 1, 2))
    company.put("Item", Row({"Id": "2", "Name": "Pot"}, 1, 2))
    assert ("Item", "2") == company.owner_of_name("Item", {"Name": "pot"})
    company.rollback()

    owners = [company.owner_of_name("Item", {"Name": name}) for name in ("pot", "tray", "bowl")]
    assert [("Item", "1"), ("Item", "2"), None] == owners


def test_numbers_go_on_behind_the_highest_ever_given() -> None:
    """
    Also behind that of a document that is gone, and of a number register made later.
    Source: Intuit, "Invoice" (DocNumber).
    """
    company = Company("1")
    for number, text in (("1", "1001"), ("2", "1007"), ("3", "A-9")):
        company.put("Invoice", Row({"Id": number, "DocNumber": text}, 1, 1))
    company.bury("Invoice", "2", 5)

    assert "1008" == company.next_number("SalesReceipt")
    assert [("Invoice", "1")] == list(company.owners_of_number("CreditMemo", "1001"))
    assert [] == list(company.owners_of_number("Invoice", "1007"))


def test_tombstones_come_in_the_order_of_deletion() -> None:
    """
    Source: Intuit, "Change data capture".
    """
    company = Company("1")
    for number, moment in (("1", 30), ("2", 10), ("3", 20)):
        company.put("Invoice", Row({"Id": number}, 1, 1))
        company.bury("Invoice", number, moment)
    graves = company.tables["Invoice"].tombstones

    assert [(20, "3"), (30, "1")] == graves.since(20, 10)
    assert [(10, "2")] == graves.since(0, 1)
    company.rollback()
    assert [] == graves.since(0, 10)


def test_what_is_undone_leaves_no_trace(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    A refused piece of work raises no series of numbers, and what it deleted stands where it stood.
    Source: Intuit, "Invoice" (DocNumber); "Batch" (an item is done whole or not at all).
    """
    emulator.update("Preferences", NUMBERED)
    first, *_ = (caller.create("Invoice", shop.invoice()) for _ in range(3))
    numbers = emulator.numbers("Invoice")

    with pytest.raises(EmulatorError):
        emulator.create_all("Invoice", [shop.invoice(DocNumber="900000"), {"Line": []}])
    gone = [{"Id": first["Id"], "SyncToken": "0"}, {"Id": "999999", "SyncToken": "0"}]
    url = f"{emulator.url}/_emulator/entities"
    assert (
        400
        == requests.post(url, params={"operation": "delete"}, json={"Invoice": gone}).status_code
    )

    assert numbers == emulator.numbers("Invoice")
    assert str(int(numbers[-1]) + 1) == caller.create("Invoice", shop.invoice())["DocNumber"]


def test_a_number_always_fits_its_field(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    A DocNumber has 21 characters at most. Source: Intuit, "Invoice" (DocNumber).
    """
    emulator.update("Preferences", NUMBERED)
    caller.create("Invoice", shop.invoice(DocNumber="9" * 21))

    assert "1001" == caller.create("Invoice", shop.invoice())["DocNumber"]
