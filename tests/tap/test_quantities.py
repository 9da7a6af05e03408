"""Quantities: right although stock moves leave the item untouched, and read before documents."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.tap.conftest import Company, TapCommand, TapRun


def quantities(run: TapRun) -> dict[str, Decimal]:
    return {
        row["id"]: Decimal(row["document"]["QtyOnHand"])
        for row in run.records("items")
        if "QtyOnHand" in row["document"]
    }


def test_quantities_are_right_although_sales_leave_items_untouched(
    company: Company, run_tap: TapCommand
) -> None:
    """A run with quantities reads every inventory item again."""
    company.emulator.switch(stock_moves_touch_item=False)
    rake, hoe = company.item("Rake", 10), company.item("Hoe", 20)
    company.rest()
    first = run_tap(quantities=True)
    company.rest()
    company.invoice(rake, quantity=3)
    company.adjustment(hoe, -0.5)

    second = run_tap(quantities=True, state=first.state)

    assert {rake: Decimal(10), hoe: Decimal(20)} == quantities(first)
    assert {rake: Decimal(7), hoe: Decimal("19.5")} == quantities(second)


def test_inactive_items_keep_their_quantity_in_view(company: Company, run_tap: TapCommand) -> None:
    """What is inactive may still hold stock."""
    company.emulator.switch(inactive_item_stock="kept")
    rake = company.item("Rake", 10)
    company.rest()
    first = run_tap(quantities=True)
    company.emulator.update("Item", {**company.emulator.entities("Item")[-1], "Active": False})
    company.rest()

    second = run_tap(quantities=True, state=first.state)

    assert {rake: Decimal(10)} == quantities(second)


def test_documents_are_read_after_quantities_by_the_servers_clock(
    company: Company, run_tap: TapCommand
) -> None:
    """No document that moves stock is read within `commit_lag_s` of the last page of items."""
    rake = company.item("Rake")
    company.invoice(rake)
    company.service("Advice")
    company.rest()
    first = run_tap(quantities=True)
    company.rest()
    sold = company.invoice(rake)

    for run in (
        run_tap(quantities=True, commit_lag_s=1.5),
        run_tap(quantities=True, commit_lag_s=1.5, state=first.state),
    ):
        items = [row for row in run.records("items") if row["document"]["Type"] == "Inventory"]
        counted = max(datetime.fromisoformat(row["read_at"]) for row in items)
        documents = [
            datetime.fromisoformat(row["read_at"])
            for row in run.records("invoices")
            if row["id"] == sold
        ]
        assert counted + timedelta(seconds=1.5) <= min(documents)


def test_an_items_row_is_never_younger_than_the_documents(
    company: Company, run_tap: TapCommand
) -> None:
    """The change data capture answer holds the item too: that row is dropped."""
    company.emulator.switch(stock_moves_touch_item=True)
    rake = company.item("Rake")
    company.rest()
    first = run_tap(quantities=True)
    company.rest()
    company.invoice(rake)
    company.rest()

    second = run_tap(quantities=True, state=first.state)

    assert [rake] == second.ids("items")
    assert 1 == second.extractions("quantities")["items"]["records"]
    assert 0 == second.extractions("cdc")["items"]["records"]


def test_items_without_stock_still_arrive(company: Company, run_tap: TapCommand) -> None:
    """Services come from the change data capture answer."""
    company.item("Rake")
    company.rest()
    first = run_tap(quantities=True, streams=["items"])
    company.rest()
    advice = company.service("Advice")

    second = run_tap(quantities=True, streams=["items"], state=first.state)

    assert advice in second.ids("items")
    assert 1 == second.extractions("cdc")["items"]["records"]


def test_a_first_run_reads_items_once(company: Company, run_tap: TapCommand) -> None:
    """Its pages of all items are the pages of quantities."""
    rake, advice = company.item("Rake"), company.service("Advice")
    before = company.emulator.usage()["metered"]

    run = run_tap(quantities=True, streams=["items"])

    assert 1 == company.emulator.usage()["metered"] - before
    assert {rake, advice} == set(run.ids("items"))
    assert 1 == run.extractions("quantities")["items"]["records"]
    assert 1 == run.extractions("full")["items"]["records"]


def test_documents_are_not_read_while_the_servers_clock_stands(
    company: Company, run_tap: TapCommand
) -> None:
    """The wait is checked on server times; documents that cannot be placed in time are no data."""
    company.invoice(company.item("Rake"))
    company.emulator.set_clock(company.emulator.now(), freeze=True)

    run = run_tap(
        streams=["items", "customers", "invoices"], quantities=True, commit_lag_s=0.2, status=1
    )

    assert [] == run.ids("invoices")
    assert run.extractions()["invoices"]["complete_through"] is None
    assert run.extractions()["customers"]["complete_through"] is not None
    assert "clock does not move on" in run.log
