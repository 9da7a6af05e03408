"""Change data capture. Intuit: "Change data capture"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


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
    A row changed in that very second comes; a plus that arrived as a blank is understood.
    Source: Intuit, "Change data capture" (changedSince).
    """
    emulator.set_clock("2026-06-01T12:00:00-07:00", freeze=True)
    caller.refresh()
    emulator.create("Customer", {"DisplayName": "Noon"})

    for since in ("2026-06-01T12:00:00-07:00", "2026-06-01T20:00:00 01:00", "2026-06-01"):
        assert 1 == len(caller.cdc("Customer", since)["Customer"]), since
    assert {} == caller.cdc("Customer", "2026-06-01T12:00:01-07:00")


def test_no_more_than_1000_objects_come(caller: Caller, emulator: Emulator) -> None:
    """
    Over the whole reply, or per entity by switch; nothing says that more are missing.
    Source: Intuit, "Change data capture".
    """
    emulator.create_all("Customer", [{"DisplayName": f"C{n}"} for n in range(900)])
    emulator.create_all("Vendor", [{"DisplayName": f"V{n}"} for n in range(900)])

    since = emulator.now()[:10]
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


@pytest.mark.parametrize("entity", ["TaxCode", "TaxRate", "TaxAgency", "Nonsense"])
def test_unsupported_entities_are_refused(caller: Caller, entity: str) -> None:
    """
    Source: Intuit, "Change data capture" (unsupported entities).
    """
    params = {"entities": f"Item,{entity}", "changedSince": "2026-01-01"}

    assert 400 == caller.send("GET", "cdc", params=params).status_code


def test_adjustments_may_be_missing_from_it(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Change data capture"; whether it carries InventoryAdjustment is uncertain.
    """
    emulator.advance(100)
    since = emulator.now()[:19] + "Z"
    emulator.create("InventoryAdjustment", shop.adjustment(1))
    assert 1 == len(caller.cdc("InventoryAdjustment", since)["InventoryAdjustment"])

    emulator.switch(cdc_inventory_adjustments=False)

    params = {"entities": "InventoryAdjustment", "changedSince": since}
    assert 400 == caller.send("GET", "cdc", params=params).status_code


def test_one_call_is_one_metered_read(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, App Partner Program FAQ (reads are metered).
    """
    caller.cdc("Item,Customer,Invoice", "2026-01-01")

    assert 1 == emulator.usage()["metered"]
