"""What was called: in memory for this run, and durably for all of them.

Intuit meters reads, queries, CDC, reports and batches, and lets plain writes go free; failed calls
are not counted. Which is which is decided by `classify`, from the call alone.
Source: Intuit, "App Partner Program" (FAQ).
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import enum
import logging
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from quickbooks_client.errors import BudgetSpentError, ConfigurationError
from quickbooks_client.records import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quickbooks_client.clock import Clock

_LOG = logging.getLogger(__name__)

WARN_FRACTION = 0.8
KEEP = timedelta(days=62)
"""Single calls are kept this long; sums of a month for ever."""

_SCHEMA = """
create table if not exists calls (
    called_at real not null, realm_id text not null, environment text not null,
    call_class text not null, outcome text not null, scope text not null,
    is_repeat integer not null
);
create index if not exists calls_called_at on calls (called_at);
create table if not exists months (
    month text not null, realm_id text not null, environment text not null,
    metered integer not null, free integer not null, throttled integer not null,
    primary key (month, environment, realm_id)
);
"""


class CallClass(enum.Enum):
    """What a call costs."""

    METERED = "metered"
    FREE = "free"
    AUTH = "auth"


class Outcome(enum.Enum):
    """How a call ended."""

    ANSWERED = "answered"
    THROTTLED = "throttled"
    FAILED = "failed"
    LOST = "lost"
    """No reply was seen; it may have been counted."""


def classify(method: str, path: str) -> CallClass:
    """Return what a call costs; `path` is what follows the company's id."""
    if method.upper() == "GET":
        return CallClass.METERED
    name = path.strip("/").split("/", 1)[0].lower()
    return CallClass.METERED if name in {"query", "batch"} else CallClass.FREE


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One call that was made."""

    call_class: CallClass
    outcome: Outcome
    is_repeat: bool = False


class Counter:
    """Calls counted by one part of the program."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._lock = threading.Lock()
        self._usage = Usage()

    def add(self, call: Call) -> None:
        """Count one more call."""
        step = _step(call)
        with self._lock:
            self._usage = add(self._usage, step)

    def snapshot(self) -> Usage:
        """Return what has been counted so far."""
        return self._usage


def add(one: Usage, other: Usage) -> Usage:
    """Return the sum of two counts."""
    return Usage(
        *(getattr(one, f.name) + getattr(other, f.name) for f in dataclasses.fields(Usage))
    )


def _step(call: Call) -> Usage:
    if call.call_class is CallClass.AUTH:
        return Usage(refreshed=1)
    is_counted = call.outcome in {Outcome.ANSWERED, Outcome.LOST}
    return Usage(
        requests=1,
        metered=int(call.call_class is CallClass.METERED and is_counted),
        free=int(call.call_class is CallClass.FREE),
        throttled=int(call.outcome is Outcome.THROTTLED),
        retried=int(call.is_repeat),
    )


_scopes: contextvars.ContextVar[tuple[tuple[str, Counter], ...]] = contextvars.ContextVar(
    "quickbooks_client_scopes", default=()
)


class Meter:
    """Counts every call of a client, by class and outcome, and by scope."""

    def __init__(self, log: UsageLog, clock: Clock, monthly_read_budget: int | None) -> None:
        """Keep what is needed; nothing is opened."""
        self._log = log
        self._clock = clock
        self._budget = monthly_read_budget
        self._total = Counter()
        self._has_warned = False

    def snapshot(self) -> Usage:
        """Return what this client has called so far."""
        return self._total.snapshot()

    @contextlib.contextmanager
    def scope(self, name: str) -> Iterator[Counter]:
        """Count what is called inside, by this thread, also under `name`; scopes may nest.

        A thread started inside counts for itself only: open a scope in it.
        """
        counter = Counter()
        token = _scopes.set((*_scopes.get(), (name, counter)))
        try:
            yield counter
        finally:
            _scopes.reset(token)

    def count(self, call: Call) -> None:
        """Count one call, durably."""
        self._total.add(call)
        scopes = _scopes.get()
        for _, counter in scopes:
            counter.add(call)
        self._log.add(call, scopes[-1][0] if scopes else "", self._clock.now())

    def check_budget(self, call_class: CallClass) -> None:
        """Stop before a call that the month's budget does not allow, or that cannot be counted.

        Raises:
            BudgetSpentError: The call is metered and the budget is used up.
            ConfigurationError: The usage file cannot be used.
        """
        # Opened before anything is sent: a write must not fail for its count alone.
        self._log.prepare(self._clock.now())
        if self._budget is None or call_class is not CallClass.METERED:
            return
        used = self._log.metered_in_month(self._clock.now())
        if used >= self._budget:
            raise BudgetSpentError(
                f"The month's {self._budget} metered calls (setting monthly_read_budget) are used"
                " up, so nothing more is read this month: raise the setting if the Intuit app's"
                " allowance is larger."
            )
        if used >= self._budget * WARN_FRACTION and not self._has_warned:
            self._has_warned = True
            _LOG.warning("%d of the month's %d metered calls are used.", used, self._budget)


