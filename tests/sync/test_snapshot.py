"""`quickbooks-sync snapshot`: quantities, movements, edits, and the readings it refuses."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import REALM_ID

if TYPE_CHECKING:
    from .conftest import Warehouse


def test_an_accepted_snapshot_keeps_both_sides_quantities(began: Warehouse, run: Any) -> None:
    """
    The latest accepted snapshot's quantities are kept, the earlier ones dropped.
    """
    began.both("A", 10)
    run("snapshot")
    began.both("A", 11)

    outcome = run("snapshot")

    assert (0, "") == (outcome.status, outcome.err)
    assert "accepted" in outcome.out
    assert [
        (2, "platform", "a", "main", "A", Decimal(11)),
        (2, "quickbooks", "a", "", "A", Decimal(11)),
    ] == began.sql(
        "select snapshot_id, side, sku_key, location, item_id, quantity "
        "from sync.snapshot_quantities order by side"
    )


def test_an_effect_counts_from_the_snapshot_that_first_shows_it(began: Warehouse, run: Any) -> None:
    """
    Recorded once, as a whole; a source that only will move stock is not recorded.
    """
    began.both("A", 10)
    began.effect("order:1", "a", -3)
    began.effect("order:2", "a", 0)

    run("snapshot")
    run("snapshot")

    assert [("order:1", "order", "a", Decimal(-3))] == began.movements()


def test_a_changed_effect_gives_its_difference(began: Warehouse, run: Any) -> None:
    """
    A source that grew, moved to another SKU or vanished is recorded by what it differs.
    """
    began.both("A", 10)
    began.effect("order:1", "a", -3)
    began.effect("refund:9", "a", 2, "refund")
    run("snapshot")
    began.effect("order:1", "a", -5)
    began.effect("order:1", "b", "-0.000001")
    began.sql("delete from intermediate.int_sources__effects where source_id = 'refund:9'")

    run("snapshot")

    assert [
        ("order:1", "order", "a", Decimal(-3)),
        ("refund:9", "refund", "a", Decimal(2)),
        ("order:1", "order", "a", Decimal(-2)),
        ("order:1", "order", "b", Decimal("-0.000001")),
        ("refund:9", "refund", "a", Decimal(-2)),
    ] == began.movements()


def test_an_applied_update_is_recorded_once(began: Warehouse, run: Any) -> None:
    """
    With its sign, under the key of its command, and never twice; one not applied yet is not.
    """
    began.both("A", 10)
    run("snapshot")
    began.sql(
        "insert into sync.inventory_commands (command_id, realm_id, sku_key, side, quantity_delta, "
        "snapshot_id, base_version, planned_at) "
        "values ('c1', %s, 'mapped', 'platform', -4, 1, 1, now())",
        REALM_ID,
    )
    began.sql(
        "insert into platform.inventory_updates (update_id, sku, quantity_delta, applied_at) "
        "values ('c1', 'A', -4, now()), ('c2', 'A', 7, null)"
    )

    run("snapshot")
    run("snapshot")

    assert [("c1", "update", "mapped", Decimal(-4))] == began.movements()


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        ("delete from {positions}", "shows 0 stocked SKUs, 50 before"),
        (
            "update {positions} set quantity = null where side = 'platform'",
            "the platform shows 0 stocked SKUs",
        ),
        (
            "update {positions} set quantity = quantity / 2 where side = 'platform'",
            "the total of the platform went from 500 to 250 units",
        ),
        (
            "update {positions} set quantity = quantity * 2 where side = 'quickbooks'",
            "the total of QuickBooks went from 500 to 1000 units",
        ),
        (
            "update {positions} set quantity = 0 where side = 'quickbooks'",
            "the total of QuickBooks went from 500 to 0 units",
        ),
        (
            "delete from {positions} where side = 'quickbooks' and item_id in ('S1', 'S2')",
            "QuickBooks shows 48 stocked SKUs, 50 before",
        ),
        (
            "update {positions} set location = 'other' where location = 'attic'",
            "location attic of the platform has vanished",
        ),
        (
            "update quickbooks.extractions set started_at = now() - interval '2 hours'",
            "more than max_reading_age_s 3600",
        ),
        (
            "update quickbooks.extractions set complete_through = null where stream = 'invoices'",
            "the last reading of invoices from QuickBooks was cut short",
        ),
        (
            "update quickbooks.extractions set complete_through = null where stream = 'items'",
            "the last reading of items from QuickBooks was cut short",
        ),
        ("delete from quickbooks.extractions", "have never been read whole"),
        (
            "insert into platform.feeds values ('sales_orders', now() - interval '1 day')",
            "the platform's feed sales_orders is complete only up to",
        ),
        (
            "insert into platform.feeds values ('sales_orders', now()), ('refunds', null)",
            "the platform's feed refunds has never been complete",
        ),
    ],
)  # fmt: skip
def test_a_poisoned_reading_is_refused_and_writes_nothing(
    began: Warehouse, run: Any, poison: str, reason: str
) -> None:
    """
    Empty, halved, doubled, zeroed, shrunken, stale or cut: refused with its reason.
    """
    for number in range(1, 51):
        began.position("platform", f"S{number}", 10, "attic" if number == 1 else "main")
        began.position("quickbooks", f"S{number}", 10)
    run("snapshot")
    began.effect("order:1", "s1", -3)
    began.sql(poison.format(positions="intermediate.int_inventory__positions"))

    outcome = run("snapshot")

    assert 0 == outcome.status
    assert reason in outcome.err
    assert [(1, True), (2, False)] == began.sql(
        "select snapshot_id, is_accepted from sync.snapshots order by 1"
    )
    assert [] == began.movements()
    assert [(1,)] == began.sql("select distinct snapshot_id from sync.snapshot_quantities")


@pytest.mark.parametrize(("quantity", "is_accepted"), [(1200, True), ("1200.000001", False)])
def test_the_total_may_move_by_a_fifth_exactly(
    began: Warehouse, run: Any, *, quantity: Any, is_accepted: bool
) -> None:
    """
    Twenty per cent is accepted, a millionth more is not.
    """
    began.both("A", 1000)
    run("snapshot")
    began.position("platform", "A", quantity, "main")

    run("snapshot")

    assert is_accepted == began.value(
        "select is_accepted from sync.snapshots order by snapshot_id desc limit 1"
    )


def test_a_released_snapshot_is_the_new_measure(began: Warehouse, run: Any) -> None:
    """
    A delivery that doubled the stock is right: released with a note, the next one like it passes.
    """
    began.both("A", 100)
    run("snapshot")
    began.both("A", 200)
    run("snapshot")

    released = run("review", "release", "snapshot:2", "--note", "big delivery", "--actor", "Ada")
    outcome = run("snapshot")

    assert (0, "") == (released.status, released.err)
    assert "Snapshot 3 accepted" in outcome.out


def test_a_snapshot_without_live_views_names_the_command(began: Warehouse, run: Any) -> None:
    """
    One sentence, no traceback, and the run's record says where it failed.
    """
    began.sql("drop table intermediate.int_sources__effects")

    outcome = run("snapshot")

    assert 1 == outcome.status
    assert "intermediate.int_sources__effects is missing" in outcome.err
    assert "`quickbooks-sync dbt build --select +tag:live" in outcome.err
    assert [("failed", "snapshot")] == began.sql("select status, failed_step from sync.runs")
    assert [] == began.sql("select * from sync.leases")


def posted_document(warehouse: Warehouse, kind: str, effect: int) -> None:
    """A document of ours over two units of item 7 (SKU A), as the ledger has it."""
    warehouse.sql(
        "insert into sync.documents "
        "(document_id, realm_id, qbo_type, body, status, qbo_id, sync_token) "
        "values ('d1', %s, %s, '{}', 'posted', '55', '0')",
        REALM_ID,
        kind,
    )
    warehouse.sql(
        "insert into sync.document_lines (document_id, line_number, idempotency_key, item_id, sku, "
        "quantity, stock_effect, amount) values ('d1', 1, 'order:1', '7', 'A', 2, %s, 20)",
        effect,
    )
    warehouse.sql(
        "insert into intermediate.int_inventory__positions "
        "values (%s, 'quickbooks', 'a', '', '7', 10, now())",
        REALM_ID,
    )


def raw_document(
    table: str, document: str, *, is_deleted: bool = False, at: str | None = None
) -> str:
    moment = f"'{at}'" if at else "null"
    return (
        f"insert into quickbooks.{table} (realm_id, id, sync_token, is_deleted, last_updated_at, "
        f"read_at, document) values ('{REALM_ID}', '55', '1', {is_deleted}, {moment}, "
        f"'2026-11-02T12:00:00Z', '{document}') on conflict (realm_id, id) do update set "
        "document = excluded.document, is_deleted = excluded.is_deleted, "
        "last_updated_at = excluded.last_updated_at"
    )


def line(item_id: str, quantity: float) -> dict[str, Any]:
    return {"SalesItemLineDetail": {"ItemRef": {"value": item_id}, "Qty": quantity}}


def sale(quantity: int, **fields: Any) -> str:
    """A sale of item 7, with a line of an item that keeps no stock and a subtotal."""
    lines = [line("7", quantity), line("99", 5), {"DetailType": "SubTotalLineDetail"}]
    return json.dumps({"TotalAmt": 20, "Line": lines, **fields})


ADJUSTMENT = json.dumps(
    {"Line": [{"ItemAdjustmentLineDetail": {"ItemRef": {"value": "7"}, "QtyDiff": 2.5}}]}
)
BUNDLE = json.dumps({"Line": [{"GroupLineDetail": {"Line": [line("7", 4)]}}]})
VOID = sale(2, TotalAmt=0, PrivateNote="Voided")

CHANGED = "2026-11-02T11:00:00Z"


@pytest.mark.parametrize(
    ("table", "kind", "effect", "document", "difference"),
    [
        ("sales_receipts", "SalesReceipt", -2, sale(5), -3),
        ("invoices", "Invoice", -2, "deleted", 2),
        ("invoices", "Invoice", -2, VOID, 2),
        ("credit_memos", "CreditMemo", 2, sale(1), -1),
        ("inventory_adjustments", "InventoryAdjustment", 2, ADJUSTMENT, "0.5"),
        ("sales_receipts", "SalesReceipt", -2, BUNDLE, -2),
        ("sales_receipts", "SalesReceipt", -2, sale(2), None),
        ("inventory_adjustments", "InventoryAdjustment", 2, '{"Id": "55"}', None),
    ],
)
def test_an_edit_of_our_document_is_recorded_by_its_difference(
    began: Warehouse,
    run: Any,
    *,
    table: str,
    kind: str,
    effect: int,
    document: str,
    difference: Any,
) -> None:
    """
    Edited, voided, deleted: what it differs by; a payment that only touched it is nothing, nor
    is a record without its lines.
    """
    posted_document(began, kind, effect)
    is_deleted = document == "deleted"
    began.sql(
        raw_document(table, "{}" if is_deleted else document, is_deleted=is_deleted, at=CHANGED)
    )

    run("snapshot")
    run("snapshot")

    moment = dt.datetime(2026, 11, 2, 11, tzinfo=dt.UTC)
    expected = [] if difference is None else [("d1", "a", Decimal(str(difference)), moment)]
    assert expected == began.sql(
        "select document_id, sku_key, quantity, effective_at from sync.document_edits"
    )


def test_a_second_edit_is_recorded_by_what_it_adds(began: Warehouse, run: Any) -> None:
    """
    Each snapshot records what differs since the last; without a time it counts from the reading.
    """
    posted_document(began, "SalesReceipt", -2)
    began.sql(raw_document("sales_receipts", sale(5), at=CHANGED))
    run("snapshot")
    began.sql(raw_document("sales_receipts", sale(2)))

    run("snapshot")

    assert [
        (Decimal(-3), dt.datetime(2026, 11, 2, 11, tzinfo=dt.UTC)),
        (Decimal(3), dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)),
    ] == began.sql("select quantity, effective_at from sync.document_edits order by snapshot_id")
