"""Reading one entity in disjoint slices of time, several at once: what to ask next.

A keyset page needs the one before it, so one walk has one question open at a time. Several walks
over disjoint ranges of `MetaData.LastUpdatedTime` have several:

- The first page is asked as ever; a table that fits into it costs that one call.
- When more follows, the range up to a minute before the first answer is closed: whatever is touched
  from then on leaves it. A worker without a question takes a part of the walk that has most before
  it, by how dense its rows lie; nothing is counted beforehand, for counts are metered.
- Rows lie unevenly: an import puts most of a table into minutes of years. So a walk of n pages, by
  its own density, is cut after the square root of n, not after half: dense minutes are found in
  three cuts instead of twenty, and what lies far off is cut by what its own first page tells.
- The open rest is read last, when all closed slices are done. So a row that left a slice unread
  is found there, by the same walk that reads everything when nothing is sliced.

Each slice ends with a page that is not full, which a single walk would have filled: that is what
slices cost. So no more are made than `FREE_SLICES` for each worker and one for every
`PAGES_PER_SLICE` pages read.
Source: own reasoning, on what `paging` says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from quickbooks_client.time_walk import JITTER, LAG, TimeWalk, floor

if TYPE_CHECKING:
    from datetime import datetime

    from quickbooks_client.paging import Walk
    from quickbooks_client.records import Page, QueryReply

OPEN = timedelta(seconds=60)
"""So long before an answer changes may still become visible that bear an earlier time."""
FREE_SLICES = 4
PAGES_PER_SLICE = 8
WORTH_PARTING_PAGES = 2.0


class Slices:
    """The walks over one set of rows. Not for several threads at once: hold a lock."""

    def __init__(self, walk: Walk, at_a_time: int) -> None:
        """Begin with the whole of `walk`; slice it for so many workers, where it has times."""
        self._idle: list[Walk] = [walk]
        self._busy: list[Walk] = []
        self._whole = walk if isinstance(walk, TimeWalk) and at_a_time > 1 else None
        self._since = self._whole.bound if self._whole else None
        # The model of the open rest, from where on it is to be read, and whether that is due.
        self._rest: TimeWalk | None = None
        self._rest_since: datetime | None = None
        self._is_rest_due = False
        self._at_a_time = at_a_time
        self._pages = 0
        self._made = 0
        self._newest: datetime | None = None
        self._stepped_to: datetime | None = None

    @property
    def is_done(self) -> bool:
        """All rows have been read."""
        return not (self._idle or self._busy or self._is_rest_due)

    def begin(self, *, may_part: bool = True) -> Walk | None:
        """Return a walk whose question is to be asked now; None when there is none.

        Args:
            may_part: A slice may be made for it.
        """
        if not self._idle and may_part:
            self._part()
        if not self._idle:
            return None
        walk = self._idle.pop(0)
        self._busy.append(walk)
        return walk

    def take(self, walk: Walk, reply: QueryReply) -> Page | None:
        """Read the answer to a walk's question; return its page, if it holds anything new.

        Raises:
            UnexpectedReplyError: The set kept changing and could not be read completely.
        """
        page = walk.take(reply)
        self._busy.remove(walk)
        self._pages += 1
        self._watch(reply.time)
        if self._whole is not None:
            self._close(self._whole, reply.time)
        if not walk.is_done:
            self._idle.insert(0, walk)
        elif not (self._idle or self._busy):
            self._begin_rest()
        return page

    def _watch(self, time: datetime) -> None:
        """Note how far the server's clock has stepped back."""
        self._newest = max(self._newest or time, time)
        if time < self._newest - JITTER:
            self._stepped_to = min(self._stepped_to or time, time)

    def _close(self, whole: TimeWalk, time: datetime) -> None:
        """Part the whole into what nobody changes any more without leaving it, and the rest."""
        horizon = floor(time) - OPEN
        if not whole.can_be_parted or whole.bound is None or whole.bound >= horizon:
            return
        if whole.until is None or horizon < whole.until:
            self._rest, self._rest_since = whole.part(horizon), horizon
            self._is_rest_due = True
        self._whole = None

    def _part(self) -> None:
        allowed = FREE_SLICES * self._at_a_time + self._pages // PAGES_PER_SLICE
        if self._whole is not None or self._made >= allowed:
            return
        long = [
            one
            for one in self._busy
            if isinstance(one, TimeWalk)
            and one.can_be_parted
            and one.pages_left >= WORTH_PARTING_PAGES
        ]
        # A guess about a part is only guessed on when nothing better is known.
        largest = max(long, key=lambda one: (one.is_measured, one.pages_left), default=None)
        if largest is None:
            return
        if largest.bound is None or largest.until is None:
            return
        share = max(2.0, largest.pages_left**0.5)
        cut = floor(largest.bound + (largest.until - largest.bound) / share)
        if cut > largest.bound:
            self._made += 1
            self._idle.append(largest.part(cut))

    def _begin_rest(self) -> None:
        """Read what is open, from where rows may lie that left their slice; again if that moves."""
        if self._rest is None or self._rest_since is None:
            return
        if self._stepped_to is not None:
            since = floor(self._stepped_to) - LAG
            since = since if self._since is None else max(since, self._since)
            if since < self._rest_since:
                self._rest_since, self._is_rest_due = since, True
        if self._is_rest_due:
            self._is_rest_due = False
            self._idle.append(self._rest.anew(self._rest_since))
