"""The record of calls: what was asked, how it ended and what Intuit would have counted.

Source: Intuit, App Partner Program: reads, queries, change data capture, reports and batches are
metered (CorePlus), plain writes are free (Core), OAuth is never counted; only successful calls are.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject

REMEMBERED = 100_000
OK = 200
TOO_MANY = 429
METERED_OPERATIONS = frozenset({"query", "read", "cdc", "batch", "report"})


@dataclass(slots=True)
class Recorded:
    """One call."""

    n: int
    time: str
    method: str
    path: str
    entity: str
    operation: str
    call_class: str
    query: str
    request_id: str
    status: int = 0
    reply_lost: bool = False

    def as_json(self) -> JsonObject:
        """The call as the control plane shows it; `class` is a keyword here."""
        shown = asdict(self)
        shown["class"] = shown.pop("call_class")
        return shown


@dataclass(slots=True)
class Calls:
    """The latest calls and the running counts."""

    latest: deque[Recorded] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    count: int = 0
    metered: int = 0
    free: int = 0
    throttled: int = 0

    def begin(self, call: Recorded) -> Recorded:
        """Record a call that has come in."""
        self.count += 1
        call.n = self.count
        self.latest.append(call)
        return call

    def end(self, call: Recorded, status: int, *, is_lost: bool = False) -> None:
        """Record how it ended."""
        call.status = status
        call.reply_lost = is_lost
        if status == TOO_MANY:
            self.throttled += 1
        elif status == OK and call.call_class == "metered":
            self.metered += 1
        elif status == OK and call.call_class == "free":
            self.free += 1

    def clear(self) -> None:
        """Forget everything."""
        self.latest.clear()
        self.count = self.metered = self.free = self.throttled = 0

    def usage(self) -> JsonObject:
        """What Intuit would have counted."""
        return {
            "metered": self.metered,
            "free": self.free,
            "throttled": self.throttled,
            "calls": self.count,
        }


def class_of(operation: str) -> str:
    """`metered` for what the partner programme counts, else `free`."""
    return "metered" if operation in METERED_OPERATIONS else "free"
