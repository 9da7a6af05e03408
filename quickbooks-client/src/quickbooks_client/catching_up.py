"""What changed since a moment, whatever change data capture leaves out.

One call tells what changed in all entities, deletions too, and cuts off in silence: beyond 30 days,
and beyond 1000 objects. What was cut is read by query, which knows what exists and nothing of what
was deleted; the result says so.
Source: Intuit, "Change data capture"; own reasoning.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from quickbooks_client.cdc import REACH
from quickbooks_client.entities import entity as traits_of
from quickbooks_client.errors import RejectedError
from quickbooks_client.query import MAX_PAGE_ROWS, in_parts, select
from quickbooks_client.records import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quickbooks_client.records import Changes, QueryReply, RawRecord

OVERLAP = timedelta(seconds=60)
"""Asked for again: a change may become visible after its own time."""
CLOCKS_APART = timedelta(days=1)
"""So far our clock may differ from the server's when a call is left out for its age."""


class Reader(Protocol):
    """The part of the client that catching up uses."""

    def changes(self, entities: Sequence[str], since: datetime) -> Changes:
        """Return what change data capture says."""
        ...

    def query(self, text: str) -> QueryReply:
        """Answer one query."""
        ...

    def pages(self, entity: str, *, since: datetime) -> Iterator[Page]:
        """Yield what changed since, page by page."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class EntityChanges:
    """What changed in one entity."""

    entity: str
    read_by: Literal["cdc", "query"]
    are_deletions_known: bool
    """False where documents may have been deleted of which nothing is said: compare ids, or read
    the entity whole."""
    pages: Iterator[Page]
    """Records, the deleted ones with `is_deleted`. Read by query, they are asked for as they are
    taken. The first page's `time` is the next moment to catch up from."""


def catch_up(
    reader: Reader,
    entities: Sequence[str],
    since: datetime,
    *,
    now: datetime,
    check_deletions: bool = True,
) -> Iterator[EntityChanges]:
    """Yield what changed in each of `entities` since a moment, inclusive; nothing is missing.

    Records from a minute before it come again. Where change data capture reaches, all entities
    together cost one call; for each cut, refused or too old one the calls of its pages are added.

    Args:
        reader: The client.
        entities: What to look at, each once.
        since: The moment, aware.
        now: The time, about.
        check_deletions: Look for what is said to be deleted (one call for up to 200 of an entity):
            updated documents have been seen called deleted. What comes both as changed and as
            deleted is looked for in any case.

    Raises:
        QuickBooksError: A call failed.
    """
    wanted = list(dict.fromkeys(entities))
    start = since - OVERLAP
    carried = [entity for entity in wanted if traits_of(entity).in_cdc]
    told: dict[str, Page] = {}
    if now - start < REACH + CLOCKS_APART:
        told = _told(reader, carried, start)
    for entity in wanted:
        page = told.pop(entity, None)
        if page is None:
            pages = reader.pages(entity, since=start)
            yield EntityChanges(entity, "query", not traits_of(entity).can_be_deleted, pages)
        else:
            pages = _checked(reader, entity, page, checks_all=check_deletions)
            yield EntityChanges(entity, "cdc", are_deletions_known=True, pages=pages)


def _told(reader: Reader, entities: list[str], since: datetime) -> dict[str, Page]:
    """Return what change data capture tells wholly; what it cuts or refuses is not in it."""
    if not entities:
        return {}
    try:
        changes = reader.changes(entities, since)
    except RejectedError:
        # One of them may not be carried, or all are too old. The query says what is really wrong.
        if len(entities) == 1:
            return {}
        middle = len(entities) // 2
        return _told(reader, entities[:middle], since) | _told(reader, entities[middle:], since)
    if changes.overflowed >= set(entities) and len(entities) > 1:
        # Which one was cut is not said: without the heaviest there may be room for the others.
        heaviest = max(entities, key=lambda entity: len(changes.records[entity]))
        return _told(reader, [entity for entity in entities if entity != heaviest], since)
    if changes.time - since > REACH:
        return {}
    return {
        entity: Page(changes.records[entity], changes.time)
        for entity in entities
        if entity not in changes.overflowed
    }


def _checked(reader: Reader, entity: str, page: Page, *, checks_all: bool) -> Iterator[Page]:
    """Yield the page without deletions that are none, then what lives in spite of them."""
    gone = {record.id for record in page.records if record.is_deleted}
    there = {record.id for record in page.records if not record.is_deleted}
    doubtful = gone if checks_all else gone & there
    alive: list[Page] = []
    for where in in_parts("Id", sorted(doubtful)):
        reply = reader.query(select(entity, where, start=1, rows=MAX_PAGE_ROWS))
        alive.append(Page(reply.rows, reply.time))
    living = {record.id for found in alive for record in found.records}
    yield Page([one for one in page.records if _holds(one, gone, living)], page.time)
    yield from (found for found in alive if found.records)


def _holds(record: RawRecord, gone: set[str], living: set[str]) -> bool:
    if record.id in living:
        # It comes anew, as it stands now.
        return False
    return record.is_deleted or record.id not in gone
