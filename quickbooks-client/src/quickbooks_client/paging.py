"""Walking through an entity page by page, losing nothing while others change it.

A page is one query's answer, so it is consistent in itself; between pages, rows are touched (they
move to the end of the order by `MetaData.LastUpdatedTime`), created (at the end) and deleted.
Counting positions over such a set skips a row for each one that vanished before it. Therefore:

- Keyset: the next page starts at the last time seen, position 1. Rows before that time have all
  been handed out, rows at it come again and are dropped by (id, sync token).
- Times are whole seconds. When a page does not get past one second, positions are counted from
  its beginning, each page overlapping the one before: rows only ever leave what lies behind, so a
  page that begins with a row known at that place has skipped none. If it begins otherwise, the
  walk steps back until it does.
- A bound never lies in the future of the server (rows dated so have been seen in sandboxes), for
  rows touched now would then sort before it; and when such rows were met, what was touched since
  the walk began is read once more, for touching them moves them back.

Entities without usable times are walked by position, with the same overlap, and counted at the
end; when the count disagrees, they are walked again.
Source: Intuit, "Query operations and syntax" (pagination, ORDERBY); own reasoning.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from quickbooks_client.entities import entity as traits_of
from quickbooks_client.errors import InvalidQueryError, UnexpectedReplyError
from quickbooks_client.query import MAX_PAGE_ROWS, all_of, condition, mentions_active, select
from quickbooks_client.records import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_client.records import QueryReply, RawRecord

UPDATED = "MetaData.LastUpdatedTime"
LAG = timedelta(seconds=5)
"""A bound stays this far behind the server's clock: rows become visible after their time."""
MAX_WALKS = 4
MIN_PAGE_ROWS = 2


class Ask(Protocol):
    """Runs one query."""

    def __call__(self, text: str) -> QueryReply:
        """Return the answer to the query `text`."""
        ...


def walk(
    ask: Ask,
    entity: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    where: str | None = None,
    page_rows: int = MAX_PAGE_ROWS,
) -> Iterator[Page]:
    """Yield pages that hold every row existing throughout the walk at least once.

    A row that changes meanwhile comes again in its newer form. `since` is inclusive, `until`
    exclusive; both mean `MetaData.LastUpdatedTime` and are left out for entities without usable
    times, which are always walked whole. With `until`, rows touched meanwhile leave the slice: the
    last of several slices must be open.

    Raises:
        InvalidQueryError: `page_rows` is not between 2 and 1000.
        UnexpectedReplyError: The set kept changing and could not be read completely.
    """
    if not MIN_PAGE_ROWS <= page_rows <= MAX_PAGE_ROWS:
        raise InvalidQueryError(
            f"A page has {MIN_PAGE_ROWS} to {MAX_PAGE_ROWS} rows, not {page_rows}."
        )
    traits = traits_of(entity)
    if traits.has_active and not mentions_active(where):
        where = all_of(where, "Active IN (true, false)")
    if not traits.has_times:
        return _walk_by_position(ask, entity, where, page_rows)
    if until is not None:
        where = all_of(where, condition(UPDATED, "<", _ceiling(until)))
    bound = None if since is None else _floor(since)
    return _walk_by_time(ask, entity, where, bound, page_rows)


def _walk_by_time(
    ask: Ask, entity: str, where: str | None, bound: datetime | None, page_rows: int
) -> Iterator[Page]:
    step = _step(page_rows)
    start = 1
    # What may come again: rows at or after the bound, by the place they had.
    seen: dict[tuple[str, str | None], datetime | None] = {}
    is_first = True
    began: datetime | None = None
    has_future, is_first_walk = False, True
    while True:
        lower = condition(UPDATED, ">=", bound) if bound is not None else None
        reply = ask(
            select(
                entity,
                all_of(where, lower),
                order_by=f"{UPDATED} ASC",
                start=start,
                rows=page_rows,
            )
        )
        rows = reply.rows
        if start > 1 and not (rows and _is_seen(rows[0], seen)):
            # Rows before this place have gone: what followed them has moved back.
            start = max(1, start - step)
            continue
        fresh = [row for row in rows if not _is_seen(row, seen)]
        seen |= {(row.id, row.sync_token): row.last_updated_at for row in rows}
        if fresh or is_first:
            # Also when nothing is there: its time says up to when.
            is_first = False
            yield Page(fresh, reply.time)
        began = began or _floor(reply.time) - LAG
        if len(rows) < page_rows:
            if not (has_future and is_first_walk):
                return
            # A row dated in the future that is touched moves back, to now: look there once more.
            is_first_walk, bound, start = False, began, 1
            continue
        first, last = rows[0].last_updated_at, rows[-1].last_updated_at
        has_future = has_future or (last is not None and last > reply.time)
        # A page within one second gains nothing by starting at that second again.
        if first and last and first < last <= _floor(reply.time) - LAG:
            bound, start = last, 1
            seen = {
                key: updated for key, updated in seen.items() if updated is None or updated >= last
            }
        else:
            start += step


def _is_seen(row: RawRecord, seen: dict[tuple[str, str | None], datetime | None]) -> bool:
    key = (row.id, row.sync_token)
    # The time too: a row that moved without a new token stands at another place now.
    return key in seen and seen[key] == row.last_updated_at


def _walk_by_position(ask: Ask, entity: str, where: str | None, page_rows: int) -> Iterator[Page]:
    """Walk without an order to rely on: overlap, count at the end, walk again if in doubt."""
    step = _step(page_rows)
    given: set[tuple[str, str | None]] = set()
    is_first = True
    for _ in range(MAX_WALKS):
        # One walk's own ids: what an earlier walk saw says nothing about this one's places.
        walked: set[str] = set()
        start = 1
        while True:
            reply = ask(select(entity, where, start=start, rows=page_rows))
            rows = reply.rows
            if start > 1 and not (rows and rows[0].id in walked):
                start = max(1, start - step)
                continue
            walked |= {row.id for row in rows}
            fresh = [row for row in rows if (row.id, row.sync_token) not in given]
            given |= {(row.id, row.sync_token) for row in fresh}
            if fresh or is_first:
                is_first = False
                yield Page(fresh, reply.time)
            if len(rows) < page_rows:
                break
            start += step
        if start == 1:
            return
        counted = ask(select(entity, where, columns="COUNT(*)")).total_count
        if counted is not None and len(walked) >= counted:
            return
    raise UnexpectedReplyError(
        f"{entity} changes faster than it can be read: {MAX_WALKS} walks did not find as many rows"
        " as QuickBooks counts. Try again when less is being written."
    )


def _step(page_rows: int) -> int:
    """Return how far a page by position moves on: less than a page, so that pages overlap."""
    return page_rows - max(1, page_rows // 20)


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _ceiling(moment: datetime) -> datetime:
    floor = _floor(moment)
    return floor if floor == moment else floor + timedelta(seconds=1)
