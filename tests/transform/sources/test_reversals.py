"""Refunds, cancellations and payments: what waits for what, and what goes back to the shelf."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.transform.sources.world import FALLBACK_ITEM_ID, hours, lines

if TYPE_CHECKING:
    from tests.transform.sources.world import World


@pytest.fixture
def shop(world: World) -> World:
    """Two stocked items and an order of ten and two of them."""
    world.item("31", "A")
    world.item("32", "B")
    return world


def sale(world: World, *, status: str = "paid", post: bool = True, **columns: Any) -> None:
    world.order("1", [("A", "10", "5"), ("B", "2", "3")], status=status, **columns)
    if post:
        world.push("order:1")


def test_a_refund_waits_until_its_order_is_posted(shop: World) -> None:
    """
    Its D counts from the start, so both sides are told of it together.
    """
    sale(shop, post=False)
    shop.refund("9", "1", [("A", "3", "2", "5")], at=hours(1))

    due, state, effects = shop.due(), shop.state("refund:9"), shop.effects()
    shop.push("order:1")

    assert {"order:1": "sales_receipts"} == due
    assert ("waiting", "its order is not posted yet") == state
    assert ("2", "2", "waiting") == effects["refund:9", "a"]
    assert {"refund:9": "refund_receipts"} == shop.due()


def test_a_refund_returns_what_was_restocked_and_books_the_rest_without_stock(shop: World) -> None:
    """
    The item takes its share at its price, the fallback item the remainder to the cent.
    """
    sale(shop)
    shop.refund("9", "1", [("A", "3", "2", "5"), ("B", "1", "0", "3")], at=hours(1))

    row = shop.outbox("refund_receipts")["refund:9"]

    assert [
        ("31", "A", "2", "10", True),
        (FALLBACK_ITEM_ID, None, "1", "5", False),
        (FALLBACK_ITEM_ID, None, "1", "3", False),
    ] == lines(row)
    assert Decimal(18) == row["total_amount"]
    assert ("2", "2", "due") == shop.effects()["refund:9", "a"]


def test_units_refunded_before_their_stock_moved_go_back_whole(shop: World) -> None:
    """
    They never left the shelf, restocked or not.
    """
    sale(shop, stock_moved_at=None)
    shop.refund("9", "1", [("A", "3", "0", "5")], at=hours(1))

    row = shop.outbox("refund_receipts")["refund:9"]
    effects = shop.effects()
    shop.change_order("1", stock_moved_at=hours(2))

    assert [("31", "A", "3", "15", True)] == lines(row)
    assert ("3", "0", "due") == effects["refund:9", "a"]
    assert ("3", "3", "due") == shop.effects()["refund:9", "a"]


def test_an_order_refunded_whole_before_it_moved_counts_at_once(shop: World) -> None:
    """
    Its stock never will move: sale and refund cancel out on the platform too.
    """
    sale(shop, stock_moved_at=None)
    shop.refund("9", "1", [("A", "10", "0", "5")], at=hours(1))
    partly = shop.effects()
    shop.refund("8", "1", [("B", "2", "0", "3")], at=hours(2))

    effects = shop.effects()

    assert ("10", "0", "due") == partly["refund:9", "a"]
    assert ("-10", "-10", "posted") == effects["order:1", "a"]
    assert ("10", "10", "due") == effects["refund:9", "a"]
    assert ("2", "2", "due") == effects["refund:8", "b"]


@pytest.mark.parametrize(
    ("quantity", "price", "state"),
    [("10", "5", "due"), ("11", "1", "blocked"), ("10", "5.61", "blocked")],
    ids=["all of it", "one unit too many", "a cent too much"],
)
def test_a_refund_that_exceeds_what_was_posted_is_blocked(
    shop: World, quantity: str, price: str, state: str
) -> None:
    """
    In units of a SKU or in money; its D is then nothing.
    """
    sale(shop)
    shop.refund("9", "1", [("A", quantity, quantity, price)], at=hours(1))

    assert state == shop.state("refund:9")[0]
    assert (state == "due") == (("refund:9", "a") in shop.effects())


def test_refunds_share_what_is_left_in_the_order_of_their_time(shop: World) -> None:
    """
    The one that fits goes out; the one for which too little is left waits for a person.
    """
    sale(shop)
    shop.refund("9", "1", [("A", "6", "6", "5")], at=hours(2))
    shop.refund("8", "1", [("A", "6", "6", "5")], at=hours(1))
    shop.refund("7", "1", [("A", "20", "6", "1")], at=hours(0.5))

    due = shop.due()
    shop.push("refund:8")

    assert {"refund:8": "refund_receipts"} == due
    assert {} == shop.due()
    assert ("blocked", "it exceeds what is left of the sale") == shop.state("refund:9")


def test_a_sku_that_was_not_sold_cannot_be_refunded(shop: World) -> None:
    """
    Nothing of it is left, since nothing of it was posted.
    """
    sale(shop)
    shop.item("33", "C")
    shop.refund("9", "1", [("C", "1", "1", "5")], at=hours(1))

    assert "blocked" == shop.state("refund:9")[0]


def test_a_refund_that_does_not_add_up_is_not_there_yet(shop: World) -> None:
    """
    No effect, and it keeps no cancellation waiting.
    """
    sale(shop)
    shop.refund("9", "1", [("A", "1", "1", "5")], at=hours(1), total_amount=6)
    shop.cancel_order("1", hours(2))

    assert ("incomplete", "its lines and amounts do not add up yet") == shop.state("refund:9")
    assert {"cancel:1": "refund_receipts"} == shop.due()


def test_cancelled_before_posting_is_never_posted(shop: World) -> None:
    """
    Neither sale nor reversal nor refund has an effect.
    """
    sale(shop, post=False)
    shop.refund("9", "1", [("A", "1", "1", "5")], at=hours(1))

    shop.cancel_order("1", hours(2))

    assert ({}, {}) == (shop.due(), shop.effects())
    assert ("closed", "its order was never posted") == shop.state("refund:9")


def test_a_refused_sale_that_is_cancelled_closes_itself_unless_acknowledged(shop: World) -> None:
    """
    Once acknowledged it may have been typed by hand: it stays open for a person.
    """
    sale(shop, post=False)
    shop.push("order:1", "rejected")
    shop.cancel_order("1", hours(2))

    closed = (shop.state("order:1"), shop.effects())
    shop.review("acknowledge", "order:1")

    assert (("closed", "cancelled after it was refused"), {}) == closed
    assert ("-10", "-10", "rejected") == shop.effects()["order:1", "a"]
    assert {} == shop.due()


def test_a_cancellation_while_the_sale_is_pending_waits_for_the_outcome(shop: World) -> None:
    """
    Both have their effect until it is known; a refused sale then takes both away.
    """
    sale(shop, post=False)
    shop.push("order:1", "pending")
    shop.cancel_order("1", hours(2))

    waiting = (shop.due(), shop.effects())
    shop.settle("order:1", "rejected")

    assert {} == waiting[0]
    assert ("-10", "-10", "pending") == waiting[1]["order:1", "a"]
    assert ("10", "10", "waiting") == waiting[1]["cancel:1", "a"]
    assert ({}, {}) == (shop.due(), shop.effects())


def test_a_cancellation_reverses_what_its_refunds_left(shop: World) -> None:
    """
    Posted quantities less refunded ones, restocked or not, and the amounts to the cent.
    """
    sale(shop, shipping_amount=4, tax_amount=Decimal("1.50"))
    shop.refund("9", "1", [("A", "3", "1", "5")], at=hours(1), tax_amount=Decimal("0.50"),
                total_amount=Decimal("15.50"))  # fmt: skip
    shop.cancel_order("1", hours(2))

    waiting = (shop.due(), shop.state("cancel:1"))
    shop.push("refund:9")
    row = shop.outbox("refund_receipts")["cancel:1"]
    shop.push("cancel:1")

    assert (
        {"refund:9": "refund_receipts"},
        ("waiting", "a refund of it is not posted yet"),
    ) == waiting
    assert [("31", "A", "7", "35", True), ("32", "B", "2", "6", True)] == lines(row)
    assert (Decimal(4), Decimal(1), Decimal(46)) == (
        row["shipping_amount"],
        row["tax_amount"],
        row["total_amount"],
    )
    assert {
        ("order:1", "a"): ("-10", "-10", "posted"),
        ("order:1", "b"): ("-2", "-2", "posted"),
        ("refund:9", "a"): ("1", "1", "posted"),
        ("cancel:1", "a"): ("7", "7", "posted"),
        ("cancel:1", "b"): ("2", "2", "posted"),
    } == shop.effects()


def test_nothing_goes_out_for_a_cancellation_that_its_refunds_cover(shop: World) -> None:
    """
    A refused one closes itself.
    """
    sale(shop)
    shop.refund("9", "1", [("A", "10", "0", "5"), ("B", "2", "2", "3")], at=hours(1))
    shop.push("refund:9")
    shop.cancel_order("1", hours(2))

    assert {} == shop.due()
    assert ("closed", "its refunds cover it") == shop.state("cancel:1")
    assert ("cancel:1", "a") not in shop.effects()


def test_a_refund_after_a_posted_cancellation_is_blocked(shop: World) -> None:
    """
    Nothing of the sale is left to give back.
    """
    sale(shop)
    shop.cancel_order("1", hours(1))
    shop.push("cancel:1")
    shop.refund("9", "1", [("A", "1", "1", "5")], at=hours(2))

    assert "blocked" == shop.state("refund:9")[0]


def test_cancelled_before_its_stock_moved_counts_at_once(shop: World) -> None:
    """
    It never will move: both effects come together and cancel out.
    """
    sale(shop, stock_moved_at=None)
    shop.cancel_order("1", hours(1))

    effects = shop.effects()

    assert ("-10", "-10", "posted") == effects["order:1", "a"]
    assert ("10", "10", "due") == effects["cancel:1", "a"]


def test_a_bundle_is_given_back_in_parts(shop: World) -> None:
    """
    The parts that were restocked come back at amount 0, the amount on the fallback item.
    """
    shop.insert("platform.bundle_parts", sku="SET", part_sku="A", quantity=2)
    shop.insert("platform.bundle_parts", sku="SET", part_sku="B", quantity=1)
    shop.order("1", [("SET", "3", "30")])
    shop.push("order:1")
    shop.refund("9", "1", [("SET", "2", "1", "30")], at=hours(1))

    refund = lines(shop.outbox("refund_receipts")["refund:9"])
    shop.push("refund:9")
    shop.cancel_order("1", hours(2))
    cancellation = lines(shop.outbox("refund_receipts")["cancel:1"])

    assert [
        (FALLBACK_ITEM_ID, None, "2", "60", False),
        ("31", "A", "2", "0", True),
        ("32", "B", "1", "0", True),
    ] == refund
    assert [
        ("31", "A", "2", "0", True),
        ("32", "B", "1", "0", True),
        (FALLBACK_ITEM_ID, None, "1", "30", False),
    ] == cancellation


def test_reversals_of_an_unpaid_invoice_are_credit_memos(shop: World) -> None:
    """
    The payment that follows is the invoice less them, and waits while one is due or refused.
    """
    sale(shop, status="unpaid")
    shop.refund("9", "1", [("A", "2", "2", "5")], at=hours(1))
    shop.change_order("1", status="paid", paid_at=hours(2))

    due = shop.due()
    waiting = shop.state("payment:1")
    shop.push("refund:9", "rejected")
    refused = (shop.due(), shop.state("payment:1")[0])
    shop.run("update sync.ledger_rows set input_hash = null where idempotency_key = 'refund:9'")
    shop.push("refund:9")
    payment = shop.outbox("payments")["payment:1"]

    assert {"refund:9": "credit_memos"} == due
    assert ("waiting", "a refund of the order is not posted yet") == waiting
    assert ({}, "waiting") == refused
    assert Decimal(46) == payment["total_amount"]
    assert "24" == payment["customer_id"]
    (applied,) = payment["invoices"]
    assert ("Qorder:1#0", Decimal(46)) == (applied["invoice_id"], Decimal(str(applied["amount"])))


def test_once_an_invoice_is_paid_money_goes_back(shop: World) -> None:
    """
    A refund after the payment is a refund receipt; while the payment is pending it waits.
    """
    sale(shop, status="unpaid")
    shop.change_order("1", status="paid", paid_at=hours(1))
    shop.push("payment:1", "pending")
    shop.refund("9", "1", [("A", "2", "2", "5")], at=hours(2))

    waiting = (shop.due(), shop.state("refund:9"))
    shop.settle("payment:1", "posted")

    assert ({}, ("waiting", "the outcome of the order's payment is not known yet")) == waiting
    assert {"refund:9": "refund_receipts"} == shop.due()


def test_an_invoice_credited_whole_needs_no_payment(shop: World) -> None:
    """
    Nothing is left to pay.
    """
    sale(shop, status="unpaid")
    shop.refund("9", "1", [("A", "10", "10", "5"), ("B", "2", "2", "3")], at=hours(1))
    shop.push("refund:9")
    shop.change_order("1", status="paid", paid_at=hours(2))

    assert {} == shop.due()
    assert ("closed", "its credits cover it") == shop.state("payment:1")


def test_reversals_of_sales_before_sales_from_are_refund_receipts(shop: World) -> None:
    """
    Their sale was booked by hand: stock and money come back, the sale and its payment never go out.
    """
    sale(shop, status="unpaid", at=hours(-24 * 9), post=False)
    shop.refund("9", "1", [("A", "1", "1", "5")], at=hours(1))
    shop.order("2", [("B", "4", "3")], at=hours(-24 * 9))
    shop.cancel_order("2", hours(1))

    assert {"refund:9": "refund_receipts", "cancel:2": "refund_receipts"} == shop.due()
    assert {
        ("order:1", "a"): ("-10", "-10", "posted"),
        ("order:1", "b"): ("-2", "-2", "posted"),
        ("order:2", "b"): ("-4", "-4", "posted"),
        ("refund:9", "a"): ("1", "1", "due"),
        ("cancel:2", "b"): ("4", "4", "due"),
    } == shop.effects()


def test_a_sale_cancelled_by_a_person_has_no_effect_and_no_refund(shop: World) -> None:
    """
    It will never be posted; what belongs to it closes with it.
    """
    sale(shop, post=False)
    shop.push("order:1", "rejected")
    shop.refund("9", "1", [("A", "1", "1", "5")], at=hours(1))

    shop.run("update sync.ledger_rows set status = 'cancelled'")

    assert ({}, {}) == (shop.due(), shop.effects())


def test_an_undone_sale_has_no_effect(shop: World) -> None:
    """
    Its document was compensated: D is nothing on both sides.
    """
    sale(shop)

    shop.run("update sync.documents set status = 'undone'")

    assert ({}, {}) == (shop.due(), shop.effects())


def test_an_order_that_the_platform_no_longer_lists_keeps_its_effect(shop: World) -> None:
    """
    Old orders may be archived: what both sides were told stays told.
    """
    sale(shop)
    shop.refund("9", "1", [("A", "1", "1", "5")], at=hours(1))
    shop.push("refund:9")
    before = shop.effects()

    for table in ("sales_orders", "sales_order_lines", "refunds", "refund_lines"):
        shop.run(f"delete from platform.{table}")

    assert before == shop.effects()


def test_lines_that_were_handed_over_as_text_count_as_well(shop: World) -> None:
    """
    Not every tap knows lists; what was sold is known all the same.
    """
    sale(shop)
    shop.run(
        "update sync.ledger_rows"
        " set input = jsonb_set(input, '{lines}', to_jsonb(cast(input -> 'lines' as text)))"
    )

    shop.refund("9", "1", [("A", "10", "10", "5")], at=hours(1))

    assert "due" == shop.state("refund:9")[0]
