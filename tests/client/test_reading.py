"""Pages and changes, read from the emulator under its hostile defaults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import ENTITIES, InvalidQueryError, RejectedError
from quickbooks_client.answer import Answer
from quickbooks_client.cdc import read_changes
from quickbooks_client.envelope import split
from tests.client.fakes import START

if TYPE_CHECKING:
    from quickbooks_client import Changes, Client
    from quickbooks_emulator.testing import Emulator


def names(client: Client, page_rows: int = 10, **options: Any) -> list[str]:
    pages = client.pages("Customer", page_rows=page_rows, **options)
    return [row.id for page in pages for row in page.records]


def customers(emulator: Emulator, count: int, start: int = 0) -> list[str]:
    bodies = [{"DisplayName": f"Customer {number:04}"} for number in range(start, start + count)]
    return [row["Id"] for row in emulator.create_all("Customer", bodies)]


def test_rows_that_share_a_second_are_all_read(emulator: Emulator, client: Client) -> None:
    """
    Forty-five rows of one second, ten a page: once each.
    """
    emulator.set_clock("2026-03-04T09:00:00Z", freeze=True)
    ids = customers(emulator, 45)

    assert sorted(ids) == sorted(names(client))


def test_rows_touched_and_switched_off_between_pages_are_all_read(
    emulator: Emulator, client: Client
) -> None:
    """
    What was read moves to the end; nothing that follows it is skipped.
    """
    emulator.set_clock("2026-03-04T09:00:00Z", freeze=True)
    ids = customers(emulator, 30)
    emulator.advance(3600)
    seen: list[str] = []
    for number, page in enumerate(client.pages("Customer", page_rows=10)):
        seen += [row.id for row in page.records]
        if number < 3:
            emulator.update("Customer", {"Id": ids[number], "Notes": "touched"})
            emulator.update("Customer", {"Id": ids[20 + number], "Active": False})

    assert set(ids) <= set(seen)


def test_an_inactive_row_is_read(emulator: Emulator, client: Client) -> None:
    """
    Name lists come whole.
    """
    (inactive, active) = customers(emulator, 2)
    emulator.update("Customer", {"Id": inactive, "Active": False})

    assert {inactive, active} == set(names(client))


def test_only_what_changed_since_is_read(emulator: Emulator, client: Client) -> None:
    """
    By the server's times.
    """
    emulator.set_clock("2026-03-04T09:00:00Z", freeze=True)
    customers(emulator, 3)
    emulator.advance(60)
    late = customers(emulator, 2, start=100)

    since = datetime(2026, 3, 4, 9, 0, 30, tzinfo=UTC)

    assert late == names(client, since=since)
    assert [] == names(client, since=since, until=since + timedelta(seconds=10))


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_every_entity_can_be_walked(emulator: Emulator, client: Client, entity: str) -> None:
    """
    Whatever its page lists as filterable and sortable.
    """
    emulator.reset(seed="demo")
    client = _connected(emulator, client)

    rows = [row for page in client.pages(entity) for row in page.records]

    assert len({row.id for row in rows}) == len(rows)
    assert all(row.document.startswith(b"{") and row.id for row in rows)
    client.close()


def test_changes_and_deletions_come_in_one_call(emulator: Emulator, client: Client) -> None:
    """
    An entry for each entity that was asked; a deletion is a stub.
    """
    emulator.reset(seed="demo")
    (receipt, *_) = emulator.entities("SalesReceipt")
    since = datetime.now(UTC) - timedelta(minutes=5)
    emulator.advance(3600)
    emulator.delete("SalesReceipt", receipt["Id"])
    client = _connected(emulator, client)

    changes = client.changes(["SalesReceipt", "Customer", "Estimate"], since)

    deleted = [row for row in changes.records["SalesReceipt"] if row.is_deleted]
    assert [receipt["Id"]] == [row.id for row in deleted]
    assert {"SalesReceipt", "Customer", "Estimate"} == set(changes.records)
    assert 1 == client.meter.snapshot().metered
    client.close()


def _connected(emulator: Emulator, client: Client) -> Client:
    """A client with a consent of the company as it is now."""
    return type(client)(
        type(client.settings).from_mapping(
            {**emulator.settings(), "token_store": client.settings.token_store}
        ),
        client._clock,
    )


def test_a_cut_answer_is_flagged(emulator: Emulator, client: Client) -> None:
    """
    More than a thousand changes come as a thousand, without a word.
    """
    since = datetime.now(UTC) - timedelta(minutes=5)
    customers(emulator, 1001)

    changes = client.changes(["Customer", "Invoice"], since)

    assert not changes.is_complete
    assert "Customer" in changes.overflowed


def test_a_gap_beyond_the_reach_is_never_complete(client: Client) -> None:
    """
    Refused, or answered with less than was asked.
    """
    since = datetime.now(UTC) - timedelta(days=40)
    try:
        is_complete = client.changes(["Customer"], since).is_complete
    except RejectedError:
        is_complete = False

    assert not is_complete


def test_no_entities_are_no_question(client: Client) -> None:
    """
    Nothing is sent.
    """
    with pytest.raises(InvalidQueryError):
        client.changes([], datetime.now(UTC))


def judged(body: bytes, entities: list[str]) -> Changes:
    answer = Answer(200, {}, body)
    members = split(body)
    assert members is not None
    return read_changes(
        answer, members, entities, START - timedelta(days=1), START, attempted="read changes"
    )


def test_a_fault_in_a_part_is_an_error() -> None:
    """
    HTTP 200, and one entity's slot holds a Fault, in either casing.
    """
    fault = b'{"Fault":{"Error":[{"Message":"m","code":"4001"}],"type":"ValidationFault"}}'
    for body in (
        b'{"CDCResponse":[{"QueryResponse":[{},%s]}]}' % fault,
        b'{"CDCResponse":[%s]}' % fault,
        b'{"CDCResponse":[{"QueryResponse":[%s]}]}' % fault.replace(b'Fault":{"E', b'fault":{"e'),
    ):
        with pytest.raises(RejectedError):
            judged(body, ["Item", "InventoryAdjustment"])


def test_a_thousand_in_total_flags_every_entity() -> None:
    """
    The page says "per response", so which entity was cut is not known.
    """

    def group(name: str, count: int) -> bytes:
        rows = b",".join(b'{"Id":"%d"}' % number for number in range(count))
        return b'{"%s":[%s],"maxResults":%d}' % (name.encode(), rows, count)

    body = b'{"CDCResponse":[{"QueryResponse":[%s,%s,{}]}]}' % (
        group("Item", 400),
        group("Invoice", 600),
    )

    changes = judged(body, ["Item", "Invoice", "Bill"])

    assert {"Item", "Invoice", "Bill"} == changes.overflowed
    assert [] == changes.records["Bill"]


def test_more_announced_than_given_is_a_cut() -> None:
    """
    totalCount above what is there.
    """
    body = (
        b'{"CDCResponse":[{"QueryResponse":[{"Item":[{"Id":"1","status":"Deleted"}],'
        b'"maxResults":1,"totalCount":7}]}]}'
    )

    changes = judged(body, ["Item"])

    assert {"Item"} == changes.overflowed
    assert changes.records["Item"][0].is_deleted
    assert changes.records["Item"][0].sync_token is None
