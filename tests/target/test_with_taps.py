"""The target beside taps: as three commands they share a company's limits."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.tap.conftest import TapCommand
from tests.target.shop import receipt, state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator
    from tests.target.shop import Ledger, Shop

CUSTOMERS = 25


def test_two_taps_and_a_target_are_never_throttled_by_a_strict_server(
    emulator: Emulator,
    open_shop: Callable[[Ledger], Shop],
    sqlite_ledger: Ledger,
    tmp_path: Path,
) -> None:
    """
    Ten calls in any second, 500 in any minute and ten at a time, and nearly as many are made.
    """
    shop = open_shop(sqlite_ledger)
    emulator.create_all(
        "Customer", ({"DisplayName": f"Customer {number}"} for number in range(CUSTOMERS))
    )
    emulator.clear_calls()
    emulator.limits(per_minute=500, per_second=10, concurrent=10)
    taps = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        tap = TapCommand(emulator.settings, tmp_path / name)
        store = {"token_store": shop.settings["token_store"]}
        taps.append(tap.start(streams=["customers"], page_rows=2, **store))

    sales = [receipt(f"order:{number}") for number in range(20)]
    pushed = shop.command(*sales, state({"seen": 20}))
    ended = [tap.communicate(timeout=120) for tap in taps]

    times = [datetime.fromisoformat(call["time"]) for call in emulator.calls(entity="Customer")]
    times += [datetime.fromisoformat(call["time"]) for call in emulator.calls(operation="create")]
    assert [] == emulator.calls(status=429)
    assert [0, 0, 0] == [pushed.code, *(tap.returncode for tap in taps)], ended
    # While all three call, each ten calls take little more than their second.
    times.sort()
    tens = [later - earlier for earlier, later in zip(times, times[10:], strict=False)]
    assert timedelta(seconds=1) <= statistics.median(tens) <= timedelta(seconds=1 / 0.9)
