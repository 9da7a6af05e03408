"""Reading: from plans to records, for all streams of one run.

The order in time is part of the result: quantities first, documents that move stock no sooner than
`commit_lag_s` later, both by the server's clock.
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from quickbooks_client import ENTITIES, RejectedError, UnexpectedReplyError
from tap_quickbooks import plan as planning
from tap_quickbooks.changes import SharedChanges
from tap_quickbooks.plan import Mode, Plan
from tap_quickbooks.shapes import changed_on, has_lines, is_inventory, tombstone
from tap_quickbooks.state import Bookmark, Resume, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from logging import Logger

    from quickbooks_client import Page, RawRecord
    from tap_quickbooks.account import Account, Line
    from tap_quickbooks.calls import Calls
    from tap_quickbooks.changes import Feed
    from tap_quickbooks.settings import Options

    Delivery = tuple[RawRecord, datetime]
    """A record and the server time of the answer it came in."""

_INVENTORY: Final = "Type = 'Inventory'"
_NONE: Final[frozenset[str]] = frozenset()


class Source(Protocol):
    """What the reader knows of a stream."""

    name: str
    entity: str
    moves_stock: bool
    has_quantities: bool
    is_compared_by_id: bool
    rows_may_lack_lines: bool
    bookmark: Bookmark


class Reader:
    """Reads the selected streams of one run, one after the other."""

    def __init__(
        self,
        calls: Calls,
        options: Options,
        account: Account,
        sources: Sequence[Source],
        log: Logger,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            calls: The way to QuickBooks.
            options: The tap's settings.
            account: Takes the lines of the run.
            sources: The selected streams.
            log: Where warnings go.
        """
        self._calls = calls
        self._options = options
        self._account = account
        self._sources = sources
        self._log = log
        self._shared: SharedChanges | None = None
        self._begun: set[str] = set()

    def read(self, source: Source) -> Iterator[Delivery]:
        """Yield what is new in `source`; its bookmark moves on when all of it was taken.

        Raises:
            QuickBooksError: A call failed; the bookmark stands where it stood.
        """
        step = self._plan(source)
        if step is None:
            return
        self._begun.add(source.name)
        if source.has_quantities and self._options.quantities:
            yield from self._with_quantities(source, step)
        elif source.is_compared_by_id and step.mode is not Mode.CDC:
            yield from self._compared(source, step)
        else:
            yield from self._changed(source, step, self._account.open(source.name, step.mode))

    def _plan(self, source: Source) -> Plan | None:
        now = self._calls.server.now()
        return planning.plan(source.bookmark, ENTITIES[source.entity], self._options, now)

    # What most streams do: change data capture, or pages.

    def _changed(
        self, source: Source, step: Plan, line: Line, without: frozenset[str] | set[str] = _NONE
    ) -> Iterator[Delivery]:
        if step.mode is Mode.CDC:
            feed = self._feed(source, line)
            if feed.records is not None and feed.time is not None:
                yield from self._deliver(line, feed.records, feed.time, without)
                self._finish(source, line, feed.time)
                return
            step = self._instead_of_cdc(source, feed)
            line.mode = step.mode
        self._warn_of_lost_deletions(source, step)
        first_answer = step.first_answer
        for page in self._calls.pages(
            line, source.entity, since=step.since, waits=source.moves_stock
        ):
            first_answer = first_answer or page.time
            rows = self._whole(source, line, page.records)
            yield from self._deliver(line, rows, page.time, without)
            self._remember_position(source, page, first_answer)
        if first_answer is not None:
            self._finish(source, line, first_answer)

    def _feed(self, source: Source, line: Line) -> Feed:
        if self._shared is None:
            self._shared = SharedChanges(self._wanted_changes(source))
        moves_stock = any(other.moves_stock for other in self._sources)
        return self._shared.take(
            source.entity,
            lambda entities, since: self._calls.changes(line, entities, since, waits=moves_stock),
        )

    def _wanted_changes(self, asking: Source) -> dict[str, datetime]:
        """Return what all streams want to know that have not been read yet."""
        sources = [asking, *(s for s in self._sources if s.name not in self._begun)]
        steps = [(source.entity, self._plan(source)) for source in sources]
        return {
            entity: step.since
            for entity, step in steps
            if step is not None and step.mode is Mode.CDC and step.since is not None
        }

    def _instead_of_cdc(self, source: Source, feed: Feed) -> Plan:
        entity = ENTITIES[source.entity]
        through = source.bookmark.complete_through
        if through is None:
            raise UnexpectedReplyError("Changes were asked for a stream without a bookmark.")
        if feed.is_overflowed:
            return planning.overflowed(entity, through)
        return planning.beyond_cdc(entity, through, self._options)

    def _warn_of_lost_deletions(self, source: Source, step: Plan) -> None:
        since = step.lost_deletions_since
        if since is not None:
            self._log.warning(
                "Deletions of %s since %s cannot be known: QuickBooks tells what was deleted for"
                " 30 days and among 1,000 changes at most. What exists is read by query (%s); what"
                " was deleted meanwhile gets no deletion record.",
                source.name,
                as_text(since),
                step.mode.value,
            )

    def _remember_position(self, source: Source, page: Page, first_answer: datetime) -> None:
        """Let a killed run go on after this page: pages come in the order of their changes."""
        position = page.records[-1].last_updated_at if page.records else None
        if ENTITIES[source.entity].has_times and position is not None:
            source.bookmark = dataclasses.replace(
                source.bookmark, resume=Resume(position, first_answer)
            )

    # Items with quantities: inventory items come from full pages alone.

    def _with_quantities(self, source: Source, step: Plan) -> Iterator[Delivery]:
        quantities = self._account.open(source.name, Mode.QUANTITIES)
        if step.mode is Mode.FULL:
            yield from self._all_items(source, quantities)
            return
        read: set[str] = set()
        first_answer = None
        for page in self._calls.pages(quantities, source.entity, where=_INVENTORY):
            first_answer = first_answer or page.time
            self._hold_back_stock(page.time)
            yield from self._deliver(quantities, page.records, page.time, _NONE)
            read.update(record.id for record in page.records)
        if first_answer is not None:
            self._close(quantities, first_answer)
        # A later row of one of these items would be younger than the documents it is compared with.
        line = self._account.open(source.name, step.mode)
        yield from self._changed(source, step, line, without=read)

    def _all_items(self, source: Source, quantities: Line) -> Iterator[Delivery]:
        """Read items of all types in one pass: the pages of quantities are in it."""
        others = self._account.open(source.name, Mode.FULL)
        first_answer = None
        for page in self._calls.pages(quantities, source.entity):
            first_answer = first_answer or page.time
            self._hold_back_stock(page.time)
            for record in page.records:
                _count(quantities if is_inventory(record) else others, record)
                yield record, page.time
            self._account.show_progress(source.name)
        if first_answer is not None:
            self._close(quantities, first_answer)
            self._finish(source, others, first_answer)

    def _hold_back_stock(self, read_at: datetime) -> None:
        self._calls.not_before = read_at + self._options.commit_lag

    # Adjustments where change data capture does not carry them: all of them, compared.

    def _compared(self, source: Source, step: Plan) -> Iterator[Delivery]:
        line = self._account.open(source.name, step.mode)
        self._warn_of_lost_deletions(source, step)
        before = source.bookmark.versions or {}
        versions: dict[str, str] = {}
        last_change = ""
        first_answer = None
        for page in self._calls.pages(line, source.entity, waits=source.moves_stock):
            first_answer = first_answer or page.time
            new = [row for row in page.records if _is_new(row, before, versions)]
            last_change = max([last_change, *map(changed_on, new)])
            yield from self._deliver(line, self._whole(source, line, new), page.time, _NONE)
            versions.update((row.id, row.sync_token or "") for row in page.records)
            read_at = page.time
        if first_answer is None:
            return
        gone = [tombstone(entity_id) for entity_id in before if entity_id not in versions]
        yield from self._deliver(line, gone, read_at, _NONE)
        if gone and source.bookmark.complete_through is not None:
            # They were there then.
            last_change = max(last_change, source.bookmark.complete_through.date().isoformat())
        is_in_cdc = source.bookmark.is_in_cdc
        if is_in_cdc is None:
            is_in_cdc = self._probe(source, line, last_change)
        source.bookmark = dataclasses.replace(
            source.bookmark, is_in_cdc=is_in_cdc, versions=None if is_in_cdc else versions
        )
        self._finish(source, line, first_answer)

    def _probe(self, source: Source, line: Line, last_change: str) -> bool | None:
        """Ask change data capture for what is known to have changed on or after a day.

        Returns None when nothing changed within its reach, so that its silence proves nothing.
        """
        since = self._calls.server.now() - planning.CDC_WINDOW + planning.CDC_MARGIN
        # A day's grace: the company's day may begin before the server's.
        if last_change <= (since + timedelta(days=1)).date().isoformat():
            return None
        try:
            changes = self._calls.changes(line, [source.entity], since)
        except RejectedError:
            return False
        return bool(changes.records.get(source.entity))

    def _whole(self, source: Source, line: Line, rows: Sequence[RawRecord]) -> Iterator[RawRecord]:
        """Yield rows of a query; one that came without its lines is read again by its id."""
        for row in rows:
            if not source.rows_may_lack_lines or has_lines(row):
                yield row
                continue
            record = self._calls.one(line, source.entity, row.id)
            if record is not None:
                yield record

    # Endings

    def _deliver(
        self,
        line: Line,
        records: Iterable[RawRecord],
        read_at: datetime,
        without: frozenset[str] | set[str],
    ) -> Iterator[Delivery]:
        for record in records:
            if record.id in without:
                continue
            _count(line, record)
            yield record, read_at
        self._account.show_progress(line.stream)

    def _finish(self, source: Source, line: Line, first_answer: datetime) -> None:
        self._close(line, first_answer)
        source.bookmark = dataclasses.replace(
            source.bookmark,
            complete_through=planning.complete_through(first_answer, self._options),
            resume=None,
        )

    def _close(self, line: Line, first_answer: datetime) -> None:
        self._account.close(line, planning.complete_through(first_answer, self._options))


def _count(line: Line, record: RawRecord) -> None:
    line.records += 1
    line.deletions += record.is_deleted


def _is_new(record: RawRecord, before: Mapping[str, str], meanwhile: Mapping[str, str]) -> bool:
    token = record.sync_token or ""
    return before.get(record.id) != token and meanwhile.get(record.id) != token
