"""Wanted quantities that are set once, whatever gets lost, repeats or runs beside it."""

from __future__ import annotations

import asyncio
import time
import traceback
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from quickbooks_client import (
    Client,
    ConfigurationError,
    RejectedError,
    RetriableError,
    Settings,
    StoreBusyError,
)
from quickbooks_client.push.ledger import Ledger
from quickbooks_client.push.pusher import Pusher
from quickbooks_client.push.settings import DocumentSettings
from tests.client.fakes import FakeClock
from tests.client.programs import (
    REALM,
    HeldClock,
    Result,
    errors,
    stock_up,
    success,
    unanswered,
    until,
)

if TYPE_CHECKING:
    from tests.client.programs import Program


def test_a_lost_reply_moves_nothing_twice(either: Program) -> None:
    """
    QuickBooks books the document and its reply is lost: the repeat under the same id adds none.
    """
    either.items(PUMP=10)
    either.emulator.lose_reply("POST", "inventoryadjustment")

    assert success(1) == either.sync({"PUMP": 12})

    assert [Decimal(12)] == either.stock("PUMP")
    assert 1 == len(either.adjustments)


@pytest.mark.parametrize("applied", [True, False])
def test_what_is_not_known_is_settled_by_the_next_call(either: Program, *, applied: bool) -> None:
    """
    Every reply is lost: the product has failed, with words that say it is not known. The next call
    settles it before it reads, so that the stock is right whether it was booked or not; and it
    waits until QuickBooks shows what it holds.
    """
    either.items(PUMP=10, HOSE=5)
    unanswered(either, applied=applied)

    first = either.sync({"PUMP": 12})
    either.emulator.clear_faults()
    slept = len(either.clock.slept)
    second = either.sync({"PUMP": 13, "HOSE": 5})

    assert (0, 1) == (first["success"], first["failed"])
    assert "not known yet" in errors(first)["PUMP"]
    assert success(2) == second
    assert [Decimal(13)] == either.stock("PUMP")
    assert {"posted"} == {status for (status,) in either.ask("select status from documents")}
    assert 30 == sum(either.clock.slept[slept:])


def test_while_it_is_not_known_nothing_is_added(program: Program) -> None:
    """
    The next call has no answer either: it neither reads past it nor posts again; other products
    are set.
    """
    program.items(PUMP=10, HOSE=5)
    unanswered(program, applied=False)
    program.sync({"PUMP": 12})
    program.emulator.clear_faults()
    program.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        body='"QtyDiff":2',
        times=None,
        do={"kind": "reset"},
    )

    between = program.sync({"PUMP": 12, "HOSE": 4})
    program.emulator.clear_faults()
    after = program.sync({"PUMP": 12, "HOSE": 4})

    assert (1, ["PUMP"]) == (between["success"], list(errors(between)))
    assert "no known outcome" in errors(between)["PUMP"]
    assert success(2) == after
    assert [Decimal(12), Decimal(4)] == program.stock("PUMP", "HOSE")
    assert 2 == len(program.adjustments)


def test_a_sale_that_the_target_left_open_is_settled_first(
    either: Program, connection: dict[str, Any]
) -> None:
    """
    A target died with a sale of unknown outcome in the same ledger: the call settles it before it
    reads, so that the sale moves the stock once and the wanted quantity stands.
    """
    either.items(PUMP=10)
    either.emulator.create("Customer", {"DisplayName": "Ada"})
    either.emulator.fail(
        method="POST",
        path="salesreceipt",
        operation="create",
        times=None,
        do={"kind": "lose_reply"},
    )
    url = either.ledger_url or f"sqlite:///{either.folder / 'store' / 'ledger.sqlite3'}"
    sale = {
        "idempotency_key": "order:1",
        "txn_date": "2026-03-04",
        "customer_name": "Ada",
        "lines": [{"sku": "PUMP", "quantity": 3, "unit_price": 10}],
    }
    clock = FakeClock()
    with (
        Client(Settings.from_mapping(connection), clock, jitter=lambda: 0.0) as client,
        closing(Ledger.open(url, REALM, now=clock.now, sleep=clock.sleep)) as ledger,
    ):
        target = Pusher(client, ledger, DocumentSettings(REALM), clock)
        target.add("sales_receipts", sale)
        target.flush()
    either.emulator.clear_faults()

    result = either.sync({"PUMP": 9})

    assert success(1) == result
    assert [Decimal(9)] == either.stock("PUMP")
    assert 1 == len(either.emulator.entities("SalesReceipt"))
    assert {("posted",)} == set(either.ask("select status from documents"))


