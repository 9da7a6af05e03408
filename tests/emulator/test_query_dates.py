"""Dates and times in queries. Intuit: "Query operations and syntax", date formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


def born(emulator: Emulator, caller: Caller, *moments: str) -> None:
    """Customers named for the moments at which they were made."""
    for moment in moments:
        emulator.set_clock(moment, freeze=True)
        emulator.create("Customer", {"DisplayName": moment.replace(":", ".")})
    caller.refresh()


def found(caller: Caller, condition: str) -> list[str]:
    rows = caller.rows("Customer", f"where {condition} orderby MetaData.CreateTime")
    return [row["DisplayName"].replace(".", ":") for row in rows]


@pytest.mark.parametrize(
    "literal",
    [
        "2026-01-15T12:00:00",
        "2026-01-15T12:00:00-08:00",
        "2026-01-15T12:00:00-0800",
        "2026-01-15T20:00:00Z",
        "2026-01-15T20:00:00.000Z",
        "2026-01-16T01:30:00+05:30",
        "2026-01-15T12:00:00.999999999",
    ],
)
def test_one_moment_is_spelt_in_many_ways(caller: Caller, emulator: Emulator, literal: str) -> None:
    """
    Offsets with and without colon, Z, and no offset, which is the company's clock; fractions of a
    second are read. Source: Intuit, "Query operations and syntax".
    """
    born(emulator, caller, "2026-01-15T12:00:00-08:00", "2026-01-15T12:00:01-08:00")

    operator = "=" if ".999" not in literal else "<"

    assert ["2026-01-15T12:00:00-08:00"] == found(
        caller, f"MetaData.CreateTime {operator} '{literal}'"
    )


@pytest.mark.parametrize(
    "literal",
    [
        "yesterday", "", "2026", "2026-13-01", "2026-02-30", "20260115", "2026-W03-4", "15/01/2026",
        "2026-01-15T12", "2026-01-15T12:00", "2026-01-15 12:00:00", "2026-01-15T12:00:00-08",
        "2026-01-15t20:00:00Z", "2026-01-15T20:00:00z", "2026-01-15T25:00:00",
        "2026-01-15T12:00:00 01:00",
        "2026-01-15T12:00:00+99:00", "2026-01-15T12:00:00-08:00Z", "0000-01-01", "9999-99-99",
        "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0661\u0665",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(caller: Caller, literal: str) -> None:
    """
    A plus sign that was not encoded comes as a blank and is refused here.
    Source: Intuit, "Error codes" (4001).
    """
    for entity, name in (("Customer", "MetaData.LastUpdatedTime"), ("Invoice", "TxnDate")):
        text = f"select * from {entity} where {name} >= '{literal}'"
        assert "4001" == caller.refused_query(text), name


@pytest.mark.parametrize("literal", ["0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_time_are_moments(caller: Caller, literal: str) -> None:
    """
    No date breaks the answer: it is rows or a refusal. Source: Intuit, "Error codes" (4001).
    """
    for name in ("MetaData.LastUpdatedTime", "TxnDate"):
        text = f"select * from Invoice where {name} >= '{literal}'"
        reply = caller.send("GET", "query", params={"query": text})
        assert reply.status_code in {200, 400}, reply.text


def test_a_plus_sign_in_an_address_is_encoded(caller: Caller, emulator: Emulator) -> None:
    """
    As %2B it is an offset; bare it is a blank. Source: Intuit, "Query operations and syntax".
    """
    born(emulator, caller, "2026-01-15T12:00:00-08:00")
    text = (
        "query?query=select+*+from+Customer+where+MetaData.CreateTime='2026-01-15T21:00:00{}01:00'"
    )

    assert 200 == caller.send("GET", text.format("%2B")).status_code
    assert 400 == caller.send("GET", text.format("+")).status_code


def test_the_zone_of_a_literal_without_offset_follows_a_switch(
    caller: Caller, emulator: Emulator
) -> None:
    """
    Source: Intuit, "Query operations and syntax" (it does not tell).
    """
    born(emulator, caller, "2026-01-15T12:00:00-08:00")
    literals = ("2026-01-15T12:00:00", "2026-01-15T20:00:00", "2026-01-15T12:00:00-08:00")

    assert [1, 0, 1] == [len(found(caller, f"MetaData.CreateTime = '{t}'")) for t in literals]

    emulator.switch(query_bare_zone="utc")

    assert [0, 1, 1] == [len(found(caller, f"MetaData.CreateTime = '{t}'")) for t in literals]


def test_in_spring_the_clock_skips_an_hour(caller: Caller, emulator: Emulator) -> None:
    """
    A time without offset follows the company's daylight saving; one inside the hour that is
    skipped counts on from before. Source: Intuit, "Query operations and syntax"; company zone.
    """
    moments = (
        "2026-03-08T01:59:59-08:00", "2026-03-08T03:00:00-07:00", "2026-03-08T03:30:00-07:00",
    )  # fmt: skip
    born(emulator, caller, *moments)

    assert list(moments[1:]) == found(caller, "MetaData.CreateTime >= '2026-03-08T02:00:00'")
    assert list(moments[2:]) == found(caller, "MetaData.CreateTime >= '2026-03-08T02:30:00'")
    assert [moments[1]] == found(caller, "MetaData.CreateTime = '2026-03-08T03:00:00'")


def test_in_autumn_an_hour_comes_twice(caller: Caller, emulator: Emulator) -> None:
    """
    Without an offset the first of the two is meant; the day has 25 hours.
    Source: Intuit, "Query operations and syntax"; company zone.
    """
    moments = (
        "2026-11-01T00:00:00-07:00", "2026-11-01T01:30:00-07:00", "2026-11-01T01:30:00-08:00",
        "2026-11-01T23:59:59-08:00", "2026-11-02T00:00:00-08:00",
    )  # fmt: skip
    born(emulator, caller, *moments)

    assert [moments[1]] == found(caller, "MetaData.CreateTime = '2026-11-01T01:30:00'")
    assert [moments[2]] == found(caller, "MetaData.CreateTime = '2026-11-01T01:30:00-08:00'")
    assert list(moments[:4]) == found(
        caller, "MetaData.CreateTime >= '2026-11-01' AND MetaData.CreateTime < '2026-11-02'"
    )


def test_a_date_is_compared_by_the_companys_day(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    A moment given for a date counts as the company's day at that moment.
    Source: Intuit, "Invoice" (TxnDate), "Query operations and syntax".
    """
    for day in ("2026-03-01", "2026-03-02"):
        emulator.create("Invoice", shop.invoice(TxnDate=day, DocNumber=day))

    def numbers(condition: str) -> list[str]:
        rows = caller.rows("Invoice", f"where {condition} orderby TxnDate")
        return [row["DocNumber"] for row in rows]

    assert ["2026-03-01", "2026-03-02"] == numbers("TxnDate >= '2026-03-02T03:00:00Z'")
    assert ["2026-03-02"] == numbers("TxnDate >= '2026-03-02T08:00:00Z'")
    assert ["2026-03-01"] == numbers("TxnDate IN ('2026-03-01', '2026-03-05')")
    assert ["2026-03-01", "2026-03-02"] == numbers("TxnDate LIKE '2026-03%'")


def test_current_date_is_the_companys(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    At ten in the evening in California it is not yet tomorrow.
    Source: Intuit, "Query operations and syntax" (CURRENT_DATE).
    """
    emulator.set_clock("2026-06-02T05:00:00Z", freeze=True)
    caller.refresh()
    for day in ("2026-06-01", "2026-06-02"):
        emulator.create("Invoice", shop.invoice(TxnDate=day, DocNumber=day))

    for text, expected in (
        ("TxnDate = CURRENT_DATE", ["2026-06-01"]),
        ("TxnDate > current_date", ["2026-06-02"]),
        ("TxnDate IN (CURRENT_DATE, '2026-06-02')", ["2026-06-01", "2026-06-02"]),
    ):
        rows = caller.rows("Invoice", f"where {text} orderby TxnDate")
        assert expected == [row["DocNumber"] for row in rows], text
    assert 2 == len(caller.rows("Invoice", "where MetaData.CreateTime > CURRENT_DATE"))
