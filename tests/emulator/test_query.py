"""The query endpoint. Intuit: "Query operations and syntax", reference page of each entity."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


def test_get_and_post_ask_the_same_in_any_case(caller: Caller, shop: Shop) -> None:
    """
    Keywords, entities and properties are read in any case; the reply uses Intuit's spelling.
    Source: Intuit, "Query operations and syntax".
    """
    text = "sElEcT * fRoM iTeM wHeRe nAmE = 'planter' oRdErBy metadata.LASTUPDATEDTIME dEsC"

    by_get = caller.query(text)
    by_post = caller.send(
        "POST", "query", data=text, headers={"Content-Type": "application/text"}
    ).json()["QueryResponse"]

    assert ["PLANTER"] == [row["Name"] for row in by_get["Item"]]
    assert (1, 1) == (by_get["startPosition"], by_get["maxResults"])
    assert by_get == {**by_post, "Item": by_get["Item"]}


def test_pages_hold_100_rows_unless_asked_and_1000_at_most(
    caller: Caller, emulator: Emulator
) -> None:
    """
    The default page is 100, the largest 1000, counted from 1; maxResults is what came back.
    Source: Intuit, "Query operations and syntax", pagination.
    """
    emulator.create_all("Customer", [{"DisplayName": f"C{n:04}"} for n in range(1, 1206)])

    assert 100 == len(caller.rows("Customer"))
    assert 1000 == len(caller.rows("Customer", "maxresults 5000"))
    last = caller.query("select * from Customer startposition 1001 maxresults 1000")
    assert (205, 1001, 205) == (len(last["Customer"]), last["startPosition"], last["maxResults"])
    assert {} == caller.query("select * from Customer startposition 1206 maxresults 1000")


def test_count_gives_only_a_number(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "Query operations and syntax", COUNT.
    """
    assert {"totalCount": 2} == caller.query("select COUNT(*) from Item")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Name = 'PLANTER'", ["PLANTER"]),
        ("Name LIKE 'p%'", ["PLANTER", "POT"]),
        ("Name LIKE '%o%'", ["POT"]),
        ("Name LIKE 'P_T'", []),
        ("Name IN ('POT', 'Advice')", ["Advice", "POT"]),
        ("Type = 'Inventory' AND Active = true", ["PLANTER", "POT"]),
        ("Name > 'B' AND Name <= 'planter'", ["PLANTER"]),
        ("Name < 'b'", ["Advice"]),
        ("Name >= 'POT'", ["POT"]),
        ("MetaData.CreateTime > '2019-01-01' AND Sku = 'pot'", ["POT"]),
        ("Metadata.LastUpdatedTime < '2019-01-01T00:00:00Z'", []),
    ],
)
def test_conditions_select(
    caller: Caller, emulator: Emulator, shop: Shop, condition: str, expected: list[str]
) -> None:
    """
    =, <, >, <=, >=, LIKE with % alone, IN and AND; text compares in any case.
    Source: Intuit, "Query operations and syntax", WHERE.
    """
    emulator.item("POT")

    found = caller.rows("Item", f"where {condition} orderby Name")

    assert expected == [row["Name"] for row in found]


def test_a_quote_is_escaped_by_a_backslash(caller: Caller, emulator: Emulator) -> None:
    """
    Doubling it does not help. Source: Intuit, "Query operations and syntax".
    """
    emulator.create("Customer", {"DisplayName": "Adam's Candy"})

    found = caller.rows("Customer", r"where DisplayName = 'Adam\'s Candy'")

    assert ["Adam's Candy"] == [row["DisplayName"] for row in found]
    assert "4000" == caller.refused_query(
        "select * from Customer where DisplayName = 'Adam''s Candy'"
    )


