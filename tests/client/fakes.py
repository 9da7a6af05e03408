"""Time and a query endpoint that tests can steer."""

from __future__ import annotations

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
    """Rows of one entity behind a query endpoint, whole-second times, ties in order of id."""

    def __init__(self, *, has_times: bool = True) -> None:
        self.has_times = has_times
        self.seconds = 100
        self.rows: dict[int, tuple[int, int]] = {}
        self.queries: list[str] = []
        self.between: Callable[[], None] = lambda: None
        self._next_id = 1

    def create(self) -> int:
        """Add a row, stamped now."""
        row_id, self._next_id = self._next_id, self._next_id + 1
        self.rows[row_id] = (0, self.seconds)
        return row_id

    def touch(self, row_id: int) -> None:
        """Change a row: a new token, stamped now."""
        token, _ = self.rows[row_id]
        self.rows[row_id] = (token + 1, self.seconds)

    def delete(self, row_id: int) -> None:
        """Take a row away."""
        del self.rows[row_id]

    def time(self, seconds: int) -> datetime:
        """The time a stamp stands for."""
        return START + timedelta(seconds=seconds)

    def ask(self, text: str) -> QueryReply:
        """Answer one query; then let something happen before the next."""
        self.queries.append(text)
        order = sorted(
            self.rows,
            key=lambda row_id: (self.rows[row_id][1] if self.has_times else 0, row_id),
        )
        lower = re.search(r"LastUpdatedTime >= '([^']+)'", text)
        if lower:
            bound = datetime.fromisoformat(lower[1])
            order = [one for one in order if self.time(self.rows[one][1]) >= bound]
        now = self.time(self.seconds)
        if "COUNT(*)" in text:
            reply = QueryReply([], now, len(order))
        else:
            start = int(re.search(r"STARTPOSITION (\d+)", text)[1])  # type: ignore[index]
            rows = int(re.search(r"MAXRESULTS (\d+)", text)[1])  # type: ignore[index]
            chosen = order[start - 1 : start - 1 + rows]
            reply = QueryReply([self._record(one) for one in chosen], now, None)
        self.between()
        return reply

    def _record(self, row_id: int) -> RawRecord:
        token, stamp = self.rows[row_id]
        updated = self.time(stamp) if self.has_times else None
        return RawRecord(str(row_id), str(token), updated, is_deleted=False, document=b"{}")
