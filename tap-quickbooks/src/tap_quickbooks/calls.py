"""Calls to QuickBooks as the reader needs them: charged to a line, and never too early."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from quickbooks_client import NotFoundError, UnexpectedReplyError
from tap_quickbooks.server_time import ServerTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from quickbooks_client import Changes, Client, Clock, Page, RawRecord
    from tap_quickbooks.account import Line

_T = TypeVar("_T")

ATTEMPTS: Final = 5
"""So often may an answer bear a time before the one that was waited for."""


class Calls:
    """The client, seen through the lines of the run and the server's clock."""

    def __init__(self, client: Client, clock: Clock, *, page_rows: int) -> None:
        self._client = client
        self._page_rows = page_rows
        self.server = ServerTime(clock)
        self.not_before: datetime | None = None
        """Server time before which documents that move stock are not read."""

    def pages(
        self,
        line: Line,
        entity: str,
        *,
        since: datetime | None = None,
        where: str | None = None,
        waits: bool = False,
    ) -> Iterator[Page]:
        """Yield pages of `entity`, charged to `line`.

        Args:
            line: Takes the calls.
            entity: What to read.
            since: Changes from then on; None is everything.
            where: A further condition.
            waits: Whether the first page must not bear a time before `not_before`.
        """

        def begin() -> tuple[Page | None, Iterator[Page]]:
            pages = iter(
                self._client.pages(entity, since=since, where=where, page_rows=self._page_rows)
            )
            return self._charged(line, lambda: next(pages, None)), pages

        page, pages = self._no_sooner(
            begin, lambda begun: begun[0].time if begun[0] else None, waits=waits
        )
        while page is not None:
            self.server.observe(page.time)
            yield page
            page = self._charged(line, lambda: next(pages, None))

    def one(self, line: Line, entity: str, entity_id: str) -> RawRecord | None:
        """Return one object by its id, charged to `line`; None when it has been deleted."""
        try:
            return self._charged(line, lambda: self._client.record(entity, entity_id))
        except NotFoundError:
            return None

    def changes(
        self, line: Line, entities: Sequence[str], since: datetime, *, waits: bool = False
    ) -> Changes:
        """Return what change data capture says, charged to `line`; `waits` as for pages."""

        def ask() -> Changes:
            return self._charged(line, lambda: self._client.changes(entities, since))

        return self._no_sooner(ask, lambda changes: changes.time, waits=waits)

    def _charged(self, line: Line, call: Callable[[], _T]) -> _T:
        with self._client.meter.scope(line.stream) as scope:
            try:
                return call()
            finally:
                line.charge(scope.snapshot())

    def _no_sooner(
        self, ask: Callable[[], _T], time_of: Callable[[_T], datetime | None], *, waits: bool
    ) -> _T:
        due = self.not_before if waits else None
        for _ in range(ATTEMPTS):
            if due is not None:
                self.server.wait_until(due)
            answer = ask()
            time = time_of(answer)
            if time is not None:
                self.server.observe(time)
            if due is None or time is None or time >= due:
                return answer
        raise UnexpectedReplyError(
            f"QuickBooks' clock does not move on: its answers bear a time before {due}, which had"
            " passed. Try again later."
        )