def test_a_reference_compares_to_the_id(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Query operations and syntax"; "Invoice" (CustomerRef is filterable).
    """
    emulator.create("Invoice", shop.invoice(DocNumber="A"))

    assert 1 == len(caller.rows("Invoice", f"where CustomerRef = '{shop.customer_id}'"))
    assert 0 == len(caller.rows("Invoice", "where CustomerRef = '999'"))


def test_numbers_compare_exactly(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Invoice" (Balance is filterable and sortable).
    """
    emulator.create("Invoice", shop.invoice(shop.line(1, Decimal("0.1")), DocNumber="A"))
    emulator.create("Invoice", shop.invoice(shop.line(1, Decimal("0.30")), DocNumber="B"))

    assert ["A"] == [row["DocNumber"] for row in caller.rows("Invoice", "where Balance <= '0.1'")]
    found = caller.rows("Invoice", "where Balance > '0' orderby Balance desc")
    assert ["B", "A"] == [row["DocNumber"] for row in found]


def test_inactive_rows_are_left_out_unless_asked_for(caller: Caller, emulator: Emulator) -> None:
    """
    Lists leave them out unless the query speaks of Active; a document has no such property.
    Source: Intuit, "Query operations and syntax"; "Customer" (Active).
    """
    here = emulator.create("Customer", {"DisplayName": "Here"})
    gone = emulator.create("Customer", {"DisplayName": "Gone"})
    emulator.update("Customer", {"Id": gone["Id"], "Active": False})

    assert [here["Id"]] == [row["Id"] for row in caller.rows("Customer")]
    assert ["Gone (deleted)"] == [
        row["DisplayName"] for row in caller.rows("Customer", "where Active = false")
    ]
    assert 2 == len(caller.rows("Customer", "where Active IN (true, false)"))
    assert "4001" == caller.refused_query("select * from Invoice where Active = true")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select * from", "4000"),
        ("select * from Item where", "4000"),
        ("select * from Item where Name = 'a' or Name = 'b'", "4000"),
        ("select * from Item where Name != 'a'", "4000"),
        ("select * from Item where (Name = 'a')", "4000"),
        ("select * from Invoice where Balance > 0", "4000"),
        ("select * from Item maxresults 10 orderby Name", "4000"),
        ("select * from Item startposition 1 startposition 1", "4000"),
        ("select * from Item; select * from Item", "4000"),
        ("select * from NULL", "4000"),
        ("select * from Item order Name", "4000"),
        ("select * from Item where Colour = 'red'", "4001"),
        ("select * from Custmoer", "4001"),
        ("select * from Invoice where Line = '1'", "4001"),
        ("select * from Item startposition 0", "4001"),
        ("select * from Item maxresults 0", "4001"),
        ("select * from Item orderby Id", "4001"),
        ("select * from Item where Id > '5'", "4001"),
        ("select * from Item orderby Description", "4001"),
        ("select * from Invoice where TxnDate > 'yesterday'", "4001"),
        ("select * from Invoice where Balance > 'much'", "4001"),
    ],
)
def test_what_the_language_lacks_is_refused(caller: Caller, text: str, code: str) -> None:
    """
    4000 for what does not parse, 4001 for what makes no sense; both HTTP 400.
    Source: Intuit, "Error codes" (4000, 4001); release notes on Id filters and ordering.
    """
    assert code == caller.refused_query(text)


def test_a_column_list_gives_sparse_rows(caller: Caller, shop: Shop) -> None:
    """
    The columns come with the Id, and the row says it is sparse.
    Source: Intuit, "Query operations and syntax" (SELECT), recorded answers.
    """
    row = caller.query("select Name, MetaData.CreateTime from Item where Sku = 'PLANTER'")["Item"][
        0
    ]

    assert {"Id", "domain", "sparse", "Name", "MetaData"} == set(row)
    assert row["sparse"] is True
    assert ["CreateTime"] == list(row["MetaData"])


def test_order_is_kept_while_rows_share_a_second(caller: Caller, emulator: Emulator) -> None:
    """
    Every row is met once when a reader pages by position inside one second.
    Source: Intuit, "Query operations and syntax", ORDERBY.
    """
    emulator.set_clock("2026-06-01T12:00:00-07:00", freeze=True)
    caller.refresh()
    emulator.create_all("Customer", [{"DisplayName": f"C{n}"} for n in range(25)])

    seen = [
        row["Id"]
        for start in (1, 11, 21)
        for row in caller.rows(
            "Customer",
            "where MetaData.LastUpdatedTime >= '2026-06-01T12:00:00-07:00' "
            f"orderby MetaData.LastUpdatedTime startposition {start} maxresults 10",
        )
    ]

    assert 25 == len(seen) == len(set(seen))


def test_a_time_without_offset_is_the_companys(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "Query operations and syntax" (dates); company zone is Pacific.
    """
    emulator.set_clock("2026-01-15T12:00:00-08:00", freeze=True)
    caller.refresh()
    emulator.create("Customer", {"DisplayName": "Noon"})

    for literal in ("2026-01-15T12:00:00", "2026-01-15T20:00:00Z", "2026-01-15T15:00:00-0500"):
        found = caller.rows("Customer", f"where MetaData.LastUpdatedTime = '{literal}'")
        assert 1 == len(found), literal


def test_queries_over_adjustments_follow_the_switches(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Lines may be missing from rows, and the time of change may not filter.
    Source: Intuit, "InventoryAdjustment" (only reading by id is documented).
    """
    emulator.create("InventoryAdjustment", shop.adjustment(-1))
    assert "Line" in caller.rows("InventoryAdjustment")[0]

    emulator.switch(adjustment_query_has_lines=False, adjustment_update_queryable=False)

    assert "Line" not in caller.rows("InventoryAdjustment")[0]
    assert "4001" == caller.refused_query(
        "select * from InventoryAdjustment where MetaData.LastUpdatedTime > '2020-01-01'"
    )
