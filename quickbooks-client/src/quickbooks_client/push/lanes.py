"""How many documents are on their way at a time."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_client.clock import Clock

NARROW_S = 600.0
"""How long documents go one at a time after QuickBooks reported its inventory locked."""


class Lanes:
    """At most `limit` at a time, one for ten minutes after `narrow`."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._busy = 0
        self._narrow_until = float("-inf")
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A lane, once one is free."""
        with self._changed:
            self._changed.wait_for(self._is_free)
            self._busy += 1
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify()

    def narrow(self) -> None:
        """One at a time from now on, for ten minutes."""
        with self._changed:
            self._narrow_until = self._clock.monotonic() + NARROW_S

    def _is_free(self) -> bool:
        is_narrow = self._clock.monotonic() < self._narrow_until
        return self._busy < (1 if is_narrow else self._limit)
