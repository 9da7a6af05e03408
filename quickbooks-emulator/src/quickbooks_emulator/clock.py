"""The emulator's clock, which can be moved, and Intuit's spellings of time.

Source: Intuit, "Basics of the Accounting API" (date and time formats) and recorded answers:
MetaData in whole seconds with the company's Pacific offset, the envelope's `time` with
milliseconds whose trailing zeros are dropped.
"""

from __future__ import annotations

import time as system_time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
LATEST_S = 7_258_118_400
"""The first moment of 2200."""


@dataclass(slots=True)
class Clock:
    """Seconds since 1970, moved at will.

    `offset_s` is added to real time; while `frozen_at` is set the clock stands there.
    `advanced_s` is the sum of all steps forward, which the rate limits count as passed time.
    """

    offset_s: float = 0.0
    frozen_at: float | None = None
    advanced_s: float = 0.0

    def epoch(self) -> float:
        """Seconds since 1970 by this clock."""
        return self.frozen_at if self.frozen_at is not None else system_time.time() + self.offset_s

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.fromtimestamp(self.epoch(), UTC)

    def today(self) -> date:
        """The company's date."""
        return self.now().astimezone(PACIFIC).date()

    def passed(self) -> float:
        """Seconds that have passed by any measure; never goes back."""
        return system_time.monotonic() + self.advanced_s

    def advance(self, seconds: float) -> None:
        """Move on (or back, when negative). Raises ValueError outside 1970 to 2199."""
        if not 0 <= self.epoch() + seconds < LATEST_S:
            raise ValueError("The clock runs from 1970 to 2199")
        if self.frozen_at is not None:
            self.frozen_at += seconds
        self.offset_s += seconds
        self.advanced_s += max(seconds, 0.0)

    def set(self, moment: datetime) -> None:
        """Jump to a moment."""
        self.advance(moment.timestamp() - self.epoch())

    def freeze(self, *, is_frozen: bool) -> None:
        """Stand still, or run on from here."""
        here = self.epoch()
        self.frozen_at = here if is_frozen else None
        self.offset_s = here - system_time.time()

    def reset(self) -> None:
        """Back to real time."""
        self.offset_s = 0.0
        self.frozen_at = None


@lru_cache(maxsize=65536)
def second_text(epoch_s: int) -> str:
    """`2026-03-04T09:12:45-08:00`."""
    return datetime.fromtimestamp(epoch_s, PACIFIC).isoformat(timespec="seconds")


@lru_cache(maxsize=4096)
def date_text(epoch_s: int) -> str:
    """The company's date of a moment, `2026-03-04`."""
    return datetime.fromtimestamp(epoch_s, PACIFIC).date().isoformat()


def envelope_text(moment: datetime) -> str:
    """`2026-03-04T09:15:02.44-08:00`: milliseconds without trailing zeros."""
    local = moment.astimezone(PACIFIC)
    milliseconds = f"{local.microsecond // 1000:03d}".rstrip("0")
    text = local.isoformat(timespec="seconds")
    return f"{text[:19]}.{milliseconds}{text[19:]}" if milliseconds else text


def parse_moment(text: str) -> datetime:
    """A date or a date and time; without an offset it is the company's zone. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=PACIFIC)


def days_before(moment: datetime, days: int) -> datetime:
    """The moment so many days earlier."""
    return moment - timedelta(days=days)
