"""No window ever holds more calls than allowed, whoever makes them, and little room is wasted."""

from __future__ import annotations

import contextlib
import heapq
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
from array import array
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from quickbooks_client import BudgetBusyError, ConfigurationError, Settings
from quickbooks_client.budget import (
    COLD_UNDERWAY_S,
    LAPSE_S,
    Budget,
    Standing,
    Window,
    decode,
    earliest_start,
    encode,
)
from quickbooks_client.budget_files import BudgetFiles
from quickbooks_client.clock import SystemClock
from quickbooks_client.throttle import Throttle
from quickbooks_client.tickets import Tickets
from tests.client.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

REALM = "1"
WINDOWS = (Window(500, 60.0), Window(10, 1.0))
BUDGET = Budget(WINDOWS, 10)

windows = st.tuples(st.integers(1, 30), st.integers(1, 6)).map(
    lambda most: (Window(most[0], 60.0), Window(most[1], 1.0))
)


def most_within(starts: Sequence[float], seconds: float) -> int:
    """The most starts that any window of this length holds."""
    return max(sum(1 for other in starts if start <= other < start + seconds) for start in starts)


def quickest(calls: int, kept: Sequence[Window]) -> float:
    """When the last of so many calls can start at the soonest, if all arrive at once."""
    starts: list[float] = []
    for _ in range(calls):
        starts.append(earliest_start(starts, kept, 0.0))
    return starts[-1]


def arrivals(
    budget: Budget, plan: Sequence[tuple[float, float, float, bool, bool]]
) -> tuple[list[float], list[float]]:
    """When calls start and when they reach the server, each asked for after a gap.

    A call's plan: the gap before it, how much of the longest time it takes to the server, how long
    the server and the way back take, whether its process is killed before the answer, and whether
    it opens a connection.
    """
    standing, now = Standing(), 0.0
    replies: list[tuple[float, float]] = []
    started, reached = [], []
    for gap, travel, work, is_killed, is_cold in plan:
        underway_s = COLD_UNDERWAY_S if is_cold else budget.underway_s
        now += gap
        while True:
            start = earliest_start(standing.counted, budget.kept_windows, now)
            if not replies or replies[0][0] > start:
                break
            answered, latest = heapq.heappop(replies)
            if answered < latest:
                standing.end(latest, answered)
            now = max(now, answered)
        now = start
        latest = standing.begin(now, underway_s)
        started.append(now)
        reached.append(now + travel * underway_s)
        if not is_killed:
            heapq.heappush(replies, (reached[-1] + work, latest))
        standing.forget(now, max(window.seconds for window in budget.kept_windows))
    return started, reached


@given(
    limits=windows,
    plan=st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.3, 1.0, 20.0]),
            st.floats(0, 1),
            st.sampled_from([0.0, 0.001, 0.15, 5.0]),
            st.booleans(),
            st.booleans(),
        ),
        min_size=1,
        max_size=60,
    ),
)
def test_no_window_of_the_server_ever_holds_more(
    limits: tuple[Window, ...], plan: list[tuple[float, float, float, bool, bool]]
) -> None:
    """
    Whenever calls are asked for, however long they travel, whichever are killed on their way.
    """
    _, reached = arrivals(Budget(limits, 10), plan)

    for window in limits:
        assert most_within(reached, window.seconds) <= window.calls


@given(limits=windows, calls=st.integers(2, 80))
def test_a_quick_server_is_used_to_nine_tenths_at_least(
    limits: tuple[Window, ...], calls: int
) -> None:
    """
    Any number of calls is through nearly as soon as the limits let them be.
    """
    started, _ = arrivals(Budget(limits, 10), [(0.0, 0.0, 0.0, False, True)] * calls)

    assert started[-1] <= quickest(calls, limits) / 0.9


