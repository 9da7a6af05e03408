"""What was called: in memory for this client and its scopes, and durably for all processes."""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import logging
from typing import TYPE_CHECKING

from quickbooks_client.calls import Call, CallClass, Outcome, counted_units
from quickbooks_client.errors import QuickBooksError
from quickbooks_client.locks import ForkSafeLock
from quickbooks_client.records import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quickbooks_client.clock import Clock
    from quickbooks_client.usage_log import Line, UsageLog

_LOG = logging.getLogger(__name__)

WARN_FRACTION = 0.8


class Counter:
    """Calls counted by one part of the program."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._lock = ForkSafeLock()
        self._usage = Usage()

    def add(self, step: Usage) -> None:
        """Count what one more call comes to."""
        with self._lock.own():
            self._usage = add(self._usage, step)

    def snapshot(self) -> Usage:
        """Return what has been counted so far."""
        return self._usage


def add(one: Usage, other: Usage) -> Usage:
    """Return the sum of two counts."""
    return Usage(
        one.requests + other.requests,
        one.metered + other.metered,
        one.free + other.free,
        one.throttled + other.throttled,
        one.retried + other.retried,
        one.refreshed + other.refreshed,
        one.failed + other.failed,
        one.lost + other.lost,
    )


def usage_of(call: Call, calls: int = 1, units: int | None = None) -> Usage:
    """Return what `calls` like `call` come to; `units` is what all of them count for."""
    if call.call_class is CallClass.AUTH:
        return Usage(refreshed=calls if call.outcome is Outcome.ANSWERED else 0)
    return Usage(
        requests=calls,
        metered=(call.units * calls if units is None else units) if counted_units(call) else 0,
        free=calls if call.call_class is CallClass.FREE else 0,
        throttled=calls if call.outcome is Outcome.THROTTLED else 0,
        retried=calls if call.is_repeat else 0,
        failed=calls if call.outcome is Outcome.FAILED else 0,
        lost=calls if call.outcome is Outcome.LOST else 0,
    )


def total(lines: Iterable[Line]) -> Usage:
    """Return what the lines of a usage log come to."""
    usage = Usage()
    for line in lines:
        usage = add(usage, usage_of(line.call, line.calls, line.units))
    return usage


class Counted:
    """A call that is being made; who makes it says when it is sent and how it ended."""

    __slots__ = ("is_sent", "outcome")

    def __init__(self) -> None:
        """Not sent yet, and lost unless told otherwise."""
        self.is_sent = False
        self.outcome = Outcome.LOST


_scopes: contextvars.ContextVar[tuple[tuple[str, Counter], ...]] = contextvars.ContextVar(
    "quickbooks_client_scopes", default=()
)


class Meter:
    """Counts every call of a client, by class and outcome, and by scope."""

    def __init__(self, log: UsageLog, clock: Clock, budget: int | None) -> None:
        """Keep what is needed; nothing is opened.

        Args:
            log: Where calls are written down.
            clock: The time.
            budget: The metered calls a month may have, over all companies of the environment.
        """
        self._log = log
        self._clock = clock
        self._budget = budget
        self._total = Counter()
        self._warned_of = ""
        self._has_failed = False

    def snapshot(self) -> Usage:
        """Return what this client has called so far."""
        return self._total.snapshot()

    @property
    def stream(self) -> str:
        """The innermost scope's name; "" outside of all."""
        scopes = _scopes.get()
        return scopes[-1][0] if scopes else ""

    @contextlib.contextmanager
    def scope(self, name: str) -> Iterator[Counter]:
        """Count what is called inside, by this thread, also under `name`; scopes may nest.

        The innermost name is the stream under which calls are written down. A thread started
        inside counts for itself only, unless it runs in a copy of this context.
        """
        counter = Counter()
        token = _scopes.set((*_scopes.get(), (name, counter)))
        try:
            yield counter
        finally:
            _scopes.reset(token)

    @contextlib.contextmanager
    def counting(self, call: Call) -> Iterator[Counted]:
        """Count `call`, which is made inside; one that is never sent is not counted.

        Raises:
            BudgetSpentError: It is metered and the month's budget is used up.
            StoreBusyError: Another process does not let go of the usage file.
            ConfigurationError: The usage file cannot be used.
        """
        scopes = _scopes.get()
        stream = scopes[-1][0] if scopes else ""
        now = self._clock.now()
        entry = self._log.begin(call, stream, now, self._budget)
        if entry.used is not None and self._budget is not None:
            self._warn(entry.used, self._budget, entry.month)
        counted = Counted()
        try:
            yield counted
        finally:
            if counted.is_sent:
                ended = dataclasses.replace(call, outcome=counted.outcome)
                self._add(ended)
                if ended.outcome is not call.outcome:
                    with self._kept_from_callers():
                        self._log.finish(entry, ended, now)
            else:
                with self._kept_from_callers():
                    self._log.cancel(entry, now)

    def count_refresh(self) -> None:
        """Count a refresh of the access token, which is over."""
        call = Call(CallClass.AUTH, Outcome.ANSWERED, kind="token")
        self._add(call)
        with self._kept_from_callers():
            self._log.begin(call, "", self._clock.now())

    def _add(self, call: Call) -> None:
        step = usage_of(call)
        self._total.add(step)
        for _, counter in _scopes.get():
            counter.add(step)

    @contextlib.contextmanager
    def _kept_from_callers(self) -> Iterator[None]:
        """Let a call that was answered succeed although its outcome cannot be written down."""
        try:
            yield
        except QuickBooksError as error:
            if not self._has_failed:
                self._has_failed = True
                _LOG.warning("A call is counted as lost, whatever came back: %s", error)

    def _warn(self, used: int, budget: int, month: str) -> None:
        if used >= budget * WARN_FRACTION and self._warned_of != month:
            self._warned_of = month
            _LOG.warning(
                "%d of the month's %d metered calls (setting monthly_read_budget) are used.",
                used,
                budget,
            )


def projected(used: int, elapsed_s: float, whole_s: float) -> int | None:
    """Return what a month comes to at the pace so far; None before its first day is over."""
    day_s = 86_400.0
    return None if elapsed_s < day_s else round(used * whole_s / elapsed_s)
