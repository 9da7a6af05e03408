"""The walk by position, for entities without times to order by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_client.page_order import MAX_WALKS, has_more, once, step, unreadable
from quickbooks_client.query import select
from quickbooks_client.records import Page

if TYPE_CHECKING:
    from quickbooks_client.records import QueryReply

MAX_LOOKS = 8


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
        rows = once(reply.rows)
        if self._start > 1 and not (rows and rows[0].id in self._walked):
            self._start = max(1, self._start - self._back)
            self._back *= 2
            return None
        has_strangers = any(row.id not in self._known for row in rows)
        fresh = [row for row in rows if (row.id, row.sync_token) not in self._given]
        self._walked.update(row.id for row in rows)
        self._known.update(row.id for row in rows)
        self._given.update((row.id, row.sync_token) for row in fresh)
        is_full = has_more(reply, rows, self._start, self._page_rows)
        self._has_strangers = self._has_strangers or has_strangers
        self._move_on(len(rows), is_full=is_full, is_known=not fresh)
        if not fresh and not self._is_first:
            return None
        self._is_first = False
        return Page(fresh, reply.time)

    def _move_on(self, rows: int, *, is_full: bool, is_known: bool) -> None:
        if self._is_look and (is_known or not is_full):
            # Nothing has jumped to the front, or all that did has been read now.
            self._is_counting, self.is_done = self._has_strangers, not self._has_strangers
        elif is_full:
            self._back = step(rows)
            self._start += self._back
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
            raise unreadable(self._entity)
        self._walked, self._start = set(), 1
        self._is_look, self._has_strangers = is_whole, False
