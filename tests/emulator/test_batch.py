"""Batches. Intuit: "Batch"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quickbooks_emulator.json_text import loads

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


def send(caller: Caller, items: list[dict[str, Any]], **params: str) -> Any:
    reply = caller.post("batch", {"BatchItemRequest": items}, **params)
    return reply.status_code, loads(reply.content)


def test_items_answer_for_themselves(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    A faulty item has a Fault inside HTTP 200 and harms no other; queries may be among them.
    Source: Intuit, "Batch".
    """
    items = [
        {"bId": "w1", "operation": "create", "Invoice": shop.invoice(DocNumber="B1")},
        {"bId": "w2", "operation": "delete", "Invoice": {"Id": "999", "SyncToken": "0"}},
        {"bId": "q", "Query": "select count(*) from Item"},
        {"bId": "w3", "operation": "create", "Invoice": shop.invoice(s="?")},
    ]

    status, body = send(caller, items)

    answers = {answer["bId"]: answer for answer in body["BatchItemResponse"]}
    assert 200 == status
    assert "B1" == answers["w1"]["Invoice"]["DocNumber"]
    assert "610" == answers["w2"]["Fault"]["Error"][0]["code"]
    assert {"totalCount": 2} == answers["q"]["QueryResponse"]
    assert "2010" == answers["w3"]["Fault"]["Error"][0]["code"]
    assert ["B1"] == emulator.numbers("Invoice")


def test_more_than_30_items_are_refused(caller: Caller) -> None:
    """
    Source: Intuit, "Batch"; "Error codes" (1040).
    """
    items = [{"bId": str(n), "Query": "select count(*) from Item"} for n in range(31)]

    status, body = send(caller, items)

    assert (400, "1040") == (status, body["Fault"]["Error"][0]["code"])
    assert 200 == send(caller, items[:30])[0]


def test_a_batch_voids_and_allows_numbers_by_option(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Batch" (optionsData).
    """
    one = emulator.create("SalesReceipt", {"Line": [shop.line()], "DocNumber": "7"})
    items = [
        {
            "bId": "1",
            "operation": "create",
            "SalesReceipt": {"Line": [shop.line()], "DocNumber": "7"},
            "optionsData": "allowduplicatedocnum",
        },
        {
            "bId": "2",
            "operation": "update",
            "SalesReceipt": {"Id": one["Id"], "SyncToken": "0", "sparse": True},
            "optionsData": "void",
        },
    ]

    send(caller, items)

    assert ["7", "7"] == emulator.numbers("SalesReceipt")
    assert [0, 20] == [row["TotalAmt"] for row in emulator.entities("SalesReceipt")]


def test_a_batch_is_metered_and_its_repetition_replayed(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    One metered call even when it only writes; with the same requestid nothing is done again; ids
    are shorter than elsewhere. Source: Intuit, App Partner Program FAQ; "Request ID".
    """
    items = [{"bId": "1", "operation": "create", "Invoice": shop.invoice()}]

    first = send(caller, items, requestid="r1")
    second = send(caller, items, requestid="r1")

    assert first[1]["BatchItemResponse"] == second[1]["BatchItemResponse"]
    assert 1 == len(emulator.entities("Invoice"))
    assert 2 == emulator.usage()["metered"]
    assert 400 == send(caller, items, requestid="r" * 37)[0]
    assert 400 == send(caller, [{**items[0], "bId": "b" * 11}], requestid="r2")[0]
