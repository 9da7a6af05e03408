"""Permission to call, given out to all threads and processes of the machine in one order.

Whose turn it is and when the next call may start is decided in `budget`; here is waited for it. A
start is written down at the moment it is made, under the lock that all share: nothing is booked
ahead that a killed process could take with it, and a pause holds back who is already waiting.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from typing import TYPE_CHECKING

from quickbooks_client.budget import COLD_UNDERWAY_S, Standing, decode, earliest_start, encode
from quickbooks_client.budget_files import BudgetFiles
from quickbooks_client.connections import Connections
from quickbooks_client.errors import BudgetBusyError, QuickBooksError
from quickbooks_client.tickets import Tickets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quickbooks_client.budget import Budget
    from quickbooks_client.budget_files import Place
    from quickbooks_client.clock import Clock

_LOG = logging.getLogger(__name__)

MAX_SLOT_WAIT_S = 900.0
LONG_WAIT_S = 10.0
SAY_AGAIN_S = 60.0
_BREATH_S = 0.5
"""Who waits is seen this often; well below `budget.LAPSE_S`."""
_POLL_S = 0.01
_LONGEST_POLL_S = 0.05


@dataclasses.dataclass(slots=True)
class Turn:
    """A call that is being made; who makes it says whether its connection stays open."""

    keeps_connection: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class _Started:
    """A call that may be made now."""

    place: Place
    latest: float
    """When it is taken to be counted, if it has not been answered before."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Waiting:
    """A call that may not be made yet."""

    ticket: int
    wait_s: float
    """Asking sooner is useless."""
    soonest: float
    """Whatever others do, it cannot start before."""
    reason: str
    is_paused: bool


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
        self._at_a_time = budget.at_a_time
        self._windows = budget.kept_windows
        self._underway_s = budget.underway_s
        self._longest_s = max(window.seconds for window in self._windows)
        self._clock = clock
        self._files = BudgetFiles(folder, realm_id, budget.at_a_time)
        self._tickets = Tickets()
        self._connections = Connections()
        self._said_at = float("-inf")

    @contextlib.contextmanager
    def slot(self, until: float | None = None) -> Iterator[Turn]:
        """Wait until a call may start, and hold one of the places for calls at a time.

        Args:
            until: Moment of the clock's `monotonic` after which the call must not start any more;
                a quarter of an hour from now by default.

        Raises:
            BudgetBusyError: Its turn does not come before `until`; nothing was used up.
            ConfigurationError: The files that all processes share cannot be used.
        """
        started, turn = self._wait_for_turn(until), Turn()
        try:
            yield turn
        finally:
            if turn.keeps_connection:
                self._connections.give_back(self._clock.monotonic())
            self._end(started)

    def pause(self, seconds: float) -> None:
        """Let no process start a call for `seconds`: QuickBooks said that there were too many."""
        with self._shared() as standing:
            until = self._clock.monotonic() + seconds
            standing.paused_until = max(standing.paused_until, until)

    def close(self) -> None:
        """Close the files; a later call opens them again."""
        self._files.close()
        self._connections.close()

    def _wait_for_turn(self, until: float | None) -> _Started:
        began = self._clock.monotonic()
        until = began + MAX_SLOT_WAIT_S if until is None else until
        turn = self._ask(None)
        ticket = None
        try:
            while isinstance(turn, _Waiting):
                ticket = turn.ticket
                self._wait(turn, began, until)
                turn = self._ask(ticket)
        except BaseException:
            # Also at Ctrl-C: those behind need not wait until the ticket lapses.
            with contextlib.suppress(QuickBooksError), self._shared() as standing:
                standing.leave_queue(ticket)
            raise
        return turn

    def _wait(self, turn: _Waiting, began: float, until: float) -> None:
        """Let some of the time pass until `turn` may have come; raises when that is too late."""
        now = self._clock.monotonic()
        if max(turn.soonest, now) > until:
            raise _busy(turn, now - began, turn.soonest - now)
        self._say(turn, now - began)
        self._clock.sleep(min(turn.wait_s, until - now + _POLL_S))

    def _ask(self, ticket: int | None) -> _Started | _Waiting:
        """Start, or stand in the queue."""
        place = None
        try:
            with self._shared() as standing:
                now = self._clock.monotonic()
                ahead = standing.place_in_queue(ticket, now, self._tickets.is_dead)
                soonest = max(
                    earliest_start(standing.counted, self._windows, now), standing.paused_until
                )
                if ahead == 0 and soonest <= now:
                    place = self._files.take_place()
                if place is None:
                    return self._queued(standing, ticket, ahead, soonest, now)
                standing.leave_queue(ticket)
                underway_s = self._underway_s
                if not self._connections.take(now):
                    underway_s = max(underway_s, COLD_UNDERWAY_S)
                return _Started(place, standing.begin(now, underway_s))
        except BaseException:
            if place is not None:
                # What could not be written down must not be made.
                place.release()
            raise

    def _queued(
        self, standing: Standing, ticket: int | None, ahead: int, soonest: float, now: float
    ) -> _Waiting:
        if ticket is None:
            ticket = self._tickets.new()
            standing.place_in_queue(ticket, now)
        expected = max(
            earliest_start(standing.counted, self._windows, now, ahead), standing.paused_until
        )
        wait_s = expected - now
        if wait_s <= 0:
            wait_s = min(_POLL_S * (ahead + 1), _LONGEST_POLL_S)
        return _Waiting(
            ticket,
            min(wait_s, _BREATH_S),
            soonest,
            self._reason(standing, soonest, ahead, now),
            is_paused=standing.paused_until > now,
        )

    def _end(self, started: _Started) -> None:
        """Give the place back, and write down that the call has been answered."""
        try:
            now = self._clock.monotonic()
            if now < started.latest:
                # If it cannot be written, the call counts a fraction of a second longer.
                with contextlib.suppress(QuickBooksError), self._shared() as standing:
                    standing.end(started.latest, self._clock.monotonic())
        finally:
            started.place.release()

    @contextlib.contextmanager
    def _shared(self) -> Iterator[Standing]:
        """Give what all know, and keep what is made of it."""
        with self._files.locked():
            now, time_of_day = self._clock.monotonic(), self._clock.now().timestamp()
            standing = decode(self._files.read(), now, time_of_day)
            if standing is None:
                _LOG.warning(
                    "%s/%s.calls is damaged or of another version, so nobody knows what was called"
                    " in the last minute: calls wait for %.0f s.",
                    self._folder,
                    self._realm_id,
                    self._longest_s,
                )
                standing = Standing(paused_until=now + self._longest_s)
            yield standing
            standing.forget(now, self._longest_s)
            self._files.write(encode(standing, now, time_of_day))

    def _reason(self, standing: Standing, soonest: float, ahead: int, now: float) -> str:
        if standing.paused_until > now:
            return (
                "QuickBooks said that there were too many calls, so all to this company are held"
                f" back for another {standing.paused_until - now:.0f} s"
            )
        queue = f", with {ahead} before it" if ahead else ""
        if soonest > now:
            return (
                "the calls that settings requests_per_minute, requests_per_second and budget_share"
                f" allow are used up for another {soonest - now:.1f} s{queue}"
            )
        return (
            f"all {self._at_a_time} calls that may run at a time (setting max_concurrent_requests)"
            f" are taken{queue}"
        )

    def _say(self, turn: _Waiting, waited_s: float) -> None:
        """Be not silent for long: one line a minute for all threads of the process."""
        now = self._clock.monotonic()
        held_s = max(waited_s, turn.soonest - now)
        if held_s >= LONG_WAIT_S and now - self._said_at >= SAY_AGAIN_S:
            self._said_at = now
            _LOG.log(
                logging.WARNING if turn.is_paused else logging.INFO,
                "Waiting to call QuickBooks, company %s, for %.0f s so far: %s.",
                self._realm_id,
                waited_s,
                turn.reason,
            )


def _busy(turn: _Waiting, waited_s: float, remaining_s: float) -> BudgetBusyError:
    advice = (
        "start again after that"
        if turn.is_paused
        else "look for other processes that sync this company"
    )
    error = BudgetBusyError(
        f"No turn to call QuickBooks in time ({waited_s:.0f} s waited): {turn.reason}; {advice}."
    )
    error.retry_after_s = remaining_s if remaining_s > 0 else None
    return error