def test_when_quickbooks_is_away_the_rest_is_not_sent(program: Program) -> None:
    """
    Three documents without an answer one after the other: the other products say that they were
    not sent, and the next call sets all.
    """
    skus = stock_up(program, 10)
    unanswered(program, applied=True)

    result = program.sync(dict.fromkeys(skus, 4), max_lines_per_adjustment=2)
    program.emulator.clear_faults()
    after = program.sync(dict.fromkeys(skus, 4), max_lines_per_adjustment=2)

    assert (0, 10) == (result["success"], result["failed"])
    words = list(errors(result).values())
    assert 6 == sum("not known yet" in one for one in words)
    assert 4 == sum("not sent" in one for one in words)
    assert success(10) == after
    assert [Decimal(4)] * 10 == program.stock(*skus)


def test_nothing_was_sent_when_it_raises(program: Program) -> None:
    """
    QuickBooks cannot be read: the error says so, and the ledger holds nothing.
    """
    program.items(PUMP=10)
    program.emulator.fail(
        operation="query", times=None, do={"kind": "status", "status": 503, "body": "html"}
    )

    with pytest.raises(RetriableError):
        program.sync({"PUMP": 12})

    assert [] == program.ask("select idempotency_key from ledger_rows")
    assert [Decimal(10)] == program.stock("PUMP")


def test_an_inventory_lock_is_waited_for(program: Program) -> None:
    """
    QuickBooks' company-wide lock is waited for, and the difference is posted once.
    """
    program.items(PUMP=10)
    detail = (
        "Business Validation Error: another user was creating a transaction with inventory"
        " products at exactly the same time"
    )
    program.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        times=2,
        do={"kind": "fault", "code": "6000", "message": "…", "detail": detail, "status": 400},
    )

    assert success(1) == program.sync({"PUMP": 12})

    assert [3.0, 6.0] == program.clock.slept
    assert 1 == len(program.adjustments)


class YieldingClock(FakeClock):
    """A clock on which a wait is over at once, and lets other threads go first."""

    @override
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        time.sleep(0)


def test_calls_at_once_work_from_readings_of_their_own(program: Program) -> None:
    """
    Ten tasks and two objects want the same item, then another: no difference is posted twice, and
    the last call decides.
    """
    program.items(PUMP=10)

    async def run() -> list[Result]:
        options = {"clock": YieldingClock(), "ledger_wait_s": 1e9}
        async with program.integration(**options) as one, program.integration(**options) as two:
            wanted = [{"sku": "PUMP", "quantity": 17}]
            first = await asyncio.gather(
                *(one.sync_inventory(wanted) for _ in range(5)),
                *(two.sync_inventory(wanted) for _ in range(5)),
            )
            last = await one.sync_inventory([{"sku": "PUMP", "quantity": 3}])
            return [dict(result) for result in (*first, last)]

    results = asyncio.run(asyncio.wait_for(run(), 60))

    assert [success(1)] * 11 == results
    assert [Decimal(3)] == program.stock("PUMP")
    assert 2 == len(program.adjustments)


