"""How many calls are let through: per minute, per second and at a time, per company and app.

Source: Intuit, "API call limits and throttles": 500 requests a minute per company; 10 a second per
company and app, 800 a minute over all of Intuit's endpoints; 40 batches a minute per company and
app, 120 per company; an older rule of 10 requests at a time per company and app. Intuit, App
Partner Program: a tier's metered calls per calendar month over all companies of a workspace.

Sliding windows are the stricter reading: a fixed window lies within one sliding window of its
length, so whatever sliding windows let through, fixed ones do too, and not the other way round
(twice the calls within a moment, at the turn of the minute).
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

from quickbooks_emulator.expected import TRUTH, Expected, check, is_whole

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.switches import Switches

MINUTE_S = 60.0
SECOND_S = 1.0
MOST = Expected("a whole number, 0 or more", lambda value: is_whole(value) and value >= 0)


@dataclass(slots=True)
class Limits:
    """The limits in force."""

    is_enabled: bool = True
    per_minute: int = 500
    """Requests of a company, whichever app sends them."""
    per_second: int = 10
    """Requests of a company and app, as `concurrent`, `batches_per_minute` and `combined`."""
    concurrent: int = 10
    batches_per_minute: int = 40
    batches_per_minute_of_realm: int = 120
    """Batches of a company, whichever app sends them."""
    combined_per_minute: int = 800
    metered_per_month: int = 0
    """Metered calls of all companies in a calendar month, 500,000 in the Builder tier; 0: any."""

    def change(self, wanted: JsonObject) -> None:
        """Set limits by name; `enabled` turns them on or off. Raises Problem 2010."""
        names = [entry.name for entry in fields(self) if entry.name != "is_enabled"]
        check(wanted, {"enabled": TRUTH, **dict.fromkeys(names, MOST)}, "")
        for name, value in wanted.items():
            setattr(self, "is_enabled" if name == "enabled" else name, value)

    def as_json(self) -> JsonObject:
        """The limits as the control plane shows them."""
        shown = asdict(self)
        return {"enabled": shown.pop("is_enabled"), **shown}


@dataclass(slots=True)
class Window:
    """The calls of the last minute, oldest first."""

    moments: deque[float] = field(default_factory=deque)

    def add(self, now: float) -> None:
        """Count a call; `now` counts seconds and never goes back."""
        self._forget(now)
        self.moments.append(now)

    def has_room(self, most: int, span_s: float, now: float, *, is_fixed: bool) -> bool:
        """Whether another call fits into the window of `span_s`, at most a minute, at `now`."""
        self._forget(now)
        if len(self.moments) < most or most == 0:
            return most > 0
        # The oldest call of so many decides: the window is full while that one lies within.
        decisive = self.moments[-most]
        return decisive < now // span_s * span_s if is_fixed else decisive <= now - span_s

    def _forget(self, now: float) -> None:
        while self.moments and self.moments[0] <= now - MINUTE_S:
            self.moments.popleft()


@dataclass(slots=True)
class Share:
    """The calls of one app within a company."""

    calls: Window = field(default_factory=Window)
    batches: Window = field(default_factory=Window)
    running: int = 0


@dataclass(slots=True)
class Meter:
    """The calls of one company inside the windows."""

    calls: Window = field(default_factory=Window)
    batches: Window = field(default_factory=Window)
    apps: dict[str, Share] = field(default_factory=dict)

    def admit(
        self, limits: Limits, switches: Switches, now: float, client_id: str, *, is_batch: bool
    ) -> bool:
        """Let one call of an app in, or refuse it."""
        share = self.apps.setdefault(client_id, Share())
        is_fixed = switches.limit_window == "fixed"
        is_let_in = not limits.is_enabled or (
            share.running < limits.concurrent
            and self.calls.has_room(limits.per_minute, MINUTE_S, now, is_fixed=is_fixed)
            and share.calls.has_room(limits.per_second, SECOND_S, now, is_fixed=is_fixed)
            and share.calls.has_room(limits.combined_per_minute, MINUTE_S, now, is_fixed=is_fixed)
            and (not is_batch or self._has_batch_room(share, limits, now, is_fixed=is_fixed))
        )
        if is_let_in or switches.throttled_calls_count:
            for window in (self.calls, share.calls):
                window.add(now)
            for window in (self.batches, share.batches) if is_batch else ():
                window.add(now)
        share.running += is_let_in
        return is_let_in

    def leave(self, client_id: str) -> None:
        """A call that was let in has ended."""
        share = self.apps.setdefault(client_id, Share())
        share.running = max(share.running - 1, 0)

    def _has_batch_room(self, share: Share, limits: Limits, now: float, *, is_fixed: bool) -> bool:
        most, of_realm = limits.batches_per_minute, limits.batches_per_minute_of_realm
        return share.batches.has_room(most, MINUTE_S, now, is_fixed=is_fixed) and (
            self.batches.has_room(of_realm, MINUTE_S, now, is_fixed=is_fixed)
        )
