"""Documents side by side, each on its own, and a count of what became of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_client.errors import InventoryLockedError, QuickBooksError
from quickbooks_client.push.delivery import UNANSWERED, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quickbooks_client.push.entries import Pending

    Job = Callable[[], object]

FAILURES_IN_A_ROW = 3
"""So many documents without an answer one after the other: QuickBooks is down, not the document."""
LEFT_PENDING = (*UNANSWERED, InventoryLockedError)
"""Errors of one document that the next start settles; the others go on."""


@dataclass(slots=True)
class Outcomes:
    """How many rows ended how."""

    posted: int = 0
    rejected: int = 0
    already_there: int = 0
    waiting: int = 0
    """Of unknown outcome, or not sent because what they need is."""


class Dispatch:
    """Runs jobs, each of which sends one document and reports what became of it."""

    def __init__(self, at_a_time: int, tell: Callable[[str], None]) -> None:
        self._at_a_time = at_a_time
        self._tell = tell
        self._one_at_a_time = threading.Lock()
        self._in_a_row = 0
        self.outcomes = Outcomes()
        self.failure: QuickBooksError | None = None
        """The first error that left a document's outcome unknown."""

    def run(self, jobs: Sequence[Job], *, is_serial: bool = False) -> None:
        """Run `jobs`; a document without an answer does not keep the others from going.

        Raises:
            QuickBooksError: no document can be sent any more.
        """
        if is_serial or self._at_a_time == 1 or len(jobs) == 1:
            for job in jobs:
                self._run_one(job)
            return
        stop = threading.Event()

        def unless_stopped(job: Job) -> None:
            if not stop.is_set():
                self._run_one(job)

        with ThreadPoolExecutor(self._at_a_time, thread_name_prefix="push") as pool:
            try:
                for future in as_completed([pool.submit(unless_stopped, job) for job in jobs]):
                    future.result()
            except BaseException:
                # Also on a signal: what is on its way ends, nothing more is begun.
                stop.set()
                raise

    def _run_one(self, job: Job) -> None:
        try:
            job()
        except LEFT_PENDING as error:
            with self._one_at_a_time:
                self.failure = self.failure or error
                self.outcomes.waiting += 1
                self._in_a_row += 1
                is_over = self._in_a_row >= FAILURES_IN_A_ROW
            self._tell(f"left for the next start: {error}")
            if is_over:
                raise

    def report(self, pending: Pending, outcome: Outcome, words: str) -> None:
        """Count a settled document."""
        document = pending.document
        with self._one_at_a_time:
            self._in_a_row = 0
            if outcome is Outcome.POSTED:
                self.outcomes.posted += len(document.keys)
            else:
                self.outcomes.rejected += len(document.keys)
        if outcome is Outcome.REJECTED:
            self._tell(f"rejected {', '.join(document.keys[:3])}: {words}")

    def refused(self, problem: str) -> None:
        """Count a row that never became a document."""
        with self._one_at_a_time:
            self.outcomes.rejected += 1
        self._tell(f"rejected {problem}")

    def count_posted(self, rows: int) -> None:
        """Count rows that are settled without a document of their own on its way."""
        with self._one_at_a_time:
            self.outcomes.posted += rows

    def count_already_there(self) -> None:
        """Count a row that was settled before."""
        with self._one_at_a_time:
            self.outcomes.already_there += 1
