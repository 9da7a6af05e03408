"""Quantities. Intuit: "Item" (QtyOnHand), "InventoryAdjustment", the sales and purchase forms."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quickbooks_emulator.json_text import loads
from quickbooks_emulator.oauth import REALM_ID
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.service import Service, entity_of

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


@pytest.mark.parametrize(
    ("entity", "change"),
    [
        ("Invoice", -2),
        ("SalesReceipt", -2),
        ("CreditMemo", 2),
        ("RefundReceipt", 2),
        ("Estimate", 0),
    ],
)
def test_sales_forms_move_stock(
    caller: Caller, emulator: Emulator, shop: Shop, entity: str, change: int
) -> None:
    """
    Sales take, credits and refunds bring, estimates do nothing; an update moves the difference, a
    deletion moves it all back. Source: Intuit, "Item" (QtyOnHand).
    """
    body = shop.invoice(DepositToAccountRef={"value": "35"})

    stored = caller.create(entity, body)
    assert 40 + change == emulator.quantity(shop.item_id)

    caller.create(entity, {**stored, "Line": [shop.line(5)]})
    assert 40 + change * 5 // 2 == emulator.quantity(shop.item_id)

    caller.create(entity, {"Id": stored["Id"], "SyncToken": "1"}, operation="delete")
    assert 40 == emulator.quantity(shop.item_id)


@pytest.mark.parametrize(
    ("entity", "more", "change"),
    [
        ("Bill", {}, 5),
        ("VendorCredit", {}, -5),
        ("PurchaseOrder", {"APAccountRef": {"value": "33"}}, 0),
        ("Purchase", {"PaymentType": "Cash", "AccountRef": {"value": "35"}}, 5),
        (
            "Purchase",
            {"PaymentType": "CreditCard", "AccountRef": {"value": "41"}, "Credit": True},
            -5,
        ),
    ],
)
def test_buying_forms_move_stock(
    caller: Caller, emulator: Emulator, shop: Shop, entity: str, more: dict[str, Any], change: int
) -> None:
    """
    Bills and purchases bring, credits take, orders do nothing. Source: Intuit, "Bill", "Purchase",
    "VendorCredit", "PurchaseOrder".
    """
    body = {**shop.buying(), **more}
    if entity == "Purchase":
        del body["VendorRef"]

    stored = caller.create(entity, body)
    assert 40 + change == emulator.quantity(shop.item_id)

    caller.create(entity, {"Id": stored["Id"], "SyncToken": "0"}, operation="delete")
    assert 40 == emulator.quantity(shop.item_id)


def test_an_adjustment_moves_by_its_difference(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Replacing the lines replaces the movement; deleting undoes it.
    Source: Intuit, "InventoryAdjustment".
    """
    stored = caller.create("InventoryAdjustment", shop.adjustment(Decimal("-39.75")))
    assert Decimal("0.25") == emulator.quantity(shop.item_id)

    update = {**shop.adjustment(3), "Id": stored["Id"], "SyncToken": "0", "sparse": True}
    caller.create("InventoryAdjustment", update)
    assert 43 == emulator.quantity(shop.item_id)

    stub = {"Id": stored["Id"], "SyncToken": "1"}
    caller.create("InventoryAdjustment", stub, operation="delete")
    assert 40 == emulator.quantity(shop.item_id)


