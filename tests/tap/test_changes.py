"""One change data capture answer for many streams, whatever it leaves out: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from quickbooks_client import Changes, InvalidQueryError, RawRecord
from tap_quickbooks.changes import SharedChanges

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
SINCE = NOW - timedelta(hours=4)
CAP = 10

companies = st.dictionaries(
    st.sampled_from(["Item", "Invoice", "Customer", "Bill", "Payment"]),
    st.integers(min_value=0, max_value=2 * CAP),
    min_size=1,
)


class Server:
    """Change data capture with a cap of ten objects, over the whole answer."""

    def __init__(self, changed: dict[str, int], refused: str | None = None) -> None:
        self._changed = changed
        self._refused = refused
        self.calls = 0

    def ask(self, entities: Sequence[str], since: datetime) -> Changes:
        self.calls += 1
        if self._refused in entities:
            raise InvalidQueryError("No")
        left = CAP
        records = {}
        for entity in entities:
            taken = min(left, self._changed[entity])
            left -= taken
            records[entity] = [
                RawRecord(f"{entity} {number}", "0", since, is_deleted=False, document=b"{}")
                for number in range(taken)
            ]
        overflowed = set(entities) if left == 0 else set()
        return Changes(records, NOW, is_complete=not overflowed, overflowed=overflowed)


@given(companies)
def test_every_stream_gets_all_its_changes_or_is_told_that_it_did_not(
    changed: dict[str, int],
) -> None:
    """Nothing is cut in silence, wherever the cap strikes."""
    server = Server(changed)
    shared = SharedChanges(dict.fromkeys(changed, SINCE))

    for entity, count in changed.items():
        feed = shared.take(entity, server.ask)
        if feed.records is None:
            assert feed.is_overflowed
        else:
            assert count == len(feed.records)


@given(companies)
def test_streams_share_one_call_unless_there_is_too_much(changed: dict[str, int]) -> None:
    """Each further call leaves one heavy stream to a query."""
    server = Server(changed)
    shared = SharedChanges(dict.fromkeys(changed, SINCE))

    feeds = [shared.take(entity, server.ask) for entity in changed]

    heavy = sum(feed.records is None for feed in feeds)
    assert server.calls <= 1 + heavy
    if sum(changed.values()) < CAP:
        assert (server.calls, heavy) == (1, 0)


@given(companies)
def test_an_entity_that_is_refused_does_not_take_the_others_with_it(
    changed: dict[str, int],
) -> None:
    """The others are asked one by one."""
    refused = next(iter(changed))
    server = Server({entity: min(count, CAP - 1) for entity, count in changed.items()}, refused)
    shared = SharedChanges(dict.fromkeys(changed, SINCE))

    for entity in changed:
        feed = shared.take(entity, server.ask)
        assert (feed.records is None) is (entity == refused)
