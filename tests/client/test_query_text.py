"""Text of queries, and what the emulator's own parser makes of it."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quickbooks_client import Client, InvalidQueryError, escape, utc_text
from quickbooks_client.query import all_of, condition, literal, one_of, select

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
    ],
    ids=["property", "operator", "empty list", "entity"],
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
