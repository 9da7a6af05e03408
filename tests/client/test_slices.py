"""Disjoint slices side by side hold what one walk holds, whoever asks when."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickbooks_client.paging import make_walk
from quickbooks_client.slices import FREE_SLICES, PAGES_PER_SLICE, Slices
from tests.client.fakes import Books
from tests.client.test_paging_hostile import EDITS, NONE, Edits, edit

if TYPE_CHECKING:
    from quickbooks_client.paging import Walk
    from quickbooks_client.records import QueryReply

DAY = 86400


def read(
    books: Books, at_a_time: int, seed: int, *, entity: str = "Invoice", page_rows: int = 3
) -> list[int]:
    """Ask in turns, as several workers would: answers wait, and are taken in any order."""
    slices = Slices(make_walk(entity, page_rows=page_rows), at_a_time)
    order = random.Random(seed)
    waiting: list[tuple[Walk, QueryReply]] = []
    found: list[int] = []
    while not slices.is_done:
        while len(waiting) < at_a_time and (walk := slices.begin()):
            waiting.append((walk, books.ask(walk.question())))
        walk, reply = waiting.pop(order.randrange(len(waiting)))
        page = slices.take(walk, reply)
        found += [int(row.id) for row in page.records] if page else []
    assert not waiting
    return found


def filled(stamps: list[int]) -> Books:
    books = Books()
    for stamp in sorted(stamps):
        books.seconds = stamp
        books.create()
    books.seconds = 1000
    return books


@given(
    stamps=st.lists(st.integers(0, 990), min_size=1, max_size=60),
    edits=st.lists(EDITS, max_size=40),
    page_rows=st.integers(2, 7),
    at_a_time=st.integers(1, 5),
    seed=st.integers(0, 9),
)
def test_no_interleaving_of_slices_and_edits_loses_a_row_that_exists_throughout(
    stamps: list[int], edits: list[Edits], page_rows: int, at_a_time: int, seed: int
) -> None:
    """
    A row that leaves its slice unread is found in the open one, also when the clock steps back.
    """
    books = filled(stamps)
    pending = iter(edits)
    throughout = set(books.rows)

    def between() -> None:
        edit(books, next(pending, NONE))
        throughout.intersection_update(books.rows)

    books.between = between

    found = read(books, at_a_time, seed, page_rows=page_rows)

    assert throughout <= set(found)


def test_a_table_of_one_page_costs_one_call() -> None:
    """
    Nothing is sliced, nothing counted.
    """
    books = filled(list(range(9)))

    found = read(books, 8, 0, page_rows=10)

    assert 9 == len(found)
    assert 1 == len(books.queries)


SHAPES = {
    "even": [number * 1000 for number in range(2000)],
    "import at the beginning": [*range(1900), *range(2000, 400 * DAY, 4 * DAY)],
    "import at the end": [*range(0, 400 * DAY, 4 * DAY), *range(400 * DAY, 400 * DAY + 1900)],
}


@pytest.mark.parametrize("at_a_time", [2, 4, 8])
@pytest.mark.parametrize("shape", SHAPES)
def test_slices_cost_no_more_calls_than_there_are_slices(at_a_time: int, shape: str) -> None:
    """
    Each row comes once; beyond full pages there is at most one call for each slice.
    """
    stamps = SHAPES[shape]
    books = filled(stamps)
    books.seconds = max(stamps) + DAY

    found = read(books, at_a_time, 0, page_rows=20)

    assert sorted(books.rows) == sorted(found)
    assert not [text for text in books.queries if "COUNT" in text]
    # A page shares its last row with the next one.
    pages = len(stamps) / 19 + 1
    slices = 2 + FREE_SLICES * at_a_time + len(books.queries) // PAGES_PER_SLICE
    assert len(books.queries) <= pages + slices


@pytest.mark.parametrize("shape", SHAPES)
def test_slices_are_made_where_rows_lie(shape: str) -> None:
    """
    Also where an import left most of them in half an hour of a year: four workers have few idle
    turns, and take not much more than a quarter of what one would.
    """
    stamps = SHAPES[shape]
    books = filled(stamps)
    books.seconds = max(stamps) + DAY
    slices = Slices(make_walk("Invoice", page_rows=20), 4)
    turns = 0
    while not slices.is_done:
        turns += 1
        asked = []
        while len(asked) < 4 and (walk := slices.begin()):
            asked.append((walk, books.ask(walk.question())))
        for walk, reply in asked:
            slices.take(walk, reply)

    assert turns < len(stamps) / 19 / 4 * 1.4


def test_entities_without_times_are_not_sliced() -> None:
    """
    Their walk goes by position, one question at a time.
    """
    books = Books(has_times=False)
    for _ in range(10):
        books.create()

    found = read(books, 4, 0, entity="InventoryAdjustment")

    assert set(books.rows) == set(found)


def test_what_is_open_is_read_when_all_slices_are_done() -> None:
    """
    A row that left its slice unread must not find it read already.
    """
    books = filled([number * 1000 for number in range(200)])
    books.seconds = 300 * 1000

    read(books, 4, 0, page_rows=5)

    is_open = [" < " not in text for text in books.queries]
    assert [True, *[False] * (len(is_open) - 2), True] == is_open


def test_a_table_of_few_pages_is_not_cut_to_pieces() -> None:
    """
    Two pages are no work for eight.
    """
    books = filled([number * 1000 for number in range(25)])
    books.seconds = 26 * 1000

    read(books, 8, 0, page_rows=20)

    assert len(books.queries) <= 4
