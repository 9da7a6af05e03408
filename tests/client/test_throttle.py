"""No window ever holds more calls than allowed, whoever makes them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickbooks_client import Settings
from quickbooks_client.clock import SystemClock
from quickbooks_client.budget import Budget, Window, earliest_start
from quickbooks_client.throttle import Throttle
from tests.client.fakes import FakeClock

REALM = "1"
WINDOWS = (Window(500, 60.0), Window(10, 1.0))


def most_within(starts: list[float], seconds: float) -> int:
    """The most starts that any window of this length holds."""
    return max(sum(1 for other in starts if start <= other < start + seconds) for start in starts)


@given(
    gaps=st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.3, 1.0, 20.0]), min_size=1, max_size=60),
    per_minute=st.integers(1, 30),
    per_second=st.integers(1, 5),
)
def test_booked_starts_keep_every_window(
    gaps: list[float], per_minute: int, per_second: int
) -> None:
    """
    Whenever calls are asked for, sliding windows hold.
    """
    windows = (Window(per_minute, 60.0), Window(per_second, 1.0))
    now, starts = 0.0, []
    for gap in gaps:
        now += gap
        starts.append(earliest_start(starts, windows, now))

    assert most_within(starts, 60.0) <= per_minute
    assert most_within(starts, 1.0) <= per_second
    assert starts == sorted(starts)


@settings(max_examples=15, deadline=None)
@given(
    turns=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.0, 0.05, 2.0])),
        min_size=20,
        max_size=60,
    )
)
def test_several_throttles_share_one_budget(turns: list[tuple[int, float]]) -> None:
    """
    Three processes in any order never make more than ten calls a second together.
    """
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as folder:
        throttles = [Throttle(Path(folder), REALM, Budget(WINDOWS, 10), clock) for _ in range(3)]
        starts = []
        for who, pause_s in turns:
            clock.advance(pause_s)
            with throttles[who].slot():
                starts.append(clock.monotonic())

    assert most_within(starts, 1.0) <= 10


def test_more_than_one_window_passes_at_nearly_the_full_rate(tmp_path: Path) -> None:
    """
    A limiter that stalls after its first window has been seen elsewhere.
    """
    clock = FakeClock()
    throttle = Throttle(tmp_path, REALM, Budget(WINDOWS, 10), clock)
    began = clock.monotonic()

    for _ in range(1500):
        with throttle.slot():
            pass

    assert 1500 / 500 * 60 * 1.1 > clock.monotonic() - began


def test_a_throttled_process_holds_the_others_back(tmp_path: Path) -> None:
    """
    What one was told to wait, all wait.
    """
    clock = FakeClock()
    one, other = (Throttle(tmp_path, REALM, Budget(WINDOWS, 10), clock) for _ in range(2))
    began = clock.monotonic()

    one.pause(60)
    with other.slot():
        passed = clock.monotonic() - began

    assert 60 <= passed < 61


def test_a_machine_started_anew_waits_for_nobody(tmp_path: Path) -> None:
    """
    Its counter of seconds began again, so starts booked before mean nothing.
    """
    before, after = FakeClock(), FakeClock()
    one = Throttle(tmp_path, REALM, Budget(WINDOWS, 10), before)
    before.advance(500_000)
    one.pause(600)
    before.advance(-500_000)
    after.now = lambda: before.now().replace(year=2027)  # type: ignore[method-assign]

    with Throttle(tmp_path, REALM, Budget(WINDOWS, 10), after).slot():
        pass

    assert [] == after.slept


def test_no_more_calls_run_at_a_time_than_allowed(tmp_path: Path) -> None:
    """
    Twelve threads, three places.
    """
    clock = SystemClock()
    budget = Budget((Window(10_000, 60.0), Window(10_000, 1.0)), 3)
    running, most = 0, 0
    lock = threading.Lock()
    together = threading.Barrier(3)

    def call(number: int) -> None:
        nonlocal running, most
        with Throttle(tmp_path, REALM, budget, clock).slot():
            with lock:
                running += 1
                most = max(most, running)
            # Each three meet here, so three really ran at a time.
            together.wait(timeout=30)
            with lock:
                running -= 1
        del number

    threads = [threading.Thread(target=call, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 3 == most


def _hold(folder: Path, taken: object) -> None:
    budget = Budget((Window(10_000, 60.0),), 1)
    with Throttle(folder, REALM, budget, SystemClock()).slot():
        taken.set()  # type: ignore[attr-defined]
        signal.pause()


def test_a_killed_process_leaves_its_place(tmp_path: Path) -> None:
    """
    kill -9 while it holds the only place: the next caller gets it.
    """
    context = multiprocessing.get_context("spawn")
    taken = context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, taken))
    holder.start()
    assert taken.wait(30)
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()

    with Throttle(tmp_path, REALM, Budget((Window(10_000, 60.0),), 1), SystemClock()).slot():
        pass


@pytest.mark.parametrize(("share", "per_minute", "at_a_time"), [(1.0, 500, 10), (0.25, 125, 2)])
def test_a_machine_takes_its_share(share: float, per_minute: int, at_a_time: int) -> None:
    """
    Several machines divide the budget between them.
    """
    budget = Budget.from_settings(
        Settings(client_id="a", client_secret="b", realm_id="1", budget_share=share)
    )

    assert (per_minute, at_a_time) == (budget.windows[0].calls, budget.at_a_time)
