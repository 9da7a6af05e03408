"""Text of queries, and what the emulator's own parser makes of it."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quickbooks_client import (
    Client,
    InvalidQueryError,
    all_of,
    condition,
    contains,
    escape,
    in_parts,
    one_of,
    select,
    starts_with,
    utc_text,
)
from quickbooks_client.query import OPERATORS, literal
from quickbooks_emulator.query.grammar import Condition, Order, Query, parse

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

NAMES = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
        | st.sampled_from("'\\%_ \""),
        min_size=1,
        max_size=30,
    )
    .map(str.strip)
    .filter(lambda name: name and ":" not in name)
)


# Names are unique in a company.
NUMBERS = itertools.count()


def test_literals_stand_in_quotes_with_their_offset() -> None:
    """
    Text, numbers, dates, times and booleans.
    """
    moment = datetime(2026, 3, 4, 1, 2, 3, tzinfo=timezone(timedelta(hours=-8)))

    assert r"'Adam\'s \\ Candy'" == literal(r"Adam's \ Candy")
    assert ["'12.50'", "'7'", "true"] == [literal(Decimal("12.50")), literal(7), literal(True)]
    assert "'2026-03-04'" == literal(date(2026, 3, 4))
    assert "'2026-03-04T09:02:03Z'" == literal(moment)
    assert "2026-03-04T09:02:03.456Z" == utc_text(moment.replace(microsecond=456_999))


def test_a_time_without_an_offset_is_refused() -> None:
    """
    QuickBooks would read it in the company's zone.
    """
    with pytest.raises(ValueError, match="offset"):
        utc_text(datetime(2026, 3, 4))  # noqa: DTZ001 - the point


def test_a_statement_has_its_clauses_in_the_order_of_the_grammar() -> None:
    """
    SELECT, FROM, WHERE, ORDERBY, STARTPOSITION, MAXRESULTS.
    """
    where = all_of(condition("Active", "=", True), None, one_of("Id", ["1", "2"]))

    assert (
        "SELECT * FROM Item WHERE Active = true AND Id IN ('1', '2')"
        " ORDERBY Name STARTPOSITION 1 MAXRESULTS 5"
    ) == select("Item", where, order_by="Name", start=1, rows=5)


@pytest.mark.parametrize(
    "build",
    [
        lambda: condition("Name; DROP", "=", "x"),
        lambda: condition("Name", "!=", "x"),
        lambda: one_of("Id", []),
        lambda: select("Item WHERE Active = false"),
        lambda: select("Item", columns="* FROM Customer --"),
        lambda: select("Item", order_by="Name; DROP"),
        lambda: select("Item", start=0),
        lambda: select("Item", rows=1001),
        lambda: literal(Decimal("NaN")),
        lambda: literal("bell \x07"),
        lambda: literal("half \ud800"),
        lambda: starts_with("Name", "100%"),
        lambda: contains("Name", "100%"),
    ],
    ids=[
        "property",
        "operator",
        "empty list",
        "entity",
        "columns",
        "order",
        "position 0",
        "too many rows",
        "no number",
        "control character",
        "half a character",
        "percent at the end",
        "percent inside",
    ],
)
def test_what_quickbooks_has_not_is_refused_before_it_is_sent(build: object) -> None:
    """
    No other operators, no empty lists, no text where a name belongs.
    """
    with pytest.raises(InvalidQueryError):
        build()  # type: ignore[operator]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=NAMES)
def test_any_name_finds_its_own_row(emulator: Emulator, client: Client, name: str) -> None:
    """
    Quotes, backslashes, percent signs and any script arrive as they are.
    """
    name = f"{name}{next(NUMBERS)}"
    emulator.create("Customer", {"DisplayName": name})

    found = client.find("Customer", f"DisplayName = '{escape(name)}'")

    assert [name] == [row["DisplayName"] for row in found]


def test_the_time_of_a_literal_is_utc() -> None:
    """
    Whatever zone it came from.
    """
    assert "2026-03-04T12:00:00Z" == utc_text(datetime(2026, 3, 4, 12, tzinfo=UTC))


ASCII = st.characters(codec="ascii")
PROPERTIES = st.from_regex(
    r"[A-Za-z][A-Za-z0-9_]{0,8}(\.[A-Za-z][A-Za-z0-9_]{0,8})?", fullmatch=True
)
WORDS = {"select", "count", "from", "where", "and", "like", "in", "orderby", "order", "by", "asc"}
WORDS |= {"desc", "startposition", "maxresults", "true", "false", "null", "or", "not"}
PROPERTIES = PROPERTIES.filter(lambda name: name.lower() not in WORDS | {"current_date"})
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
    | st.sampled_from("'\\%_\"\n\t\r;-()`,")
).filter(lambda text: not {"\ufffe", "\uffff"} & set(text))
TIMES = st.datetimes(
    min_value=datetime(1000, 1, 1),  # noqa: DTZ001 - the zone is drawn beside it
    max_value=datetime(9000, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: timezone(timedelta(minutes=minutes))
    ),
)
NUMBERS_OF_ALL_SIZES = st.decimals(allow_nan=False, allow_infinity=False)
VALUES = TEXTS | st.booleans() | st.integers() | NUMBERS_OF_ALL_SIZES | TIMES | st.dates()


def meant(value: object) -> object:
    """What the parser has to make of a literal."""
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, bool):
        return value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@settings(max_examples=300, deadline=None)
@given(
    entity=PROPERTIES.map(lambda name: name.partition(".")[0]),
    compared=st.lists(st.tuples(PROPERTIES, st.sampled_from(OPERATORS), VALUES), max_size=4),
    listed=st.none() | st.tuples(PROPERTIES, st.lists(VALUES, min_size=1, max_size=5)),
    order=st.lists(st.tuples(PROPERTIES, st.booleans()), max_size=3),
    start=st.none() | st.integers(1, 10**9),
    rows=st.none() | st.integers(1, 1000),
)
def test_the_emulators_own_parser_reads_what_was_written(
    entity: str,
    compared: list[tuple[str, str, object]],
    listed: tuple[str, list[object]] | None,
    order: list[tuple[str, bool]],
    start: int | None,
    rows: int | None,
) -> None:
    """
    Whatever stands in a value stays a value: quotes, backslashes, percent signs, any script.
    """
    conditions = [condition(*one) for one in compared]  # type: ignore[arg-type]
    conditions += [one_of(*listed)] if listed else []  # type: ignore[arg-type]
    keys = [f"{name}{' DESC' if is_descending else ''}" for name, is_descending in order]

    text = select(entity, all_of(*conditions), order_by=", ".join(keys), start=start, rows=rows)

    wanted = [Condition(name, sign.lower(), meant(value)) for name, sign, value in compared]  # type: ignore[arg-type]
    if listed:
        wanted.append(Condition(listed[0], "in", tuple(meant(one) for one in listed[1])))  # type: ignore[arg-type]
    ordered = tuple(Order(name, is_descending) for name, is_descending in order)
    assert Query(entity, ("*",), False, tuple(wanted), ordered, start, rows) == parse(text)


@given(text=TEXTS)
def test_a_value_never_ends_its_quotes(text: str) -> None:
    """
    What follows it is still read as what follows it.
    """
    written = f"SELECT * FROM Item WHERE Name = '{escape(text)}' AND Active = true"

    assert ("Active", True) == (
        parse(written).conditions[1].property,
        len(parse(written).conditions) == 2,
    )
    assert text == parse(written).conditions[0].value


@given(values=st.lists(st.integers(0, 900).map(str)), size=st.integers(1, 50))
def test_a_list_of_any_length_is_asked_for_in_parts(values: list[str], size: int) -> None:
    """
    Each value once, no part longer than it may be.
    """
    parts = [
        parse(select("Item", where)).conditions[0].value for where in in_parts("Id", values, size)
    ]

    assert list(dict.fromkeys(values)) == [one for part in parts for one in part]  # type: ignore[union-attr]
    assert all(len(part) <= size for part in parts)  # type: ignore[arg-type]


def test_a_part_of_a_name_finds_its_rows(emulator: Emulator, client: Client) -> None:
    """
    At its beginning, or anywhere; quotes and backslashes count as they stand.
    """
    names = ["O'Neil\\Sons", "Sons & O'Neil", "Daughters"]
    emulator.create_all("Customer", [{"DisplayName": name} for name in names])

    begins = client.find("Customer", starts_with("DisplayName", "O'Neil\\"))
    holds = client.find("Customer", contains("DisplayName", "O'Neil"))

    assert names[:1] == [row["DisplayName"] for row in begins]
    assert set(names[:2]) == {row["DisplayName"] for row in holds}
