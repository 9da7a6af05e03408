"""QuickBooks is slow, full or away, or a token ends, in the middle of writing."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client.push.lanes import Lanes
from tests.target.shop import FakeClock, adjustment, receipt, state

if TYPE_CHECKING:
    from tests.target.shop import Shop

SALES = [receipt(f"order:{number}") for number in range(8)]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "body": "xml"},
        {"kind": "status", "status": 429, "headers": {"Retry-After": "3"}, "body": "json"},
        {"kind": "status", "status": 503, "body": "html"},
        {"kind": "status", "status": 500, "body": "json"},
        {"kind": "status", "status": 401, "body": "lowercase"},
        {"kind": "reset"},
        {"kind": "cut_body"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}-{fault.get('body', '')}",
)
def test_a_fault_in_the_middle_only_slows_the_run(small_shop: Shop, fault: dict[str, Any]) -> None:
    """
    Every second write is hit once; all arrive, once each.
    """
    small_shop.emulator.fail(operation="create", nth=3, times=2, do=fault)

    run = small_shop.push(*SALES, adjustment("adjustment:1"), state(1))

    assert 0 == run.code, run.error
    assert 8 == len(small_shop.emulator.entities("SalesReceipt"))
    assert Decimal(83) == small_shop.stock("PUMP")
    assert [{"seen": 1}] == run.states[-1:]


def test_a_token_that_ends_in_the_middle_is_refreshed(small_shop: Shop) -> None:
    """
    Nobody notices: the call is repeated with the new token.
    """
    rows: list[Any] = []
    for number, sale in enumerate(SALES):
        rows += [sale, state(number), small_shop.emulator.expire_tokens]

    run = small_shop.push(*rows)

    assert 0 == run.code, run.error
    assert 8 == len(small_shop.emulator.entities("SalesReceipt"))
    assert len(SALES) - 1 == len(small_shop.emulator.calls(status=401))


def test_one_document_without_an_answer_does_not_stop_the_others(small_shop: Shop) -> None:
    """
    The poisoned one is left for the next start, no STATE goes out, and the run fails.
    """
    small_shop.emulator.fail(
        operation="create",
        path="salesreceipt",
        query="",
        times=4,
        do={"kind": "status", "status": 500, "body": "json"},
    )

    run = small_shop.push(*SALES, state(1), max_concurrent_writes=1)

    assert 1 == run.code
    assert [] == run.states
    assert 7 == len(small_shop.emulator.entities("SalesReceipt"))
    assert ["pending"] == [s for s in small_shop.ledger.statuses().values() if s != "posted"]

    again = small_shop.push(*SALES, state(1))

    assert 0 == again.code, again.error
    assert [{"seen": 1}] == again.states[-1:]
    assert 8 == len(small_shop.emulator.entities("SalesReceipt"))


def test_a_service_that_is_down_stops_the_run(small_shop: Shop) -> None:
    """
    After three documents without an answer the rest is not even tried.
    """
    small_shop.emulator.fail(
        operation="create", times=999, do={"kind": "status", "status": 503, "body": "text"}
    )

    run = small_shop.push(*SALES, max_concurrent_writes=1)

    assert 1 == run.code
    assert 3 == len([s for s in small_shop.ledger.statuses().values() if s == "pending"])


def test_a_document_that_only_ever_fails_is_put_aside(small_shop: Shop) -> None:
    """
    One that QuickBooks cannot digest for an hour, and does not hold, waits for a person.
    """
    small_shop.emulator.fail(
        operation="create",
        path="salesreceipt",
        times=999,
        do={"kind": "status", "status": 500, "body": "json"},
    )
    small_shop.push(SALES[0])
    small_shop.ledger.age(7200)

    run = small_shop.push()

    assert 0 == run.code, run.error
    assert "rejected" == small_shop.ledger.statuses()["order:0"]
    [(detail,)] = small_shop.ledger.ask(
        "select error_detail from ledger_rows where idempotency_key = 'order:0'"
    )
    assert "does not hold it" in detail


def test_a_dead_refresh_token_is_one_sentence(small_shop: Shop) -> None:
    """
    Nothing is sent, and the sentence says what to do.
    """
    small_shop.emulator.expire_tokens(refresh=True)

    run = small_shop.push(SALES[0])

    assert 1 == run.code
    assert "refresh token" in run.error
    assert [] == small_shop.emulator.entities("SalesReceipt")


def test_a_lock_that_never_ends_is_left_to_the_next_start(small_shop: Shop) -> None:
    """
    After four waits the document stays open; the next start settles it.
    """
    locked = (
        "another user was editing a transaction with inventory products at exactly the same time"
    )
    small_shop.emulator.fail(
        operation="create",
        times=999,
        do={"kind": "fault", "code": "6000", "message": "Busy", "detail": locked, "status": 400},
    )

    run = small_shop.push(adjustment("adjustment:1"))
    small_shop.emulator.clear_faults()
    again = small_shop.push()

    assert (1, 0) == (run.code, again.code)
    assert [3.0, 6.0, 12.0, 24.0] == [wait for wait in run.waits if wait in {3, 6, 12, 24}]
    assert {"adjustment:1": "posted"} == small_shop.ledger.statuses()
    assert Decimal(99) == small_shop.stock("PUMP")


def test_a_stale_object_is_tried_again(small_shop: Shop) -> None:
    """
    5010: what the document links to changed at that moment; a second try goes through.
    """
    small_shop.emulator.fail(
        operation="create",
        path="salesreceipt",
        do={"kind": "fault", "code": "5010", "message": "Stale Object Error", "status": 400},
    )

    run = small_shop.push(receipt("order:1"))

    assert 0 == run.code, run.error
    assert ["WEB-1"] == small_shop.emulator.numbers("SalesReceipt")


def test_lanes_narrow_to_one_for_ten_minutes() -> None:
    """
    After a lock a second document waits for the first; ten minutes later both go.
    """
    clock = FakeClock()
    lanes = Lanes(2, clock)
    lanes.narrow()

    def runs_beside_another() -> bool:
        entered = threading.Event()

        def second() -> None:
            with lanes.one():
                entered.set()

        thread = threading.Thread(target=second)
        with lanes.one():
            thread.start()
            is_beside = entered.wait(0.2)
        thread.join()
        return is_beside

    assert not runs_beside_another()
    clock.skipped += 601
    assert runs_beside_another()
