"""The budget of calls, as pure rules: what may start when, and how that is written down.

A server counts a call when it arrives: after it was sent, and before its reply was here. So a call
is taken to be counted at the latest when it was answered, and another may start when so many later
ones fit in behind that moment. This keeps every window, however long calls are under way, as long
as each reaches the server within `Budget.underway_s`, or `COLD_UNDERWAY_S` where it opens a
connection first; and a quick server is used to the full.

Who has to wait stands in a queue of tickets that all processes share: first come, first served, so
that a sink with one thread is not starved by a tap with ten, nor a process with tighter settings by
one with wider: each keeps to its own, over the calls of all. Who has died is struck off, and who is
not seen for `LAPSE_S` (stopped by Ctrl-Z, or dead in another container).
Source: Intuit, "API call limits and throttles": 500 calls a minute, 10 a second, 10 at a time.
"""

from __future__ import annotations

import bisect
import dataclasses
import struct
import zlib
from array import array
from fractions import Fraction
from typing import TYPE_CHECKING

from quickbooks_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quickbooks_client.settings import Settings

UNDERWAY_S = 0.25
"""A call without a reply is taken to have reached the server by then."""
COLD_UNDERWAY_S = 1.0
"""Likewise one that opens a connection: three and a half times to the server and back."""
SAFETY = 0.08
"""The most of the budget that is given away for that."""
DRIFT = 0.001
"""Windows are taken this much longer: the server's clock may run differently."""
LAPSE_S = 2.0
_FORMAT = b"QBC2"
_SEAL = struct.Struct("<4sI")
_HEADER = struct.Struct("<ddddII")


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """At most `calls` calls within any `seconds`."""

    calls: int
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """What this machine may use of a company's limits."""

    windows: tuple[Window, ...]
    at_a_time: int

    @classmethod
    def from_settings(cls, settings: Settings) -> Budget:
        """Return the budget the settings give, this machine's share of it.

        The shares of several machines are never more than the whole together, in no window, so
        each is rounded down.

        Raises:
            ConfigurationError: The share is less than one call.
        """
        # One machine of three: 0.333… of 3 is one call, though a little less as a number.
        share = Fraction(str(settings.budget_share)).limit_denominator(10**6)

        def own(name: str, whole: int) -> int:
            if whole * share < 1:
                raise ConfigurationError(
                    f"Setting budget_share {settings.budget_share:g} leaves this machine less than"
                    f" one call of {name} {whole}: it must be at least {1 / whole:.3g}."
                )
            return int(whole * share)

        return cls(
            windows=(
                Window(own("requests_per_minute", settings.requests_per_minute), 60.0),
                Window(own("requests_per_second", settings.requests_per_second), 1.0),
            ),
            at_a_time=own("max_concurrent_requests", settings.max_concurrent_requests),
        )

    @property
    def underway_s(self) -> float:
        """How long a call may take to reach the server: as long as costs little of the budget.

        With 500 a minute and 10 a second 0.2 s cost nothing, as the minute leaves each ten calls
        1.2 s; the rest costs 4 %, and that only where replies take so long.
        """
        rate = min(window.calls / window.seconds for window in self.windows) * (1 - SAFETY)
        return min(UNDERWAY_S, *(window.calls / rate - window.seconds for window in self.windows))

    @property
    def kept_windows(self) -> tuple[Window, ...]:
        """The windows that are kept: a little longer than the server's."""
        return tuple(Window(window.calls, window.seconds * (1 + DRIFT)) for window in self.windows)


def earliest_start(
    counted: Sequence[float], windows: Sequence[Window], now: float, ahead: int = 0
) -> float:
    """Return when the next call may start.

    Args:
        counted: Until when each earlier call was or will be counted, in order.
        windows: What no interval may exceed.
        now: The time.
        ahead: So many others go first; the result is then a time before which it is useless to ask.
    """
    start = now
    for window in windows:
        rounds, more = divmod(ahead, window.calls)
        back = window.calls - more
        if len(counted) >= back:
            start = max(start, counted[-back] + (rounds + 1) * window.seconds)
        else:
            start = max(start, now + rounds * window.seconds)
    return start


