"""What both kinds of walk know about pages: where one ends, and how the next one is known."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from quickbooks_client.errors import UnexpectedReplyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quickbooks_client.records import QueryReply, RawRecord

MAX_WALKS = 4
MIN_PAGE_ROWS = 2


def unreadable(entity: str) -> UnexpectedReplyError:
    """Return the error of a set that kept changing."""
    return UnexpectedReplyError(
        f"{entity} changes faster than it can be read: {MAX_WALKS} walks did not find as many rows"
        " as QuickBooks counts. Try again when less is being written."
    )


def once(rows: Sequence[RawRecord]) -> list[RawRecord]:
    """Return the rows of a page, each once and in its place."""
    return list({(row.id, row.sync_token): row for row in rows}.values())


def is_ordered(rows: Sequence[RawRecord]) -> bool:
    """Return whether the page came in the order that was asked for."""
    moments = [row.last_updated_at for row in rows]
    return all(one and other and one <= other for one, other in pairwise(moments))


def has_more(reply: QueryReply, rows: Sequence[RawRecord], start: int, page_rows: int) -> bool:
    """Return whether another page may follow: this one is full, or its `totalCount` says so.

    Where that is the page's own count, as it has been seen, it says nothing.
    """
    is_full = len(reply.rows) >= page_rows or (reply.total_count or 0) >= start + len(reply.rows)
    # A single row leaves none by which the next page could be known.
    return is_full and len(rows) >= MIN_PAGE_ROWS


def step(rows: int) -> int:
    """Return how far a page by position moves on: less than a page, so that pages overlap."""
    return max(1, rows - max(1, rows // 20))