@given(per_minute=st.integers(1, 2000), per_second=st.integers(1, 100), share=st.integers(1, 1000))
def test_a_slow_server_is_used_to_nine_tenths_in_the_long_run(
    per_minute: int, per_second: int, share: int
) -> None:
    """
    What is kept in reserve for calls under way costs less than a tenth of the scarcest limit.
    """
    budget = Budget.from_settings(
        Settings(
            client_id="a",
            client_secret="b",
            realm_id="1",
            requests_per_minute=per_minute,
            requests_per_second=per_second,
        )
    )

    used = min(one.calls / (one.seconds + budget.underway_s) for one in budget.kept_windows)
    assert used >= 0.9 * min(one.calls / one.seconds for one in budget.windows)
    assert budget.underway_s > 0


def test_intuits_limits_leave_a_call_a_quarter_of_a_second() -> None:
    """
    500 a minute are ten in 1.2 s: a fifth of a second more for each second costs nothing.
    """
    minute, second = BUDGET.kept_windows

    assert 0.25 == BUDGET.underway_s
    assert 10 / (second.seconds + 0.2) == pytest.approx(500 / 60, rel=0.002)
    assert 10 / (second.seconds + 0.25) >= 0.95 * 500 / 60
    assert 500 / (minute.seconds + 0.25) >= 0.99 * 500 / 60


@settings(max_examples=15, deadline=None)
@given(
    turns=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.0, 0.05, 2.0, 55.0])),
        min_size=20,
        max_size=60,
    )
)
def test_several_processes_with_settings_of_their_own_share_one_budget(
    turns: list[tuple[int, float]],
) -> None:
    """
    In any order, each calls only when its own limits allow it, the others' calls counted.
    """
    clock = FakeClock()
    limits = [(Window(12, 60.0), Window(3, 1.0)), (Window(20, 60.0), Window(2, 1.0)), WINDOWS]
    starts: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        throttles = [Throttle(Path(folder), REALM, Budget(one, 10), clock) for one in limits]
        for who, pause_s in turns:
            clock.advance(pause_s)
            with throttles[who].slot():
                now = clock.monotonic()
            starts.append(now)
            for window in limits[who]:
                assert sum(1 for start in starts if start > now - window.seconds) <= window.calls


def test_more_than_one_window_passes_at_nearly_the_full_rate(tmp_path: Path) -> None:
    """
    A limiter that stalls after its first window has been seen elsewhere.
    """
    clock = FakeClock()
    throttle = Throttle(tmp_path, REALM, BUDGET, clock)
    began = clock.monotonic()

    for _ in range(1500):
        with throttle.slot():
            pass

    assert quickest(1500, WINDOWS) * 1.01 > clock.monotonic() - began
    assert max(file.stat().st_size for file in tmp_path.iterdir()) < 5000


@pytest.mark.parametrize(
    ("before", "idle_s", "keeps", "waits_s"),
    [
        pytest.param(0, 0.0, True, 2.0, id="nobody has called"),
        pytest.param(10, 2.0, True, 1.25, id="ten connections are open"),
        pytest.param(9, 2.0, True, 1.25, id="nine, so one call may be late"),
        pytest.param(10, 30.0, True, 2.0, id="they were left alone for long"),
        pytest.param(10, 2.0, False, 2.0, id="the server closed them"),
    ],
)
def test_a_call_that_opens_a_connection_may_arrive_later(
    tmp_path: Path, *, before: int, idle_s: float, keeps: bool, waits_s: float
) -> None:
    """
    Ten calls are not answered yet: the next one waits until the first of them was counted surely.
    """
    clock = FakeClock()
    throttle = Throttle(tmp_path, REALM, Budget(WINDOWS, 11), clock)
    with contextlib.ExitStack() as calls:
        for _ in range(before):
            calls.enter_context(throttle.slot()).keeps_connection = keeps
    clock.advance(idle_s)

    with contextlib.ExitStack() as calls:
        for _ in range(10):
            calls.enter_context(throttle.slot())
        began = clock.monotonic()
        with throttle.slot():
            waited_s = clock.monotonic() - began

    assert waited_s == pytest.approx(waits_s, abs=0.02)


