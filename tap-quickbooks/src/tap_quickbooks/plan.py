"""How a stream is read in this run: decided from its bookmark and the time, without I/O."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from quickbooks_client import Entity
    from tap_quickbooks.settings import Options
    from tap_quickbooks.state import Bookmark

CDC_WINDOW: Final = timedelta(days=30)
"""Source: Intuit, "Change data capture": the look-back."""

CDC_MARGIN: Final = timedelta(days=1)
"""Kept free of the window: between planning and asking time passes, and clocks differ."""

OVERLAP: Final = timedelta(seconds=60)
"""Asked for again below a bookmark: a row may become visible after its own time of change."""


class Mode(StrEnum):
    """How a stream is read; the word that stands in `extractions`."""

    FULL = "full"
    QUERY = "query"
    CDC = "cdc"
    QUANTITIES = "quantities"


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What to ask for."""

    mode: Mode
    since: datetime | None = None
    """Changes from here on; None is everything."""
    lost_deletions_since: datetime | None = None
    """Deletions since then cannot be seen by this reading."""
    first_answer: datetime | None = None
    """Of the interrupted read that this one goes on with."""


def plan(bookmark: Bookmark, entity: Entity, options: Options, now: datetime) -> Plan | None:
    """Return how to read a stream, or None when it was read recently enough.

    Args:
        bookmark: How far it has been delivered.
        entity: What QuickBooks can do with it.
        options: The tap's settings.
        now: The server's time, as far as known.
    """
    through = bookmark.complete_through
    if bookmark.resume is not None and entity.has_times:
        return Plan(
            Mode.QUERY,
            since=bookmark.resume.position,
            lost_deletions_since=_gap(entity, through, now),
            first_answer=bookmark.resume.first_answer,
        )
    if through is None:
        since = options.start_date if entity.has_times else None
        return Plan(Mode.QUERY if since else Mode.FULL, since=since)
    if not entity.in_cdc:
        return None if now - through < options.reference_refresh else Plan(Mode.FULL)
    if bookmark.versions is not None:
        return Plan(Mode.FULL)
    since = through - OVERLAP
    if now - since < CDC_WINDOW - CDC_MARGIN:
        return Plan(Mode.CDC, since=since)
    return beyond_cdc(entity, through, options)


def beyond_cdc(entity: Entity, through: datetime, options: Options) -> Plan:
    """Return how to read a stream whose bookmark is older than change data capture reaches.

    What can be deleted is read whole: whoever keeps the records can tell by their age which were
    not there any more.
    """
    if entity.can_be_deleted:
        since = options.start_date if entity.has_times else None
        return Plan(Mode.QUERY if since else Mode.FULL, since=since, lost_deletions_since=through)
    return _changed_since(entity, through)


def overflowed(entity: Entity, through: datetime) -> Plan:
    """Return how to read a stream with more changes than change data capture tells at once."""
    changed = _changed_since(entity, through)
    if not entity.can_be_deleted:
        return changed
    return dataclasses.replace(changed, lost_deletions_since=through)


def complete_through(first_answer: datetime, options: Options) -> datetime:
    """Return up to when a read is complete whose first answer bore this server time."""
    return first_answer - options.commit_lag


def _changed_since(entity: Entity, through: datetime) -> Plan:
    if not entity.has_times:
        return Plan(Mode.FULL)
    return Plan(Mode.QUERY, since=through - OVERLAP)


def _gap(entity: Entity, through: datetime | None, now: datetime) -> datetime | None:
    if through is None or not entity.can_be_deleted:
        return None
    return through if now - through >= CDC_WINDOW - CDC_MARGIN else None
