"""Several questions at a time: the threads that ask what `slices` decides, and hand on the pages.

Each thread asks one question, hands its page on and looks for the next. Pages that nobody has taken
yet are bounded, so memory stays flat however slow the taker is. The gate's budget and metering hold
for every call; what a caller counts (`Meter.scope`) goes with its calls into the threads.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import contextvars
    from collections.abc import Callable, Iterator, Sequence

    from quickbooks_client.paging import Ask, Walk
    from quickbooks_client.records import Page, Usage
    from quickbooks_client.slices import Slices

CLOSE_S = 1.0
"""How long closing waits for calls under way; they end by themselves, and nothing follows them."""
LOOK_S = 1.0
"""Waits are that long at most, so that an interrupt is heeded on every system."""


@dataclasses.dataclass(slots=True)
class Job:
    """One stream: what is to be read, and whose calls these are."""

    name: str
    slices: Slices
    context: contextvars.Context
    usage: Callable[[], Usage]
    ready: deque[Page] = dataclasses.field(default_factory=deque)
    calls: int = 0
    """Calls under way."""
    error: Exception | None = None

    @property
    def held(self) -> int:
        """Pages that are in memory, or soon will be."""
        return len(self.ready) + self.calls

    @property
    def is_read(self) -> bool:
        """Nothing more will be asked."""
        return self.slices.is_done or self.error is not None


class SideBySide:
    """Streams that are read several calls at a time, ahead of who takes their pages.

    Take them all as they come (iterate over it), or stream by stream (`pages`): what is taken from
    now goes first, others are fetched ahead meanwhile. Use it as a context manager, or `close` it.
    """

    def __init__(self, ask: Ask, jobs: Sequence[Job], at_a_time: int) -> None:
        """Prepare; threads are started with the first page that is wanted."""
        self._ask = ask
        self._jobs = {job.name: job for job in jobs}
        self._at_a_time = at_a_time
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._waiting = 0
        self._wanted: Job | None = None
        self._error: Exception | None = None
        self._is_closed = False

    def __iter__(self) -> Iterator[tuple[str, Page]]:
        """Yield the pages of all streams with their stream's name, as they come.

        Raises:
            QuickBooksError: A call failed; the first failure, and all reading stops.
        """
        with contextlib.closing(self):
            while (found := self._next(None)) is not None:
                yield found

    def pages(self, name: str) -> Iterator[Page]:
        """Yield the pages of one stream, in no promised order; the first bears the earliest time.

        Raises:
            QuickBooksError: A call of this stream failed; the other streams can still be read.
        """
        job = self._jobs[name]
        while (found := self._next(job)) is not None:
            yield found[1]

    def usage(self, name: str) -> Usage:
        """Return the calls made for a stream so far."""
        return self._jobs[name].usage()

    def close(self) -> None:
        """Ask nothing more and let go of what was read; calls under way end by themselves."""
        with self._changed:
            self._is_closed = True
            for job in self._jobs.values():
                job.ready.clear()
            self._changed.notify_all()
        until = time.monotonic() + CLOSE_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self, wanted: Job | None) -> tuple[str, Page] | None:
        """Wait for the next page: of one stream, or of any."""
        jobs = list(self._jobs.values()) if wanted is None else [wanted]
        with self._changed:
            self._wanted = wanted
            while not self._is_closed:
                error = self._error if wanted is None else wanted.error
                if error is not None:
                    raise error
                found = next((job for job in jobs if job.ready), None)
                if found is None and all(job.is_read for job in jobs):
                    return None
                page = found.ready.popleft() if found else None
                self._hire()
                if found and page:
                    return found.name, page
                self._changed.wait(LOOK_S)
        return None

    def _hire(self) -> None:
        """Let somebody ask what may be asked: who waits, or one more thread."""
        if self._waiting:
            self._changed.notify_all()
            return
        while len(self._threads) < self._at_a_time:
            task = self._pick()
            if task is None:
                return
            thread = threading.Thread(
                target=self._work, args=task, name=f"read-{task[0].name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _pick(self) -> tuple[Job, Walk] | None:
        """Return a question that may be asked now; slices are made when there is no other."""
        if self._is_closed:
            return None
        wanted = self._wanted
        ahead = sum(job.held for job in self._jobs.values() if job is not wanted)
        may_read_ahead = ahead < self._at_a_time * (2 if wanted is None else 1)
        jobs = [job for job in self._jobs.values() if job is not wanted and may_read_ahead]
        if wanted is not None and wanted.held < 2 * self._at_a_time:
            jobs.insert(0, wanted)
        for may_part in (False, True):
            for job in jobs:
                walk = None if job.error else job.slices.begin(may_part=may_part)
                if walk is not None:
                    job.calls += 1
                    return job, walk
        return None

    def _work(self, job: Job, walk: Walk) -> None:
        """Ask, hand on, look for the next; end when nothing is left."""
        task: tuple[Job, Walk] | None = (job, walk)
        while task is not None:
            self._run(*task)
            with self._changed:
                self._changed.notify_all()
                self._hire()
                task = self._pick()
                while task is None and not self._is_over():
                    self._waiting += 1
                    self._changed.wait()
                    self._waiting -= 1
                    task = self._pick()

    def _run(self, job: Job, walk: Walk) -> None:
        page, failure = None, None
        try:
            # A context can be entered by one thread at a time.
            reply = job.context.copy().run(self._ask, walk.question())
            with self._changed:
                page = job.slices.take(walk, reply)
        except Exception as error:  # noqa: BLE001 - it is raised where the pages are awaited
            failure = error
        with self._changed:
            job.calls -= 1
            job.error = job.error or failure
            self._error = self._error or failure
            if page is not None and not self._is_closed:
                job.ready.append(page)

    def _is_over(self) -> bool:
        return self._is_closed or all(job.is_read for job in self._jobs.values())
