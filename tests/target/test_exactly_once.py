"""A row is never posted twice and never lost, whatever dies."""

from __future__ import annotations

import signal
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.target.shop import adjustment, receipt, record, state

if TYPE_CHECKING:
    import subprocess

    from tests.target.shop import Shop

ENTITIES = ("SalesReceipt", "Invoice", "RefundReceipt", "CreditMemo", "Payment")


def everything(shop: Shop) -> list[dict[str, Any]]:
    """One row of each stream."""
    customer = shop.emulator.entities("Customer")[0]["Id"]
    body = receipt("x", customer_name="Ada")["record"]
    return [
        record("customers", idempotency_key="customer:Bob", display_name="Bob"),
        receipt("order:1"),
        record("invoices", **{**body, "idempotency_key": "order:2", "doc_number": "WEB-2"}),
        record("refund_receipts", **{**body, "idempotency_key": "refund:3", "doc_number": "R-3"}),
        record("credit_memos", **{**body, "idempotency_key": "cancel:4", "doc_number": "C-4"}),
        record(
            "payments",
            idempotency_key="payment:5",
            customer_id=customer,
            total_amount=7,
            txn_date="2026-11-20",
        ),
        adjustment("adjustment:6", delta=-5),
        adjustment("adjustment:7", sku="HOSE", delta="0.5"),
    ]


def books(shop: Shop) -> dict[str, Any]:
    """What QuickBooks holds, as far as the rows of `everything` reach."""
    held: dict[str, Any] = {entity: len(shop.emulator.entities(entity)) for entity in ENTITIES}
    held["customers"] = sorted(b["DisplayName"] for b in shop.emulator.entities("Customer"))
    held["stock"] = (shop.stock("PUMP"), shop.stock("HOSE"))
    return held


ONCE = {
    **dict.fromkeys(ENTITIES, 1),
    "customers": ["Ada", "Bob", "Web shop"],
    # Two sold twice, two brought back twice, five counted away.
    "stock": (Decimal(95), Decimal("100.5")),
}


def test_the_same_input_again_posts_nothing(shop: Shop) -> None:
    """
    A second run of the same input makes no call at all that writes.
    """
    rows = everything(shop)
    first = shop.push(*rows)
    shop.emulator.clear_calls()

    again = shop.push(*rows)

    assert (0, 0) == (first.code, again.code)
    assert ONCE == books(shop)
    assert [] == shop.writes
    assert "posted 0, rejected 0, already there 8" in again.summary


@pytest.mark.parametrize("times", [1, 2, 9])
def test_a_lost_reply_makes_no_second_document(shop: Shop, times: int) -> None:
    """
    QuickBooks applied the writes, and their replies were lost: once, twice, or all day long.
    """
    rows = everything(shop)
    shop.emulator.fail(
        operation="create",
        method="POST",
        path="/v3/company",
        times=times,
        do={"kind": "lose_reply"},
    )

    shop.push(*rows)
    shop.emulator.clear_faults()
    run = shop.push(*rows)

    assert 0 == run.code, run.error
    assert ONCE == books(shop)
    assert {"posted"} == set(shop.ledger.statuses().values())


def test_recovery_works_on_empty_input(shop: Shop) -> None:
    """
    What an earlier run left open is settled by the next start, without any input.
    """
    shop.emulator.fail(operation="create", times=99, do={"kind": "lose_reply"})
    first = shop.push(adjustment("adjustment:1"), adjustment("adjustment:2", sku="HOSE"))
    pending = shop.ledger.statuses()
    shop.emulator.clear_faults()

    run = shop.push()

    assert (1, {"pending"}) == (first.code, set(pending.values()))
    assert 0 == run.code, run.error
    assert "posted 2" in run.summary
    assert {"posted"} == set(shop.ledger.statuses().values())
    assert (Decimal(99), Decimal(99)) == (shop.stock("PUMP"), shop.stock("HOSE"))


