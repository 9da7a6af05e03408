"""Later runs: what changed, once it changed, for the price of one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.tap.conftest import Company, TapCommand


HOUR = 3600


def test_an_idle_run_of_all_streams_costs_one_call(company: Company, run_tap: TapCommand) -> None:
    """One change data capture call for all; tax lists are not due again."""
    company.emulator.switch(cdc_inventory_adjustments=True)
    item = company.item("Rake")
    company.invoice(item)
    company.adjustment(item, 2)
    company.rest()
    first = run_tap()
    company.rest()
    before = company.emulator.usage()["metered"]

    second = run_tap(state=first.state)

    assert 1 == company.emulator.usage()["metered"] - before
    assert 0 == sum(row["records"] for row in second.records("extractions"))
    assert 1 == sum(row["metered_requests"] for row in second.records("extractions"))
    assert {"cdc"} == {row["mode"] for row in second.records("extractions")}


def test_quantities_cost_one_call_more_for_each_thousand_items(
    company: Company, run_tap: TapCommand
) -> None:
    """Full pages of inventory items, whatever else is idle."""
    company.emulator.switch(cdc_inventory_adjustments=True)
    for number in range(5):
        company.item(f"Rake {number}")
    company.service("Advice")
    company.adjustment(company.item("Hoe"), 2)
    company.rest()
    first = run_tap(quantities=True)
    company.rest()
    before = company.emulator.usage()["metered"]

    second = run_tap(state=first.state, quantities=True)

    assert 2 == company.emulator.usage()["metered"] - before
    assert 6 == second.extractions("quantities")["items"]["records"]
    assert 0 == second.extractions("cdc")["items"]["records"]


def test_changes_and_deletions_arrive_once(company: Company, run_tap: TapCommand) -> None:
    """A new invoice, a changed customer and a deleted invoice, and nothing of them again."""
    item = company.item("Rake")
    deleted = company.invoice(item)
    company.rest()
    run = run_tap()
    company.rest()
    created = company.invoice(item)
    customer = company.emulator.entities("Customer")[0]
    company.emulator.update("Customer", {**customer, "CompanyName": "Sonnenschein Ltd"})
    company.emulator.delete("Invoice", deleted)
    company.rest()

    second = run_tap(state=run.state)
    company.rest()
    third = run_tap(state=second.state)

    assert {created: False, deleted: True} == {
        row["id"]: row["is_deleted"] for row in second.records("invoices")
    }
    assert ["Sonnenschein Ltd"] == [
        row["document"]["CompanyName"] for row in second.records("customers")
    ]
    assert 1 == second.extractions()["invoices"]["deletions"]
    assert [] == third.ids("invoices")
    assert [] == third.ids("customers")


def test_a_deletion_has_its_key_in_the_typed_shape_too(
    company: Company, run_tap: TapCommand
) -> None:
    """Any target can act on it."""
    deleted = company.invoice(company.item("Rake"))
    first = run_tap(streams=["invoices"], record_shape="typed")
    company.rest()
    company.emulator.delete("Invoice", deleted)

    second = run_tap(streams=["invoices"], record_shape="typed", state=first.state)

    [row] = second.records("invoices")
    assert (deleted, True, "Deleted") == (row["Id"], row["is_deleted"], row["status"])


def test_tax_lists_are_read_again_after_a_day(emulator: Emulator, run_tap: TapCommand) -> None:
    """Change data capture leaves them out."""
    emulator.reset(seed="demo")
    streams = ["tax_codes", "tax_rates", "tax_agencies"]
    first = run_tap(streams=streams)
    emulator.advance(23 * HOUR)
    # A stream that change data capture covers tells the server's time.
    second = run_tap(streams=[*streams, "terms"], state=first.state)
    emulator.advance(2 * HOUR)

    third = run_tap(streams=[*streams, "terms"], state=second.state)

    assert {"terms"} == set(second.extractions())
    assert {*streams, "terms"} == set(third.extractions())


def test_a_bookmark_is_older_than_the_first_answer(company: Company, run_tap: TapCommand) -> None:
    """What becomes visible late is read by the next run."""
    company.item("Rake")
    run = run_tap(streams=["items"], commit_lag_s=5)

    [line] = run.records("extractions")
    [row] = run.records("items")
    assert line["complete_through"] < row["read_at"]
    assert line["complete_through"] == run.state["bookmarks"]["items"]["complete_through"]


@pytest.mark.parametrize("old_since", ["partial", "fault"])
def test_a_gap_beyond_change_data_capture_is_never_silent(
    company: Company, run_tap: TapCommand, old_since: str
) -> None:
    """All that exists is read; that deletions cannot be known is said."""
    company.emulator.switch(cdc_old_since=old_since)
    item = company.item("Rake")
    kept, deleted = company.invoice(item), company.invoice(item)
    first = run_tap(streams=["invoices", "customers"])
    company.emulator.advance(20 * 86400)
    changed = company.emulator.entities("Customer")[0]
    company.emulator.update("Customer", {**changed, "CompanyName": "Sonnenschein Ltd"})
    company.emulator.delete("Invoice", deleted)
    company.emulator.advance(25 * 86400)

    second = run_tap(streams=["invoices", "customers"], state=first.state)

    assert [kept] == second.ids("invoices")
    assert [changed["Id"]] == second.ids("customers")
    assert "full" == second.extractions()["invoices"]["mode"]
    assert "query" == second.extractions()["customers"]["mode"]
    assert "Deletions of invoices since" in second.log
    assert "Deletions of customers" not in second.log


def test_more_changes_than_change_data_capture_holds_are_all_delivered(
    company: Company, run_tap: TapCommand
) -> None:
    """The heavy stream is queried; the others still come from one call."""
    item = company.service("Advice")
    company.rest()
    first = run_tap(streams=["customers", "items"])
    company.rest()
    for number in range(1005):
        company.emulator.create("Customer", {"DisplayName": f"Buyer {number}"})
    company.emulator.update(
        "Item", {**company.emulator.entities("Item")[0], "Id": item, "Description": "Words"}
    )

    second = run_tap(streams=["customers", "items"], state=first.state)

    assert 1005 == len(set(second.ids("customers")))
    assert [item] == second.ids("items")
    assert "query" == second.extractions()["customers"]["mode"]
    assert "cdc" == second.extractions()["items"]["mode"]
    assert 4 == sum(row["metered_requests"] for row in second.records("extractions"))


@pytest.mark.parametrize("rows", ["with lines", "without lines"])
def test_adjustments_are_never_delivered_without_their_lines(
    company: Company, run_tap: TapCommand, rows: str
) -> None:
    """What a query shows without lines is read by its id, once; each read is accounted for."""
    are_lacking = rows == "without lines"
    company.emulator.switch(adjustment_query_has_lines=not are_lacking)
    item = company.item("Rake")
    known = {company.adjustment(item, change) for change in (1, 2)}
    company.rest()
    first = run_tap(streams=["inventory_adjustments"])
    company.rest()
    new = company.adjustment(item, 3)
    company.rest()
    before = company.emulator.usage()["metered"]

    second = run_tap(streams=["inventory_adjustments"], state=first.state)

    assert (known, {new}) == tuple(set(run.ids("inventory_adjustments")) for run in (first, second))
    for row in [*first.records("inventory_adjustments"), *second.records("inventory_adjustments")]:
        assert item == row["document"]["Line"][0]["ItemAdjustmentLineDetail"]["ItemRef"]["value"]
    spent = company.emulator.usage()["metered"] - before
    assert (2 if are_lacking else 1) == spent
    assert spent == second.extractions()["inventory_adjustments"]["metered_requests"]


@pytest.mark.parametrize("carried", ["carried", "left out"])
def test_adjustments_arrive_whether_or_not_change_data_capture_carries_them(
    company: Company, run_tap: TapCommand, carried: str
) -> None:
    """The tap finds out once; without it, ids and versions are compared."""
    is_in_cdc = carried == "carried"
    company.emulator.switch(cdc_inventory_adjustments=is_in_cdc, adjustment_query_has_lines=True)
    item = company.item("Rake")
    deleted = company.adjustment(item, 1)
    kept = company.adjustment(item, 2)
    company.rest()
    first = run_tap(streams=["inventory_adjustments", "customers"])
    company.rest()
    created = company.adjustment(item, 3)
    company.emulator.delete("InventoryAdjustment", deleted)
    company.rest()
    before = company.emulator.usage()["metered"]

    second = run_tap(streams=["inventory_adjustments", "customers"], state=first.state)

    assert {deleted, kept} == set(first.ids("inventory_adjustments"))
    assert is_in_cdc is first.state["bookmarks"]["inventory_adjustments"]["is_in_cdc"]
    assert {created: False, deleted: True} == {
        row["id"]: row["is_deleted"] for row in second.records("inventory_adjustments")
    }
    assert (1 if is_in_cdc else 2) == company.emulator.usage()["metered"] - before
