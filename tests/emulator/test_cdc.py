"""Change data capture. Intuit: "Change data capture"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


def lately(emulator: Emulator) -> str:
    """An hour ago."""
    return (datetime.fromisoformat(emulator.now()) - timedelta(hours=1)).isoformat()


def refused(caller: Caller, **params: str) -> tuple[int, str]:
    reply = caller.send("GET", "cdc", params=params)
    return reply.status_code, reply.json()["Fault"]["Error"][0]["code"]


def test_changes_and_deletions_come_per_entity(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Changed rows whole and in order, tombstones behind them, an empty object where nothing changed.
    Source: Intuit, "Change data capture"; recorded answers.
    """
    emulator.advance(100)
    since = emulator.now()[:19] + "Z"
    first = caller.create("Invoice", shop.invoice(DocNumber="1"))
    second = caller.create("Invoice", shop.invoice(DocNumber="2"))
    emulator.advance(10)
    caller.create("Invoice", {**first, "PrivateNote": "later"})
    caller.create("Invoice", {"Id": second["Id"], "SyncToken": "0"}, operation="delete")

    reply = caller.send(
        "GET", "cdc", params={"entities": "invoice,BILL,Item", "changedSince": since}
    ).json()

    invoices, bills, items = reply["CDCResponse"][0]["QueryResponse"]
    assert ({}, {}) == (bills, items)
    live, gone = invoices["Invoice"]
    assert ("1", "later") == (live["SyncToken"], live["PrivateNote"])
    assert {"domain", "status", "Id", "MetaData"} == set(gone)
    assert ("Deleted", second["Id"], ["LastUpdatedTime"]) == (
        gone["status"],
        gone["Id"],
        list(gone["MetaData"]),
    )
    assert (1, 2, 2) == (
        invoices["startPosition"],
        invoices["maxResults"],
        invoices["totalCount"],
    )


def test_the_moment_itself_is_included_and_offsets_are_read(
    caller: Caller, emulator: Emulator
) -> None:
    """
    A row changed in that very second comes.
    Source: Intuit, "Change data capture" (changedSince).
    """
    emulator.set_clock("2026-06-01T12:00:00-07:00", freeze=True)
    caller.refresh()
    emulator.create("Customer", {"DisplayName": "Noon"})

    for since in (
        "2026-06-01T12:00:00-07:00",
        "2026-06-01T20:00:00+01:00",
        "2026-06-01T19:00:00Z",
        "2026-06-01T12:00:00",
        "2026-06-01T12:00:00.000-07:00",
        "2026-06-01",
    ):
        assert 1 == len(caller.cdc("Customer", since)["Customer"]), since
    assert {} == caller.cdc("Customer", "2026-06-01T12:00:01-07:00")


@pytest.mark.parametrize(
    "since",
    [
        "2026-06-01T20:00:00 01:00", "20260601", "2026-W22-1", "2026-06-01T00", "2026-06-01T12:00",
        "2026-06-01 12:00:00", "2026-06-01T12:00:00z", "2026-06-01T12:00:00-07", "soon",
    ],
)  # fmt: skip
def test_other_spellings_of_a_moment_are_refused(caller: Caller, since: str) -> None:
    """
    A plus sign that was not encoded arrives as a blank.
    Source: Intuit, "Change data capture" (changedSince); "Error codes" (2060).
    """
    assert (400, "2060") == refused(caller, entities="Customer", changedSince=since)


def test_no_more_than_1000_objects_come(caller: Caller, emulator: Emulator) -> None:
    """
    Over the whole reply, or per entity by switch; nothing says that more are missing.
    Source: Intuit, "Change data capture".
    """
    emulator.create_all("Customer", [{"DisplayName": f"C{n}"} for n in range(900)])
    emulator.create_all("Vendor", [{"DisplayName": f"V{n}"} for n in range(900)])

    since = lately(emulator)
    found = caller.cdc("Customer,Vendor", since)
    assert {"Customer": 900, "Vendor": 100} == {name: len(rows) for name, rows in found.items()}

    emulator.switch(cdc_cap="entity")
    found = caller.cdc("Customer,Vendor", since)
    assert {"Customer": 900, "Vendor": 900} == {name: len(rows) for name, rows in found.items()}


