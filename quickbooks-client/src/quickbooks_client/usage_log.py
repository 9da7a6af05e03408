"""Calls of all processes of the machine, in a small SQLite file beside the token store.

A call is written down before it is sent, as one whose reply was lost, and once more when it has
ended: a process that is killed between the two leaves it counted. The month's metered calls stand
in a sum of their own, which is asked and raised in one transaction, so that processes at the edge
of a budget never pass it together. Months are calendar months in UTC: Intuit does not tell its own
("App Partner Program").
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import filelock

from quickbooks_client.calls import Call, CallClass, Outcome, counted_units
from quickbooks_client.errors import BudgetSpentError, ConfigurationError, StoreBusyError
from quickbooks_client.locks import ForkSafeLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEEP = timedelta(days=31)
"""Single calls are kept this long, the sums of each day for ever."""
BUSY_S = 30.0
_VERSION = 1
_OF_PARENTS: list[sqlite3.Connection] = []
"""Connections that this process has from the one it was forked from: kept, so never closed."""
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

_SCHEMA = """
create table calls (
    id integer primary key, called_at real not null, realm_id text not null,
    environment text not null, call_class text not null, kind text not null, stream text not null,
    outcome text not null, is_repeat integer not null, units integer not null
);
create index calls_called_at on calls (called_at);
create table days (
    day text not null, realm_id text not null, environment text not null, call_class text not null,
    kind text not null, stream text not null, outcome text not null, is_repeat integer not null,
    calls integer not null, units integer not null,
    primary key (day, realm_id, environment, call_class, kind, stream, outcome, is_repeat)
) without rowid;
create table months (
    month text not null, environment text not null, realm_id text not null,
    metered integer not null,
    primary key (month, environment, realm_id)
) without rowid;
"""
_SCHEMA_0 = """
drop index if exists calls_called_at;
alter table calls rename to old_calls;
alter table months rename to old_months;
"""
_FROM_0 = """
insert into calls select null, called_at, realm_id, environment, call_class, '', scope, outcome,
    is_repeat, 1 from old_calls;
