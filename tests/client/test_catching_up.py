"""All that changed since a moment, and what cannot be known of it, said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import Client, EntityChanges, Settings
from tests.client.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from quickbooks_client import RawRecord
    from quickbooks_emulator.testing import Emulator

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def company(emulator: Emulator, tmp_path: Path) -> Iterator[Client]:
    """A client whose clock is the emulator's, which stands still."""
    emulator.set_clock("2026-03-04T09:00:00Z", freeze=True)
    connection = {**emulator.settings(), "token_store": str(tmp_path / "tokens.json")}
    with Client(Settings.from_mapping(connection), FakeClock(NOW)) as client:
        yield client


def transfer(**more: Any) -> dict[str, Any]:
    accounts = {"FromAccountRef": {"value": "35"}, "ToAccountRef": {"value": "4"}}
    return {**accounts, "Amount": 1, "TxnDate": "2026-03-04", **more}


def caught(
    client: Client, entities: Sequence[str], since: datetime, **options: Any
) -> dict[str, tuple[EntityChanges, list[RawRecord]]]:
    """By entity: what is said of it, and its records."""
    return {
        changes.entity: (changes, [row for page in changes.pages for row in page.records])
        for changes in client.catch_up(entities, since, **options)
    }


def test_all_entities_cost_one_call_where_nothing_was_deleted(
    emulator: Emulator, company: Client
) -> None:
    """
    Change data capture tells everything; deletions are known, and there are none.
    """
    emulator.create("Customer", {"DisplayName": "Ada"})
    emulator.create("Transfer", transfer())

    found = caught(company, ["Customer", "Transfer", "Bill"], NOW - timedelta(hours=1))

    assert {"Customer": 1, "Transfer": 1, "Bill": 0} == {
        entity: len(rows) for entity, (_, rows) in found.items()
    }
    assert all(said.read_by == "cdc" and said.are_deletions_known for said, _ in found.values())
    assert 1 == company.meter.snapshot().metered


def test_the_moment_itself_and_a_minute_before_are_read(
    emulator: Emulator, company: Client
) -> None:
    """
    A change may become visible after its own time.
    """
    for age in (59, 60, 62):
        emulator.create("Transfer", transfer(PrivateNote=str(age)), shift_s=-age)

    (_, rows) = caught(company, ["Transfer"], NOW)["Transfer"]

    assert {"59", "60"} == {row.entity["PrivateNote"] for row in rows}


def test_a_cut_entity_is_read_by_query_and_the_others_by_cdc(
    emulator: Emulator, company: Client
) -> None:
    """
    More than a thousand changes: all of them come; whose deletions nobody can know is said.
    """
    emulator.create_all("Transfer", [transfer()] * 1200)
    ada = emulator.create("Customer", {"DisplayName": "Ada"})
    item = emulator.item("PUMP")
    gone = emulator.create("Estimate", estimate(ada["Id"], item["Id"]))
    emulator.delete("Estimate", gone["Id"])

    found = caught(company, ["Customer", "Transfer", "Estimate"], NOW - timedelta(hours=1))

    transfers, rows = found["Transfer"]
    assert 1200 == len({row.id for row in rows})
    assert ("query", False) == (transfers.read_by, transfers.are_deletions_known)
    estimates, rows = found["Estimate"]
    assert [(gone["Id"], True)] == [(row.id, row.is_deleted) for row in rows]
    assert ("cdc", True) == (estimates.read_by, estimates.are_deletions_known)
    assert ["Ada"] == [row.entity["DisplayName"] for row in found["Customer"][1]]


def estimate(customer: str, item: str) -> dict[str, Any]:
    detail = {"ItemRef": {"value": item}, "Qty": 1, "UnitPrice": 5}
    line = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    return {"CustomerRef": {"value": customer}, "Line": [line]}


