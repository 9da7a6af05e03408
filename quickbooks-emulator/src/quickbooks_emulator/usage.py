"""What Intuit counts: calls by month, company, app, class and entity.

Source: Intuit, App Partner Program: reads, queries, change data capture, reports and batches are
metered (CorePlus), plain writes are free (Core), OAuth is never counted; only successful calls are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quickbooks_emulator.json_text import JsonObject

METERED = "metered"
FREE = "free"
THROTTLED = "throttled"
FAILED = "failed"


class Counted(NamedTuple):
    """What is counted separately; `class_` is a class of calls, `throttled` or `failed`."""

    month: str
    realm_id: str
    app: str
    class_: str
    entity: str


@dataclass(slots=True)
class Usage:
    """The counts since the start, or since they were cleared."""

    calls: Counter[Counted] = field(default_factory=Counter)
    units: Counter[Counted] = field(default_factory=Counter)
    """What the calls count for: a batch may count for more than one."""
    fresh: set[Counted] = field(default_factory=set)
    """Counts not yet written to the emulator's file."""
    _metered: Counter[str] = field(default_factory=Counter)

    def count(self, key: Counted, calls: int = 1, units: int = 1) -> None:
        """Count ended calls."""
        self.calls[key] += calls
        self.units[key] += units
        self.fresh.add(key)
        if key.class_ == METERED:
            self._metered[key.month] += units

    def metered_in(self, month: str) -> int:
        """The metered calls of a month, `2026-03`, over all companies and apps."""
        return self._metered[month]

    def totals(self, count: int) -> JsonObject:
        """The sums that matter, beside the count of all calls."""
        sums: Counter[str] = Counter()
        for key, units in self.units.items():
            sums[key.class_] += units
        return {METERED: sums[METERED], FREE: sums[FREE], THROTTLED: sums[THROTTLED],
                "calls": count}  # fmt: skip

    def grouped(self, by: Iterable[str]) -> list[JsonObject]:
        """Calls and units per combination of `month`, `realm_id`, `app`, `class`, `entity`.

        Raises Problem 2010 for another name.
        """
        names = list(by)
        known = {name.rstrip("_"): name for name in Counted._fields}
        for name in names:
            if name not in known:
                raise Problem("2010", f"Usage is counted by {', '.join(known)}, not by {name}")
        sums: dict[tuple[str, ...], list[int]] = {}
        for key, calls in self.calls.items():
            entry = sums.setdefault(tuple(getattr(key, known[name]) for name in names), [0, 0])
            entry[0] += calls
            entry[1] += self.units[key]
        return [
            {**dict(zip(names, group, strict=True)), "calls": calls, "units": units}
            for group, (calls, units) in sorted(sums.items())
        ]

    def clear(self) -> None:
        """Forget everything."""
        self.calls.clear()
        self.units.clear()
        self.fresh.clear()
        self._metered.clear()
