"""From a sale on the platform to its document, and what both sides are told of it meanwhile."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.transform.sources.world import FALLBACK_ITEM_ID, hours, lines

if TYPE_CHECKING:
    from tests.transform.sources.world import World


def test_an_empty_warehouse_has_nothing_due_and_no_effects(world: World) -> None:
    """
    Every live view answers before the first record is there.
    """
    due, effects = world.due(), world.effects()

    assert ({}, {}) == (due, effects)


def test_a_sale_goes_from_due_to_posted_and_its_effect_stays(world: World) -> None:
    """
    D is the same before, while and after the document goes out; then nothing is due any more.
    """
    world.item("31", "LSG-1")
    world.order("17", [("lsg-1 ", "2", "34.50")])

    before = world.effects()
    world.push("order:17", "pending")
    meanwhile, due_meanwhile = world.effects(), world.due()
    world.settle("order:17", "posted")
    after, due_after = world.effects(), world.due()

    assert {("order:17", "lsg-1"): ("-2", "-2", "due")} == before
    assert {("order:17", "lsg-1"): ("-2", "-2", "pending")} == meanwhile
    assert {("order:17", "lsg-1"): ("-2", "-2", "posted")} == after
    assert ({}, {}) == (due_meanwhile, due_after)


def test_a_due_sale_has_the_targets_shape(world: World) -> None:
    """
    Ids are resolved without a call, the date is the company's, amounts are exact.
    """
    world.settings(time_zone="America/Los_Angeles")
    world.item("31", "LSG-1")
    world.raw("customers", "58", {"DisplayName": "Web shop (USD)", "Active": True})
    world.order(
        "17",
        [("LSG-1", "2", "34.50"), (None, "1", "0.10")],
        at=dt.datetime(2026, 11, 3, 3, tzinfo=dt.UTC),
        order_number="1001",
        shipping_amount=5,
        tax_amount=Decimal("2.07"),
        discount_amount=1,
    )

    row = world.outbox("sales_receipts")["order:17"]

    assert [("31", "LSG-1", "2", "69", True), (FALLBACK_ITEM_ID, None, "1", "0.1", False)] == lines(
        row
    )
    expected = {
        "doc_number": "S-17",
        "txn_date": dt.date(2026, 11, 2),
        "customer_id": "58",
        "customer_name": "Web shop (USD)",
        "discount_amount": Decimal(1),
        "shipping_amount": Decimal(5),
        "tax_amount": Decimal("2.07"),
        "total_amount": Decimal("75.17"),
        "currency": "USD",
        "memo": "Order 1001 (Web shop)",
    }
    assert expected == {name: row[name] for name in expected}


def test_the_hash_does_not_depend_on_the_session(world: World) -> None:
    """
    Another time zone or date style is no changed body.
    """
    world.item("31", "LSG-1")
    world.order("17", [("LSG-1", "2", "34.50")])

    hashes = set()
    for zone, style in (("UTC", "ISO"), ("Pacific/Auckland", "SQL, DMY")):
        world.run(f"set timezone = '{zone}'")
        world.run(f"set datestyle = '{style}'")
        hashes.add(world.rows("select input_hash from outbox.sales_receipts")[0]["input_hash"])

    assert 1 == len(hashes)


def test_the_status_at_handing_decides_receipt_or_invoice(world: World) -> None:
    """
    Paid goes out as a receipt, unpaid as an invoice; paying later makes no receipt of it.
    """
    world.item("31", "LSG-1")
    world.order("1", [("LSG-1", "1", "10")], status="paid")
    world.order("2", [("LSG-1", "1", "10")], status="unpaid")

    due = world.due()
    world.push("order:2")
    world.change_order("2", status="paid", paid_at=hours(1))

    assert {"order:1": "sales_receipts", "order:2": "invoices"} == due
    assert {"order:1": "sales_receipts", "payment:2": "payments"} == world.due()


def test_a_refused_sale_may_still_change_its_form(world: World) -> None:
    """
    An invoice that QuickBooks refused goes out as a receipt once the order is paid.
    """
    world.item("31", "LSG-1")
    world.order("2", [("LSG-1", "1", "10")], status="unpaid")
    world.push("order:2", "rejected")

    unchanged = world.due()
    world.change_order("2", status="paid", paid_at=hours(1))

    assert {} == unchanged
    assert {"order:2": "sales_receipts"} == world.due()
    assert {("order:2", "lsg-1"): ("-1", "-1", "rejected")} == world.effects()


def test_an_acknowledged_refusal_is_not_sent_again_until_somebody_says_retry(world: World) -> None:
    """
    Somebody is about to type it by hand: a changed body must not make a second one.
    """
    world.item("31", "LSG-1")
    world.order("2", [("LSG-1", "1", "10")], status="unpaid")
    world.push("order:2", "rejected")
    world.review("acknowledge", "order:2")

    world.change_order("2", status="paid", paid_at=hours(1))
    acknowledged = world.due()
    world.review("retry", "order:2")

    assert {} == acknowledged
    assert {"order:2": "sales_receipts"} == world.due()


def test_an_acknowledged_adjustment_is_not_sent_again_until_somebody_says_retry(
    world: World,
) -> None:
    """
    A person names the command, the ledger its key: the refusal counts as seen all the same.
    """
    world.item("31", "LSG-1")
    world.command("c1", "lsg-1", "-5")
    world.settings(adjustment_account_id="80")
    world.push("adjustment:c1", "rejected")
    world.review("acknowledge", "c1", "command")

    world.settings(adjustment_account_id="81")
    acknowledged = world.due()
    world.review("retry", "c1", "command")

    assert {} == acknowledged
    assert {"adjustment:c1": "inventory_adjustments"} == world.due()


def test_a_retry_sends_the_same_body_again(world: World) -> None:
    """
    `review retry` clears the hash: the same row is due once more.
    """
    world.item("31", "LSG-1")
    world.order("1", [("LSG-1", "1", "10")])
    world.push("order:1", "rejected")

    world.run("update sync.ledger_rows set input_hash = null")
    retried = world.due()
    world.push("order:1", "rejected")

    assert {"order:1": "sales_receipts"} == retried
    assert {} == world.due()


def test_an_order_that_does_not_add_up_is_not_there_yet(world: World) -> None:
    """
    Its lines may come later: it has no effect and is not due until the sums agree to the cent.
    """
    world.item("31", "LSG-1")
    world.order("1", [("LSG-1", "1", "10")], total_amount=Decimal("10.01"))
    world.order("2", [], subtotal=5)

    waiting = (world.due(), world.effects(), world.state("order:1"))
    world.change_order("1", total_amount=10)

    assert ({}, {}, ("incomplete", "its lines and amounts do not add up yet")) == waiting
    assert {"order:1": "sales_receipts"} == world.due()


def test_stock_moves_on_the_platform_when_it_says_so(world: World) -> None:
    """
    Until `stock_moved_at` is set the platform's stock shows nothing of the sale.
    """
    world.item("31", "LSG-1")
    world.order("1", [("LSG-1", "3", "10")], stock_moved_at=None)

    before = world.effects()
    world.change_order("1", stock_moved_at=hours(5))

    assert {("order:1", "lsg-1"): ("-3", "0", "due")} == before
    assert {("order:1", "lsg-1"): ("-3", "-3", "due")} == world.effects()


def test_edits_after_posting_change_nothing_that_was_told(world: World) -> None:
    """
    The ledger's lines are D for both sides; what the platform did since is left to the residual.
    """
    world.item("31", "LSG-1")
    world.order("1", [("LSG-1", "3", "10")])
    world.push("order:1")

    world.run("update platform.sales_order_lines set quantity = 7, amount = 70")

    assert {("order:1", "lsg-1"): ("-3", "-3", "posted")} == world.effects()


def test_a_sale_before_sales_from_counts_as_posted_and_is_never_sent(world: World) -> None:
    """
    Somebody booked it by hand; its units still leave the shelf when they are shipped.
    """
    world.item("31", "LSG-1")
    world.order("1", [("LSG-1", "3", "10")], at=hours(-24 * 5), stock_moved_at=None)

    effects = world.effects()

    assert {("order:1", "lsg-1"): ("-3", "0", "posted")} == effects
    assert {} == world.due()


def test_sales_from_is_a_moment_in_the_companys_time_zone(world: World) -> None:
    """
    A bare date begins at the company's midnight, and that very moment is inside.
    """
    world.settings(sales_from="2026-11-02", time_zone="America/Los_Angeles")
    world.item("31", "LSG-1")
    midnight = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)
    world.order("1", [("LSG-1", "1", "10")], at=midnight - dt.timedelta(seconds=1))
    world.order("2", [("LSG-1", "1", "10")], at=midnight)

    assert {"order:2": "sales_receipts"} == world.due()


def test_a_bundle_goes_out_as_its_parts_and_one_line_with_the_amount(world: World) -> None:
    """
    Parts at amount 0 move the stock; the whole amount stands on the fallback item.
    """
    world.item("31", "POT")
    world.item("32", "SOIL")
    world.insert("platform.bundle_parts", sku="SET", part_sku="POT", quantity=1)
    world.insert("platform.bundle_parts", sku="SET", part_sku="Soil", quantity="2.5")
    world.order("1", [("SET", "2", "30")])

    row = world.outbox("sales_receipts")["order:1"]

    assert [
        (FALLBACK_ITEM_ID, None, "2", "60", False),
        ("31", "POT", "2", "0", True),
        ("32", "SOIL", "5", "0", True),
    ] == lines(row)
    assert {
        ("order:1", "pot"): ("-2", "-2", "due"),
        ("order:1", "soil"): ("-5", "-5", "due"),
    } == world.effects()


def test_a_pack_goes_out_in_base_units_with_its_amount(world: World) -> None:
    """
    Two dozen are 24 pieces in QuickBooks at the same amount.
    """
    world.item("31", "LSG-1")
    world.product("LSG-1", unit="Dozen")
    world.order("1", [("LSG-1", "2", "12")])

    row = world.outbox("sales_receipts")["order:1"]

    assert [("31", "LSG-1", "24", "24", True)] == lines(row)
    assert row["lines"][0]["unit_price"] is None
    assert {("order:1", "lsg-1"): ("-24", "-24", "due")} == world.effects()


def test_a_service_is_sold_without_moving_stock(world: World) -> None:
    """
    It goes out on its own item and has no effect.
    """
    world.item("40", "GIFT", item_type="Service")
    world.order("1", [("GIFT", "1", "3")])

    row = world.outbox("sales_receipts")["order:1"]

    assert [("40", "GIFT", "1", "3", False)] == lines(row)
    assert {} == world.effects()


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([], "no item of QuickBooks has the SKU lsg-1"),
        ([("31", False)], "the item of QuickBooks with the SKU lsg-1 is inactive"),
        ([("31", True), ("32", True)], "2 active items of QuickBooks have the SKU lsg-1"),
    ],
)
def test_a_sale_without_exactly_one_item_is_blocked(
    world: World, items: list[tuple[str, bool]], reason: str
) -> None:
    """
    It is never guessed; its units are still expected to leave QuickBooks.
    """
    for item_id, is_active in items:
        world.item(item_id, "LSG-1", active=is_active)
    world.order("1", [("LSG-1", "1", "10")])

    assert {} == world.due()
    assert ("blocked", reason) == world.state("order:1")
    assert {("order:1", "lsg-1"): ("-1", "-1", "blocked")} == world.effects()


def test_an_inactive_twin_does_not_block_a_sale(world: World) -> None:
    """
    One active item is enough to know which is meant.
    """
    world.item("31", "LSG-1", active=False)
    world.item("32", "LSG-1")
    world.order("1", [("LSG-1", "1", "10")])

    assert [("32", "LSG-1", "1", "10", True)] == lines(world.outbox("sales_receipts")["order:1"])


def test_a_sale_that_needs_an_item_of_the_settings_waits_for_it(world: World) -> None:
    """
    Shipping without shipping_item_id is blocked with the name of the setting.
    """
    world.item("31", "LSG-1")
    world.settings(shipping_item_id="")
    world.order("1", [("LSG-1", "1", "10")], shipping_amount=4)

    assert ("blocked", "shipping needs the setting shipping_item_id") == world.state("order:1")


def test_a_mapped_sku_is_sold_on_the_item_it_counts_as(world: World) -> None:
    """
    The seed leads the platform's spelling to QuickBooks' item.
    """
    world.item("31", "LSG-1")
    world.run("insert into staging.sku_mappings values ('platform', 'Old code', 'LSG-1')")
    world.order("1", [("Old code", "1", "10")])

    world.push("order:1")

    assert {("order:1", "lsg-1"): ("-1", "-1", "posted")} == world.effects()


def test_an_unknown_customer_goes_out_by_name_and_is_listed_to_be_made(world: World) -> None:
    """
    Once the ledger has made it, the sale names its id.
    """
    world.item("31", "LSG-1")
    world.order("1", [("LSG-1", "1", "10")], channel="Web: shop")

    row = world.outbox("sales_receipts")["order:1"]
    customers = world.outbox("customers")
    document_id = world.push("customer:Web - shop (USD)")

    assert (None, "Web - shop (USD)") == (row["customer_id"], row["customer_name"])
    assert ["customer:Web - shop (USD)"] == list(customers)
    assert f"Q{document_id}" == world.outbox("sales_receipts")["order:1"]["customer_id"]
    assert {} == world.outbox("customers")


def test_a_buyer_is_found_by_email_before_name(world: World) -> None:
    """
    Two customers with one address tell nobody apart; then the name decides.
    """
    world.settings(customer_mode="buyer")
    world.item("31", "LSG-1")
    world.raw("customers", "1", {"DisplayName": "Ann", "PrimaryEmailAddr": {"Address": "A@x.test"}})
    world.raw("customers", "2", {"DisplayName": "Bob", "PrimaryEmailAddr": {"Address": "b@x.test"}})
    world.raw("customers", "3", {"DisplayName": "Cy", "PrimaryEmailAddr": {"Address": "b@x.test"}})
    for order_id, name, email in (
        ("1", "Bob", "a@X.test"),
        ("2", "bob", "b@x.test"),
        ("3", None, None),
    ):
        world.order(order_id, [("LSG-1", "1", "10")], customer_name=name, customer_email=email)

    rows = world.outbox("sales_receipts")

    assert {"order:1": "1", "order:2": "2", "order:3": None} == {
        key: row["customer_id"] for key, row in rows.items()
    }
    assert "Web shop (USD)" == rows["order:3"]["customer_name"]


def test_long_ids_get_a_number_that_quickbooks_takes(world: World) -> None:
    """
    At most 21 characters, always the same for the same order.
    """
    world.item("31", "LSG-1")
    for order_id in (
        "1234567890123456789",
        "gid://shop/Order/1234567890",
        "gid://shop/Order/1234567891",
    ):
        world.order(order_id, [("LSG-1", "1", "10")])

    numbers = [row["doc_number"] for row in world.outbox("sales_receipts").values()]

    assert 3 == len(set(numbers))
    assert "S-1234567890123456789" in numbers
    assert all(len(number) <= 21 for number in numbers)


def test_an_adjustment_goes_out_for_the_item_of_its_sku(world: World) -> None:
    """
    A planned command becomes a due row with id, exact delta and date; posted, it is none.
    """
    world.item("31", "LSG-1")
    world.item("32", None)
    world.settings(adjustment_account_id="91")
    world.command("c1", "lsg-1", "-1.5")
    world.command("c2", "qbo:32", "4")

    rows = world.outbox("inventory_adjustments")
    world.push("adjustment:c1")

    assert ("31", Decimal("-1.5"), dt.date(2026, 11, 2), "91") == tuple(
        rows["adjustment:c1"][name]
        for name in ("item_id", "quantity_delta", "txn_date", "adjustment_account_id")
    )
    assert "32" == rows["adjustment:c2"]["item_id"]
    assert ["adjustment:c2"] == list(world.outbox("inventory_adjustments"))


def test_a_row_of_another_program_is_a_source_of_its_own(world: World) -> None:
    """
    Its D is what its document moved, on both sides.
    """
    world.item("31", "LSG-1")
    world.order("1", [("LSG-1", "4", "10")])
    world.push("order:1")
    world.run("update sync.ledger_rows set idempotency_key = 'till-7/42'")
    world.run("update sync.document_lines set idempotency_key = 'till-7/42'")
    world.run("delete from platform.sales_orders")

    (row,) = world.rows("select * from intermediate.int_sources__effects")

    assert ("external", "till-7/42", Decimal(-4), Decimal(-4)) == (
        row["kind"],
        row["source_id"],
        row["document_effect"],
        row["platform_effect"],
    )