def test_it_reaches_30_days_back(caller: Caller, emulator: Emulator) -> None:
    """
    Older changes are silently missing, or by switch the call is refused.
    Source: Intuit, "Change data capture" (30 days).
    """
    emulator.create("Customer", {"DisplayName": "Old"})
    emulator.advance(31 * 86_400)
    caller.refresh()
    emulator.create("Customer", {"DisplayName": "New"})

    found = caller.cdc("Customer", "2020-01-01")["Customer"]
    assert ["New"] == [row["DisplayName"] for row in found]

    emulator.switch(cdc_old_since="fault")
    reply = caller.send("GET", "cdc", params={"entities": "Customer", "changedSince": "2020-01-01"})
    assert 400 == reply.status_code


@pytest.mark.parametrize(
    "entity", ["TaxCode", "TaxRate", "TaxAgency", "JournalCode", "TimeActivity", "Nonsense", "%20"]
)
def test_unsupported_entities_are_refused(caller: Caller, entity: str) -> None:
    """
    Source: Intuit, "Change data capture" (unsupported entities).
    """
    params = {"entities": f"Item,{entity}", "changedSince": "2026-01-01"}

    assert (400, "4001") == refused(caller, **params)


def test_adjustments_may_be_missing_from_it(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Change data capture"; whether it carries InventoryAdjustment is uncertain.
    """
    emulator.advance(100)
    since = emulator.now()[:19] + "Z"
    emulator.create("InventoryAdjustment", shop.adjustment(1))
    params = {"entities": "InventoryAdjustment", "changedSince": since}
    assert 400 == caller.send("GET", "cdc", params=params).status_code

    emulator.switch(cdc_inventory_adjustments=True)

    assert 1 == len(caller.cdc("InventoryAdjustment", since)["InventoryAdjustment"])


def test_one_call_is_one_metered_read(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, App Partner Program FAQ (reads are metered).
    """
    caller.cdc("Item,Customer,Invoice", "2026-01-01")

    assert 1 == emulator.usage()["metered"]


def test_time_activities_come_by_switch(caller: Caller, emulator: Emulator) -> None:
    """
    The page excludes them, a release note of 2021 claims them.
    Source: Intuit, "Change data capture" (unsupported entities).
    """
    since = emulator.now()[:19] + "Z"
    params = {"entities": "TimeActivity", "changedSince": since}
    assert (400, "4001") == refused(caller, **params)

    emulator.switch(cdc_time_activities=True)

    assert {} == caller.cdc("TimeActivity", since)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"changedSince": "2026-01-01"}, "2020"),
        ({"entities": "", "changedSince": "2026-01-01"}, "2020"),
        ({"entities": " , ", "changedSince": "2026-01-01"}, "2020"),
        ({"entities": "Item"}, "2020"),
        ({"entities": "Item", "changedSince": ""}, "2020"),
        ({"entities": "Item", "changedSince": "yesterday"}, "2060"),
        ({"entities": "Item", "changedSince": "2026-02-30"}, "2060"),
        ({"entities": "Item", "changedSince": "2026-01-01T00:00:00+25:00"}, "2060"),
    ],
)
def test_a_request_without_its_parameters_is_refused(
    caller: Caller, params: dict[str, str], code: str
) -> None:
    """
    Source: Intuit, "Change data capture" (request parameters); "Error codes".
    """
    assert (400, code) == refused(caller, **params)


def test_nothing_has_changed_in_the_future(caller: Caller, emulator: Emulator) -> None:
    """
    An empty object per entity, no fault. Source: Intuit, "Change data capture"; recorded answers.
    """
    emulator.create("Customer", {"DisplayName": "Ada"})
    params = {"entities": "customer,INVOICE", "changedSince": "2099-01-01"}

    reply = caller.send("GET", "cdc", params=params).json()

    assert [{"QueryResponse": [{}, {}]}] == reply["CDCResponse"]


