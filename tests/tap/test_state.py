"""Bookmarks and plans: pure, so every case is tried without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickbooks_client import ENTITIES
from tap_quickbooks.plan import CDC_MARGIN, CDC_WINDOW, OVERLAP, Mode, Plan, plan
from tap_quickbooks.settings import Options
from tap_quickbooks.state import Bookmark, Resume, StateError, check, read, written

REALM = "9341452718281828459"
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
INVOICE = ENTITIES["Invoice"]
ITEM = ENTITIES["Item"]
TAX_CODE = ENTITIES["TaxCode"]

times = st.datetimes(timezones=st.just(UTC))
bookmarks = st.builds(
    Bookmark,
    complete_through=st.none() | times,
    resume=st.none() | st.builds(Resume, position=times, first_answer=times),
    versions=st.none() | st.dictionaries(st.text(), st.text()),
    is_in_cdc=st.none() | st.booleans(),
)


@given(bookmarks)
def test_a_bookmark_is_read_as_it_was_written(bookmark: Bookmark) -> None:
    """Nothing of a bookmark is lost on its way through the state."""
    assert bookmark == read("invoices", written(bookmark, realm_id=REALM), realm_id=REALM)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ([], "not a JSON object"),
        ({"bookmarks": []}, "bookmarks is not an object"),
        ({"bookmarks": {"invoices": "2026-01-01"}}, "invoices is damaged"),
        ({"bookmarks": {"invoices": {"replication_key_value": "2026-01-01"}}}, "no version"),
        ({"bookmarks": {"invoices": {"version": 99}}}, "newer tap-quickbooks"),
        ({"bookmarks": {"invoices": {"version": 1, "realm_id": "7"}}}, "about company 7"),
        (
            {"bookmarks": {"bills": {"version": 1, "realm_id": REALM, "complete_through": "soon"}}},
            "complete_through",
        ),
        (
            {
                "bookmarks": {
                    "bills": {
                        "version": 1,
                        "realm_id": REALM,
                        "complete_through": "2026-01-01T00:00:00",
                    }
                }
            },
            "offset",
        ),
        ({"bookmarks": {"bills": {"version": 1, "realm_id": REALM, "resume": 7}}}, "resume"),
        ({"bookmarks": {"bills": {"version": 1, "realm_id": REALM, "versions": [1]}}}, "versions"),
        ({"bookmarks": {"bills": {"version": 1, "realm_id": REALM, "is_in_cdc": 1}}}, "is_in_cdc"),
    ],
)
def test_a_state_that_cannot_be_trusted_is_refused_in_one_sentence(
    state: object, word: str
) -> None:
    """It says what is wrong and what to do."""
    with pytest.raises(StateError, match=word) as refused:
        check(state, realm_id=REALM)

    assert "\n" not in str(refused.value)
    assert "full sync" in str(refused.value)


@pytest.mark.parametrize("state", [{}, {"bookmarks": {}}, {"bookmarks": {"extractions": {}}}])
def test_an_empty_state_is_a_first_run(state: object) -> None:
    """No bookmark, no complaint."""
    check(state, realm_id=REALM)


def test_the_first_run_reads_everything() -> None:
    """Without a bookmark there is no lower bound."""
    assert Plan(Mode.FULL) == plan(Bookmark(), INVOICE, Options(), NOW)


def test_a_start_date_bounds_the_first_run() -> None:
    """What was last changed before it is left out."""
    start = datetime(2026, 1, 1, tzinfo=UTC)

    step = plan(Bookmark(), INVOICE, Options(start_date=start), NOW)

    assert Plan(Mode.QUERY, since=start) == step


def test_a_fresh_bookmark_is_followed_by_change_data_capture_with_overlap() -> None:
    """What became visible late is asked for again."""
    through = NOW - timedelta(hours=4)

    step = plan(Bookmark(complete_through=through), INVOICE, Options(), NOW)

    assert Plan(Mode.CDC, since=through - OVERLAP) == step


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=90)))
def test_change_data_capture_is_never_asked_for_more_than_it_reaches(age: timedelta) -> None:
    """A margin below the 30 days is kept, whatever the age of the bookmark."""
    step = plan(Bookmark(complete_through=NOW - age), INVOICE, Options(), NOW)

    assert step is not None
    if step.mode is Mode.CDC:
        assert step.since is not None
        assert NOW - step.since < CDC_WINDOW - CDC_MARGIN
    else:
        assert step.lost_deletions_since == NOW - age


def test_after_a_long_gap_what_can_be_deleted_is_read_whole() -> None:
    """The run knows that deletions of the gap are out of reach."""
    through = NOW - timedelta(days=40)

    step = plan(Bookmark(complete_through=through), INVOICE, Options(), NOW)

    assert Plan(Mode.FULL, lost_deletions_since=through) == step


def test_after_a_long_gap_a_name_list_is_queried_from_its_bookmark() -> None:
    """Names are never deleted: nothing can be lost."""
    through = NOW - timedelta(days=40)

    step = plan(Bookmark(complete_through=through), ITEM, Options(), NOW)

    assert Plan(Mode.QUERY, since=through - OVERLAP) == step


@pytest.mark.parametrize(("hours", "step"), [(23, None), (25, Plan(Mode.FULL))])
def test_tax_lists_are_read_once_a_day(hours: int, step: Plan | None) -> None:
    """Change data capture leaves them out; each reading costs a call."""
    bookmark = Bookmark(complete_through=NOW - timedelta(hours=hours))

    assert step == plan(bookmark, TAX_CODE, Options(), NOW)


def test_an_interrupted_read_goes_on_where_it_stopped() -> None:
    """What was delivered is not read again; what changed since its first answer will be."""
    resume = Resume(position=NOW - timedelta(days=300), first_answer=NOW - timedelta(hours=1))

    step = plan(Bookmark(resume=resume), INVOICE, Options(), NOW)

    assert Plan(Mode.QUERY, since=resume.position, first_answer=resume.first_answer) == step
