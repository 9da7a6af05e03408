"""Walking through an entity page by page, losing nothing while others change it.

A page is one query's answer, so it is consistent in itself; between pages, rows are touched (they
move to the end of the order by `MetaData.LastUpdatedTime`), created (at the end) and deleted.
Counting positions over such a set skips a row for each one that vanished before it. Therefore:

- Keyset: the next page starts at the last second seen, position 1. Rows before it have all been
  handed out, rows in it come again and are dropped by id, sync token and time.
- When a page does not get past one second, or comes in another order than was asked for, positions
  are counted, each page overlapping the one before: rows only ever leave what lies behind, so a
  page that begins with a row known at that place has skipped none. If it begins otherwise, the
  walk steps back until it does. What was read by positions is counted before it is left behind
  (one call): nothing promises that rows of one second keep their order.
- A bound never lies in the future of the server (rows dated so have been seen in sandboxes), for
  rows touched now would then sort before it; and when such rows were met, or the server's clock
  stepped back, what was touched since the walk began is read once more.

A walk decides and does not ask: `question` is the next query, `take` reads its answer. So the same
walk is driven by a loop (`walk`), by threads (`side_by_side`) and by tests.
Source: Intuit, "Query operations and syntax" (pagination, ORDERBY); own reasoning.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from quickbooks_client.entities import entity as traits_of
from quickbooks_client.errors import InvalidQueryError, UnexpectedReplyError
from quickbooks_client.query import MAX_PAGE_ROWS, all_of, condition, mentions_active, select
from quickbooks_client.records import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quickbooks_client.records import QueryReply, RawRecord

UPDATED = "MetaData.LastUpdatedTime"
LAG = timedelta(seconds=5)
"""A bound stays this far behind the server's clock: rows become visible after their time."""
JITTER = timedelta(seconds=1)
"""So far the times of two answers may go backwards without meaning anything: several servers."""
MAX_WALKS = 4
MAX_LOOKS = 8
MIN_PAGE_ROWS = 2


class Ask(Protocol):
    """Runs one query."""

    def __call__(self, text: str) -> QueryReply:
        """Return the answer to the query `text`."""
        ...


class Walk(Protocol):
    """The way through one set of rows."""

    @property
    def is_done(self) -> bool:
        """Nothing is left to ask."""
        ...

    def question(self) -> str:
        """Return the next query."""
        ...

    def take(self, reply: QueryReply) -> Page | None:
        """Read the answer to the last question; return its page, if it holds anything new.

        Raises:
            UnexpectedReplyError: The set kept changing and could not be read completely.
        """
        ...


def walk(
    ask: Ask,
    entity: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    where: str | None = None,
    page_rows: int = MAX_PAGE_ROWS,
    check_count: bool = False,
) -> Iterator[Page]:
    """Yield pages that hold every row existing throughout the walk at least once.

    A row that changes meanwhile comes again in its newer form, or may: whoever reads on later from
    the first page's time should overlap by a minute, since changes become visible late. `since` is
    inclusive, `until` exclusive; both mean `MetaData.LastUpdatedTime` and are left out for entities
    without usable times, which are always walked whole. With `until`, rows touched meanwhile leave
    the slice: the last of several slices must be open.

    A page shorter than was asked for is the last one; that QuickBooks gives none in between is
    documented but not promised. With `check_count` the rows are counted at the end (one metered
    call) and read anew where some are missing.

    Raises:
        InvalidQueryError: `page_rows` is not between 2 and 1000.
        UnexpectedReplyError: The set kept changing and could not be read completely.
    """
    return run(
        ask,
        make_walk(
            entity,
            since=since,
            until=until,
            where=where,
            page_rows=page_rows,
            check_count=check_count,
        ),
    )


def run(ask: Ask, steps: Walk) -> Iterator[Page]:
    """Yield the pages of `steps`, one question after the other."""
    while not steps.is_done:
        page = steps.take(ask(steps.question()))
        if page is not None:
            yield page


