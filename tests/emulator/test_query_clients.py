"""Query texts that published clients send, and the ways they send them.

Intuit: "Query operations and syntax"; the clients' own sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from quickbooks.objects.customer import Customer
from quickbooks.objects.item import Item

from quickbooks_emulator.json_text import loads

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

TEXT = {"Content-Type": "application/text"}


class Wire:
    """Sends the texts that python-quickbooks composes, as it sends them."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def query(self, select: str) -> Any:
        reply = self.caller.send("POST", "query", data=select, headers=TEXT)
        assert reply.status_code == 200, reply.text
        return loads(reply.content)


@pytest.fixture
def wire(caller: Caller, emulator: Emulator) -> Wire:
    for name in ("Adam's Candy", "Bea", "Cy", "Di"):
        emulator.create("Customer", {"DisplayName": name})
    emulator.item("POT", 3)
    gone = emulator.create("Customer", {"DisplayName": "Gone"})
    emulator.update("Customer", {"Id": gone["Id"], "Active": False})
    return Wire(caller)


def names(found: list[Any]) -> list[str]:
    return [one.DisplayName for one in found]


def test_what_python_quickbooks_composes_is_read(wire: Wire) -> None:
    """
    all, filter, where, choose and count; items with `*, Sku`.
    Source: Intuit, "Query operations and syntax"; python-quickbooks, ListMixin.
    """
    assert ["Adam's Candy", "Bea", "Cy", "Di"] == names(Customer.all(qb=wire))
    page = Customer.all(order_by="DisplayName DESC", start_position=2, max_results=2, qb=wire)
    assert ["Cy", "Bea"] == names(page)
    assert ["Adam's Candy"] == names(
        Customer.filter(Active=True, DisplayName="Adam's Candy", qb=wire)
    )
    assert ["Gone (deleted)"] == names(Customer.filter(Active=False, qb=wire))
    chosen = ["Bea", "Adam's Candy", "Nobody"]
    assert ["Adam's Candy", "Bea"] == names(Customer.choose(chosen, field="DisplayName", qb=wire))
    found = Customer.where("DisplayName LIKE 'c%'", "DisplayName", 1, 10, qb=wire)
    assert ["Cy"] == names(found)
    assert 4 == Customer.count(qb=wire)
    assert 5 == Customer.count("Active IN (true, false)", qb=wire)
    assert [("POT", "POT")] == [(one.Name, one.Sku) for one in Item.all(qb=wire)]


def test_numbers_given_to_python_quickbooks_are_sent_bare(wire: Wire, emulator: Emulator) -> None:
    """
    They are refused, as they have been seen to be, unless a switch lets them.
    Source: Intuit, "Query operations and syntax"; python-quickbooks, build_choose_clause.
    """
    customer = Customer.filter(DisplayName="Bea", qb=wire)[0]
    text = f"select * from Customer where Id in ({customer.Id}) AND Balance = 0"
    assert "4000" == wire.caller.refused_query(text)

    emulator.switch(query_bare_numbers=True)

    assert ["Bea"] == names(Customer.choose([int(customer.Id)], qb=wire))
    assert 1 == len(wire.query(text)["QueryResponse"]["Customer"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # node-quickbooks
        ("select * from customer startposition 1 maxresults 1000", "Adam's Candy Bea Cy Di"),
        (
            (
                "select * from customer where DisplayName in ('Bea','Cy') and Active = true"
                " orderby DisplayName desc startposition 1 maxresults 10"
            ),
            "Cy Bea",
        ),
        # tap-quickbooks
        (
            (
                "SELECT * FROM Customer WHERE Metadata.LastUpdatedTime >= '2019-01-01T00:00:00Z'"
                " AND Active IN (true, false) ORDER BY Metadata.LastUpdatedTime ASC"
                " STARTPOSITION 1 MAXRESULTS 1000"
            ),
            "Adam's Candy Bea Cy Di Gone (deleted)",
        ),
        # qbo_api
        (
            (
                "SELECT * FROM Customer WHERE Id IN ('1', '2', '3') AND Active IN ( true, false )"
                " MAXRESULTS 2 STARTPOSITION 2"
            ),
            "Bea Cy",
        ),
        (r"SELECT * FROM Customer WHERE DisplayName = 'Adam\'s Candy' ", "Adam's Candy"),
        # quickbooks-ruby
        ("SELECT * FROM Customer STARTPOSITION 3 MAXRESULTS 20", "Cy Di"),
    ],
)
def test_what_other_clients_compose_is_read(wire: Wire, text: str, expected: str) -> None:
    """
    Source: Intuit, "Query operations and syntax"; the clients' sources, recorded requests.
    """
    rows = wire.query(text)["QueryResponse"]["Customer"]

    assert expected == " ".join(row["DisplayName"] for row in rows)


