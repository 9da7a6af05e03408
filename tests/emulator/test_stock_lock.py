"""The company-wide lock on inventory. Intuit: "Error codes" (6000); faults as integrators quote."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.conftest import Caller

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Shop

LATENCY_MS = 800
"""Long enough for the other request to arrive, also on a busy machine."""
OK, REFUSED = 200, 400


def together(caller: Caller, emulator: Emulator, *writes: tuple[str, Any, dict[str, str]]) -> Any:
    """The replies to writes that arrive at the same time."""
    barrier = threading.Barrier(len(writes))

    def send(write: tuple[str, Any, dict[str, str]]) -> Any:
        own = Caller.__new__(Caller)
        own.__dict__ = {**caller.__dict__, "session": type(caller.session)()}
        barrier.wait()
        return own.post(write[0], write[1], **write[2])

    emulator.switch(latency_ms=LATENCY_MS)
    with ThreadPoolExecutor(len(writes)) as pool:
        return list(pool.map(send, writes))


def test_of_two_writes_that_move_stock_one_is_refused(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    The refused one leaves no trace and goes through when it is sent again.
    """
    writes = [("invoice", shop.invoice(shop.line(1)), {}), ("bill", shop.buying(5), {})]

    replies = together(caller, emulator, *writes)

    assert [OK, REFUSED] == sorted(reply.status_code for reply in replies)
    lost = next(n for n, reply in enumerate(replies) if reply.status_code == REFUSED)
    error = replies[lost].json()["Fault"]["Error"][0]
    assert "6000" == error["code"]
    assert "with inventory products at exactly the same time" in error["Detail"]
    assert emulator.quantity(shop.item_id) in {39, 45}
    assert OK == caller.post(*writes[lost][:2]).status_code
    assert 44 == emulator.quantity(shop.item_id)


@pytest.mark.parametrize("reading", ["waits", "off"])
def test_both_go_through_by_another_reading(
    caller: Caller, emulator: Emulator, shop: Shop, reading: str
) -> None:
    """
    The second waits for the first, or there is no lock.
    """
    emulator.switch(inventory_lock=reading)

    replies = together(
        caller,
        emulator,
        ("inventoryadjustment", shop.adjustment(-1), {}),
        ("inventoryadjustment", shop.adjustment(-2), {}),
        ("salesreceipt", shop.invoice(shop.line(3)), {}),
    )

    assert [OK] * 3 == [reply.status_code for reply in replies]
    assert 34 == emulator.quantity(shop.item_id)


def test_what_moves_no_stock_is_not_locked(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Services, names and estimates go through beside a sale of stocked goods.
    """
    advice = shop.line(1, item_id=shop.service_id)

    replies = together(
        caller,
        emulator,
        ("invoice", shop.invoice(), {}),
        ("invoice", shop.invoice(advice), {}),
        ("estimate", shop.invoice(), {}),
        ("customer", {"DisplayName": "Bea"}, {}),
    )

    assert [OK] * 4 == [reply.status_code for reply in replies]


def test_a_query_sent_by_post_is_no_write(caller: Caller, emulator: Emulator) -> None:
    """
    Two queries over invoices at the same time are both answered.
    """
    emulator.switch(latency_ms=LATENCY_MS)
    text, kind = "select * from Invoice", {"Content-Type": "application/text"}

    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(caller.send, "POST", "query", data=text, headers=kind) for _ in range(2)
        ]

    assert [OK, OK] == [each.result().status_code for each in running]


def test_deleting_and_batches_move_stock_too(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    A deletion is known by what the document has moved, a batch by its items.
    """
    stored = caller.create("Invoice", shop.invoice())
    stub = {"Id": stored["Id"], "SyncToken": "0"}
    item = {"bId": "1", "operation": "create", "Bill": shop.buying(5)}

    replies = together(
        caller,
        emulator,
        ("invoice", stub, {"operation": "delete"}),
        ("batch", {"BatchItemRequest": [item]}, {}),
    )

    assert [OK, REFUSED] == sorted(reply.status_code for reply in replies)
    assert emulator.quantity(shop.item_id) in {Decimal(40), Decimal(43)}


def test_without_delay_nothing_overlaps(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    One write after the other meets no lock.
    """
    for _ in range(3):
        caller.create("Invoice", shop.invoice(shop.line(1)))

    assert 37 == emulator.quantity(shop.item_id)
