"""Batches. Intuit: "Batch"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from quickbooks_emulator.json_text import dumps, loads

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

COUNT = "select count(*) from Item"


def send(caller: Caller, items: list[Any], **params: str) -> Any:
    reply = caller.post("batch", {"BatchItemRequest": items}, **params)
    return reply.status_code, loads(reply.content)


def answers(caller: Caller, items: list[dict[str, Any]], **params: str) -> dict[str, Any]:
    """The items' answers by their bId."""
    status, body = send(caller, items, **params)
    assert 200 == status, body
    return {answer["bId"]: answer for answer in body["BatchItemResponse"]}


def refusal(caller: Caller, items: Any, **params: str) -> tuple[int, str]:
    status, body = send(caller, items, **params)
    return status, body["Fault"]["Error"][0]["code"]


def fault(answer: dict[str, Any]) -> str:
    return answer["Fault"]["Error"][0]["code"]


def customers(count: int, prefix: str = "C") -> list[dict[str, Any]]:
    return [
        {"bId": str(n), "operation": "create", "Customer": {"DisplayName": f"{prefix}{n}"}}
        for n in range(count)
    ]


def test_items_answer_for_themselves(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    A faulty item has a Fault inside HTTP 200 and harms no other; queries may be among them. The
    answer stands under the entity's name, the bId behind it, without an envelope of its own.
    Source: Intuit, "Batch"; recorded answers.
    """
    items = [
        {"bId": "w1", "operation": "create", "Invoice": shop.invoice(DocNumber="B1")},
        {"bId": "w2", "operation": "delete", "Invoice": {"Id": "999", "SyncToken": "0"}},
        {"bId": "q", "Query": COUNT},
        {"bId": "w3", "operation": "create", "Invoice": shop.invoice(s="?")},
    ]

    found = answers(caller, items)

    assert "B1" == found["w1"]["Invoice"]["DocNumber"]
    assert "610" == fault(found["w2"])
    assert {"totalCount": 2} == found["q"]["QueryResponse"]
    assert "2010" == fault(found["w3"])
    assert ["Invoice", "bId"] == list(found["w1"])
    assert ["Fault", "bId"] == list(found["w2"])
    assert {"Error", "type"} == set(found["w2"]["Fault"])
    assert ["B1"] == emulator.numbers("Invoice")


def test_more_than_30_items_are_refused(caller: Caller, emulator: Emulator) -> None:
    """
    As a whole: none of them is carried out. Source: Intuit, "Batch"; "Error codes" (1040).
    """
    assert (400, "1040") == refusal(caller, customers(31))
    assert [] == emulator.entities("Customer")

    assert 30 == len(answers(caller, customers(30)))
    assert 30 == len(emulator.entities("Customer"))


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([], "2020"),
        ({}, "2020"),
        (["x"], "2010"),
        ([{"Query": COUNT}], "2020"),
        ([{"bId": "", "Query": COUNT}], "2020"),
        ([{"bId": {"a": 1}, "Query": COUNT}], "2010"),
        ([{"bId": "a", "Query": COUNT}, {"bId": "a", "Query": COUNT}], "2010"),
    ],
)
def test_what_is_no_batch_is_refused(caller: Caller, items: Any, code: str) -> None:
    """
    Nothing to do, an item that is none, a bId that is missing or stands twice.
    Source: Intuit, "Batch" (bId is required and unique in the batch).
    """
    assert (400, code) == refusal(caller, items)


def test_a_malformed_item_harms_no_other(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "Batch" (items are independent).
    """
    items = [
        {"bId": "nothing"},
        {"bId": "two", "operation": "create", "Customer": {"DisplayName": "A"}, "Query": COUNT},
        {"bId": "no operation", "Customer": {"DisplayName": "B"}},
        {"bId": "odd", "operation": "reopen", "Customer": {"DisplayName": "C"}},
        {"bId": "unknown", "operation": "create", "Nonsense": {}},
        {"bId": "shape", "operation": "create", "Customer": ["D"]},
        {"bId": "query", "Query": 7},
        {"bId": "grammar", "Query": "select what"},
        {"bId": "fine", "operation": "create", "Customer": {"DisplayName": "E"}},
    ]

    found = answers(caller, items)

    codes = {name: fault(answer) for name, answer in found.items() if "Fault" in answer}
    assert {
        "nothing": "2010", "two": "2010", "no operation": "2020", "odd": "500", "unknown": "2010",
        "shape": "2010", "query": "2020", "grammar": "4000",
    } == codes  # fmt: skip
    assert ["E"] == [row["DisplayName"] for row in emulator.entities("Customer")]


def test_the_order_of_the_answers_is_not_that_of_the_items(
    caller: Caller, emulator: Emulator
) -> None:
    """
    Nor that in which they are carried out; it is the same for the same batch, and by switch that
    in which they were sent. Source: Intuit, "Batch" (order is not guaranteed).
    """

    def order() -> list[str]:
        items = [{"bId": str(n), "Query": COUNT} for n in range(30)]
        return [answer["bId"] for answer in send(caller, items)[1]["BatchItemResponse"]]

    sent = [str(n) for n in range(30)]
    assert sent != order() == order()
    assert sorted(sent) == sorted(order())

    emulator.switch(batch_order="sent")
    assert sent == order()


def test_a_batch_voids_and_allows_numbers_by_option(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Without the option the number is refused. Source: Intuit, "Batch" (optionsData).
    """
    one = emulator.create("SalesReceipt", {"Line": [shop.line()], "DocNumber": "7"})
    again = {"operation": "create", "SalesReceipt": {"Line": [shop.line()], "DocNumber": "7"}}
    items = [
        {"bId": "no", **again},
        {"bId": "yes", **again, "optionsData": "allowduplicatedocnum"},
        {
            "bId": "void",
            "operation": "update",
            "SalesReceipt": {"Id": one["Id"], "SyncToken": "0", "sparse": True},
            "optionsData": "void",
        },
    ]

    found = answers(caller, items)

    assert "6140" == fault(found["no"])
    assert ["7", "7"] == emulator.numbers("SalesReceipt")
    assert [0, 20] == [row["TotalAmt"] for row in emulator.entities("SalesReceipt")]


def test_a_stream_of_queries_goes_in_one_batch(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    As Singer taps send them: the bId is a stream's name, of any length without a requestid.
    Source: Intuit, "Batch" (Query).
    """
    items = [
        {"bId": name, "Query": f"SELECT * FROM {entity} STARTPOSITION 1 MAXRESULTS 1000"}
        for name, entity in {"customers": "Customer", "inventory_adjustments": "Item"}.items()
    ]

    found = answers(caller, items)

    assert ["Ada"] == [x["DisplayName"] for x in found["customers"]["QueryResponse"]["Customer"]]
    assert 2 == found["inventory_adjustments"]["QueryResponse"]["maxResults"]


def test_a_batch_may_ask_what_has_changed(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, Finance.xsd (CDCQuery of a BatchItemRequest).
    """
    emulator.create("Customer", {"DisplayName": "Ada"})
    asked = {"Entities": "Customer,Vendor", "ChangedSince": "2020-01-01"}

    found = answers(caller, [{"bId": "c", "CDCQuery": asked}, {"bId": "d", "CDCQuery": {}}])

    customers, vendors = found["c"]["CDCResponse"][0]["QueryResponse"]
    assert (["Ada"], {}) == ([row["DisplayName"] for row in customers["Customer"]], vendors)
    assert "2020" == fault(found["d"])


def test_the_objects_of_a_batch_are_a_thousand_together(caller: Caller, emulator: Emulator) -> None:
    """
    More are silently missing; by switch each query has a thousand of its own.
    Source: Intuit, "Batch" (objects per response).
    """
    emulator.create_all("Customer", [{"DisplayName": f"C{n}"} for n in range(700)])
    query = "select * from Customer maxresults 1000"
    items = [{"bId": name, "Query": query} for name in "ab"]

    def counts() -> list[int]:
        found = answers(caller, items)
        return sorted(x["QueryResponse"].get("maxResults", 0) for x in found.values())

    assert [300, 700] == counts()

    emulator.switch(batch_cap="item")
    assert [700, 700] == counts()


def test_a_repeated_batch_is_not_carried_out_again(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Item by item: what has been answered under the same requestid and bId is answered the same
    way, what has not been is carried out. Source: Intuit, "Request ID" (batch).
    """
    items = [
        {"bId": "1", "operation": "create", "Invoice": shop.invoice(DocNumber="1")},
        {"bId": "2", "operation": "create", "Invoice": shop.invoice(s="?")},
    ]
    more = {"bId": "3", "operation": "create", "Invoice": shop.invoice(DocNumber="3")}

    first = answers(caller, items, requestid="r1")
    second = answers(caller, [*items, more], requestid="r1")

    assert first == {bid: second[bid] for bid in first}
    assert ["1", "3"] == emulator.numbers("Invoice")
    assert first != answers(caller, items[:1], requestid="r2")


def test_used_ids_can_be_refused_by_switch(caller: Caller, emulator: Emulator) -> None:
    """
    Item by item too. Source: Intuit, "Error codes" (600).
    """
    emulator.switch(requestid_replay="refused")
    answers(caller, customers(1), requestid="r")

    found = answers(caller, customers(2), requestid="r")

    assert "600" == fault(found["0"])
    assert "C1" == found["1"]["Customer"]["DisplayName"]


def test_a_batch_that_was_half_done_is_completed(caller: Caller, emulator: Emulator) -> None:
    """
    The gateway gives up after some items, which stay done; repetitions do the rest and nothing
    twice, without a requestid they do it all again.
    Source: Intuit, "Request ID" (batch); "API call limits and throttles" (120 seconds).
    """
    emulator.switch(batch_breaks_after=4)
    body = {"BatchItemRequest": customers(10)}

    statuses = [caller.post("batch", body, requestid="r").status_code for _ in range(3)]

    assert [504, 504, 200] == statuses
    assert 10 == len(emulator.entities("Customer"))
    assert 10 == len(answers(caller, customers(10), requestid="r"))

    vendors = [
        {"bId": str(n), "operation": "create", "Vendor": {"DisplayName": f"V{n}"}} for n in range(5)
    ]
    assert [504, 504] == [send_raw(caller, vendors), send_raw(caller, vendors)]
    assert 4 == len(emulator.entities("Vendor"))


def send_raw(caller: Caller, items: list[dict[str, Any]]) -> int:
    return caller.post("batch", {"BatchItemRequest": items}).status_code


def test_ids_are_shorter_in_a_batch(caller: Caller) -> None:
    """
    36 characters for the requestid; 10 for a bId when there is one, any number when there is none.
    Source: Intuit, "Request ID" (batch); "Error codes" (2130).
    """
    item = {"bId": "b" * 10, "Query": COUNT}
    longer = {"bId": "b" * 11, "Query": COUNT}

    assert {"b" * 10} == set(answers(caller, [item], requestid="r" * 36))
    assert (400, "2130") == refusal(caller, [item], requestid="r" * 37)
    assert (400, "2130") == refusal(caller, [longer], requestid="r")
    assert {"b" * 11} == set(answers(caller, [longer]))


def test_a_batch_is_metered_even_when_it_only_writes(caller: Caller, emulator: Emulator) -> None:
    """
    Per item, or by switch as one call; a refused batch not at all.
    Source: Intuit, App Partner Program (classification of calls).
    """
    send(caller, customers(3))
    send(caller, customers(31))
    assert {"metered": 3, "free": 0, "throttled": 0, "calls": 2} == emulator.usage()

    emulator.switch(batch_metering="call")
    send(caller, customers(3, "D"))
    assert 4 == emulator.usage()["metered"]


def test_it_speaks_xml_to_who_does_not_ask_for_json(caller: Caller) -> None:
    """
    The bId is an attribute. Source: Intuit, Finance.xsd (BatchItemResponse).
    """
    reply = caller.send(
        "POST",
        "batch",
        data=dumps({"BatchItemRequest": [{"bId": "q", "Query": COUNT}, {"bId": "x"}]}),
        headers={"Content-Type": "application/json", "Accept": "application/xml"},
    )

    space = "{http://schema.intuit.com/finance/v3}"
    found = {item.get("bId"): item for item in ET.fromstring(reply.content)}
    assert {"q", "x"} == set(found)
    assert "0" == found["q"].find(f"{space}QueryResponse").get("totalCount")
    assert "2010" == found["x"].find(f"{space}Fault/{space}Error").get("code")


def test_a_batch_may_be_written_in_xml(caller: Caller, emulator: Emulator) -> None:
    """
    As the SDKs for .NET, Java and PHP send it; its repetition in JSON has the same answers.
    Source: Intuit, Finance.xsd (IntuitBatchRequest).
    """
    body = """<IntuitBatchRequest xmlns="http://schema.intuit.com/finance/v3">
        <BatchItemRequest bId="w" operation="create">
            <Customer><DisplayName>Zo\u00eb</DisplayName></Customer>
        </BatchItemRequest>
        <BatchItemRequest bId="q"><Query>select * from Vendor</Query></BatchItemRequest>
    </IntuitBatchRequest>"""
    params = {"requestid": "r"}
    headers = {"Content-Type": "application/xml", "Accept": "application/xml"}

    reply = caller.send("POST", "batch", params=params, data=body.encode(), headers=headers)

    (customer,) = emulator.entities("Customer")
    space = "{http://schema.intuit.com/finance/v3}"
    found = {item.get("bId"): item for item in ET.fromstring(reply.content)}
    assert customer["Id"] == found["w"].findtext(f"{space}Customer/{space}Id")
    items = [
        {"bId": "w", "operation": "create", "Customer": {"DisplayName": "Zo\u00eb"}},
        {"bId": "q", "Query": "select * from Vendor"},
    ]
    again = answers(caller, items, **params)
    assert (customer["Id"], {}) == (again["w"]["Customer"]["Id"], again["q"]["QueryResponse"])


def test_an_account_shows_what_the_items_before_it_have_made(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Balances are worked out for each item that asks for them.
    Source: Intuit, "Batch"; "Account" (CurrentBalance).
    """
    emulator.switch(batch_order="sent")
    text = "select * from Account where AccountType = 'Accounts Receivable'"
    found = answers(
        caller,
        [
            {"bId": "before", "Query": text},
            {"bId": "write", "operation": "create", "Invoice": shop.invoice()},
            {"bId": "after", "Query": text},
        ],
    )

    assert 20 == found["write"]["Invoice"]["TotalAmt"]
    balances = [
        found[name]["QueryResponse"]["Account"][0]["CurrentBalance"] for name in ("before", "after")
    ]
    assert [0, 20] == balances