def make_walk(
    entity: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    where: str | None = None,
    page_rows: int = MAX_PAGE_ROWS,
    check_count: bool = False,
) -> Walk:
    """Return the walk for `entity`; arguments and errors as for `walk`."""
    if not MIN_PAGE_ROWS <= page_rows <= MAX_PAGE_ROWS:
        raise InvalidQueryError(
            f"A page has {MIN_PAGE_ROWS} to {MAX_PAGE_ROWS} rows, not {page_rows}."
        )
    traits = traits_of(entity)
    if traits.has_active and not mentions_active(where):
        where = all_of(where, "Active IN (true, false)")
    if not traits.has_times:
        return PositionWalk(entity, where, page_rows, can_be_deleted=traits.can_be_deleted)
    return TimeWalk(
        entity,
        where,
        since=None if since is None else floor(since),
        until=None if until is None else _ceiling(until),
        page_rows=page_rows,
        check_count=check_count,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Sighting:
    updated: datetime | None
    attempt: int


@dataclasses.dataclass(frozen=True, slots=True)
class _Audit:
    """A count that is to be asked for: of the rows from `lower` to before `top`."""

    lower: datetime | None
    top: datetime
    found: int
    next_bound: datetime | None
    """Where the walk goes on; None at its end."""


class TimeWalk:
    """A walk in the order of `MetaData.LastUpdatedTime`."""

    def __init__(
        self,
        entity: str,
        where: str | None,
        *,
        since: datetime | None,
        until: datetime | None,
        page_rows: int,
        check_count: bool = False,
    ) -> None:
        """Begin at `since`, inclusive; end before `until`, both whole seconds or None."""
        self.is_done = False
        self.bound = since
        """All rows before it have been handed out."""
        self.until = until
        self.rows_per_s: float | None = None
        """How densely rows lay in the last full page."""
        self._entity, self._where, self._since = entity, where, since
        self._page_rows, self._checks_count = page_rows, check_count
        self._start = 1
        self._back = 0
        # What may come again: rows at or after the bound, and in which attempt they had a place.
        self._seen: dict[tuple[str, str | None], _Sighting] = {}
        self._attempt = 1
        self._attempts_left = MAX_WALKS
        self._has_positions = self._is_unordered = False
        self._settled = 0
        self._audit: _Audit | None = None
        self._is_first = True
        self._began: datetime | None = None
        self._newest: datetime | None = None
        self._looks_again = False

    @property
    def can_be_cut(self) -> bool:
        """Rows from some second on may be left to another walk, at least two seconds remaining."""
        return (
            not self.is_done
            and not self._is_unordered
            and self._audit is None
            and self.bound is not None
            and self.until is not None
            and self.until - self.bound > timedelta(seconds=1)
        )

    def cut(self, until: datetime) -> None:
        """Leave the rows from `until` on, a whole second after `bound`, to another walk."""
        self.until = until

    def question(self) -> str:
        """Return the next query."""
        if self._audit is not None:
            within = self._within(self._audit.lower, self._audit.top)
            return select(self._entity, within, columns="COUNT(*)")
        return select(
            self._entity,
            self._within(self.bound, self.until),
            order_by=f"{UPDATED} ASC",
            start=self._start,
            rows=self._page_rows,
        )

    def take(self, reply: QueryReply) -> Page | None:
        """Read the answer to the last question; return its page, if it holds anything new.

        Raises:
            UnexpectedReplyError: The set kept changing and could not be read completely.
        """
        if self._audit is not None:
            self._judge(self._audit, reply)
            return None
        rows = _once(reply.rows)
        self._watch(rows, reply.time)
        if self._start > 1 and not (rows and self._is_placed(rows[0])):
            # Rows before this place have gone: what followed them has moved back.
            self._start = max(1, self._start - self._back)
            self._back *= 2
            return None
        own = [row for row in rows if self._is_own(row)]
        fresh = [row for row in own if not self._is_seen(row)]
        for row in own:
            # In the order of sighting: the latest says where a row stands.
            self._seen.pop((row.id, row.sync_token), None)
            self._seen[row.id, row.sync_token] = _Sighting(row.last_updated_at, self._attempt)
        is_ordered = _is_ordered(rows)
        has_more = _has_more(reply, rows, self._start, self._page_rows)
        if not has_more or (is_ordered and len(own) < len(rows)):
            self._end(reply.time)
        else:
            self._move_on(rows, reply.time, is_ordered=is_ordered)
        if not fresh and not self._is_first:
            return None
        # The first page also when nothing is there: its time says up to when.
        self._is_first = False
        return Page(fresh, reply.time)

    def _within(self, lower: datetime | None, top: datetime | None) -> str | None:
        return all_of(
            self._where,
            condition(UPDATED, ">=", lower) if lower is not None else None,
            condition(UPDATED, "<", top) if top is not None else None,
        )

    def _is_own(self, row: RawRecord) -> bool:
        """Return whether a row is this walk's still: it may have been cut while it was asked."""
        moment = row.last_updated_at
        return self.until is None or moment is None or moment < self.until

    def _is_seen(self, row: RawRecord) -> bool:
        sighting = self._seen.get((row.id, row.sync_token))
        # The time too: a row that moved without a new token stands at another place now.
        return sighting is not None and sighting.updated == row.last_updated_at

    def _is_placed(self, row: RawRecord) -> bool:
        """Return whether a row had a place in this attempt; earlier ones say nothing about it."""
        return self._is_seen(row) and self._seen[row.id, row.sync_token].attempt == self._attempt

    def _watch(self, rows: Sequence[RawRecord], time: datetime) -> None:
        """Note what makes a second look necessary."""
        began = floor(time) - LAG
        self._began = began if self._began is None else min(self._began, began)
        self._newest = time if self._newest is None else max(self._newest, time)
        has_future = any(row.last_updated_at and row.last_updated_at > time for row in rows[-1:])
        # Touching a row dated in the future moves it back; so does touching one while the clock
        # goes behind what it was.
        if self._attempt == 1 and (has_future or time < self._newest - JITTER):
            self._looks_again = True

    def _move_on(self, rows: Sequence[RawRecord], time: datetime, *, is_ordered: bool) -> None:
        first, last = rows[0].last_updated_at, rows[-1].last_updated_at
        if is_ordered and first and last:
            first, last = floor(first), floor(last)
            self.rows_per_s = len(rows) / max(1.0, (last - first).total_seconds())
            # A page within one second gains nothing by starting at that second again.
            if first < last <= floor(time) - LAG:
                self._leave(last)
                return
        self._is_unordered = self._is_unordered or not is_ordered
        self._has_positions = True
        self._back = step = _step(len(rows))
        self._start += step

    def _leave(self, bound: datetime) -> None:
        """Go on from `bound`: all before it has been read."""
        if self._has_positions and (self.bound is None or self.bound < bound):
            found = self._found(self.bound, bound)
            self._audit = _Audit(self.bound, bound, found, next_bound=bound)
        else:
            self._begin(bound)

    def _begin(self, bound: datetime) -> None:
        if self._checks_count:
            self._settled += self._found(self.bound, bound)
        self._seen = {
            key: one
            for key, one in self._seen.items()
            if one.updated is None or one.updated >= bound
        }
        self.bound, self._start = bound, 1
        self._has_positions, self._attempts_left = False, MAX_WALKS

    def _found(self, lower: datetime | None, top: datetime) -> int:
        """Return how many rows seen since the bound stand from `lower` to before `top`."""
        latest = {row_id: one.updated for (row_id, _), one in self._seen.items()}
        # A row that shows no time may stand anywhere.
        return sum(
            moment is None or (moment < top and (lower is None or moment >= lower))
            for moment in latest.values()
        )

    def _end(self, time: datetime) -> None:
        # What stands there now has stood there when the page was asked for.
        settled = floor(time) - LAG
        top = settled if self.until is None else min(self.until, settled)
        lower = self._since if self._checks_count else self.bound
        if (self._has_positions or self._checks_count) and (lower is None or lower < top):
            found = self._settled + self._found(self.bound, top)
            self._audit = _Audit(lower, top, found, next_bound=None)
        else:
            self._finish()

    def _judge(self, audit: _Audit, reply: QueryReply) -> None:
        self._audit = None
        counted = reply.total_count
        if counted is None:
            raise UnexpectedReplyError(
                f"QuickBooks answered a count of {self._entity} without a number. Try again later."
            )
        if audit.found < counted:
            self._try_again(audit.lower)
        elif audit.next_bound is not None:
            self._begin(audit.next_bound)
        else:
            self._checks_count = False
            self._finish()

    def _try_again(self, bound: datetime | None) -> None:
        self._attempts_left -= 1
        if not self._attempts_left:
            raise _unreadable(self._entity)
        if bound != self.bound:
            # All over again: what was left behind is not remembered and comes again.
            self._seen, self._settled = {}, 0
        self.bound, self._start, self._attempt = bound, 1, self._attempt + 1

    def _finish(self) -> None:
        began = self._began
        if not self._looks_again or began is None or (self.until and self.until <= began):
            self.is_done = True
            return
        self._looks_again, self._has_positions = False, False
        self._attempt, self._attempts_left = self._attempt + 1, MAX_WALKS
        self.bound = began if self._since is None else max(began, self._since)
        self._start = 1


class PositionWalk:
    """A walk without an order to rely on: pages overlap, and the whole is checked at its end.

    Rows are counted (one call); and where documents can vanish, which hides a missing one from the
    count, the first page is read again: the service has been seen to show what was changed last
    first, so that a document edited meanwhile jumps there from where it had not been read yet.
    """

    def __init__(
        self, entity: str, where: str | None, page_rows: int, *, can_be_deleted: bool
    ) -> None:
        """Begin at position 1."""
        self.is_done = False
        self._entity, self._where, self._page_rows = entity, where, page_rows
        self._can_be_deleted = can_be_deleted
        self._given: set[tuple[str, str | None]] = set()
        self._known: set[str] = set()
        # One walk's own ids: what an earlier walk saw says nothing about this one's places.
        self._walked: set[str] = set()
        self._start, self._back = 1, 0
        self._walks_left, self._looks_left = MAX_WALKS, MAX_LOOKS
        self._is_counting = self._is_look = self._has_strangers = False
        self._is_first = True

    def question(self) -> str:
        """Return the next query."""
        if self._is_counting:
            return select(self._entity, self._where, columns="COUNT(*)")
        return select(self._entity, self._where, start=self._start, rows=self._page_rows)

    def take(self, reply: QueryReply) -> Page | None:
        """Read the answer to the last question; return its page, if it holds anything new.

        Raises:
            UnexpectedReplyError: The set kept changing and could not be read completely.
        """
        if self._is_counting:
            self._judge(reply.total_count)
            return None
        rows = _once(reply.rows)
        if self._start > 1 and not (rows and rows[0].id in self._walked):
            self._start = max(1, self._start - self._back)
            self._back *= 2
            return None
        has_strangers = any(row.id not in self._known for row in rows)
        fresh = [row for row in rows if (row.id, row.sync_token) not in self._given]
        self._walked.update(row.id for row in rows)
        self._known.update(row.id for row in rows)
        self._given.update((row.id, row.sync_token) for row in fresh)
        is_full = _has_more(reply, rows, self._start, self._page_rows)
        self._move_on(len(rows), is_full=is_full, has_strangers=has_strangers)
        if not fresh and not self._is_first:
            return None
        self._is_first = False
        return Page(fresh, reply.time)

    def _move_on(self, rows: int, *, is_full: bool, has_strangers: bool) -> None:
        self._has_strangers = self._has_strangers or has_strangers
        if self._is_look and not has_strangers:
            # Nothing jumped to the front, or all that did has been read now.
            self._is_counting, self.is_done = self._has_strangers, not self._has_strangers
        elif is_full:
            self._back = step = _step(rows)
            self._start += step
        elif self._start == 1 and not self._is_look:
            self.is_done = True
        else:
            self._is_counting = True

    def _judge(self, counted: int | None) -> None:
        self._is_counting = False
        is_whole = counted is None or len(self._known) >= counted
        if is_whole and not self._can_be_deleted:
            self.is_done = True
            return
        self._walks_left -= not is_whole
        self._looks_left -= is_whole
        if not (self._walks_left and self._looks_left):
            raise _unreadable(self._entity)
        self._walked, self._start = set(), 1
        self._is_look, self._has_strangers = is_whole, False


def _unreadable(entity: str) -> UnexpectedReplyError:
    return UnexpectedReplyError(
        f"{entity} changes faster than it can be read: {MAX_WALKS} walks did not find as many rows"
        " as QuickBooks counts. Try again when less is being written."
    )


def _once(rows: Sequence[RawRecord]) -> list[RawRecord]:
    """Return the rows of a page, each once and in its place."""
    return list({(row.id, row.sync_token): row for row in rows}.values())


def _is_ordered(rows: Sequence[RawRecord]) -> bool:
    """Return whether the page came in the order that was asked for."""
    moments = [row.last_updated_at for row in rows]
    return all(one and other and one <= other for one, other in pairwise(moments))


def _has_more(reply: QueryReply, rows: Sequence[RawRecord], start: int, page_rows: int) -> bool:
    """Return whether another page may follow: this one is full, or its `totalCount` says so.

    Where that is the page's own count, as it has been seen, it says nothing.
    """
    is_full = len(reply.rows) >= page_rows or (reply.total_count or 0) >= start + len(reply.rows)
    # A single row leaves none by which the next page could be known.
    return is_full and len(rows) >= MIN_PAGE_ROWS


def _step(rows: int) -> int:
    """Return how far a page by position moves on: less than a page, so that pages overlap."""
    return max(1, rows - max(1, rows // 20))


def floor(moment: datetime) -> datetime:
    """Return the whole second that a moment lies in, UTC."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _ceiling(moment: datetime) -> datetime:
    whole = floor(moment)
    return whole if whole == moment else whole + timedelta(seconds=1)