@pytest.mark.parametrize("cdc_cap", ["response", "entity"])
def test_two_entities_too_many_are_both_read_whole(
    emulator: Emulator, company: Client, cdc_cap: str
) -> None:
    """
    Whether a thousand is counted over the answer or for each entity.
    """
    emulator.switch(cdc_cap=cdc_cap)
    emulator.create_all("Transfer", [transfer()] * 1001)
    emulator.create_all("Customer", [{"DisplayName": f"C {number}"} for number in range(1001)])

    found = caught(company, ["Customer", "Transfer", "Vendor"], NOW - timedelta(hours=1))

    assert [1001, 1001, 0] == [len({row.id for row in rows}) for _, rows in found.values()]
    assert ["query", "query", "cdc"] == [said.read_by for said, _ in found.values()]
    # Of a list nothing can be deleted, so nothing is unknown.
    assert [True, False, True] == [said.are_deletions_known for said, _ in found.values()]


@pytest.mark.parametrize("cdc_old_since", ["partial", "fault"])
@pytest.mark.parametrize("days", [30, 32])
def test_a_gap_longer_than_cdc_reaches_is_read_by_query(
    emulator: Emulator, company: Client, cdc_old_since: str, days: int
) -> None:
    """
    Also when the answer is 200 with less than was asked; surely too old is not even asked.
    """
    emulator.switch(cdc_old_since=cdc_old_since)
    old = emulator.create("Transfer", transfer(), shift_s=-days * 86400)

    (said, rows) = caught(company, ["Transfer"], NOW - timedelta(days=days))["Transfer"]

    assert [old["Id"]] == [row.id for row in rows]
    assert ("query", False) == (said.read_by, said.are_deletions_known)
    assert (2 if days == 30 else 1) == company.meter.snapshot().requests


def test_an_entity_that_cdc_refuses_does_not_take_the_others_along(
    emulator: Emulator, company: Client
) -> None:
    """
    Whether adjustments are carried is not known beforehand.
    """
    emulator.create("Customer", {"DisplayName": "Ada"})

    entities = ["Customer", "InventoryAdjustment", "TaxCode", "Transfer"]
    found = caught(company, entities, NOW - timedelta(hours=1))

    assert ["cdc", "query", "query", "cdc"] == [said.read_by for said, _ in found.values()]
    assert [True, False, True, True] == [said.are_deletions_known for said, _ in found.values()]
    assert ["Ada"] == [row.entity["DisplayName"] for row in found["Customer"][1]]


def test_a_document_called_deleted_though_it_lives_comes_as_it_is(
    emulator: Emulator, company: Client
) -> None:
    """
    It is looked for before anybody is told to delete it; one that is gone stays gone.
    """
    emulator.switch(cdc_false_tombstone=True)
    changed, gone = emulator.create_all("Transfer", [transfer(), transfer()])
    emulator.update("Transfer", {"Id": changed["Id"], "PrivateNote": "alive"})
    emulator.delete("Transfer", gone["Id"])

    since = NOW - timedelta(hours=1)
    (_, rows) = caught(company, ["Transfer"], since)["Transfer"]
    (_, trusting) = caught(company, ["Transfer"], since, check_deletions=False)["Transfer"]

    assert {changed["Id"]: False, gone["Id"]: True} == {row.id: row.is_deleted for row in rows}
    assert "alive" == next(row.entity["PrivateNote"] for row in rows if not row.is_deleted)
    assert {changed["Id"]: True, gone["Id"]: True} == {row.id: row.is_deleted for row in trusting}


def test_queries_are_made_when_their_pages_are_taken(emulator: Emulator, company: Client) -> None:
    """
    Who looks at what is said alone pays for nothing else.
    """
    emulator.create("Customer", {"DisplayName": "Ada"})

    said = list(company.catch_up(["TaxCode", "TaxRate"], NOW - timedelta(hours=1)))

    assert ["TaxCode", "TaxRate"] == [one.entity for one in said]
    assert 0 == company.meter.snapshot().metered