class UsageLog:
    """Calls of all processes, in a small SQLite file beside the token store."""

    def __init__(self, path: Path, environment: str, realm_id: str) -> None:
        """Name the file; nothing is opened."""
        self._path = path
        self._environment = environment
        self._realm_id = realm_id
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def prepare(self, now: datetime) -> None:
        """Open the file, if it is not open."""
        with self._opened(now):
            pass

    def add(self, call: Call, scope: str, now: datetime) -> None:
        """Write one call down."""
        step = _step(call)
        with self._opened(now) as connection, connection:
            connection.execute("begin immediate")
            connection.execute(
                "insert into calls values (?, ?, ?, ?, ?, ?, ?)",
                (
                    now.timestamp(),
                    self._realm_id,
                    self._environment,
                    call.call_class.value,
                    call.outcome.value,
                    scope,
                    int(call.is_repeat),
                ),
            )
            connection.execute(
                "insert into months values (?, ?, ?, ?, ?, ?)"
                " on conflict (month, environment, realm_id) do update set"
                " metered = metered + excluded.metered, free = free + excluded.free,"
                " throttled = throttled + excluded.throttled",
                (
                    _month(now),
                    self._realm_id,
                    self._environment,
                    step.metered,
                    step.free,
                    step.throttled,
                ),
            )

    def metered_in_month(self, now: datetime) -> int:
        """Return the metered calls of the calendar month, of all companies: as Intuit counts."""
        with self._opened(now) as connection:
            found = connection.execute(
                "select coalesce(sum(metered), 0) from months where month = ? and environment = ?",
                (_month(now), self._environment),
            )
            return int(found.fetchone()[0])

    def since(self, moment: datetime | None, now: datetime) -> Usage:
        """Return what all processes called for this company since `moment`, or in what is kept."""
        with self._opened(now) as connection:
            found = connection.execute(
                "select call_class, outcome, is_repeat, count(*) from calls"
                " where realm_id = ? and environment = ? and called_at >= ? group by 1, 2, 3",
                (self._realm_id, self._environment, moment.timestamp() if moment else 0.0),
            )
            usage = Usage()
            for call_class, outcome, is_repeat, count in found:
                step = _step(Call(CallClass(call_class), Outcome(outcome), bool(is_repeat)))
                usage = add(
                    usage,
                    Usage(*(getattr(step, f.name) * count for f in dataclasses.fields(Usage))),
                )
            return usage

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextlib.contextmanager
    def _opened(self, now: datetime) -> Iterator[sqlite3.Connection]:
        """Give the open file to one thread at a time."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open(now)
                yield self._connection
            except (OSError, sqlite3.Error) as error:
                raise ConfigurationError(
                    f"Setting token_store: the usage file {self._path} beside it cannot be used"
                    f" ({error}); let this user write there, or move the file away."
                ) from None

    def _open(self, now: datetime) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path, timeout=30, isolation_level=None, check_same_thread=False
        )
        # A killed process loses nothing; a machine that loses power, the last counts.
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = off")
        connection.executescript(_SCHEMA)
        connection.execute("delete from calls where called_at < ?", ((now - KEEP).timestamp(),))
        return connection


def _month(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m")
