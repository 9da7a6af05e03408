"""The budget of calls: so many a minute, a second and at a time, for all processes together.

Intuit counts per company and app, so every process of this machine that talks to the company
shares one small file beside the token store: the start times of the latest calls, under a lock of
the system's. A call books the earliest start that no window forbids, then waits for it; a process
that dies after booking wastes that one start. Calls at a time are locks, one file each: the system
lets go of them when their process dies, so none leaks.
Source: Intuit, "API call limits and throttles".
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import struct
import threading
from typing import TYPE_CHECKING

import filelock

from quickbooks_client.errors import ConfigurationError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from quickbooks_client.clock import Clock
    from quickbooks_client.settings import Settings

_LOG = logging.getLogger(__name__)

MARGIN_S = 0.08
"""Added to each window: the server counts arrivals, which come a little less evenly than starts."""
POLL_S = 0.01
MAX_SLOT_WAIT_S = 900.0
MAX_CLOCK_STEP_S = 30.0
_HEADER = struct.Struct("<dd")


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """At most `calls` starts within any `seconds`."""

    calls: int
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """What this machine may use of a company's limits."""

    windows: tuple[Window, ...]
    at_a_time: int

    @classmethod
    def from_settings(cls, settings: Settings) -> Budget:
        """Return the budget the settings give, this machine's share of it."""

        def share(calls: int) -> int:
            return max(1, int(calls * settings.budget_share))

        return cls(
            windows=(
                Window(share(settings.requests_per_minute), 60.0),
                Window(share(settings.requests_per_second), 1.0),
            ),
            at_a_time=share(settings.max_concurrent_requests),
        )


def earliest_start(starts: Sequence[float], windows: Sequence[Window], now: float) -> float:
    """Return when the next call may start, given the `starts` booked so far, in order.

    A call may start when the one that is `calls` places before it lies a whole window back; starts
    that are booked in order keep to this for ever, so no window ever holds more.
    """
    start = max(now, starts[-1]) if starts else now
    for window in windows:
        if len(starts) >= window.calls:
            start = max(start, starts[-window.calls] + window.seconds)
    return start


class Throttle:
    """Gives out permission to call."""

    def __init__(self, folder: Path, realm_id: str, budget: Budget, clock: Clock) -> None:
        """Name the files; nothing is opened.

        Args:
            folder: Where the files of all processes are.
            realm_id: The company.
            budget: What may be used.
            clock: The time; its `monotonic` is the same for all processes.
        """
        self._folder = folder
        self._realm_id = realm_id
        self._budget = budget
        self._clock = clock
        self._windows = [
            Window(window.calls, window.seconds + MARGIN_S) for window in budget.windows
        ]
        self._kept = max(window.calls for window in budget.windows)
        self._starts = folder / f"{realm_id}.starts"
        self._thread_lock = threading.Lock()
        self._state: filelock.BaseFileLock | None = None
        self._places: list[filelock.BaseFileLock] = []

    @contextlib.contextmanager
    def slot(self) -> Iterator[None]:
        """Wait until a call may start, and hold one of the places for calls at a time.

        Raises:
            ThrottledError: No place became free within a quarter of an hour.
        """
        lock = self._take_place()
        try:
            self._wait_for_start()
            yield
        finally:
            lock.release()

    def pause(self, seconds: float) -> None:
        """Let no process start a call for `seconds`: QuickBooks said that there were too many."""
        with self._state_lock():
            starts, paused_until = self._read()
            paused_until = max(paused_until, self._clock.monotonic() + seconds)
            self._write(starts, paused_until)

    def _wait_for_start(self) -> None:
        with self._state_lock():
            starts, paused_until = self._read()
            now = self._clock.monotonic()
            start = earliest_start(starts, self._windows, max(now, paused_until))
            self._write([*starts, start][-self._kept :], paused_until)
        if start > now:
            self._clock.sleep(start - now)

    def _take_place(self) -> filelock.BaseFileLock:
        waited_since = self._clock.monotonic()
        while True:
            place = self._free_place()
            if place is not None:
                return place
            if self._clock.monotonic() - waited_since > MAX_SLOT_WAIT_S:
                raise ThrottledError(
                    f"All {self._budget.at_a_time} calls that may run at a time have been taken"
                    " for a quarter of an hour: look for other processes that sync this company."
                )
            self._clock.sleep(POLL_S)

    def _free_place(self) -> filelock.BaseFileLock | None:
        """Return a place that nobody holds, now held; None when all are taken."""
        with self._thread_lock, self._explained():
            if not self._places:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._places = [
                    self._lock_file(f"place-{number}") for number in range(self._budget.at_a_time)
                ]
            for place in self._places:
                # Ours would only count up what another thread of this process holds.
                if not place.is_locked:
                    with contextlib.suppress(filelock.Timeout):
                        place.acquire(timeout=0)
                        return place
        return None

    @contextlib.contextmanager
    def _state_lock(self) -> Iterator[None]:
        with self._thread_lock, self._explained():
            if self._state is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._state = self._lock_file("lock")
            with self._state.acquire(poll_interval=0.002):
                yield

    def _lock_file(self, name: str) -> filelock.BaseFileLock:
        # Of the object, not of the thread: one thread may release what another took.
        return filelock.FileLock(
            self._folder / f"{self._realm_id}.{name}", thread_local=False, mode=0o600
        )

    def _read(self) -> tuple[list[float], float]:
        """Return the starts booked last and until when nobody may start."""
        try:
            content = self._starts.read_bytes()
        except FileNotFoundError:
            return [], 0.0
        if len(content) < _HEADER.size or len(content) % 8:
            return [], 0.0
        offset, paused_until = _HEADER.unpack_from(content)
        if abs(offset - self._clock_offset()) > MAX_CLOCK_STEP_S:
            # The machine was started anew: its counter of seconds began again.
            return [], 0.0
        count = (len(content) - _HEADER.size) // 8
        return list(struct.unpack_from(f"<{count}d", content, _HEADER.size)), paused_until

    def _write(self, starts: list[float], paused_until: float) -> None:
        content = _HEADER.pack(self._clock_offset(), paused_until) + struct.pack(
            f"<{len(starts)}d", *starts
        )
        descriptor = os.open(self._starts, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, content)
            os.ftruncate(descriptor, len(content))
        finally:
            os.close(descriptor)

    def _clock_offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Say which setting it is when the system refuses a file."""
        try:
            yield
        except filelock.Timeout:
            raise
        except OSError as error:
            raise ConfigurationError(
                f"Setting token_store: the folder {self._folder} beside it cannot be used"
                f" ({error.strerror}); choose one that this user may write to."
            ) from None
