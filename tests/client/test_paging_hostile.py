"""What may happen to a walk beside edits: odd clocks, odd orders, short pages, odd answers."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickbooks_client import QueryReply, UnexpectedReplyError
from quickbooks_client.paging import walk
from tests.client.fakes import Books

SHIFTS = st.sampled_from([0, 0, 0, 40, 1000])
EDITS = st.tuples(
    st.integers(-50, 50),
    st.lists(
        st.tuples(st.sampled_from(["touch", "create", "delete"]), st.integers(0, 50), SHIFTS),
        max_size=6,
    ),
)
"""How far the clock moves between two answers, and what is done then."""
Edits = tuple[int, list[tuple[str, int, int]]]
NONE: Edits = (0, [])


def edit(books: Books, edits: Edits) -> None:
    seconds, changes = edits
    books.seconds += seconds
    for verb, number, shift in changes:
        ids = sorted(books.rows)
        if verb == "create":
            books.create(shift=shift)
        elif ids:
            row_id = ids[number % len(ids)]
            if verb == "touch":
                books.touch(row_id, shift=shift)
            else:
                books.delete(row_id)


def ids(books: Books, entity: str = "Invoice", **options: object) -> list[int]:
    pages = walk(books.ask, entity, page_rows=3, **options)  # type: ignore[arg-type]
    return [int(row.id) for page in pages for row in page.records]


@given(
    stamps=st.lists(st.integers(0, 300), min_size=1, max_size=25),
    edits=st.lists(EDITS, max_size=30),
    page_rows=st.integers(2, 7),
    now=st.integers(0, 400),
    check_count=st.booleans(),
)
def test_no_clock_loses_a_row_that_exists_throughout(
    stamps: list[int],
    edits: list[Edits],
    page_rows: int,
    now: int,
    check_count: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """
    Rows dated in the future, and a server whose clock steps back.
    """
    books = Books()
    for stamp in sorted(stamps):
        books.seconds = stamp
        books.create()
    books.seconds = now
    pending = iter(edits)
    throughout = set(books.rows)

    def between() -> None:
        edit(books, next(pending, NONE))
        throughout.intersection_update(books.rows)

    books.between = between

    pages = walk(books.ask, "Invoice", page_rows=page_rows, check_count=check_count)
    found = {int(row.id) for page in pages for row in page.records}

    assert throughout <= found


@given(
    count=st.integers(1, 25),
    edits=st.lists(EDITS, max_size=12),
    page_rows=st.integers(2, 7),
)
def test_no_edit_loses_an_adjustment_where_the_changed_ones_come_first(
    count: int, edits: list[Edits], page_rows: int
) -> None:
    """
    An entity without times, in the order the service has been seen to give.
    """
    books = Books(has_times=False, ties="newest")
    for _ in range(count):
        books.create()
    pending = iter(edits)
    throughout = set(books.rows)

    def between() -> None:
        edit(books, next(pending, NONE))
        throughout.intersection_update(books.rows)

    books.between = between
    found: set[int] = set()
    try:
        for page in walk(books.ask, "InventoryAdjustment", page_rows=page_rows):
            found.update(int(row.id) for row in page.records)
    except UnexpectedReplyError:
        return

    assert throughout <= found


@given(stamps=st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_rows_of_one_second_in_another_order_each_time_are_all_read(stamps: list[int]) -> None:
    """
    What was read by positions is counted, and read again where rows are missing.
    """
    books = Books(ties="shuffled")
    for stamp in sorted(stamps):
        books.seconds = stamp
        books.create()
    books.seconds += 60

    try:
        found = ids(books)
    except UnexpectedReplyError:
        return

    assert set(books.rows) == set(found)


def test_a_second_whose_rows_change_their_order_is_not_passed_off_as_read() -> None:
    """
    The count proves that rows are missing; the second is read again until none is, or an error.
    """
    books = Books(ties="shuffled")
    for _ in range(7):
        books.create()
    books.seconds += 60

    found = ids(books)

    assert set(range(1, 8)) == set(found)
    assert [text for text in books.queries if "COUNT(*)" in text]


def test_a_count_is_asked_for_on_demand() -> None:
    """
    A page that came short though more follows ends a walk; the count at the end finds it out.
    """
    books = Books()
    for _ in range(9):
        books.seconds += 1
        books.create()
    books.seconds += 60
    books.short_by = 1

    trusting = ids(books)
    books.between = lambda: setattr(books, "short_by", 0)
    books.short_by = 1
    checking = ids(books, check_count=True)

    assert 2 == len(trusting)
    assert set(range(1, 10)) == set(checking)


def test_a_count_that_never_agrees_is_an_error() -> None:
    """
    A list of several pages that stays short is not passed off as the whole.
    """
    books = Books()
    for _ in range(9):
        books.seconds += 1
        books.create()
    books.seconds += 60

    def ask(text: str) -> QueryReply:
        reply = books.ask(text)
        counted = reply.total_count
        return dataclasses.replace(reply, total_count=None if counted is None else counted + 1)

    with pytest.raises(UnexpectedReplyError, match="changes faster"):
        list(walk(ask, "Invoice", page_rows=4, check_count=True))


def test_a_total_beside_the_rows_shows_that_a_short_page_is_not_the_last() -> None:
    """
    Costs nothing; where the total is the page's own it says nothing.
    """
    books = Books()
    for _ in range(9):
        books.seconds += 1
        books.create()
    books.seconds += 60
    books.short_by = 1
    books.total_count = lambda rows: rows

    assert set(range(1, 10)) == set(ids(books))


@pytest.mark.parametrize("has_times", [True, False])
def test_a_page_in_another_order_than_asked_for_ends_the_trust_in_times(has_times: bool) -> None:  # noqa: FBT001
    """
    As after the end of daylight saving, were times compared as text: positions, and a count.
    """
    books = Books()
    for stamp in (9, 9, 2, 3, 1, 8, 7, 4):
        row_id = books.create()
        books.rows[row_id] = (0, stamp)
    books.seconds += 60
    order = list(books.rows)

    def ask(text: str) -> QueryReply:
        reply = books.ask(text)
        if reply.total_count is not None:
            return reply
        start = int(text.split("STARTPOSITION ")[1].split(maxsplit=1)[0])
        whole = f"{text.split('STARTPOSITION', maxsplit=1)[0]}STARTPOSITION 1 MAXRESULTS 1000"
        every = {int(row.id): row for row in books.ask(whole).rows}
        moment = None if has_times else {"last_updated_at": None}
        rows = [dataclasses.replace(every[one], **(moment or {})) for one in order]
        return dataclasses.replace(reply, rows=rows[start - 1 : start + 2])

    found = [row.id for page in walk(ask, "Invoice", page_rows=3) for row in page.records]

    assert {str(one) for one in order} == set(found)


def test_fractions_of_seconds_lose_nothing() -> None:
    """
    Bounds are whole seconds, whatever the server's times are.
    """
    books = Books()
    for _ in range(12):
        books.create()
    books.seconds += 60

    def ask(text: str) -> QueryReply:
        reply = books.ask(text)
        rows = [
            dataclasses.replace(
                row,
                last_updated_at=row.last_updated_at + timedelta(milliseconds=50 * int(row.id)),
            )
            for row in reply.rows
            if row.last_updated_at
        ]
        return dataclasses.replace(reply, rows=rows)

    found = [int(row.id) for page in walk(ask, "Invoice", page_rows=5) for row in page.records]

    assert list(range(1, 13)) == found


def test_a_repeated_row_is_handed_out_once() -> None:
    """
    A page that holds its first row twice, at its end.
    """
    books = Books()
    for _ in range(7):
        books.seconds += 1
        books.create()
    books.seconds += 60

    def ask(text: str) -> QueryReply:
        reply = books.ask(text)
        return dataclasses.replace(reply, rows=[*reply.rows, *reply.rows[:1]])

    found = [int(row.id) for page in walk(ask, "Invoice", page_rows=3) for row in page.records]

    assert list(range(1, 8)) == found


def test_an_id_that_comes_again_is_another_row() -> None:
    """
    A row made anew under an id that was handed out is handed out too.
    """
    books = Books()
    for _ in range(4):
        books.seconds += 1
        books.create()
    books.seconds += 60

    def recreate() -> None:
        if len(books.queries) == 1:
            books.delete(1)
            books.rows[1] = (0, books.seconds)

    books.between = recreate

    assert 2 == ids(books).count(1)


def test_a_huge_second_touched_as_a_whole_costs_few_steps_back() -> None:
    """
    The steps back double.
    """
    books = Books()
    for _ in range(2000):
        books.create()
    books.seconds += 60

    def touch_all() -> None:
        if len(books.queries) == 30:
            for row_id in list(books.rows):
                books.touch(row_id)
            books.seconds += 60

    books.between = touch_all
    pages = walk(books.ask, "Invoice", page_rows=40)
    found = {row.id for page in pages for row in page.records}

    assert 2000 == len(found)
    # Thirty before, fifty-three for the second when all stand there, one count, and the way back.
    assert len(books.queries) < 30 + 53 + 10


def test_a_row_that_becomes_visible_late_is_found() -> None:
    """
    Touched a moment ago, shown only now, behind what was read meanwhile.
    """
    books = filled(90, 98, 100, 100)
    books.seconds = 100
    books.between = lambda: books.touch(4, shift=-3) if len(books.queries) == 1 else None

    assert {1, 2, 3, 4} == set(ids(books))


def test_a_row_touched_while_the_clock_is_behind_is_found() -> None:
    """
    The answers' times went back: what was touched since then is read once more.
    """
    books = filled(500, 600, 700, 800)
    books.seconds = 1000

    def step_back() -> None:
        if len(books.queries) == 1:
            books.seconds = 650
            books.touch(4)
            # Nothing is left that would show a time to come.
            books.delete(3)

    books.between = step_back

    assert 4 in ids(books)


def filled(*stamps: int) -> Books:
    books = Books()
    for stamp in stamps:
        books.rows[books.create()] = (0, stamp)
    return books
