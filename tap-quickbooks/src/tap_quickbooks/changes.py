"""Change data capture for all streams at once: one call, shared.

Source: Intuit, "Change data capture": up to 1,000 objects, up to 30 days back, no paging. An answer
that reached the cap does not say what it left out: the entity with the most rows is then left to
a query, and the others are asked again together.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from quickbooks_client import InvalidQueryError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from quickbooks_client import Changes, RawRecord

    Ask = Callable[[Sequence[str], datetime], Changes]


@dataclasses.dataclass(frozen=True, slots=True)
class Feed:
    """What one entity's changes were."""

    time: datetime | None
    """Server time of the answer; None when there was none."""
    records: list[RawRecord] | None = None
    """None when the answer lacks some."""
    is_overflowed: bool = False
    """They are lacking because there were too many; otherwise because they are too old."""


class SharedChanges:
    """Changes of several entities, asked for together when the first of them is wanted."""

    def __init__(self, since: Mapping[str, datetime]) -> None:
        """Keep what is going to be asked.

        Args:
            since: The moment from which changes are wanted, by entity.
        """
        self._since = dict(since)
        self._answer: Changes | None = None
        self._overflowed: dict[str, datetime] = {}
        self._is_refused = False

    def take(self, entity: str, ask: Ask) -> Feed:
        """Return the changes of `entity` and let go of them.

        Args:
            entity: One of those named at the start.
            ask: Makes the call.

        Raises:
            QuickBooksError: The call failed; when its content was refused, this entity's own did.
        """
        if self._answer is None and not self._is_refused:
            self._ask_together(ask)
        if self._answer is None:
            # Refused together, perhaps for one entity alone: each stands for itself.
            return self._single(entity, ask)
        if entity in self._overflowed:
            return Feed(self._overflowed[entity], is_overflowed=True)
        return _feed(entity, self._answer)

    def _single(self, entity: str, ask: Ask) -> Feed:
        try:
            return _feed(entity, ask([entity], self._since[entity]))
        except InvalidQueryError:
            # The question is refused, not the company or the plan: it reaches back too far, or the
            # entity is not carried. A query answers it, or says what is really wrong.
            return Feed(None)

    def _ask_together(self, ask: Ask) -> None:
        wanted = dict(self._since)
        while True:
            try:
                answer = ask(list(wanted), min(wanted.values()))
            except RejectedError:
                self._is_refused = True
                return
            if not answer.overflowed or len(wanted) == 1:
                break
            heaviest = max(wanted, key=lambda entity: len(answer.records.get(entity, ())))
            self._overflowed[heaviest] = answer.time
            del wanted[heaviest]
        self._answer = answer


def _feed(entity: str, answer: Changes) -> Feed:
    if entity in answer.overflowed:
        return Feed(answer.time, is_overflowed=True)
    if not answer.is_complete:
        return Feed(answer.time)
    return Feed(answer.time, answer.records.pop(entity, []))