def test_a_forgotten_request_id_is_found_by_its_number(shop: Shop) -> None:
    """
    An old write is looked up before it is sent again: QuickBooks may have forgotten its id.
    """
    rows = everything(shop)
    shop.emulator.fail(operation="create", times=99, do={"kind": "lose_reply"})
    shop.push(*rows[3:])
    shop.push(*rows[:3])
    shop.emulator.clear_faults()
    shop.ledger.age(7200)
    shop.emulator.switch(requestid_retention_s=0)

    run = shop.push(*rows)

    assert 0 == run.code, run.error
    assert ONCE == books(shop)
    assert {"posted"} == set(shop.ledger.statuses().values())


def test_a_forgotten_request_id_is_found_when_the_number_is_taken(small_shop: Shop) -> None:
    """
    A young write goes out again; the number turns out to be taken, by ourselves.
    """
    small_shop.emulator.fail(operation="create", times=99, do={"kind": "lose_reply"})
    small_shop.push(receipt("order:1"))
    small_shop.emulator.clear_faults()
    small_shop.emulator.switch(requestid_retention_s=0)

    run = small_shop.push()

    assert 0 == run.code, run.error
    assert ["WEB-1"] == small_shop.emulator.numbers("SalesReceipt")
    assert "posted" == small_shop.ledger.statuses()["order:1"]


def test_an_adopted_document_counts_at_its_own_time(small_shop: Shop) -> None:
    """
    When it was posted is told by the document itself, not by the answer that found it.
    """
    small_shop.emulator.fail(operation="create", times=99, do={"kind": "lose_reply"})
    small_shop.push(receipt("order:1"))
    small_shop.emulator.clear_faults()
    small_shop.ledger.age(7200)
    small_shop.emulator.advance(3600)

    small_shop.push()

    [document] = small_shop.emulator.entities("SalesReceipt")
    from_ledger = small_shop.ledger.rows("documents", "posted_at", "sent_at")[-1][0]
    created = _instant(document["MetaData"]["CreateTime"])
    assert created == _instant(from_ledger)


def _instant(text: str) -> Any:
    return datetime.fromisoformat(text)


def test_two_targets_at_once_write_one_after_the_other(shop: Shop) -> None:
    """
    Both get the same input at the same time; together they post each row once.
    """
    rows = [receipt(f"order:{number}") for number in range(12)]
    rows += [adjustment(f"adjustment:{n}", sku=sku) for n, sku in enumerate(("PUMP", "HOSE"))]

    first, second = shop.start(*rows), shop.start(*rows)
    for process in (first, second):
        process.communicate(timeout=120)

    assert (0, 0) == (first.returncode, second.returncode)
    assert 12 == len(shop.emulator.entities("SalesReceipt"))
    assert (Decimal(75), Decimal(99)) == (shop.stock("PUMP"), shop.stock("HOSE"))


@pytest.mark.parametrize(
    ("fault", "applied"),
    [({"kind": "delay", "seconds": 30}, 3), ({"kind": "lose_reply"}, 4)],
    ids=["before", "after"],
)
def test_a_kill_in_the_middle_of_a_call(shop: Shop, fault: dict[str, Any], applied: int) -> None:
    """
    SIGKILL while a write is under way, before or after QuickBooks applied it; a rerun at once.
    """
    rows = [receipt(f"order:{number}") for number in range(6)]
    rows += [adjustment("adjustment:1"), state(1)]
    shop.emulator.fail(operation="create", path="salesreceipt", nth=4, times=99, do=fault)
    process = shop.start(*rows, max_concurrent_writes=2)
    wait_for_writes(shop, process, applied)

    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    shop.emulator.clear_faults()
    run = shop.command(*rows)

    assert -signal.SIGKILL == process.returncode
    assert 0 == run.code, run.log
    assert 6 == len(shop.emulator.entities("SalesReceipt"))
    assert Decimal(87) == shop.stock("PUMP")
    assert {"posted"} == set(shop.ledger.statuses().values())
    assert {"seen": 1} == run.states[-1]


def wait_for_writes(shop: Shop, process: subprocess.Popen[str], count: int) -> None:
    while len(shop.emulator.entities("SalesReceipt")) < count:
        assert process.poll() is None, process.communicate()
