"""What a call is and what it costs, told from the call alone.

Intuit counts whatever reads (an object, a query, CDC, a report) and every batch; a plain write
costs nothing, nor does a call that fails. Where it does not say, the dearer reading is taken:
sending a document by e-mail is metered, and a batch counts once for each of its items.
Source: Intuit, "App Partner Program" (FAQ).
"""

from __future__ import annotations

import dataclasses
import enum

import msgspec


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


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One call that is made."""

    call_class: CallClass
    outcome: Outcome
    is_repeat: bool = False
    kind: str = ""
    units: int = 1
    """What a metered one counts for."""


class _Batch(msgspec.Struct):
    items: list[msgspec.Raw] = msgspec.field(name="BatchItemRequest", default_factory=list)


_FREE_KINDS = frozenset({"write", "upload"})
_READS = {
    "query": "query",
    "cdc": "changes",
    "reports": "report",
    "download": "download",
    "exchangerate": "exchange rate",
}
_batch = msgspec.json.Decoder(_Batch)


def kind_of(method: str, path: str) -> str:
    """Return what a call does, in a word; `path` is what follows the company's id."""
    first, _, rest = path.partition("?")[0].strip("/").lower().partition("/")
    last = rest.rpartition("/")[2]
    if method.upper() in {"GET", "HEAD"}:
        return "PDF" if last == "pdf" else _READS.get(first, "read")
    if first in {"query", "batch", "upload"}:
        return first
    return "send" if last == "send" else "write"


def describe(method: str, path: str, body: bytes | None, *, is_repeat: bool) -> Call:
    """Return a call that is about to be sent: until a reply comes, it counts as lost."""
    kind = kind_of(method, path)
    call_class = CallClass.FREE if kind in _FREE_KINDS else CallClass.METERED
    units = _items(body) if kind == "batch" else 1
    return Call(call_class, Outcome.LOST, is_repeat, kind, units)


def counted_units(call: Call) -> int:
    """Return what Intuit counts a call for: nothing unless it is metered and did not fail."""
    is_counted = call.outcome in {Outcome.ANSWERED, Outcome.LOST}
    return call.units if call.call_class is CallClass.METERED and is_counted else 0


def _items(body: bytes | None) -> int:
    try:
        return max(1, len(_batch.decode(body or b"").items))
    except msgspec.DecodeError:
        return 1
