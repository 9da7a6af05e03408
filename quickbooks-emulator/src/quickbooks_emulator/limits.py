"""How many calls are let through: per minute, per second and at a time, per company.

Source: Intuit, "API call limits and throttles": 500 requests a minute, 10 a second, 40 batches a
minute; an older rule of 10 at a time. The windows slide; a refused call does not count.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

MINUTE_S = 60.0
SECOND_S = 1.0


@dataclass(slots=True)
class Limits:
    """The limits in force."""

    is_enabled: bool = True
    per_minute: int = 500
    per_second: int = 10
    concurrent: int = 10
    batches_per_minute: int = 40


@dataclass(slots=True)
class Meter:
    """The calls of one company inside the windows."""

    calls: deque[float] = field(default_factory=deque)
    batches: deque[float] = field(default_factory=deque)
    running: int = 0

    def admit(self, limits: Limits, now: float, *, is_batch: bool) -> bool:
        """Let one call in, or refuse it; `now` counts seconds and never goes back."""
        for window in (self.calls, self.batches):
            while window and window[0] <= now - MINUTE_S:
                window.popleft()
        if limits.is_enabled and self._is_full(limits, now, is_batch=is_batch):
            return False
        self.calls.append(now)
        if is_batch:
            self.batches.append(now)
        self.running += 1
        return True

    def leave(self) -> None:
        """A call that was let in has ended."""
        self.running = max(self.running - 1, 0)

    def _is_full(self, limits: Limits, now: float, *, is_batch: bool) -> bool:
        if self.running >= limits.concurrent or len(self.calls) >= limits.per_minute:
            return True
        if is_batch and len(self.batches) >= limits.batches_per_minute:
            return True
        recent = 0
        for moment in reversed(self.calls):
            if moment <= now - SECOND_S:
                break
            recent += 1
        return recent >= limits.per_second