def test_another_writer_is_waited_for(either: Program) -> None:
    """
    While a target writes through the same ledger the call waits; when it takes too long, it says
    so, and nothing was sent.
    """
    either.items(PUMP=10)
    url = either.ledger_url or f"sqlite:///{either.folder / 'store' / 'ledger.sqlite3'}"

    def now() -> datetime:
        return datetime.now(UTC)

    target = Ledger.open(url, REALM, now=now, sleep=lambda _: None)
    with closing(target), pytest.raises(StoreBusyError, match="another process"):
        either.sync({"PUMP": 12}, ledger_wait_s=5)
    assert [Decimal(10)] == either.stock("PUMP")

    target = Ledger.open(url, REALM, now=now, sleep=lambda _: None)
    clock = HeldClock()

    async def run() -> Result:
        async with either.integration(clock=clock) as quickbooks:
            call = asyncio.create_task(quickbooks.sync_inventory([{"sku": "PUMP", "quantity": 12}]))
            await until(clock.waits)
            target.close()
            clock.may_go_on.set()
            return dict(await call)

    assert success(1) == asyncio.run(asyncio.wait_for(run(), 60))
    assert [Decimal(12)] == either.stock("PUMP")


def test_the_same_name_is_the_same_call(either: Program) -> None:
    """
    A caller that does not know whether its call arrived repeats it under its name: what was posted
    is not posted again, also when the stock has moved since. Another quantity is another call.
    """
    either.items(PUMP=10, HOSE=5)
    either.sync({"PUMP": 12, "HOSE": 5}, "job-17")
    for sku in ("PUMP", "HOSE"):
        line = {"ItemRef": {"value": either.ids[sku]}, "QtyDiff": -1}
        either.emulator.create(
            "InventoryAdjustment",
            {
                "TxnDate": "2026-03-04",
                "DocNumber": f"BY-HAND-{sku}",
                "AdjustAccountRef": {"value": either.account_id},
                "Line": [
                    {
                        "DetailType": "ItemAdjustmentLineDetail",
                        "ItemAdjustmentLineDetail": line,
                    }
                ],
            },
        )
    either.emulator.clear_calls()

    again = either.sync({"PUMP": 12, "HOSE": 5}, "job-17")
    other = either.sync({"PUMP": 13}, "job-17")

    assert success(2) == again
    assert [Decimal(11), Decimal(4)] == either.stock("PUMP", "HOSE")
    assert [] == either.emulator.calls(class_="metered")
    assert "used for quantity 12" in errors(other)["PUMP"]
    assert success(2) == either.sync({"PUMP": 12, "HOSE": 5}, "job-18")
    assert [Decimal(12), Decimal(5)] == either.stock("PUMP", "HOSE")


def test_what_was_refused_is_tried_anew_under_its_name(program: Program) -> None:
    """
    After the cause is mended the same call sets what it could not, with what QuickBooks holds now.
    """
    program.items(PUMP=10, HOSE=5)
    program.emulator.switch(adjustment_whole_only=True)
    program.emulator.set_clock("2026-03-04T12:00:00Z", freeze=True)
    first = program.sync({"PUMP": "12.5", "HOSE": 6}, "job-17")
    again = program.sync({"PUMP": "12.5", "HOSE": 6}, "job-17")
    program.emulator.switch(adjustment_whole_only=False)

    last = program.sync({"PUMP": "12.5", "HOSE": 6}, "job-17")

    assert ["PUMP"] == list(errors(first)) == list(errors(again))
    assert success(2) == last
    assert [Decimal("12.5"), Decimal(6)] == program.stock("PUMP", "HOSE")


@pytest.mark.parametrize("key", ["", "  ", "x" * 101, "a\nb"])
def test_a_name_that_cannot_be_one_is_refused(program: Program, key: str) -> None:
    """
    At once, before anything is asked.
    """
    with pytest.raises(RejectedError, match="idempotency_key"):
        program.sync({"PUMP": 1}, key)


def test_a_ledger_that_cannot_be_used_is_named(program: Program) -> None:
    """
    By its setting, without the password in its address, before anything is read.
    """
    program.ledger_url = "postgresql://writer:a-password@127.0.0.1:1/nowhere"

    with pytest.raises(ConfigurationError, match="ledger_url") as caught:
        program.sync({"PUMP": 12})

    assert "a-password" not in "".join(traceback.format_exception(caught.value))
    assert [] == program.emulator.calls(class_="metered")
