"""What a client reads. Each call passes the gate; Intuit meters every one of them."""

from __future__ import annotations

import abc
import contextvars
import dataclasses
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from quickbooks_client import cdc, paging
from quickbooks_client.catching_up import EntityChanges, catch_up
from quickbooks_client.entities import entity as traits_of
from quickbooks_client.envelope import number, opens_with, record, rows, split
from quickbooks_client.errors import InvalidQueryError, UnexpectedReplyError
from quickbooks_client.faults import raise_unexpected
from quickbooks_client.json_text import exact
from quickbooks_client.query import MAX_PAGE_ROWS, all_of, mentions_active, select, utc_text
from quickbooks_client.records import Changes, Page, QueryReply, RawRecord, Reply
from quickbooks_client.replies import member_of, reply_of, time_of
from quickbooks_client.reports import Report, ReportValue, read_report, report_params, report_path
from quickbooks_client.request import Request
from quickbooks_client.side_by_side import Job, SideBySide
from quickbooks_client.slices import Slices

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from quickbooks_client.clock import Clock
    from quickbooks_client.gate import Gate
    from quickbooks_client.meter import Meter

_JSON = {"Accept": "application/json"}


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """One stream to be read beside others; the fields are those of `Client.pages`."""

    entity: str
    since: datetime | None = None
    until: datetime | None = None
    where: str | None = None
    page_rows: int = MAX_PAGE_ROWS
    check_count: bool = False
    name: str = ""
    """The stream's name, under which its calls are counted; the entity's when empty."""

    @property
    def stream(self) -> str:
        """The name, whichever it is."""
        return self.name or self.entity

    def walk(self) -> paging.Walk:
        """Return the way through its rows.

        Raises:
            InvalidQueryError: `page_rows` is not between 2 and 1000.
        """
        return paging.make_walk(
            self.entity,
            since=self.since,
            until=self.until,
            where=self.where,
            page_rows=self.page_rows,
            check_count=self.check_count,
        )