def test_a_group_of_deletions_alone_has_no_start(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Only maxResults and totalCount; the newest deletion last; a document that is gone cannot be
    read. Source: Intuit, "Change data capture"; recorded answers.
    """
    invoices = [caller.create("Invoice", shop.invoice()) for _ in range(3)]
    for invoice in reversed(invoices):
        emulator.advance(2)
        emulator.delete("Invoice", invoice["Id"])
    params = {"entities": "Invoice", "changedSince": lately(emulator)}

    (group,) = caller.send("GET", "cdc", params=params).json()["CDCResponse"][0]["QueryResponse"]

    assert {"Invoice", "maxResults", "totalCount"} == set(group)
    assert [invoice["Id"] for invoice in reversed(invoices)] == [x["Id"] for x in group["Invoice"]]
    assert 400 == caller.send("GET", f"invoice/{invoices[0]['Id']}").status_code


def test_rows_come_in_the_order_of_their_changes(caller: Caller, emulator: Emulator) -> None:
    """
    Not of their ids; name lists are never deleted but come as inactive.
    Source: Intuit, "Change data capture".
    """
    names = ["Ada", "Ben", "Cem"]
    ids = [emulator.create("Customer", {"DisplayName": name})["Id"] for name in names]
    for object_id in (ids[1], ids[0]):
        emulator.advance(1)
        emulator.update("Customer", {"Id": object_id, "Active": False})

    rows = caller.cdc("Customer", lately(emulator))["Customer"]

    assert [(ids[2], True), (ids[1], False), (ids[0], False)] == [
        (row["Id"], row["Active"]) for row in rows
    ]


def test_deletions_are_what_the_thousand_leave_out(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    They come after the live rows, so they are the first to be missing.
    Source: Intuit, "Change data capture" (1,000 objects; deletions last).
    """
    gone = emulator.create_all("Invoice", [shop.invoice()] * 2)
    for invoice in gone:
        emulator.delete("Invoice", invoice["Id"])
    emulator.create_all("Invoice", [shop.invoice(shop.line())] * 999)

    rows = caller.cdc("Invoice", lately(emulator))["Invoice"]

    assert [gone[0]["Id"]] == [row["Id"] for row in rows if row.get("status") == "Deleted"]
    assert 1000 == len(rows)


def test_an_updated_document_may_be_shown_as_deleted(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    By switch, off by default: a read shows that it lives. Source: Intuit's .NET SDK, issue 189.
    """
    first, second = (caller.create("Invoice", shop.invoice()) for _ in range(2))
    emulator.update("Invoice", {"Id": second["Id"], "PrivateNote": "later"})
    since = lately(emulator)
    assert 2 == len([x for x in caller.cdc("Invoice", since)["Invoice"] if "status" not in x])

    emulator.switch(cdc_false_tombstone=True)

    live, gone = caller.cdc("Invoice", since)["Invoice"]
    assert (first["Id"], second["Id"], "Deleted") == (live["Id"], gone["Id"], gone["status"])
    assert 200 == caller.send("GET", f"invoice/{second['Id']}").status_code


def test_it_speaks_xml_to_who_does_not_ask_for_json(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    A deletion carries its status as an attribute, an entity without a change is an empty element.
    Source: Intuit, Finance.xsd (CDCResponse, QueryResponse).
    """
    emulator.create("Invoice", shop.invoice())
    emulator.delete("Invoice", emulator.create("Invoice", shop.invoice())["Id"])
    params = {"entities": "Invoice,Bill", "changedSince": lately(emulator)}

    reply = caller.send("GET", "cdc", params=params, headers={"Accept": "application/xml"})

    space = "{http://schema.intuit.com/finance/v3}"
    capture = ET.fromstring(reply.content).find(f"{space}CDCResponse")
    invoices, bills = capture.findall(f"{space}QueryResponse")
    assert {"startPosition": "1", "maxResults": "2", "totalCount": "2"} == invoices.attrib
    assert [None, "Deleted"] == [row.get("status") for row in invoices]
    assert 0 == len(bills)
