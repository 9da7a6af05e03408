"""Which calls find an open connection, so that they are soon at the server, and which open one."""

from __future__ import annotations

import os

KEPT_S = 20.0
"""One that was left alone for longer may have been closed by the server or something between."""


class Connections:
    """The open connections of this process that no call uses; the latest is used first.

    Only one thread at a time may `take`.
    """

    def __init__(self) -> None:
        """There is none yet."""
        self._free_since: list[float] = []
        self._process = os.getpid()

    def take(self, now: float) -> bool:
        """Return whether a call that starts now finds an open one, which is then in use."""
        if self._process != os.getpid():
            # Those are the parent's.
            self._process, self._free_since = os.getpid(), []
        if self._free_since and self._free_since.pop() > now - KEPT_S:
            return True
        self._free_since.clear()
        return False

    def give_back(self, now: float) -> None:
        """Have one that a call was answered on be found by another."""
        self._free_since.append(now)

    def close(self) -> None:
        """Forget all."""
        self._free_since.clear()
