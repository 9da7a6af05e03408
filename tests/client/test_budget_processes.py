"""Readers and writers as processes of their own, on the machine's clock, before a strict server.

The server counts sliding windows to the moment and counts refused calls too: one call too early
would be refused, and be seen here.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client.budget import LAPSE_S
from quickbooks_emulator.testing import Emulator
from tests.client.slow_network import SlowNetwork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORKER = Path(__file__).with_name("budget_worker.py")
START_UP_S = 1.5
"""What Python takes to import the client on a busy machine."""


def allowed(seconds: float, per_minute: int, per_second: int) -> int:
    """The most calls that sliding windows let through in this time, from nothing."""
    windows = ((per_second, 1.0), (per_minute, 60.0))
    starts: list[float] = []
    while True:
        full = [starts[-calls] + span for calls, span in windows if len(starts) >= calls]
        if max(full, default=0.0) >= seconds:
            return len(starts)
        starts.append(max(full, default=0.0))


class Worker:
    """A process that calls as often as it may."""

    def __init__(self, settings: dict[str, Any], role: str, threads: int, until: float) -> None:
        wanted = {"settings": settings, "role": role, "threads": threads, "until": until}
        self.process = subprocess.Popen(
            [sys.executable, WORKER, json.dumps(wanted)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = ""

    def calls(self) -> list[tuple[float, float, str]]:
        """Its calls, when it has ended: sent, answered, problem."""
        out, self.said = self.process.communicate(timeout=60)
        return [(sent, done, problem) for sent, done, problem in map(json.loads, out.splitlines())]


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator as a process of its own."""
    port_file = tmp_path_factory.mktemp("emulator") / "port"
    program = Path(sys.executable).with_name("quickbooks-emulator")
    command = [program, "serve", "--port", "0", "--port-file", port_file, "--seed", "empty"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "listening" in process.stdout.readline()
        with Emulator.attach(f"http://127.0.0.1:{port_file.read_text().strip()}") as emulator:
            yield emulator
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def start(strict_server: Emulator, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers that share a machine, by default; none outlives the test."""
    strict_server.reset()
    strict_server.limits(per_minute=500, per_second=10, concurrent=10)
    workers: list[Worker] = []
    shared = {**strict_server.settings(), "token_store": str(tmp_path / "tokens.json")}

    def start(role: str, threads: int, until: float, **more: Any) -> Worker:
        workers.append(Worker({**shared, **more}, role, threads, until))
        return workers[-1]

    yield start
    for worker in workers:
        worker.process.kill()
        with contextlib.suppress(ValueError):
            worker.process.communicate()


def refused(server: Emulator) -> list[Any]:
    """The calls that the server found too many."""
    return server.calls(status=429)


def test_two_taps_and_a_target_use_the_budget_and_never_pass_it(
    strict_server: Emulator, start: Callable[..., Worker]
) -> None:
    """
    Over a network whose delays vary, the second tap begins later; both windows are met.
    """
    per_minute, per_second = 90, 10
    strict_server.limits(per_minute=per_minute, per_second=per_second)
    settings = {"requests_per_minute": per_minute, "requests_per_second": per_second}
    port = int(strict_server.url.rpartition(":")[2])

    with SlowNetwork(port, most_s=0.06) as network:
        settings["api_url"] = network.url
        until = time.monotonic() + START_UP_S + 11
        workers = [start("reader", 4, until, **settings), start("writer", 2, until, **settings)]
        time.sleep(3)
        workers.append(start("reader", 4, until, **settings))
        calls = [worker.calls() for worker in workers]

    answered = sorted(done for of_one in calls for _, done, problem in of_one if not problem)
    began = min(sent for of_one in calls for sent, _, _ in of_one)
    in_eight = sum(1 for done in answered if done < began + 8)
    assert [] == refused(strict_server)
    assert in_eight >= 0.9 * allowed(8, per_minute, per_second)
    assert per_minute >= len(answered) >= 0.9 * per_minute
    # Nobody is starved, not the writer with its two threads and not who came late.
    assert all(len(of_one) >= 10 for of_one in calls)


@pytest.mark.parametrize(
    ("number", "longest_gap_s"),
    [
        pytest.param(signal.SIGKILL, 1.5, id="kill -9"),
        pytest.param(signal.SIGSTOP, LAPSE_S + 1.5, id="Ctrl-Z"),
    ],
)
def test_a_tap_that_ends_or_stops_takes_nothing_of_the_budget_with_it(
    strict_server: Emulator,
    start: Callable[..., Worker],
    number: signal.Signals,
    longest_gap_s: float,
) -> None:
    """
    Some of its threads wait their turn and some are under way: the other tap goes on.
    """
    strict_server.switch(latency_ms=150)
    until = time.monotonic() + START_UP_S + 7
    gone, other = start("reader", 5, until), start("reader", 5, until)
    time.sleep(START_UP_S + 1.5)

    os.kill(gone.process.pid, number)
    gone_at = time.monotonic()
    if number == signal.SIGKILL:
        gone.process.wait()
    calls = other.calls()
    gone.process.kill()

    after = sorted(done for _, done, _ in calls if done > gone_at)
    gaps = [later - earlier for earlier, later in itertools.pairwise([gone_at, *after])]
    # Each ten calls take their second and what the slowest of them was under way.
    possible = 10 / (1 + 0.2) * (until - gone_at - longest_gap_s + 1.5)
    assert [] == refused(strict_server)
    assert len(gone.calls()) > 0
    assert len(after) >= 0.9 * possible
    assert max(gaps) < longest_gap_s


def test_what_one_process_is_told_all_keep_to(
    strict_server: Emulator, start: Callable[..., Worker]
) -> None:
    """
    One call is refused with a wait of two seconds: no process calls meanwhile, then all go on.
    """
    until = time.monotonic() + START_UP_S + 6
    workers = [start("reader", 2, until) for _ in range(3)]
    time.sleep(START_UP_S + 1.5)
    strict_server.throttle(retry_after_s=2)

    times = [worker.calls() for worker in workers]
    ends = sorted(done for of_one in times for _, done, _ in of_one)
    gaps = [later - earlier for earlier, later in itertools.pairwise(ends)]

    assert 1 == len(refused(strict_server))
    assert 2.0 <= max(gaps) < 4.5
    assert all(of_one[-1][1] > until - 1.5 for of_one in times)


def test_the_shares_of_two_machines_are_the_whole(
    strict_server: Emulator, start: Callable[..., Worker], tmp_path: Path
) -> None:
    """
    Two machines that know nothing of each other, half the budget each.
    """
    until = time.monotonic() + START_UP_S + 6
    workers = [
        start(
            "reader",
            3,
            until,
            budget_share=0.5,
            token_store=str(tmp_path / machine / "tokens.json"),
            refresh_token=strict_server.consent(),
        )
        for machine in ("one", "two")
    ]

    calls = [worker.calls() for worker in workers]

    assert [] == refused(strict_server)
    began = max(of_one[0][0] for of_one in calls)
    answered = [done for of_one in calls for _, done, _ in of_one if began <= done < began + 5]
    assert len(answered) >= 0.9 * allowed(5, 500, 10)