def test_a_throttled_process_holds_the_others_back(tmp_path: Path) -> None:
    """
    What one was told to wait, all wait; after it they keep to the windows as ever.
    """
    clock = FakeClock()
    throttles = [Throttle(tmp_path, REALM, BUDGET, clock) for _ in range(3)]
    began = clock.monotonic()

    throttles[0].pause(60)
    starts = []
    for turn in range(30):
        with throttles[turn % 3].slot():
            starts.append(clock.monotonic() - began)

    assert 60 <= starts[0] < 61
    assert 10 == most_within(starts, 1.0)


class _Eventful(FakeClock):
    """A clock on which something happens while somebody sleeps for the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.event: Callable[[], None] = lambda: None

    @override
    def sleep(self, seconds: float) -> None:
        event, self.event = self.event, lambda: None
        super().sleep(seconds)
        event()


def test_a_pause_holds_back_who_waits_already(tmp_path: Path) -> None:
    """
    The 429 comes while another process waits for its second to be over.
    """
    clock = _Eventful()
    one, other = (Throttle(tmp_path, REALM, BUDGET, clock) for _ in range(2))
    for _ in range(10):
        with one.slot():
            pass
    clock.event = lambda: other.pause(60)
    began = clock.monotonic()

    with one.slot():
        passed = clock.monotonic() - began

    assert 60 <= passed < 62


def test_who_is_interrupted_while_waiting_keeps_nobody_waiting(tmp_path: Path) -> None:
    """
    Ctrl-C takes the ticket out of the queue.
    """

    def interrupt() -> None:
        raise KeyboardInterrupt

    clock = _Eventful()
    one, other = (Throttle(tmp_path, REALM, BUDGET, clock) for _ in range(2))
    for _ in range(10):
        with one.slot():
            pass
    clock.event = interrupt
    with pytest.raises(KeyboardInterrupt), one.slot():
        pass
    clock.advance(1)

    with other.slot():
        pass

    assert 1 == len(clock.slept)


def test_nobody_goes_before_who_waits_already(tmp_path: Path) -> None:
    """
    The second is over, but another process asked first and has not woken up yet.
    """
    clock = _Eventful()
    one, other = (Throttle(tmp_path, REALM, BUDGET, clock) for _ in range(2))
    for _ in range(10):
        with one.slot():
            pass

    def ask() -> None:
        clock.advance(1)
        busy = pytest.raises(BudgetBusyError, match="1 before it")
        with busy, other.slot(clock.monotonic() + 0.01):
            pass

    clock.event = ask
    with one.slot():
        pass
    with other.slot(clock.monotonic()):
        pass


class _Restarted(FakeClock):
    """A machine that was started anew: its seconds began again, its time of day went on."""

    def __init__(self, before: FakeClock, seconds_off: float) -> None:
        super().__init__(before.now() + timedelta(seconds=seconds_off))

    @override
    def monotonic(self) -> float:
        return super().monotonic() - 995.0


@pytest.mark.parametrize(
    ("seconds_off", "waits_s"),
    [
        pytest.param(3600.0, 0.0, id="an hour"),
        pytest.param(20.0, 40.0, id="a virtual machine's twenty seconds"),
        pytest.param(-86400.0, 60.0, id="with a clock that was set back"),
    ],
)
def test_a_machine_started_anew_remembers_as_long_as_it_must(
    tmp_path: Path, seconds_off: float, waits_s: float
) -> None:
    """
    Its counter of seconds began again; the time of day tells how long ago the calls were.
    """
    before, budget = FakeClock(), Budget((Window(5, 60.0),), 10)
    for _ in range(5):
        with Throttle(tmp_path, REALM, budget, before).slot():
            pass
    after = _Restarted(before, seconds_off)

    with Throttle(tmp_path, REALM, budget, after).slot():
        pass

    assert sum(after.slept) == pytest.approx(waits_s, abs=0.2)


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_is_set_changes_nothing(tmp_path: Path, step: timedelta) -> None:
    """
    Windows follow the seconds since the machine started, not the time of day.
    """

    class Set(FakeClock):
        is_set = False

        @override
        def now(self) -> datetime:
            return super().now() + (step if self.is_set else timedelta())

    clock = Set()
    for _ in range(10):
        with Throttle(tmp_path, REALM, BUDGET, clock).slot():
            pass
    clock.is_set = True

    with Throttle(tmp_path, REALM, BUDGET, clock).slot():
        pass

    assert sum(clock.slept) == pytest.approx(1.0, abs=0.05)


def _damaged() -> dict[str, Callable[[bytes], bytes]]:
    return {
        "cut": lambda content: content[:-3],
        "cut to a few bytes": lambda content: content[:5],
        "one bit": lambda content: content[:50] + bytes([content[50] ^ 1]) + content[51:],
        "zeros": lambda content: bytes(len(content)),
        "of another version": lambda content: b"QBC9" + content[4:],
        "text": lambda _: b"{}\n" * 40,
    }


@pytest.mark.parametrize("damage", _damaged())
def test_a_damaged_file_counts_as_a_full_window(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """
    Nobody knows what was called: all wait as long as it can matter, and are told so.
    """
    clock = FakeClock()
    with Throttle(tmp_path, REALM, BUDGET, clock).slot():
        pass
    file = tmp_path / f"{REALM}.calls"
    file.write_bytes(_damaged()[damage](file.read_bytes()))

    with Throttle(tmp_path, REALM, BUDGET, clock).slot():
        pass
    first = sum(clock.slept)
    with Throttle(tmp_path, REALM, BUDGET, clock).slot():
        pass

    assert first == pytest.approx(60, abs=0.1)
    assert first == sum(clock.slept)
    assert "damaged" in caplog.text


@given(
    counted=st.lists(st.floats(0, 1e6), max_size=20).map(sorted),
    queue=st.lists(st.tuples(st.integers(1, 2**52), st.floats(0, 1e6)), max_size=5),
    damage=st.integers(0, 2000),
)
def test_what_is_written_is_read_and_damage_is_seen(
    counted: list[float], queue: list[tuple[int, float]], damage: int
) -> None:
    """
    Any single bit that differs is noticed.
    """
    content = encode(Standing(array("d", counted), queue, 7.0, 60.0), 1e6, 1e9)
    place, bit = divmod(damage % (len(content) * 8), 8)
    other = bytearray(content)
    other[place] ^= 1 << bit

    found = decode(content, 1e6, 1e9)
    assert found is not None
    assert (counted, queue, 7.0) == (list(found.counted), found.queue, found.paused_until)
    assert decode(bytes(other), 1e6, 1e9) is None


def test_a_folder_that_is_removed_is_made_again(tmp_path: Path) -> None:
    """
    Who has the old files open goes over to the new ones, so that all share one budget again.
    """
    clock = FakeClock()
    one = Throttle(tmp_path, REALM, BUDGET, clock)
    with one.slot():
        pass
    for file in tmp_path.iterdir():
        file.unlink()
    other = Throttle(tmp_path, REALM, BUDGET, clock)

    for turn in range(11):
        with (one, other)[turn % 2].slot():
            pass

    assert sum(clock.slept) == pytest.approx(1.0, abs=0.05)


def test_who_came_first_goes_first() -> None:
    """
    The queue of all processes: in order, the dead and those not seen for long struck off.
    """
    standing = Standing()
    for ticket in (3, 1, 2):
        standing.place_in_queue(ticket, 0.0)

    assert [0, 1, 2] == [standing.place_in_queue(ticket, 1.0) for ticket in (3, 1, 2)]
    assert 3 == standing.place_in_queue(None, 1.0)
    assert 1 == standing.place_in_queue(2, 1.0, is_dead=lambda ticket: ticket == 1)
    assert 0 == standing.place_in_queue(2, 1.1 + LAPSE_S)
    assert 1 == standing.place_in_queue(3, 1.1 + LAPSE_S)


def test_a_ticket_tells_whether_its_owner_lives() -> None:
    """
    So that those behind a process that was killed go on at once.
    """
    program = "from quickbooks_client.tickets import Tickets; print(Tickets().new(), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", f"{program}; input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ticket = int(process.stdout.readline())
        living = Tickets().is_dead(ticket)
        process.kill()
    other_container = ticket ^ 1 << 42

    assert ticket < 2**53
    assert not living
    assert Tickets().is_dead(ticket)
    assert not Tickets().is_dead(other_container)
    assert not Tickets().is_dead(Tickets().new())


@pytest.mark.parametrize("machines", range(1, 11))
def test_the_shares_of_machines_are_never_more_than_the_whole(machines: int) -> None:
    """
    Each keeps to its part of every limit, whatever the others do; halves and fifths lose nothing.
    """
    budget = Budget.from_settings(
        Settings(client_id="a", client_secret="b", realm_id="1", budget_share=1 / machines)
    )
    minute, second = budget.windows

    together = (minute.calls * machines, second.calls * machines, budget.at_a_time * machines)
    assert (60.0, 1.0) == (minute.seconds, second.seconds)
    assert all(own <= whole for own, whole in zip(together, (500, 10, 10), strict=True))
    if machines in {1, 2, 5, 10}:
        assert (500, 10, 10) == together


def test_a_share_too_small_for_one_call_is_refused() -> None:
    """
    Twenty machines cannot keep to ten calls a second without knowing of each other.
    """
    with pytest.raises(ConfigurationError, match=r"budget_share.*at least 0\.1"):
        Budget.from_settings(
            Settings(client_id="a", client_secret="b", realm_id="1", budget_share=0.05)
        )


def test_a_share_is_taken_as_it_was_written() -> None:
    """
    0.29 of 100 are 29, although 0.29 * 100 is less in binary fractions.
    """
    budget = Budget.from_settings(
        Settings(
            client_id="a",
            client_secret="b",
            realm_id="1",
            budget_share=0.29,
            requests_per_minute=100,
        )
    )

    assert Window(29, 60) == budget.windows[0]


def test_no_more_calls_run_at_a_time_than_allowed(tmp_path: Path) -> None:
    """
    Twelve threads, three places.
    """
    clock = SystemClock()
    budget = Budget((Window(10_000, 60.0), Window(10_000, 1.0)), 3)
    running, most = 0, 0
    lock = threading.Lock()
    together = threading.Barrier(3)

    def call() -> None:
        nonlocal running, most
        with Throttle(tmp_path, REALM, budget, clock).slot():
            with lock:
                running += 1
                most = max(most, running)
            # Each three meet here, so three really ran at a time.
            together.wait(timeout=30)
            with lock:
                running -= 1

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 3 == most


def test_threads_of_one_throttle_keep_to_the_places_too(tmp_path: Path) -> None:
    """
    A process's own lock on a place does not let its other threads in.
    """
    budget = Budget((Window(10_000, 60.0),), 2)
    clock = FakeClock()
    throttle = Throttle(tmp_path, REALM, budget, clock)
    busy = pytest.raises(BudgetBusyError, match="max_concurrent_requests")

    with throttle.slot(), throttle.slot(), busy, throttle.slot(clock.monotonic() + 5):
        pass
    with throttle.slot():
        pass


def test_a_turn_that_does_not_come_in_time_is_said_at_once(tmp_path: Path) -> None:
    """
    A pause of an hour is not waited for by who has five minutes; nothing is used up.
    """
    clock = FakeClock()
    throttle = Throttle(tmp_path, REALM, BUDGET, clock)
    throttle.pause(3600)

    busy = pytest.raises(BudgetBusyError, match=r"too many calls.*3600 s")
    with busy as caught, throttle.slot(clock.monotonic() + 300):
        pass

    assert [] == clock.slept
    assert caught.value.retry_after_s == pytest.approx(3600)


def test_who_waits_for_long_is_not_silent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """
    One line at first and one a minute, with the reason.
    """
    caplog.set_level(logging.INFO)
    throttle = Throttle(tmp_path, REALM, BUDGET, FakeClock())
    throttle.pause(150)

    with throttle.slot():
        pass

    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert 3 == len(said)
    assert {"WARNING"} == {level for level, _ in said}
    assert "too many calls" in said[0][1]
    assert "for 60 s so far" in said[1][1]


def test_short_waits_are_not_spoken_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """
    Keeping to ten a second is nothing to report.
    """
    caplog.set_level(logging.INFO)
    throttle = Throttle(tmp_path, REALM, BUDGET, FakeClock())

    for _ in range(50):
        with throttle.slot():
            pass

    assert [] == caplog.records


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """
    The setting is `token_store`, beside which the files are.
    """
    (tmp_path / "file").write_text("")
    throttle = Throttle(tmp_path / "file" / "budget", REALM, BUDGET, FakeClock())

    with pytest.raises(ConfigurationError, match="Setting token_store"), throttle.slot():
        pass


def test_a_lock_that_nobody_lets_go_of_is_not_waited_for_without_end(tmp_path: Path) -> None:
    """
    A process was stopped in the very moment; the others say what to look for.
    """
    one, other = (BudgetFiles(tmp_path, REALM, 1, lock_tries=3) for _ in range(2))

    busy = pytest.raises(BudgetBusyError, match="Ctrl-Z")
    with one.locked(), busy, other.locked():
        pass
    with other.locked():
        pass


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


_FORKING = """
import os, sys
from pathlib import Path
from quickbooks_client import BudgetBusyError
from quickbooks_client.budget import Budget, Window
from quickbooks_client.budget_files import BudgetFiles
from quickbooks_client.clock import SystemClock
from quickbooks_client.throttle import Throttle
from quickbooks_client.tickets import Tickets