class Reading(abc.ABC):
    """The calls that change nothing."""

    meter: Meter
    _clock: Clock

    @property
    @abc.abstractmethod
    def quickbooks(self) -> Gate:
        """The gate that every call passes."""

    def query(self, text: str) -> QueryReply:
        """Return the rows that the query `text` finds.

        Raises:
            InvalidQueryError: QuickBooks cannot run it as it is written.
        """
        request = Request(
            "POST", "query", {}, {**_JSON, "Content-Type": "application/text"}, text.encode()
        )
        exchange = self.quickbooks.exchange(request)
        raw = exchange.members.get("QueryResponse")
        found = split(bytes(raw)) if raw is not None else None
        if found is None:
            raise_unexpected(
                "A query's answer without QueryResponse", exchange.answer, request.attempted
            )
        # The one member that holds a list is the entity's, under its canonical name.
        lists = [value for value in found.values() if opens_with(value, b"[")]
        try:
            records = rows(lists[0]) if lists else []
            total = number(found.get("totalCount"))
        except (msgspec.DecodeError, ValueError):
            raise_unexpected(
                "A query's answer of another shape", exchange.answer, request.attempted
            )
        return QueryReply(records, time_of(exchange, request), total)

    def pages(
        self,
        entity: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        where: str | None = None,
        page_rows: int = MAX_PAGE_ROWS,
        check_count: bool = False,
        at_a_time: int = 1,
    ) -> Iterator[Page]:
        """Yield all rows of `entity`, losing none while others change them; see `paging.walk`.

        With `at_a_time` above 1 that many calls run side by side and ahead, over disjoint slices
        of time; pages then come in no promised order, and beyond full pages each slice costs up to
        one call. A table of a single page costs one call in any case. Ending early ends the calls.

        Raises:
            InvalidQueryError: `page_rows` is not between 2 and 1000, or `at_a_time` below 1.
            UnexpectedReplyError: The set kept changing and could not be read completely.
        """
        read = Read(entity, since, until, where, page_rows, check_count)
        walk = read.walk()
        if _at_a_time(at_a_time) == 1:
            return paging.run(self.query, walk)
        return self._side_by_side(read.stream, walk, at_a_time)

    def streams(self, reads: Sequence[Read], *, at_a_time: int = 4) -> SideBySide:
        """Return several streams to be read side by side, as many calls at a time in all.

        ```
        with client.streams([Read("Item"), Read("Invoice", since=moment)]) as streams:
            for name, page in streams: ...
        ```

        Memory holds a few pages for each call at a time, however much there is to read. Calls are
        counted under the stream's name, and in the scopes that are open where this is called.

        Raises:
            InvalidQueryError: Two streams have one name, `page_rows` is not between 2 and 1000, or
                `at_a_time` below 1.
        """
        if len({read.stream for read in reads}) < len(reads):
            raise InvalidQueryError("Two streams have the same name: name one of them otherwise.")
        jobs = []
        for read in reads:
            slices = Slices(read.walk(), _at_a_time(at_a_time))
            with self.meter.scope(read.stream) as counter:
                context = contextvars.copy_context()
            jobs.append(Job(read.stream, slices, context, counter.snapshot))
        return SideBySide(self.query, jobs, at_a_time)

    def find(self, entity: str, where: str) -> list[dict[str, Any]]:
        """Return the rows of one query, parsed, numbers as `Decimal`; at most a thousand.

        Any: JSON.
        """
        reply = self.query(select(entity, where, start=1, rows=MAX_PAGE_ROWS))
        return [row.entity for row in reply.rows]

    def count(self, entity: str, where: str | None = None) -> int:
        """Return how many rows there are, inactive ones too unless `where` mentions `Active`.

        Raises:
            InvalidQueryError: QuickBooks cannot run it as it is written.
            UnexpectedReplyError: No number came back.
        """
        if traits_of(entity).has_active and not mentions_active(where):
            where = all_of(where, "Active IN (true, false)")
        counted = self.query(select(entity, where, columns="COUNT(*)")).total_count
        if counted is None:
            raise UnexpectedReplyError(f"query {entity}: a count came back without a number.")
        return counted

    def changes(self, entities: Sequence[str], since: datetime) -> Changes:
        """Return what changed in `entities` since a moment, inclusive, by one call.

        Look at `is_complete`: an answer that reached the cap, or a moment beyond 30 days, leaves
        something out without saying so. `catch_up` reads what was left out.
        """
        if not entities:
            raise InvalidQueryError("No entity is given whose changes to read.")
        request = Request(
            "GET", "cdc", {"entities": ",".join(entities), "changedSince": utc_text(since)}, _JSON
        )
        exchange = self.quickbooks.exchange(request)
        return cdc.read_changes(
            exchange.answer,
            exchange.members,
            entities,
            since,
            time_of(exchange, request),
            attempted=request.attempted,
        )

    def catch_up(
        self, entities: Sequence[str], since: datetime, *, check_deletions: bool = True
    ) -> Iterator[EntityChanges]:
        """Yield, for each entity, all that changed since a moment, and how that was read.

        By change data capture where that reaches, else by query, which cannot know deletions: look
        at `are_deletions_known`. See `catching_up.catch_up`.

        Raises:
            QuickBooksError: A call failed.
        """
        return catch_up(
            self, entities, since, now=self._clock.now(), check_deletions=check_deletions
        )

    def read(self, entity: str, entity_id: str | None = None) -> Reply:
        """Return one entity; without an id the one there is, such as `Preferences`.

        Raises:
            NotFoundError: There is none, or it was deleted.
        """
        request = _reading(entity, entity_id)
        return reply_of(entity, self.quickbooks.exchange(request), request)

    def record(self, entity: str, entity_id: str) -> RawRecord:
        """Return one entity as `read` does, its text untouched.

        Raises:
            NotFoundError: There is none, or it was deleted.
        """
        request = _reading(entity, entity_id)
        return record(member_of(entity, self.quickbooks.exchange(request), request))

    def report(self, name: str, params: Mapping[str, ReportValue] | None = None) -> Report:
        """Return a report, such as `InventoryValuationSummary`, by one metered call.

        Args:
            name: As in the address of Intuit's API reference.
            params: Its parameters, such as `{"start_date": date(2026, 1, 1)}`; lists of ids are
                joined. Dates are checked before anything is sent.

        Raises:
            InvalidQueryError: `name` or a date cannot be asked for.
            RejectedError: There is no such report, or the user or plan may not see it.
        """
        request = Request("GET", report_path(name), report_params(params or {}), _JSON)
        exchange = self.quickbooks.exchange(request)
        try:
            header, columns, tree = (
                exact(exchange.members[member]) for member in ("Header", "Columns", "Rows")
            )
            return read_report(name, time_of(exchange, request), header, columns, tree)
        except (KeyError, ValueError):
            raise_unexpected("A report of another shape", exchange.answer, request.attempted)

    def _side_by_side(self, stream: str, walk: paging.Walk, at_a_time: int) -> Iterator[Page]:
        # With the first page: what its taker counts then goes with the calls.
        context = contextvars.copy_context()
        job = Job(stream, Slices(walk, at_a_time), context, self.meter.snapshot)
        with SideBySide(self.query, [job], at_a_time) as streams:
            yield from streams.pages(stream)


def _reading(entity: str, entity_id: str | None) -> Request:
    path = entity.lower() if entity_id is None else f"{entity.lower()}/{quote(entity_id, '')}"
    return Request("GET", path, {}, _JSON)


def _at_a_time(calls: int) -> int:
    if calls < 1:
        raise InvalidQueryError(f"At least one call runs at a time, not {calls}.")
    return calls
