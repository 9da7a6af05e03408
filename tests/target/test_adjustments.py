"""Adjustments: packed into few documents, split where one line is refused, one at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.target.shop import adjustment, receipt

if TYPE_CHECKING:
    from tests.target.shop import Shop


def stock_up(shop: Shop, count: int) -> list[str]:
    items = shop.emulator.create_all(
        "Item",
        [
            {
                "Name": f"Part {number}",
                "Sku": f"PART-{number}",
                "Type": "Inventory",
                "TrackQtyOnHand": True,
                "QtyOnHand": 10,
                "InvStartDate": "2020-01-01",
                "IncomeAccountRef": {"value": "79"},
                "ExpenseAccountRef": {"value": "80"},
                "AssetAccountRef": {"value": "81"},
            }
            for number in range(count)
        ],
    )
    shop.emulator.clear_calls()
    return [str(item["Id"]) for item in items]


def counts(ids: list[str]) -> list[dict[str, Any]]:
    return [
        adjustment(f"adjustment:{number}", sku=None, item_id=item_id, delta=number % 7 - 7)
        for number, item_id in enumerate(ids)
    ]


def test_250_counts_are_three_documents(shop: Shop) -> None:
    """
    As few documents as the line limit allows, and every line arrives.
    """
    ids = stock_up(shop, 250)

    run = shop.push(*counts(ids))

    assert 0 == run.code, run.error
    sizes = [len(body["Line"]) for body in shop.emulator.entities("InventoryAdjustment")]
    assert [100, 100, 50] == sizes
    assert (3, 0) == (len(shop.writes), shop.metered)
    expected = [Decimal(10) + (number % 7 - 7) for number in range(250)]
    assert expected == [shop.emulator.quantity(item_id) for item_id in ids]


def test_an_item_stands_once_in_a_document(small_shop: Shop) -> None:
    """
    Two counts of one item are two lines in two documents: what QuickBooks makes of both in one
    is not documented.
    """
    run = small_shop.push(
        adjustment("adjustment:1", delta=-1),
        adjustment("adjustment:2", delta=-2),
        adjustment("adjustment:3", sku="HOSE", delta=3),
        adjustment("adjustment:4", sku="HOSE", delta=1, txn_date="2026-11-21"),
    )

    assert 0 == run.code, run.error
    documents = small_shop.emulator.entities("InventoryAdjustment")
    assert [2, 1, 1] == [len(body["Line"]) for body in documents]
    assert (Decimal(97), Decimal(104)) == (small_shop.stock("PUMP"), small_shop.stock("HOSE"))


def test_a_refused_line_costs_only_itself(shop: Shop) -> None:
    """
    The refused line is found by halving; the ninety-nine others are posted, once.
    """
    ids = stock_up(shop, 99)
    lines = counts(ids)
    lines.insert(42, adjustment("adjustment:bad", sku=None, item_id="999999"))

    run = shop.push(*lines)
    again = shop.push(*lines)

    assert (0, 0) == (run.code, again.code)
    assert "posted 99, rejected 1" in run.summary
    assert "already there 100" in again.summary
    refused = [row for row in shop.ledger.rows("ledger_rows", "idempotency_key, status, error_code")
               if row[1] != "posted"]  # fmt: skip
    assert [("adjustment:bad", "rejected", "2500")] == refused
    statuses = {status for _, status in shop.ledger.documents()}
    assert {"posted", "rejected", "split"} == statuses
    expected = [Decimal(10) + (number % 7 - 7) for number in range(99)]
    assert expected == [shop.emulator.quantity(item_id) for item_id in ids]


def test_a_closed_period_is_not_halved(small_shop: Shop) -> None:
    """
    What is wrong with the whole document is refused at once, not a hundred times.
    """
    ids = stock_up(small_shop, 20)
    small_shop.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        times=99,
        do={"kind": "fault", "code": "6210", "message": "Account Period Closed", "status": 400},
    )

    run = small_shop.push(*counts(ids))

    assert "posted 0, rejected 20" in run.summary
    assert 1 == len(small_shop.writes)


def test_an_inventory_lock_is_waited_for(shop: Shop) -> None:
    """
    QuickBooks' company-wide lock is waited for, and the count arrives once.
    """
    lock = (
        "another user was creating a transaction with inventory products at exactly the same time"
    )
    shop.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        times=2,
        do={
            "kind": "fault",
            "code": "6000",
            "message": "A business validation error has occurred",
            "detail": f"Business Validation Error: {lock}",
            "status": 400,
        },
    )

    run = shop.push(adjustment("adjustment:1"), receipt("order:1"))

    assert 0 == run.code, run.error
    assert [3.0, 6.0] == [wait for wait in run.waits if wait in {3.0, 6.0}]
    assert Decimal(97) == shop.stock("PUMP")
    assert 1 == len(shop.emulator.entities("InventoryAdjustment"))


def test_items_are_found_where_sku_is_no_filter(small_shop: Shop) -> None:
    """
    Intuit does not promise that items can be found by Sku: then the catalogue is read.
    """
    small_shop.emulator.switch(query_item_sku=False)

    run = small_shop.push(
        adjustment("adjustment:1", delta=-1), adjustment("adjustment:2", sku="NONE")
    )

    assert "posted 1, rejected 1" in run.summary
    assert Decimal(99) == small_shop.stock("PUMP")
