"""The calls of the last hours as bars."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import PACIFIC

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quickbooks_emulator.calls import Recorded

SHOWN_HOURS = 12
HOUR_S = 3600
OK = 200
FIRST_FAILURE = 400
TOO_MANY = 429
OUTCOMES = ("metered", "free", "throttled", "failed")
"""From the bottom of a bar to its top."""
HEIGHT = 100
WIDTH = 10
GAP = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """One rectangle of the picture, in its own units."""

    outcome: str
    x: int
    y: str
    width: int
    height: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture and the figures beside it."""

    width: int
    pieces: list[Piece]
    hours: list[str]
    totals: list[tuple[str, int]]
    most: int
    """Calls in the busiest hour."""


def outcome_of(call: Recorded) -> str:
    """How a call of the API ended; empty for one that is under way, and for OAuth."""
    if call.call_class == "auth" or not (call.status or call.reply_lost):
        return ""
    if call.status == TOO_MANY:
        return "throttled"
    is_done = OK <= call.status < FIRST_FAILURE
    return call.call_class if is_done and call.call_class in OUTCOMES else "failed"


def chart(calls: Iterable[Recorded], now: float) -> Chart:
    """The calls of the last twelve hours of the emulator's clock."""
    last = int(now // HOUR_S)
    counted: Counter[tuple[int, str]] = Counter()
    for call in calls:
        hour = int(datetime.fromisoformat(call.time).timestamp() // HOUR_S)
        counted[hour, outcome_of(call)] += 1
    shown = range(last - SHOWN_HOURS + 1, last + 1)
    most = max(sum(counted[hour, outcome] for outcome in OUTCOMES) for hour in shown)
    return Chart(
        width=SHOWN_HOURS * WIDTH,
        pieces=[
            piece
            for place, hour in enumerate(shown)
            for piece in _bar(place, hour, counted, max(most, 1))
        ],
        hours=[_hour_text(hour) for hour in shown],
        totals=[(name, sum(counted[hour, name] for hour in shown)) for name in OUTCOMES],
        most=most,
    )


def _bar(place: int, hour: int, counted: Counter[tuple[int, str]], most: int) -> Iterable[Piece]:
    foot: float = HEIGHT
    for outcome in OUTCOMES:
        count = counted[hour, outcome]
        if count:
            height = count / most * HEIGHT
            foot -= height
            title = f"{_hour_text(hour)}: {count} {outcome}"
            x, width = place * WIDTH + GAP // 2, WIDTH - GAP
            yield Piece(outcome, x, f"{foot:.2f}", width, f"{height:.2f}", title)


def _hour_text(hour: int) -> str:
    return f"{datetime.fromtimestamp(hour * HOUR_S, UTC).astimezone(PACIFIC):%H:00}"
