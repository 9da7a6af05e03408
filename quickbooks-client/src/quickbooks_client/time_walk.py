"""The walk in the order of `MetaData.LastUpdatedTime`; why it is as it is stands in `paging`."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from quickbooks_client.errors import UnexpectedReplyError
from quickbooks_client.page_order import MAX_WALKS, has_more, is_ordered, once, step, unreadable
from quickbooks_client.query import all_of, condition, select
from quickbooks_client.records import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quickbooks_client.records import QueryReply, RawRecord

UPDATED = "MetaData.LastUpdatedTime"
LAG = timedelta(seconds=5)
"""A bound stays this far behind the server's clock: rows become visible after their time."""
JITTER = timedelta(seconds=1)
"""So far the times of two answers may go backwards without meaning anything: several servers."""


def floor(moment: datetime) -> datetime:
    """Return the whole second that a moment lies in, UTC."""
    return moment.astimezone(UTC).replace(microsecond=0)


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
    is_whole: bool = False
    """It is of all that was asked for, not of what was read by positions."""


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
        self.is_measured = False
        """That page was its own; else it is what the walk that this one was parted from met."""
        self._entity, self._where, self._since = entity, where, since
        self._page_rows, self._checks_count = page_rows, check_count
        self._start = 1
        self._back = 0
        # What may come again: rows at or after the bound, and in which attempt they had a place.
        self._seen: dict[tuple[str, str | None], _Sighting] = {}
        self._attempt = 1
        self._attempts_left = self._counts_left = MAX_WALKS
        self._has_positions = self._is_unordered = False
        # From here on rows were read by positions: those before stood in the first page.
        self._doubted: datetime | None = None
        self._settled = 0
        self._audit: _Audit | None = None
        self._is_first = True
        self._began: datetime | None = None
        self._newest: datetime | None = None
        self._looks_again = False

    @property
    def can_be_parted(self) -> bool:
        """The rows from some second on may be left to another walk."""
        is_under_way = not self.is_done and self._audit is None and self.bound is not None
        return is_under_way and not self._is_unordered

    def anew(self, since: datetime) -> TimeWalk:
        """Return a walk over the same rows that has not begun, from `since`, a whole second."""
        walk = TimeWalk(
            self._entity,
            self._where,
            since=since,
            until=self.until,
            page_rows=self._page_rows,
            check_count=self._checks_count,
        )
        walk.rows_per_s = self.rows_per_s
        return walk

    def part(self, moment: datetime) -> TimeWalk:
        """Leave the rows from `moment`, a whole second, to the walk that is returned.

        Also while an answer is awaited: what it holds of the other's rows is left out.
        """
        other = self.anew(moment)
        self.until = moment
        return other

    @property
    def pages_left(self) -> float:
        """About how many pages are left, were rows as dense all the way as in the last page."""
        if self.bound is None or self.until is None or self.rows_per_s is None:
            return 0.0
        return (self.until - self.bound).total_seconds() * self.rows_per_s / self._page_rows

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
        rows = once(reply.rows)
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
        in_order = is_ordered(rows)
        is_full = has_more(reply, rows, self._start, self._page_rows)
        if not is_full or (in_order and len(own) < len(rows)):
            self._end(reply.time)
        else:
            self._move_on(rows, reply.time, is_ordered=in_order)
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
            self.is_measured = True
            # What is younger is read again with the next page, and what became visible late with
            # it. A page within one second gains nothing by starting at that second again.
            settled = min(last, floor(time) - LAG)
            if first < settled:
                self._leave(settled)
                return
        if not self._has_positions or not is_ordered:
            self._doubted = floor(last) if is_ordered and last else self.bound
        self._is_unordered = self._is_unordered or not is_ordered
        self._has_positions = True
        self._back = step(len(rows))
        self._start += self._back

    def _leave(self, bound: datetime) -> None:
        """Go on from `bound`: all before it has been read."""
        if self._has_positions and (self._doubted is None or self._doubted < bound):
            found = self._found(self._doubted, bound)
            self._audit = _Audit(self._doubted, bound, found, next_bound=bound)
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
        lower = self._since if self._checks_count else self._doubted
        if self._checks_count and (lower is None or lower < top):
            found = self._settled + self._found(self.bound, top)
            self._audit = _Audit(lower, top, found, next_bound=None, is_whole=True)
        elif self._has_positions and (lower is None or lower < top):
            self._audit = _Audit(lower, top, self._found(lower, top), next_bound=None)
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
            self._try_again(is_whole=audit.is_whole)
        elif audit.next_bound is not None:
            self._begin(audit.next_bound)
        else:
            self._checks_count = False
            self._finish()

    def _try_again(self, *, is_whole: bool) -> None:
        self._attempts_left -= not is_whole
        self._counts_left -= is_whole
        if not (self._attempts_left and self._counts_left):
            raise unreadable(self._entity)
        if is_whole:
            # All over again: what was left behind is not remembered and comes again.
            self._seen, self._settled, self.bound = {}, 0, self._since
        self._start, self._attempt = 1, self._attempt + 1

    def _finish(self) -> None:
        began = self._began
        if not self._looks_again or began is None or (self.until and self.until <= began):
            self.is_done = True
            return
        self._looks_again, self._has_positions = False, False
        self._attempt, self._attempts_left = self._attempt + 1, MAX_WALKS
        self.bound = began if self._since is None else max(began, self._since)
        self._start = 1
