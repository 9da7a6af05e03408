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
- It also stays five seconds behind that clock, so that the last page holds again what was touched
  just now: changes become visible a little after their time. Where more than a page of rows was
  touched within those seconds, this finds none that come later still; an overlap with the next
  reading does.

A walk decides and does not ask: `question` is the next query, `take` reads its answer. So the same
walk is driven by a loop (`walk`), by threads (`side_by_side`) and by tests.
Source: Intuit, "Query operations and syntax" (pagination, ORDERBY); own reasoning.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from quickbooks_client.entities import entity as traits_of
from quickbooks_client.errors import InvalidQueryError
from quickbooks_client.page_order import MIN_PAGE_ROWS
from quickbooks_client.position_walk import PositionWalk
from quickbooks_client.query import MAX_PAGE_ROWS, all_of, mentions_active
from quickbooks_client.time_walk import TimeWalk, floor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_client.records import Page, QueryReply


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


def _ceiling(moment: datetime) -> datetime:
    whole = floor(moment)
    return whole if whole == moment else whole + timedelta(seconds=1)
