"""The files by which all processes of a machine share a company's budget.

One small file holds what `budget` writes down; its lock is the system's. A place among the calls
at a time is the lock of a file of its own. The system lets go of both when their process dies, so
nothing leaks. Descriptors stay open: opening is what a lock costs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from typing import TYPE_CHECKING

import filelock

from quickbooks_client.errors import BudgetBusyError, ConfigurationError
from quickbooks_client.locks import ForkSafeLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_TRIES = 30_000
"""A millisecond apart; the lock is held for microseconds, unless its process was stopped."""
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class OpenFiles:
    """The descriptors of one process."""

    def __init__(self, folder: Path, realm_id: str, places: int) -> None:
        """Open them all; they are closed with the object."""
        self.process = os.getpid()
        self._descriptors: list[int] = []
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = ("calls", *(f"place-{number}" for number in range(places)))
        self._descriptors.extend(
            os.open(folder / f"{realm_id}.{name}", _FLAGS, 0o600) for name in names
        )
        self.state, *self.places = self._descriptors
        self.held: set[int] = set()
        """Places: our own lock on them would not keep our other threads out."""

    def __del__(self) -> None:
        """Close them, and so let go of every lock."""
        for descriptor in self._descriptors:
            os.close(descriptor)


class Place:
    """One of the calls at a time."""

    __slots__ = ("_descriptor", "_files")

    def __init__(self, files: OpenFiles, descriptor: int) -> None:
        """Take over a lock that was taken."""
        self._files = files
        self._descriptor = descriptor

    def release(self) -> None:
        """Let another have it."""
        filelock.unlock_descriptor(self._descriptor)
        self._files.held.discard(self._descriptor)


class BudgetFiles:
    """The files of a company's budget, opened when they are first wanted."""

    def __init__(
        self, folder: Path, realm_id: str, places: int, lock_tries: int = LOCK_TRIES
    ) -> None:
        """Name the files; nothing is opened."""
        self._folder = folder
        self._realm_id = realm_id
        self._number_of_places = places
        self._lock_tries = lock_tries
        self._thread_lock = ForkSafeLock()
        self._files: OpenFiles | None = None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all other threads and processes out; what follows is only called inside.

        Raises:
            ConfigurationError: The system refuses a file.
            BudgetBusyError: A process that was stopped holds the lock.
        """
        with self._thread_lock.own(), self._explained():
            if self._files is not None and self._files.process != os.getpid():
                # Forked: the parent's descriptors share its locks.
                self._files = None
            files = self._lock()
            try:
                yield
            finally:
                filelock.unlock_descriptor(files.state)

    def read(self) -> bytes:
        """Return what was written last; nothing if nothing was."""
        descriptor = self._opened().state
        os.lseek(descriptor, 0, os.SEEK_SET)
        return os.read(descriptor, os.fstat(descriptor).st_size)

    def write(self, content: bytes) -> None:
        """Keep `content`. What an older, longer one leaves behind it stays."""
        descriptor = self._opened().state
        os.lseek(descriptor, 0, os.SEEK_SET)
        if os.write(descriptor, content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def take_place(self) -> Place | None:
        """Return a place that nobody holds, now held; None when all are taken."""
        files = self._opened()
        for descriptor in files.places:
            if descriptor not in files.held and filelock.lock_descriptor(
                descriptor, blocking=False
            ):
                files.held.add(descriptor)
                return Place(files, descriptor)
        return None

    def close(self) -> None:
        """Close the files; a later call opens them again, one under way keeps its place."""
        with self._thread_lock.own():
            self._files = None

    def _opened(self) -> OpenFiles:
        if self._files is None:
            self._files = OpenFiles(self._folder, self._realm_id, self._number_of_places)
        return self._files

    def _lock(self) -> OpenFiles:
        for _ in range(self._lock_tries):
            files = self._opened()
            if not filelock.lock_descriptor(files.state, blocking=False):
                # By the machine's clock: it is another process that has to move.
                time.sleep(0.001)
            elif os.fstat(files.state).st_nlink == 0:
                # Somebody has removed the file; the others will open a new one.
                self._files = None
            else:
                return files
        raise BudgetBusyError(
            f"A process holds the lock of {self._folder / self._realm_id}.calls and does not"
            " move: look for a sync that was stopped (Ctrl-Z) and let it go on or end it."
        )

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Say which setting it is when the system refuses a file."""
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                f"Setting token_store: the folder {self._folder} beside it cannot be used"
                f" ({error.strerror}); choose one that this user may write to."
            ) from None
