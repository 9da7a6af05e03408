"""The record of calls: what was asked and how it ended."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator.usage import FAILED, FREE, METERED, THROTTLED, Counted, Usage

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject

REMEMBERED = 100_000
UNKNOWN = "unknown"
OK = 200
TOO_MANY = 429
METERED_OPERATIONS = frozenset({
    "query", "read", "cdc", "batch", "report", "pdf", "download", "exchangerate",
})  # fmt: skip


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
    realm_id: str = ""
    app: str = ""

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
    counted: Usage = field(default_factory=Usage)

    def begin(self, call: Recorded) -> Recorded:
        """Record a call that has come in."""
        self.count += 1
        call.n = self.count
        self.latest.append(call)
        return call

    def end(
        self,
        call: Recorded,
        status: int,
        month: str,
        *,
        units: int = 1,
        is_lost: bool = False,
        is_throttled: bool = False,
    ) -> None:
        """Record how it ended; only what succeeded is counted under its class."""
        call.status = status
        call.reply_lost = is_lost
        outcome = call.call_class if status == OK else FAILED
        if is_throttled or status == TOO_MANY:
            outcome = THROTTLED
        # An address that leads nowhere names no entity, whatever stands in it.
        what = call.entity if call.entity and call.operation != UNKNOWN else call.operation
        key = Counted(month, call.realm_id, call.app, outcome, what)
        self.counted.count(key, units=units if outcome == METERED else 1)

    def clear(self) -> None:
        """Forget everything."""
        self.latest.clear()
        self.count = 0
        self.counted.clear()

    def usage(self) -> JsonObject:
        """What Intuit would have counted."""
        return self.counted.totals(self.count)


def class_of(operation: str, *, is_sending_metered: bool) -> str:
    """`metered` for what the partner programme counts, else `free`."""
    if operation == "send":
        return METERED if is_sending_metered else FREE
    return METERED if operation in METERED_OPERATIONS else FREE