clock = SystemClock()
throttle = Throttle(Path(sys.argv[1]), "1", Budget((Window(10_000, 60.0),), 1), clock)
with throttle.slot():
    pass
taken, release = os.pipe(), os.pipe()
if os.fork() == 0:
    with throttle.slot():
        os.write(taken[1], b"1")
        os.read(release[0], 1)
        os._exit(0)
os.read(taken[0], 1)
try:
    with throttle.slot(clock.monotonic() + 0.1):
        print("both")
except BudgetBusyError:
    print("one")
os.write(release[1], b"1")
os.wait()
with throttle.slot(clock.monotonic() + 5):
    print("other")
"""


def test_a_forked_process_shares_no_place_with_its_parent(tmp_path: Path) -> None:
    """
    It inherits the descriptors, and with them the locks: it must open files of its own.
    """
    done = subprocess.run(
        [sys.executable, "-c", _FORKING, tmp_path], capture_output=True, text=True, check=True
    )

    assert ["one", "other"] == done.stdout.split()


def test_closing_lets_go_of_the_files(tmp_path: Path) -> None:
    """
    And a later call opens them again.
    """

    def open_files() -> int:
        opened = 0
        for entry in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                opened += str(entry.readlink()).startswith(str(tmp_path))
        return opened

    throttle = Throttle(tmp_path, REALM, BUDGET, FakeClock())
    with throttle.slot():
        during = open_files()
    throttle.close()
    after = open_files()
    with throttle.slot():
        pass

    assert (11, 0) == (during, after)