@pytest.mark.parametrize(
    "text",
    [
        "select count(*) from Customer where Active = true startposition 1 maxresults 1000",
        "SELECT COUNT ( * ) FROM Customer ORDERBY DisplayName",
        "SELECT COUNT(*) FROM Customer ",
    ],
)
def test_a_count_counts_beyond_the_page(wire: Wire, text: str) -> None:
    """
    Clauses of order and page change nothing. Source: node-quickbooks, recorded requests.
    """
    assert {"totalCount": 4} == wire.query(text)["QueryResponse"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/text", "select * from Customer where DisplayName = 'A+B & C'"),
        ("application/text; charset=utf-8", "select * from Customer where DisplayName = 'A+B & C'"),
        ("text/plain", "select * from Customer where DisplayName = 'A+B & C'"),
        (
            "application/x-www-form-urlencoded",
            "query=select+*+from+Customer+where+DisplayName%3D%27A%2BB+%26+C%27",
        ),
    ],
)
def test_a_query_is_posted_as_text_or_as_a_form(
    caller: Caller, emulator: Emulator, content_type: str, body: str
) -> None:
    """
    A plus sign stays one in a text. Source: Intuit, "Query operations and syntax" (POST).
    """
    emulator.create("Customer", {"DisplayName": "A+B & C"})

    reply = caller.send("POST", "query", data=body, headers={"Content-Type": content_type})

    assert ["A+B & C"] == [
        row["DisplayName"] for row in reply.json()["QueryResponse"].get("Customer", [])
    ]


def test_what_is_no_text_is_not_read_as_a_query(caller: Caller) -> None:
    """
    JSON is refused, and so are bytes that are not UTF-8.
    Source: Intuit, "Error codes" (500, 1050).
    """
    for content_type, body, code in (
        ("application/json", b'{"query": "select * from Item"}', "1050"),
        ("application/text", b"select * from Item where Name = '\xff'", "500"),
    ):
        reply = caller.send("POST", "query", data=body, headers={"Content-Type": content_type})
        assert (400, code) == (reply.status_code, reply.json()["Fault"]["Error"][0]["code"])


def test_a_get_ignores_its_body_and_unknown_parameters(caller: Caller, shop: Shop) -> None:
    """
    python-quickbooks sends a body with GET, node-quickbooks `format=json`.
    Source: the clients' sources.
    """
    reply = caller.send(
        "GET",
        "query",
        params={"query": "select * from Item", "format": "json", "minorversion": "75", "x": "1"},
        data="{}",
        headers={"Content-Type": "application/json"},
    )

    assert 2 == len(reply.json()["QueryResponse"]["Item"])


def test_xml_carries_the_numbers_as_attributes(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, Finance.xsd (QueryResponse); quickbooks-ruby fixtures.
    """
    reply = caller.send(
        "GET",
        "query",
        params={"query": "select * from Item startposition 2 maxresults 1"},
        headers={"Accept": "application/xml"},
    )

    assert '<QueryResponse startPosition="2" maxResults="1">' in reply.text
    count = caller.send(
        "GET",
        "query",
        params={"query": "select count(*) from Item"},
        headers={"Accept": "application/xml"},
    )
    assert '<QueryResponse totalCount="2"' in count.text
