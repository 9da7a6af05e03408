"""The server's clock, as far as its answers tell."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from quickbooks_client import Clock


class ServerTime:
    """What time it is at QuickBooks: the last answer's time and what has passed since."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answered: datetime | None = None
        self._answered_at = 0.0

    def observe(self, time: datetime) -> None:
        """Take note of an answer that has just come in."""
        self._answered = time
        self._answered_at = self._clock.monotonic()

    def now(self) -> datetime:
        """Return the server's time; before its first answer, this machine's."""
        if self._answered is None:
            return self._clock.now()
        return self._answered + timedelta(seconds=self._clock.monotonic() - self._answered_at)

    def wait_until(self, due: datetime) -> None:
        """Sleep until it is `due` at the server."""
        missing = (due - self.now()).total_seconds()
        if missing > 0:
            self._clock.sleep(missing)
