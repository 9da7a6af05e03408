"""Pages hold every row that exists throughout, whatever happens between them."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickbooks_client import InvalidQueryError, QueryReply, UnexpectedReplyError
from quickbooks_client.paging import walk
from tests.client.fakes import Books

EDITS = st.lists(
    st.tuples(st.sampled_from(["touch", "create", "delete", "tick"]), st.integers(0, 50)),
    max_size=6,
)


def read(books: Books, entity: str = "Invoice", page_rows: int = 3) -> list[str]:
    pages = walk(books.ask, entity, page_rows=page_rows)
    return [row.id for page in pages for row in page.records]


def edit(books: Books, edits: list[tuple[str, int]]) -> None:
    for verb, number in edits:
        ids = sorted(books.rows)
        if verb == "create":
            books.create()
        elif verb == "tick":
            books.seconds += number
        elif ids:
            row_id = ids[number % len(ids)]
            if verb == "touch":
                books.touch(row_id)
            else:
                books.delete(row_id)


@pytest.mark.parametrize("entity", ["Invoice", "InventoryAdjustment"])
@given(
    stamps=st.lists(st.integers(0, 8), min_size=1, max_size=25),
    edits=st.lists(EDITS, max_size=30),
    page_rows=st.integers(2, 7),
    late_start=st.booleans(),
)
def test_no_interleaving_of_edits_loses_a_row_that_exists_throughout(
    entity: str,
    stamps: list[int],
    edits: list[list[tuple[str, int]]],
    page_rows: int,
    late_start: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """
    Rows touched, created and deleted between pages, many sharing one second, none is lost.
    """
    books = Books(has_times=entity == "Invoice")
    for stamp in sorted(stamps):
        books.seconds = stamp
        books.create()
    books.seconds = max(stamps) + (100 if late_start else 0)
    pending = iter(edits)
    throughout = set(books.rows)

    def between() -> None:
        edit(books, next(pending, []))
        throughout.intersection_update(books.rows)

    books.between = between

    found = read(books, entity, page_rows)

    assert {str(row_id) for row_id in throughout} <= set(found)


def test_a_row_deleted_behind_the_page_hides_none_after_it() -> None:
    """
    Positions inside one second shift back by one; the walk notices and steps back.
    """
    books = Books()
    for _ in range(9):
        books.create()
    deletions = iter([1, 2, 3])
    books.between = lambda: books.rows.pop(next(deletions, 0), None)  # type: ignore[assignment, return-value]

    found = read(books)

    assert [str(number) for number in range(1, 10)] == sorted(found, key=int)


def test_thousands_of_rows_in_one_second_come_once_each() -> None:
    """
    One second holding more than a page is walked by positions, without repeats.
    """
    books = Books()
    for _ in range(2500):
        books.create()
    books.seconds += 60

    found = read(books, page_rows=1000)

    assert 2500 == len(found) == len(set(found))
    # The fourth counts: nothing promises that rows of one second keep their order.
    assert 4 == len(books.queries)


def test_a_full_walk_of_quiet_books_costs_one_call_a_page() -> None:
    """
    Nothing shares a second: pages follow one another, and a short one ends the walk.
    """
    books = Books()
    for _ in range(6):
        books.seconds += 1
        books.create()
    books.seconds += 60

    found = read(books, page_rows=4)

    assert [str(number) for number in range(1, 7)] == found
    assert 2 == len(books.queries)


def test_a_row_dated_in_the_future_hides_none_that_is_touched_now() -> None:
    """
    The bound never passes the server's clock.
    """
    books = Books()
    for _ in range(3):
        books.create()
    books.rows[2] = (0, books.seconds + 1_000_000)
    books.rows[3] = (0, books.seconds + 1_000_000)
    waiting = books.create()
    books.rows[waiting] = (0, books.seconds + 2_000_000)
    books.between = lambda: books.touch(waiting) if len(books.queries) == 1 else None

    found = read(books, page_rows=3)

    assert str(waiting) in found


def test_an_empty_entity_gives_one_page_with_its_time() -> None:
    """
    The time of an empty answer says up to when nothing is there.
    """
    books = Books()

    pages = list(walk(books.ask, "Invoice"))

    assert [([], books.time(books.seconds))] == [(page.records, page.time) for page in pages]


def test_a_name_list_is_read_with_its_inactive_rows() -> None:
    """
    QuickBooks leaves inactive rows out unless they are asked for.
    """
    books = Books()

    read(books, "Item")
    list(walk(books.ask, "Item", where="Active = false AND Name = 'Active'"))

    assert "Active IN (true, false)" in books.queries[0]
    assert "IN" not in books.queries[1]


def test_since_is_inclusive_and_until_exclusive() -> None:
    """
    Slices that touch share no second and leave none out.
    """
    books = Books()

    list(walk(books.ask, "Invoice", since=books.time(3), until=books.time(5)))

    assert ">= '2026-03-04T12:00:03Z'" in books.queries[0]
    assert "< '2026-03-04T12:00:05Z'" in books.queries[0]


def test_books_that_never_stand_still_are_not_passed_off_as_read() -> None:
    """
    An entity without times whose count never agrees ends in an error, not in a short list.
    """
    books = Books(has_times=False)
    for _ in range(5):
        books.create()

    def ask(text: str) -> QueryReply:
        reply = books.ask(text)
        if reply.total_count is None:
            return reply
        return dataclasses.replace(reply, total_count=reply.total_count + 1)

    with pytest.raises(UnexpectedReplyError, match="changes faster"):
        list(walk(ask, "InventoryAdjustment", page_rows=3))


@pytest.mark.parametrize("page_rows", [0, 1, 1001])
def test_a_page_size_quickbooks_lacks_is_refused(page_rows: int) -> None:
    """
    A page holds two to a thousand rows.
    """
    with pytest.raises(InvalidQueryError, match="2 to 1000"):
        walk(Books().ask, "Invoice", page_rows=page_rows)