@dataclasses.dataclass(slots=True)
class Standing:
    """What all processes of a machine know together about the calls to a company.

    Times are seconds of the machine's monotonic clock.
    """

    counted: array[float] = dataclasses.field(default_factory=lambda: array("d"))
    """Until when each of the latest calls was or will be counted, in order."""
    queue: list[tuple[int, float]] = dataclasses.field(default_factory=list)
    """Who waits, in order: a ticket, and when its holder was last seen."""
    paused_until: float = 0.0
    longest_s: float = 0.0
    """The longest window of any process: so long calls are remembered."""

    def place_in_queue(
        self, ticket: int | None, now: float, is_dead: Callable[[int], bool] = lambda _: False
    ) -> int:
        """Return how many go before the holder of `ticket` (None: has none yet).

        Tickets of the dead are struck off. One that was struck off is put at the end again.
        """
        self.queue = [
            (other, now if other == ticket else seen)
            for other, seen in self.queue
            if other == ticket or (seen > now - LAPSE_S and not is_dead(other))
        ]
        for place, (other, _) in enumerate(self.queue):
            if other == ticket:
                return place
        if ticket is not None:
            self.queue.append((ticket, now))
            return len(self.queue) - 1
        return len(self.queue)

    def leave_queue(self, ticket: int | None) -> None:
        """Strike `ticket` off."""
        self.queue = [entry for entry in self.queue if entry[0] != ticket]

    def begin(self, now: float, underway_s: float) -> float:
        """Write down a call that starts now; returns what `end` wants."""
        latest = now + underway_s
        bisect.insort(self.counted, latest)
        return latest

    def end(self, latest: float, now: float) -> None:
        """Write down that a call was answered, before it had to be taken for counted."""
        place = bisect.bisect_left(self.counted, latest)
        # After a restart of the machine or a damaged file it is not there any more.
        if place < len(self.counted) and self.counted[place] == latest:
            del self.counted[place]
            bisect.insort(self.counted, now)

    def forget(self, now: float, longest_s: float) -> None:
        """Forget calls that no window reaches; the caller's own longest is `longest_s`."""
        self.longest_s = max(self.longest_s, longest_s)
        del self.counted[: bisect.bisect_right(self.counted, now - self.longest_s)]


def encode(standing: Standing, now: float, time_of_day: float) -> bytes:
    """Return `standing` as bytes that `decode` reads and that betray damage."""
    tickets = array("d", [number for entry in standing.queue for number in entry])
    content = b"".join(
        (
            _HEADER.pack(
                now,
                time_of_day,
                standing.paused_until,
                standing.longest_s,
                len(standing.queue),
                len(standing.counted),
            ),
            tickets.tobytes(),
            standing.counted.tobytes(),
        )
    )
    return _SEAL.pack(_FORMAT, zlib.crc32(content)) + content


def decode(content: bytes, now: float, time_of_day: float) -> Standing | None:
    """Return what `encode` wrote; None when it is damaged or of another version.

    When the machine was started anew in between, its seconds began again: the times are moved so
    that they lie as far back as the time of day tells, and at least not in the future.

    Args:
        content: The file; nothing when there is none yet.
        now: Seconds of the machine's clock.
        time_of_day: Seconds since 1970.
    """
    if not content:
        return Standing()
    body = _SEAL.size + _HEADER.size
    if len(content) < body:
        return None
    form, seal = _SEAL.unpack_from(content)
    written_at, written_on, paused_until, longest_s, waiting, calls = _HEADER.unpack_from(
        content, _SEAL.size
    )
    end = body + 16 * waiting + 8 * calls
    if form != _FORMAT or len(content) < end:
        return None
    view = memoryview(content)
    if zlib.crc32(view[_SEAL.size : end]) != seal:
        return None
    counted = array("d")
    counted.frombytes(view[body + 16 * waiting : end])
    if written_at > now:
        gone = max(0.0, time_of_day - written_on)
        shift = now - gone - written_at
        moved = array("d", [latest + shift for latest in counted])
        return Standing(moved, [], paused_until + shift, longest_s)
    numbers = array("d")
    numbers.frombytes(view[body : body + 16 * waiting])
    queue = [(int(ticket), seen) for ticket, seen in zip(numbers[::2], numbers[1::2], strict=True)]
    return Standing(counted, queue, paused_until, longest_s)