def test_an_adjustment_below_zero_is_refused_unless_switched(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    A change counts from the quantity without the adjustment itself; sales may go below zero.
    Source: Intuit, "InventoryAdjustment" does not tell; hostile by default.
    """
    assert (400, "6000") == caller.fault("InventoryAdjustment", shop.adjustment(-41))
    stored = caller.create("InventoryAdjustment", shop.adjustment(-40))
    update = {**shop.adjustment(-41), "Id": stored["Id"], "SyncToken": "0", "sparse": True}
    assert (400, "6000") == caller.fault("InventoryAdjustment", update)
    less = {**shop.adjustment(-39), "Id": stored["Id"], "SyncToken": "0", "sparse": True}
    caller.create("InventoryAdjustment", less)
    caller.create("Invoice", shop.invoice(shop.line(3)))
    assert -2 == emulator.quantity(shop.item_id)

    emulator.switch(adjustment_below_zero="allowed")
    caller.create("InventoryAdjustment", shop.adjustment(-5))

    assert -7 == emulator.quantity(shop.item_id)


def test_an_item_is_on_one_line_of_an_adjustment_unless_switched(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "InventoryAdjustment" does not tell; hostile by default.
    """
    assert (400, "6000") == caller.fault("InventoryAdjustment", shop.adjustment(1, 2))

    emulator.switch(adjustment_repeated_item="summed")
    caller.create("InventoryAdjustment", shop.adjustment(1, 2))

    assert 43 == emulator.quantity(shop.item_id)


@pytest.mark.parametrize(
    ("reading", "quantity", "refusal"),
    [("refused", 40, "2010"), ("absolute", 7, ""), ("ignored", 40, "2020")],
)
def test_a_new_quantity_is_read_by_switch(
    caller: Caller, emulator: Emulator, shop: Shop, reading: str, quantity: int, refusal: str
) -> None:
    """
    NewQty is in the schema only. Source: Intuit, "InventoryAdjustment"; hostile by default.
    """
    emulator.switch(adjustment_new_qty=reading)
    body = shop.adjustment(0)
    detail = body["Line"][0]["ItemAdjustmentLineDetail"]
    detail["NewQty"] = 7
    del detail["QtyDiff"]

    if refusal:
        assert (400, refusal) == caller.fault("InventoryAdjustment", body)
    else:
        line = caller.create("InventoryAdjustment", body)["Line"][0]
        assert -33 == line["ItemAdjustmentLineDetail"]["QtyDiff"]

    assert quantity == emulator.quantity(shop.item_id)


@pytest.mark.parametrize("missing", ["sparse", "AdjustAccountRef", "Line"])
def test_an_adjustments_update_needs_what_its_page_says(
    caller: Caller, shop: Shop, missing: str
) -> None:
    """
    sparse, AdjustAccountRef and Line are required. Source: Intuit, "InventoryAdjustment", update.
    """
    stored = caller.create("InventoryAdjustment", shop.adjustment(1))
    update = {**shop.adjustment(2), "Id": stored["Id"], "SyncToken": "0", "sparse": True}
    del update[missing]

    assert (400, "2020") == caller.fault("InventoryAdjustment", update)


@pytest.mark.parametrize(("reading", "kept"), [("kept", "2026-03-01"), ("changed", "2026-03-09")])
def test_an_adjustments_date_changes_by_switch(
    caller: Caller, emulator: Emulator, shop: Shop, reading: str, kept: str
) -> None:
    """
    A page and an article disagree; by default the old date stays without a word.
    Source: Intuit, "InventoryAdjustment" and "Manage inventory".
    """
    emulator.switch(adjustment_date_change=reading)
    stored = caller.create("InventoryAdjustment", shop.adjustment(1, TxnDate="2026-03-01"))
    update = {**shop.adjustment(2), "Id": stored["Id"], "SyncToken": "0", "sparse": True}

    changed = caller.create("InventoryAdjustment", {**update, "TxnDate": "2026-03-09"})

    assert kept == changed["TxnDate"]


@pytest.mark.parametrize(
    ("account", "code"),
    [("80", ""), ("60", ""), ("34", ""), ("81", "6430"), ("79", "6430"), ("35", "6430")],
)
def test_adjustments_go_to_expenses_or_opening_equity(
    caller: Caller, shop: Shop, account: str, code: str
) -> None:
    """
    Source: Intuit, "InventoryAdjustment" (AdjustAccountRef); "Error codes" (6430).
    """
    body = shop.adjustment(1, AdjustAccountRef={"value": account})

    reply = loads(caller.post("inventoryadjustment", body).content)

    assert code == reply.get("Fault", {"Error": [{"code": ""}]})["Error"][0]["code"]


def test_a_service_is_not_adjusted(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "InventoryAdjustment" (ItemRef).
    """
    body = shop.adjustment(1)
    body["Line"][0]["ItemAdjustmentLineDetail"]["ItemRef"] = {"value": shop.service_id}

    assert (400, "6000") == caller.fault("InventoryAdjustment", body)


def test_an_adjustment_before_the_stock_began_is_refused(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    So is one in closed books. Source: Intuit, "Error codes" (6270, 6200).
    """
    early = shop.adjustment(1, TxnDate="2019-12-31")
    assert (400, "6270") == caller.fault("InventoryAdjustment", early)

    closed = {"AccountingInfoPrefs": {"BookCloseDate": "2025-12-31"}}
    emulator.update("Preferences", {"Id": "1", **closed})

    closed_body = shop.adjustment(1, TxnDate="2025-12-31")
    assert (400, "6200") == caller.fault("InventoryAdjustment", closed_body)


def test_a_returned_line_of_a_bill_takes_stock(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    A negative quantity reduces. Source: Intuit, "Bill" (Line), "Item" (QtyOnHand).
    """
    bill = shop.buying(5)
    bill["Line"].append(shop.buying(-2)["Line"][0])

    caller.create("Bill", bill)

    assert 43 == emulator.quantity(shop.item_id)


def test_documents_of_later_days_count_at_once_unless_switched(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    By the other reading QtyOnHand follows when their day has come, and not before.
    Source: Intuit, "Item" (QtyOnHand) does not tell.
    """
    tomorrow = (date.fromisoformat(emulator.now()[:10]) + timedelta(days=2)).isoformat()
    caller.create("Invoice", shop.invoice(shop.line(1), TxnDate=tomorrow))
    assert 39 == emulator.quantity(shop.item_id)

    emulator.switch(future_documents="when_due")
    later = caller.create("Invoice", shop.invoice(shop.line(5), TxnDate=tomorrow))
    gone = caller.create("Invoice", shop.invoice(shop.line(7), TxnDate=tomorrow))
    assert 39 == emulator.quantity(shop.item_id)

    caller.create("Invoice", {"Id": gone["Id"], "SyncToken": "0"}, operation="delete")
    emulator.advance(3 * 86400)
    caller.refresh()
    item = caller.send("GET", f"item/{shop.item_id}").json()["Item"]
    assert (34, 34) == (item["QtyOnHand"], emulator.quantity(shop.item_id))

    caller.create("Invoice", {"Id": later["Id"], "SyncToken": "0"}, operation="delete")
    assert 39 == emulator.quantity(shop.item_id)


def test_a_document_falls_due_before_a_person_changes_it(emulator: Emulator, shop: Shop) -> None:
    """
    Also when nobody has called since its day came. Source: Intuit, "Item" (QtyOnHand).
    """
    emulator.switch(future_documents="when_due")
    later = (date.fromisoformat(emulator.now()[:10]) + timedelta(days=2)).isoformat()
    body = shop.invoice(shop.line(5), TxnDate=later)
    changed, _ = (emulator.create("Invoice", body)["Id"] for _ in range(2))
    emulator.advance(3 * 86400)

    emulator.update("Invoice", {"Id": changed, "PrivateNote": "due"})

    assert 30 == emulator.quantity(shop.item_id)
    assert [30] == [
        row["QtyOnHand"] for row in emulator.entities("Item") if row["Id"] == shop.item_id
    ]


def test_a_bundle_moves_its_parts(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Each part moves by its quantity times the bundle's. Source: Intuit, "Item" (Group),
    "Invoice" (GroupLineDetail).
    """
    pot = emulator.item("POT", 10)["Id"]
    parts = [
        {"Qty": 3, "ItemRef": {"value": shop.item_id, "name": "PLANTER", "type": "Inventory"}},
        {"Qty": 1, "ItemRef": {"value": pot, "name": "POT", "type": "Inventory"}},
    ]
    bundle = emulator.create(
        "Item", {"Name": "Set", "Type": "Group", "ItemGroupDetail": {"ItemGroupLine": parts}}
    )
    line = {
        "DetailType": "GroupLineDetail",
        "GroupLineDetail": {"GroupItemRef": {"value": bundle["Id"]}, "Quantity": 2},
    }

    stored = caller.create("SalesReceipt", {"Line": [line]})

    assert 80 == stored["TotalAmt"]
    assert 34 == emulator.quantity(shop.item_id)
    assert 8 == emulator.quantity(pot)


def test_no_update_of_an_item_sets_its_quantity(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    QtyOnHand of an update is ignored without a word, or refused by switch.
    Source: Intuit, "Item"; reports of integrators disagree.
    """
    body = {"Id": shop.item_id, "SyncToken": "0", "sparse": True, "QtyOnHand": 99}

    assert 40 == caller.create("Item", body)["QtyOnHand"]

    emulator.switch(quantity_update="refused")
    assert (400, "6000") == caller.fault("Item", body)


def test_a_movement_leaves_no_mark_on_the_item_unless_switched(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Neither SyncToken nor LastUpdatedTime change, so change data capture does not tell.
    Source: Intuit, "Change data capture"; uncertain, hostile by default.
    """
    emulator.advance(100)
    since = emulator.now()[:19] + "Z"
    caller.create("Invoice", shop.invoice())
    assert {"Invoice"} == set(caller.cdc("Item,Invoice", since))

    emulator.switch(stock_moves_touch_item=True)
    caller.create("Invoice", shop.invoice())

    assert ["1"] == [row["SyncToken"] for row in caller.cdc("Item", since)["Item"]]


def test_an_item_made_inactive_loses_its_stock(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    QuickBooks writes an adjustment to nought. Source: Intuit, "Item" (Active), observed.
    """
    caller.create("Item", {"Id": shop.item_id, "SyncToken": "0", "sparse": True, "Active": False})

    assert 0 == emulator.quantity(shop.item_id)
    assert 1 == len(emulator.entities("InventoryAdjustment"))


AMOUNTS = st.decimals(min_value=-50, max_value=50, places=3).filter(bool)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "update", "delete", "void"]),
        st.sampled_from(
            ["Invoice", "SalesReceipt", "CreditMemo", "Bill", "VendorCredit", "InventoryAdjustment"]
        ),
        AMOUNTS,
        st.integers(min_value=0, max_value=9),
    ),
    max_size=25,
)


def body_of(entity: str, quantity: Decimal, names: dict[str, str]) -> dict[str, Any]:
    """A document with one line on each of two items, whose sum of amounts is nought."""
    if entity == "InventoryAdjustment":
        details = [{"ItemRef": {"value": item}, "QtyDiff": quantity} for item in "12"]
        lines = [
            {"DetailType": "ItemAdjustmentLineDetail", "ItemAdjustmentLineDetail": detail}
            for detail in details
        ]
        return {"AdjustAccountRef": {"value": "97"}, "Line": lines}
    member = "SalesItemLineDetail" if "Customer" in names[entity] else "ItemBasedExpenseLineDetail"
    lines = [
        {
            "Amount": 0,
            "DetailType": member,
            member: {"ItemRef": {"value": item}, "Qty": quantity, "UnitPrice": 0},
        }
        for item in "12"
    ]
    return {names[entity]: {"value": "1" if "Customer" in names[entity] else "2"}, "Line": lines}


@given(STEPS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_quantity_is_the_sum_of_movements(steps: list[tuple[str, str, Decimal, int]]) -> None:
    """
    After any sequence of create, update, void and delete each item's quantity is its opening
    quantity plus what the documents that still stand move. Source: Intuit, "Item" (QtyOnHand).
    """
    service = Service.open(None, "empty", has_limits=False)
    company = service.companies[REALM_ID]
    service.write(company, entity_of("Customer"), "", {"DisplayName": "C"})
    service.write(company, entity_of("Vendor"), "", {"DisplayName": "V"})
    for name in ("A", "B"):
        service.write(company, entity_of("Item"), "", stocked(name))
    parties = {"Bill": "VendorRef", "VendorCredit": "VendorRef"}
    names = {entity: parties.get(entity, "CustomerRef") for entity in company.tables}
    expected: dict[tuple[str, str], Decimal] = {}
    signs = {"Invoice": -1, "SalesReceipt": -1, "VendorCredit": -1}

    for operation, entity, quantity, choice in steps:
        there = [key for key in expected if key[0] == entity]
        if operation == "create" or not there:
            stored = service.write(company, entity_of(entity), "", body_of(entity, quantity, names))
            expected[entity, stored["Id"]] = quantity * signs.get(entity, 1)
            continue
        key = there[choice % len(there)]
        token = company.row(*key).body["SyncToken"]
        body = {"Id": key[1], "SyncToken": token, "sparse": True}
        try:
            if operation == "update":
                service.write(
                    company, entity_of(entity), "", {**body_of(entity, quantity, names), **body}
                )
                expected[key] = quantity * signs.get(entity, 1)
            else:
                service.write(company, entity_of(entity), operation, body)
                expected[key] = Decimal(0)
                if operation == "delete":
                    del expected[key]
        except Problem as problem:
            assert problem.code == "500"  # noqa: PT017 - only voiding what has no void

    for item in "12":
        assert 10 + sum(expected.values()) == company.row("Item", item).body["QtyOnHand"]


def stocked(name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": "Inventory",
        "TrackQtyOnHand": True,
        "QtyOnHand": 10,
        "InvStartDate": "2020-01-01",
        "IncomeAccountRef": {"value": "79"},
        "ExpenseAccountRef": {"value": "80"},
        "AssetAccountRef": {"value": "81"},
    }
