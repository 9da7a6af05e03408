"""Calls that set stock and are cancelled, killed or follow one another."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from quickbooks_client.push.ledger import create_ledger
from tests.client.fakes import FakeClock
from tests.client.programs import (
    REALM,
    HeldClock,
    Result,
    errors,
    stock_up,
    success,
    until,
)

if TYPE_CHECKING:
    from tests.client.programs import Program


def test_a_cancelled_call_begins_nothing_more(program: Program) -> None:
    """
    Cancelled while its first document waits for an answer: that one is settled, the second is never
    begun, and the next call sets what is left.
    """
    skus = stock_up(program, 6)
    program.emulator.throttle(retry_after_s=60, path="inventoryadjustment")
    clock = HeldClock()
    wanted = [{"sku": sku, "quantity": 4} for sku in skus]

    async def run() -> tuple[list[Decimal], Result]:
        quickbooks = program.integration(clock=clock, max_lines_per_adjustment=3)
        async with quickbooks:
            call = asyncio.create_task(quickbooks.sync_inventory(wanted))
            await until(clock.waits)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            clock.may_go_on.set()
            await quickbooks.aclose()
            left = program.stock(*skus)
            return left, dict(await quickbooks.sync_inventory(wanted))

    left, result = asyncio.run(asyncio.wait_for(run(), 60))

    assert [Decimal(4)] * 3 + [Decimal(10)] * 3 == left
    assert success(6) == result
    assert [Decimal(4)] * 6 == program.stock(*skus)
    assert [3, 3] == [len(document["Line"]) for document in program.adjustments]


def test_a_call_cancelled_in_the_queue_does_nothing(program: Program) -> None:
    """
    While one call is at work the next waits; cancelled there, it never begins.
    """
    program.items(PUMP=10)
    program.emulator.throttle(retry_after_s=60, path="inventoryadjustment")
    clock = HeldClock()

    async def run() -> Result:
        async with program.integration(clock=clock) as quickbooks:
            first = asyncio.create_task(
                quickbooks.sync_inventory([{"sku": "PUMP", "quantity": 12}])
            )
            await until(clock.waits)
            second = asyncio.create_task(
                quickbooks.sync_inventory([{"sku": "PUMP", "quantity": 99}])
            )
            await asyncio.sleep(0)
            second.cancel()
            clock.may_go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await second
            return dict(await first)

    assert success(1) == asyncio.run(asyncio.wait_for(run(), 60))
    assert [Decimal(12)] == program.stock("PUMP")


def test_a_killed_process_leaves_a_ledger_that_the_next_call_settles(program: Program) -> None:
    """
    kill -9 after QuickBooks booked the document and before the answer came: the next call, in
    another process, finds it booked and adds nothing.
    """
    program.items(PUMP=10, HOSE=5)
    program.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        do={"kind": "hang_reply"},
    )
    settings = program.emulator.settings()
    script = textwrap.dedent("""
        import asyncio, json, sys
        from quickbooks_client import QuickBooksIntegration
        given = json.load(sys.stdin)
        quickbooks = QuickBooksIntegration(*given["app"], "emulator", **given["more"])
        products = [{"sku": "PUMP", "quantity": 12}, {"sku": "HOSE", "quantity": 1}]
        asyncio.run(quickbooks.sync_inventory(products))
    """)
    given = {
        "app": [settings[name] for name in ("client_id", "client_secret", "redirect_uri")],
        "more": {
            "realm_id": REALM,
            "token_store": str(program.folder / "store" / "tokens.json"),
            "adjustment_account_id": program.account_id,
            "time_zone": "UTC",
            "connection": {
                name: settings[name] for name in ("api_url", "discovery_url", "refresh_token")
            },
        },
    }
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        json.dump(given, stdin)
    deadline = threading.Event()
    for _ in range(400):
        if program.adjustments:
            break
        deadline.wait(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [("pending",)] == program.ask("select status from documents")

    result = program.sync({"PUMP": 12, "HOSE": 1})

    assert success(2) == result
    assert [Decimal(12), Decimal(1)] == program.stock("PUMP", "HOSE")
    assert 1 == len(program.adjustments)


def test_a_reading_waits_until_the_last_write_shows(program: Program) -> None:
    """
    What QuickBooks shows of a quantity may lag behind a write: the next call reads no sooner than
    30 seconds after it, one that comes later waits not at all.
    """
    program.items(PUMP=10)
    clock = FakeClock(datetime.now(UTC))
    program.clock = clock
    program.sync({"PUMP": 11})
    clock.advance(12)

    program.sync({"PUMP": 12})
    waited = sum(clock.slept)
    clock.advance(31)
    program.sync({"PUMP": 13})

    assert 18 == pytest.approx(waited)
    assert waited == sum(clock.slept)
    assert timedelta(seconds=61) <= clock.now() - clock._start


def test_a_ledger_that_is_lost_on_the_way(program: Program, database_url: str) -> None:
    """
    The database's connection dies while QuickBooks works on the first document, and the writer's
    lock with it: nothing more is sent, the answer says what is not known, the next call settles it.
    """
    create_ledger(database_url)
    program.ledger_url = database_url
    skus = stock_up(program, 4)
    program.emulator.throttle(retry_after_s=60, path="inventoryadjustment")
    clock = HeldClock()
    wanted = [{"sku": sku, "quantity": 4} for sku in skus]

    async def run() -> Result:
        quickbooks = program.integration(clock=clock, max_lines_per_adjustment=2)
        async with quickbooks:
            call = asyncio.create_task(quickbooks.sync_inventory(wanted))
            await until(clock.waits)
            program.ask(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and datname = current_database()"
            )
            clock.may_go_on.set()
            return dict(await call)

    lost = asyncio.run(asyncio.wait_for(run(), 60))
    between = program.stock(*skus)
    after = program.sync(wanted)

    assert (0, 4) == (lost["success"], lost["failed"])
    words = list(errors(lost).values())
    assert ["not known yet"] * 2 + ["not sent"] * 2 == [
        next(part for part in ("not known yet", "not sent") if part in one) for one in words
    ]
    assert [Decimal(4)] * 2 + [Decimal(10)] * 2 == between
    assert success(4) == after
    assert [Decimal(4)] * 4 == program.stock(*skus)
