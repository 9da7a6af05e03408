"""Time and a query endpoint that tests can steer."""

from __future__ import annotations

import operator
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from typing_extensions import override

from quickbooks_client import Clock, QueryReply, RawRecord

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class FakeClock(Clock):
    """A clock that stands still until somebody sleeps."""

    def __init__(self, start: datetime = START) -> None:
        self._lock = threading.Lock()
        self._start = start
        self._passed_s = 0.0
        self.slept: list[float] = []

    @override
    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed_s)

    @override
    def monotonic(self) -> float:
        return 1000.0 + self._passed_s

    @override
    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._passed_s += seconds

    def advance(self, seconds: float) -> None:
        """Let time pass without anybody waiting."""
        with self._lock:
            self._passed_s += seconds


class Books:
    """Rows of one entity behind a query endpoint, whole-second times."""

    def __init__(self, *, has_times: bool = True, ties: str = "stable") -> None:
        """Start empty.

        Args:
            has_times: Rows bear a time, and come in its order when asked.
            ties: Rows of one second come in the order of their ids (`stable`), or in another one
                at every query (`shuffled`). Without times `newest` puts what was changed first.
        """
        self.has_times = has_times
        self.ties = ties
        self.seconds = 100
        self.rows: dict[int, tuple[int, int]] = {}
        self.queries: list[str] = []
        self.between: Callable[[], None] = lambda: None
        self.total_count: Callable[[int], int | None] = lambda _: None
        """What stands beside the rows of an answer that has so many in all."""
        self.short_by = 0
        """Rows that each full page lacks at its end."""
        self._next_id = 1
        self._changed: dict[int, int] = {}
        self._edits = 0

    def create(self, *, shift: int = 0) -> int:
        """Add a row, stamped now, or so many seconds off."""
        row_id, self._next_id = self._next_id, self._next_id + 1
        self._write(row_id, 0, shift)
        return row_id

    def touch(self, row_id: int, *, shift: int = 0) -> None:
        """Change a row: a new token, stamped now, or so many seconds off."""
        self._write(row_id, self.rows[row_id][0] + 1, shift)

    def delete(self, row_id: int) -> None:
        """Take a row away."""
        del self.rows[row_id]

    def time(self, seconds: int) -> datetime:
        """The time a stamp stands for."""
        return START + timedelta(seconds=seconds)

    def ask(self, text: str) -> QueryReply:
        """Answer one query; then let something happen before the next."""
        self.queries.append(text)
        order = sorted(self.rows, key=self._place)
        for sign, holds in (("<", operator.lt), (">=", operator.ge)):
            for bound in re.findall(rf"LastUpdatedTime {sign} '([^']+)'", text):
                moment = datetime.fromisoformat(bound)
                order = [one for one in order if holds(self.time(self.rows[one][1]), moment)]
        now = self.time(self.seconds)
        if "COUNT(*)" in text:
            reply = QueryReply([], now, len(order))
        else:
            start = int(re.search(r"STARTPOSITION (\d+)", text)[1])  # type: ignore[index]
            rows = int(re.search(r"MAXRESULTS (\d+)", text)[1])  # type: ignore[index]
            chosen = order[start - 1 : start - 1 + rows]
            if len(chosen) == rows:
                chosen = chosen[: rows - self.short_by]
            total = self.total_count(len(order))
            reply = QueryReply([self._record(one) for one in chosen], now, total)
        self.between()
        return reply

    def _write(self, row_id: int, token: int, shift: int) -> None:
        self.rows[row_id] = (token, self.seconds + shift)
        self._edits += 1
        self._changed[row_id] = self._edits

    def _place(self, row_id: int) -> tuple[int, int]:
        if self.has_times:
            tie = hash((row_id, len(self.queries))) if self.ties == "shuffled" else row_id
            return self.rows[row_id][1], tie
        return (-self._changed[row_id] if self.ties == "newest" else 0), row_id

    def _record(self, row_id: int) -> RawRecord:
        token, stamp = self.rows[row_id]
        updated = self.time(stamp) if self.has_times else None
        return RawRecord(str(row_id), str(token), updated, is_deleted=False, document=b"{}")
