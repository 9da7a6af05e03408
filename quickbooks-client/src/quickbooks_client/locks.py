"""A lock between threads that a fork does not leave held for ever."""

from __future__ import annotations

import os
import threading


class ForkSafeLock:
    """One lock for the threads of each process.

    A forked process has only the thread that forked; a lock that another one held at that moment
    would never be let go of there.
    """

    def __init__(self) -> None:
        """Nobody holds it."""
        self._of_processes: dict[int, threading.Lock] = {}

    def own(self) -> threading.Lock:
        """Return the lock of this process, for one `with`: it is another after a fork."""
        process = os.getpid()
        lock = self._of_processes.get(process)
        # In one step, so that two threads that come first get the same.
        return lock or self._of_processes.setdefault(process, threading.Lock())