insert into months select month, environment, realm_id, metered from old_months;
drop table old_calls;
drop table old_months
"""
_KEYS = "realm_id, environment, call_class, kind, stream, outcome, is_repeat"
_ROLL_UP = f"""
insert into days select date(called_at, 'unixepoch'), {_KEYS}, count(*), sum(units)
from calls where called_at < :before group by 1, 2, 3, 4, 5, 6, 7, 8
on conflict (day, realm_id, environment, call_class, kind, stream, outcome, is_repeat)
do update set calls = calls + excluded.calls, units = units + excluded.units
"""
_INSERT = f"insert into calls (called_at, units, {_KEYS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = "update calls set outcome = ? where id = ?"
_ADD_TO_MONTH = (
    "insert into months values (?, ?, ?, ?)"
    " on conflict (month, environment, realm_id)"
    " do update set metered = metered + excluded.metered"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A call that was written down before it was sent."""

    number: int
    month: str
    units: int
    """What was added to the month's metered calls for it."""
    used: int | None = None
    """The month's metered calls, this one included; None when no budget was asked about."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """Calls of one day that are alike."""

    day: str
    """`2026-03-04`, UTC."""
    call: Call
    stream: str
    """What they were made for; "" for nothing named."""
    calls: int
    units: int
    """What Intuit may count them for; only those of metered calls that were answered or lost."""


class UsageLog:
    """The file, as one company of one environment sees it."""

    def __init__(self, path: Path, environment: str, realm_id: str, busy_s: float = BUSY_S) -> None:
        """Name the file; nothing is opened. Others are waited for up to `busy_s`."""
        self.path = path
        self._environment = environment
        self._realm_id = realm_id
        self._busy_s = busy_s
        self._lock = ForkSafeLock()
        self._connection: sqlite3.Connection | None = None
        self._opened_by = 0

    def begin(self, call: Call, stream: str, now: datetime, budget: int | None = None) -> Entry:
        """Write down a call that is about to be sent.

        Args:
            call: What it is; it counts as if its outcome were final.
            stream: What it is for.
            now: The time.
            budget: The metered calls that the month may have, over all companies.

        Raises:
            BudgetSpentError: It is metered and not in the budget any more; nothing is written.
            StoreBusyError: Another process does not let go of the file.
            ConfigurationError: The file cannot be used.
        """
        month, units, used = month_of(now), counted_units(call), None
        with self._written(now) as connection:
            if budget is not None and units:
                used = self._metered(connection, month) + units
                if used > budget:
                    raise _spent(budget, now)
            number = connection.execute(
                _INSERT,
                (
                    now.timestamp(),
                    call.units,
                    self._realm_id,
                    self._environment,
                    call.call_class.value,
                    call.kind,
                    stream,
                    call.outcome.value,
                    int(call.is_repeat),
                ),
            ).lastrowid
            if units:
                connection.execute(_ADD_TO_MONTH, (month, self._environment, self._realm_id, units))
        return Entry(number or 0, month, units, used)

    def finish(self, entry: Entry, call: Call, now: datetime) -> None:
        """Write down how a call ended; what does not count is given back to the month.

        Raises:
            StoreBusyError: Another process does not let go of the file.
            ConfigurationError: The file cannot be used.
        """
        units = entry.units - counted_units(call)
        # One statement is a transaction of its own, and cheaper.
        with self._written(now) if units else self._opened(now) as connection:
            connection.execute(_UPDATE, (call.outcome.value, entry.number))
            self._give_back(connection, entry, units)

    def cancel(self, entry: Entry, now: datetime) -> None:
        """Forget a call that was never sent.

        Raises:
            StoreBusyError: Another process does not let go of the file.
            ConfigurationError: The file cannot be used.
        """
        with self._written(now) as connection:
            connection.execute("delete from calls where id = ?", (entry.number,))
            self._give_back(connection, entry, entry.units)

    def metered_in_month(self, now: datetime) -> int:
        """Return the metered calls of the calendar month, of all companies: as Intuit counts."""
        with self._opened(now) as connection:
            return self._metered(connection, month_of(now))

    def lines(
        self, since: datetime, until: datetime, now: datetime, *, every_company: bool = False
    ) -> list[Line]:
        """Return what was called from `since` until before `until`, by day.

        Of days that lie longer back than `KEEP` there are sums only: the day of `since` is then
        counted whole.
        """
        whose = "environment = :environment" + ("" if every_company else " and realm_id = :realm")
        keys = "call_class, kind, stream, outcome, is_repeat"
        with self._opened(now) as connection:
            found = connection.execute(
                f"select day, {keys}, sum(calls), sum(units) from ("
                f" select date(called_at, 'unixepoch') as day, {keys}, 1 as calls, units from calls"
                f" where {whose} and called_at >= :since and called_at < :until"
                f" union all select day, {keys}, calls, units from days"
                f" where {whose} and day >= :first and day < :end"
                ") group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6",
                {
                    "environment": self._environment,
                    "realm": self._realm_id,
                    "since": since.timestamp(),
                    "until": until.timestamp(),
                    "first": _day(since),
                    # A day that is not over counts whole; there are sums of long ago only.
                    "end": _day(until + timedelta(days=1) - timedelta(microseconds=1)),
                },
            ).fetchall()
        return [
            Line(
                day,
                Call(CallClass(call_class), Outcome(outcome), kind=kind, is_repeat=bool(repeat)),
                stream,
                calls,
                units,
            )
            for day, call_class, kind, stream, outcome, repeat, calls, units in found
        ]

    def close(self) -> None:
        """Close the file."""
        with self._lock.own():
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _metered(self, connection: sqlite3.Connection, month: str) -> int:
        found = connection.execute(
            "select coalesce(sum(metered), 0) from months where month = ? and environment = ?",
            (month, self._environment),
        )
        return int(found.fetchone()[0])

    def _give_back(self, connection: sqlite3.Connection, entry: Entry, units: int) -> None:
        if units:
            connection.execute(
                _ADD_TO_MONTH, (entry.month, self._environment, self._realm_id, -units)
            )

    @contextlib.contextmanager
    def _written(self, now: datetime) -> Iterator[sqlite3.Connection]:
        """Give the open file within one transaction that no other process writes beside."""
        with self._opened(now) as connection:
            connection.execute("begin immediate")
            try:
                yield connection
                connection.execute("commit")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("rollback")
                raise

    @contextlib.contextmanager
    def _opened(self, now: datetime) -> Iterator[sqlite3.Connection]:
        """Give the open file to one thread at a time."""
        with self._lock.own():
            try:
                if self._connection is not None and self._opened_by != os.getpid():
                    # A fork's: SQLite forbids using it here, and closing it too.
                    _OF_PARENTS.append(self._connection)
                    self._connection = None
                if self._connection is None:
                    self._connection, self._opened_by = self._open(now), os.getpid()
                yield self._connection
            except (filelock.Timeout, OSError, sqlite3.Error) as error:
                raise self._explained(error) from None

    def _explained(self, error: Exception) -> ConfigurationError | StoreBusyError:
        is_busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY
        if is_busy or isinstance(error, filelock.Timeout):
            return StoreBusyError(
                f"Another process has held the usage file {self.path} for {self._busy_s:.0f} s."
                " Look which process uses it and try again."
            )
        return ConfigurationError(
            f"Setting token_store: the usage file {self.path} beside it cannot be used ({error});"
            " let this user write there, or move the file away (it holds nothing but counts)."
        )

    def _open(self, now: datetime) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite does not wait when two processes make a file at once.
        with filelock.FileLock(f"{self.path}.lock", timeout=self._busy_s, mode=0o600):
            connection = sqlite3.connect(
                self.path, timeout=self._busy_s, isolation_level=None, check_same_thread=False
            )
            try:
                _prepare(connection, now)
            except BaseException:
                connection.close()
                raise
        return connection


def _prepare(connection: sqlite3.Connection, now: datetime) -> None:
    """Make the tables, and sums of what is old."""
    [[mode]] = connection.execute("pragma journal_mode")
    if mode != "wal":
        connection.execute("pragma journal_mode = wal")
    # A killed process loses nothing; a machine that loses power, the last counts.
    connection.execute("pragma synchronous = normal")
    [[version]] = connection.execute("pragma user_version")
    if version > _VERSION:
        raise sqlite3.DatabaseError("it was written by a later version of quickbooks-client")
    before = {"before": (now - KEEP).timestamp()}
    connection.execute("begin immediate")
    try:
        if version < _VERSION:
            is_old = connection.execute("select 1 from sqlite_master where name = 'months'")
            steps = (_SCHEMA_0, _SCHEMA, _FROM_0) if is_old.fetchone() else (_SCHEMA,)
            for statement in ";".join(steps).split(";"):
                connection.execute(statement)
            connection.execute(f"pragma user_version = {_VERSION}")
        connection.execute(_ROLL_UP, before)
        connection.execute("delete from calls where called_at < :before", before)
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def month_of(moment: datetime) -> str:
    """Return the calendar month in UTC, `2026-03`."""
    return moment.astimezone(UTC).strftime("%Y-%m")


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return when a month such as `2026-03` begins and when the next one does, UTC.

    Raises:
        ValueError: It is no month.
    """
    begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return begin, (begin + timedelta(days=31)).replace(day=1)


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def _spent(budget: int, now: datetime) -> BudgetSpentError:
    month = month_of(now)
    end = month_bounds(month)[1]
    return BudgetSpentError(
        f"This machine's {budget} metered calls of {month} (setting monthly_read_budget) are used"
        f" up, over all companies: nothing more is read until {end:%Y-%m-%d %H:%M} UTC, writes go"
        " on. Raise the setting if the Intuit app's allowance is larger."
    )
