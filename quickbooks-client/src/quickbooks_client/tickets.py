"""Tickets of those who wait for their turn: whose they are, and whether their owner is alive."""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path

_COUNTS = 2**20
_PROCESSES = 2**22
"""Linux counts no further."""
_WORLDS = 2**10
_NUMBERS = itertools.count(1)
"""Of the process, as several clients of it wait in the same queue."""


class Tickets:
    """The tickets of one process, unique on the machine and exact as floating numbers."""

    def __init__(self) -> None:
        """Look where this process runs."""
        self._world = _world()

    def new(self) -> int:
        """Return the next ticket."""
        owner = self._world * _PROCESSES + os.getpid() % _PROCESSES
        return owner * _COUNTS + next(_NUMBERS) % _COUNTS

    def is_dead(self, ticket: int) -> bool:
        """Whether the process that took `ticket` is known to have ended."""
        world, process = divmod(ticket // _COUNTS, _PROCESSES)
        if os.name != "posix" or world != self._world or process == 0:
            return False
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


def _world() -> int:
    """Return a mark of the container: the same number is another process in another one."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/ns/pid").stat().st_ino) % _WORLDS
    return 0
