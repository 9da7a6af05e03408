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


def test_columns_reach_into_objects(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Named in any case; what a row has not is left out, and the Id is there once.
    Source: Intuit, "Query operations and syntax" (SELECT), recorded answers.
    """
    emulator.create("Invoice", shop.invoice(DocNumber="A"))
    text = "select id, docnumber, CustomerRef.value, METADATA, Line, DueDate, ShipDate from Invoice"

    row = caller.query(text)["Invoice"][0]

    assert {"value": shop.customer_id} == row["CustomerRef"]
    assert {"CreateTime", "LastUpdatedTime"} <= set(row["MetaData"])
    assert {
        "Id", "DocNumber", "CustomerRef", "MetaData", "Line", "DueDate", "domain", "sparse",
    } == set(row)  # fmt: skip


def test_all_columns_and_more_are_all_columns(caller: Caller, shop: Shop) -> None:
    """
    Source: python-quickbooks (`SELECT *, Sku FROM Item`).
    """
    row = caller.query("select *, Sku from Item where Name = 'planter'")["Item"][0]

    assert row["sparse"] is False
    assert "QtyOnHand" in row


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"100\%", ["100", "100% wool"]),  # the backslash is gone before LIKE reads its pattern
        ("100%", ["100", "100% wool"]),
        ("%wool", ["100% wool"]),
        ("%_%", []),
        ("%.%", ["a.b"]),
        ("a%b", ["a.b", r"a\b"]),
        (r"a\\b", [r"a\b"]),
        ("%é%", ["Été"]),
        ("%", ["100", "100% wool", "a.b", r"a\b", "Été"]),
        ("", []),
        ("100", ["100"]),
        ("%0%0%0%", []),
        ("10%00", []),
        ("1%%%0%", ["100", "100% wool"]),
    ],
)
def test_like_knows_percent_alone(
    caller: Caller, emulator: Emulator, pattern: str, expected: list[str]
) -> None:
    """
    No other sign means anything but itself. Source: Intuit, "Query operations and syntax" (LIKE).
    """
    for name in ("100", "100% wool", "a.b", r"a\b", "Été"):
        emulator.create("Customer", {"DisplayName": name})

    found = caller.rows("Customer", f"where DisplayName like '{pattern}'")

    assert sorted(expected) == sorted(row["DisplayName"] for row in found)


def test_a_pattern_of_many_percents_takes_no_time(caller: Caller, emulator: Emulator) -> None:
    """
    A pattern that would send a backtracking matcher astray. Source: own reasoning; Intuit,
    "Query operations and syntax" (LIKE).
    """
    emulator.create("Customer", {"DisplayName": "a" * 500})

    assert [] == caller.rows("Customer", f"where DisplayName like '{'%a' * 200}%b'")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("DueDate = ' '", ["none"]),
        ("DueDate > ''", None),
        ("DueDate IN ('2026-02-01', ' ')", ["due", "none"]),
        ("Balance = ' '", []),
        ("SalesTermRef = ' '", ["due", "none"]),
    ],
)
def test_a_blank_stands_for_null(
    caller: Caller,
    emulator: Emulator,
    shop: Shop,
    condition: str,
    expected: list[str] | None,
) -> None:
    """
    One blank in quotes; nothing in quotes is no date. Source: Intuit, "Query operations and
    syntax" (null).
    """
    emulator.create("Estimate", shop.invoice(DocNumber="due", DueDate="2026-02-01"))
    emulator.create("Estimate", shop.invoice(DocNumber="none"))
    entity = "Estimate" if condition.startswith("DueDate") else "Invoice"
    if entity == "Invoice":
        emulator.create("Invoice", shop.invoice(DocNumber="due"))
        emulator.create("Invoice", shop.invoice(DocNumber="none"))

    if expected is None:
        assert "4001" == caller.refused_query(f"select * from {entity} where {condition}")
        return
    found = caller.rows(entity, f"where {condition} orderby DocNumber")
    assert expected == [row["DocNumber"] for row in found]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("Active = true", ""),
        ("Active = 'true'", "4001"),
        ("Active = 'TRUE'", "4001"),
        ("Active = CURRENT_DATE", "4001"),
        ("Active = 'yes'", "4001"),
        ("Active LIKE 't%'", "4001"),
        ("Balance = '1e3'", "4001"),
        ("Balance = '1_000'", "4001"),
        ("Balance = 'NaN'", "4001"),
        ("Balance = true", "4001"),
        ("Balance LIKE '1%'", "4001"),
        ("Balance >= ' 1.50 '", ""),
        ("DisplayName = true", "4001"),
        ("DisplayName = CURRENT_DATE", "4001"),
        ("MetaData.CreateTime LIKE '2026%'", "4001"),
        ("MetaData.CreateTime = true", "4001"),
        ("Id LIKE '1%'", "4001"),
        ("Id >= '1'", "4001"),
        ("Id IN ('1')", ""),
        ("PrimaryEmailAddr = 'ADA@example.com'", ""),
        ("PrimaryEmailAddr.Address = 'ada@example.com'", "4001"),
    ],
)
def test_a_literal_fits_its_property(caller: Caller, condition: str, code: str) -> None:
    """
    Source: Intuit, "Query operations and syntax"; "Customer"; release notes on filters by Id.
    """
    text = f"select * from Customer where {condition}"

    if code:
        assert code == caller.refused_query(text)
    else:
        assert {} == caller.query(text)


@pytest.mark.parametrize("operator", ["LIKE", ">", "<="])
def test_a_reference_is_equal_or_not(caller: Caller, operator: str) -> None:
    """
    Ids have no order. Source: Intuit, "Query operations and syntax".
    """
    text = f"select * from Invoice where CustomerRef {operator} '1'"

    assert "4001" == caller.refused_query(text)


def test_items_may_not_be_found_by_sku(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "Item" (Sku has no mark).
    """
    text = "select * from Item where Sku = 'none'"
    assert {} == caller.query(text)

    emulator.switch(query_item_sku=False)

    assert "4001" == caller.refused_query(text)


def test_several_keys_order_rows(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    The later keys order what the earlier leave equal. Source: Intuit, "Query operations and
    syntax", ORDERBY.
    """
    for number, day in (("A", 2), ("B", 1), ("C", 2), ("D", 1)):
        emulator.create("Invoice", shop.invoice(DocNumber=number, TxnDate=f"2026-01-0{day}"))

    def numbers(order: str) -> str:
        return "".join(row["DocNumber"] for row in caller.rows("Invoice", f"order by {order}"))

    assert "BDAC" == numbers("TxnDate, DocNumber ASC")
    assert "CADB" == numbers("TxnDate desc, DocNumber desc")
    assert "DBCA" == numbers("TxnDate asc, DocNumber desc")


def test_a_long_list_of_ids_is_posted(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "Query operations and syntax" (POST for long queries).
    """
    made = emulator.create_all("Customer", [{"DisplayName": f"C{n}"} for n in range(300)])
    ids = [row["Id"] for row in made][::2] + [str(number) for number in range(10**6, 10**6 + 5000)]
    listed = ", ".join(f"'{one}'" for one in ids)

    reply = caller.send(
        "POST",
        "query",
        data=f"select * from Customer where Id in ({listed}) maxresults 1000",
        headers={"Content-Type": "application/text"},
    )

    assert 150 == len(reply.json()["QueryResponse"]["Customer"])


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
    later = "where MetaData.LastUpdatedTime > '2020-01-01'"
    assert "Line" not in caller.rows("InventoryAdjustment")[0]
    assert "4001" == caller.refused_query(f"select * from InventoryAdjustment {later}")

    emulator.switch(adjustment_query_has_lines=True, adjustment_update_queryable=True)

    assert "Line" in caller.rows("InventoryAdjustment", later)[0]

    emulator.switch(adjustment_queryable=False)

    assert "4001" == caller.refused_query("select * from InventoryAdjustment")
