"""A first sync delivers the company, in both shapes, to the last digit."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tap_quickbooks.streams import ENTITIES

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.tap.conftest import Company, TapCommand


STREAMS = {stream.name: stream.entity for stream in ENTITIES}


@pytest.fixture
def demo(emulator: Emulator) -> Emulator:
    """The emulator with the demo company."""
    emulator.reset(seed="demo")
    return emulator


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["Id"]: row for row in rows}


def exact(value: Any) -> Any:
    """The same content with every number as Decimal."""
    return json.loads(json.dumps(value, default=str), parse_float=Decimal, parse_int=Decimal)


def test_documents_equal_the_company(demo: Emulator, run_tap: TapCommand) -> None:
    """Each stream holds each entity once, with everything QuickBooks sent."""
    run = run_tap()

    for stream, entity in STREAMS.items():
        delivered = [row["document"] for row in run.records(stream)]
        assert len(delivered) == len(by_id(delivered)), stream
        assert exact(by_id(demo.entities(entity))) == exact(by_id(delivered)), stream


def test_typed_records_equal_the_company(demo: Emulator, run_tap: TapCommand) -> None:
    """QuickBooks' fields, and beside them only the company, the time in UTC and the deletion."""
    run = run_tap(record_shape="typed")

    for stream, entity in STREAMS.items():
        delivered = run.records(stream)
        for row in delivered:
            assert row.pop("realm_id") == run_tap.defaults["realm_id"]
            assert row.pop("is_deleted") is False
            row.pop("LastUpdatedTime")
        assert exact(by_id(demo.entities(entity))) == exact(by_id(delivered)), stream


def test_inactive_names_are_delivered(company: Company, run_tap: TapCommand) -> None:
    """QuickBooks leaves them out of a query that does not ask for them."""
    item = company.item("Rake", quantity=0)
    found = company.emulator.entities("Item")[-1]
    company.emulator.update("Item", {**found, "Active": False})

    run = run_tap(streams=["items"], record_shape="typed")

    assert {item: False} == {row["Id"]: row["Active"] for row in run.records("items")}


@pytest.mark.parametrize("shape", ["typed", "document"])
def test_numbers_arrive_as_they_were_sent(
    company: Company, run_tap: TapCommand, shape: str
) -> None:
    """Not one digit more, not one less; a float would change both."""
    service = company.service("Advice")
    company.invoice(service, quantity=1, price=0.1)
    company.emulator.create(
        "JournalEntry",
        {
            "Line": [
                {
                    "Amount": Decimal("12345678901234.99"),
                    "DetailType": "JournalEntryLineDetail",
                    "JournalEntryLineDetail": {
                        "PostingType": posting,
                        "AccountRef": {"value": account},
                    },
                }
                for posting, account in (("Debit", company.asset), ("Credit", company.income))
            ]
        },
    )

    run = run_tap(streams=["invoices", "journal_entries"], record_shape=shape)

    [invoice] = run.texts("invoices")
    [entry] = run.texts("journal_entries")
    assert re.search(r'"UnitPrice": ?0\.1[,}]', invoice)
    assert ["12345678901234.99"] * 2 == re.findall(r'"Amount": ?([0-9.]+)', entry)


def test_times_are_sent_in_utc(company: Company, run_tap: TapCommand) -> None:
    """The company's own offset moves with daylight saving, and bookmarks are compared as text."""
    company.item("Rake")

    [row] = run_tap(streams=["items"]).records("items")

    assert row["last_updated_at"].endswith("Z")
    assert row["read_at"].endswith("Z")


def test_a_start_date_leaves_out_what_is_older(company: Company, run_tap: TapCommand) -> None:
    """Only what was changed since then is read."""
    old = company.item("Rake")
    company.emulator.advance(40 * 86400)
    new = company.item("Hoe")
    start = company.emulator.entities("Item")[-1]["MetaData"]["LastUpdatedTime"]

    run = run_tap(streams=["items"], start_date=start)

    assert old != new
    assert [new] == run.ids("items")
    assert "query" == run.extractions()["items"]["mode"]


def test_a_full_sync_uses_full_pages(company: Company, run_tap: TapCommand) -> None:
    """One call for each thousand rows and stream, and none twice."""
    for number in range(7):
        company.item(f"Rake {number}")
    before = company.emulator.usage()["metered"]

    run = run_tap(streams=["items", "invoices"], page_rows=4)

    assert 7 == len(set(run.ids("items")))
    line = run.extractions()["items"]
    assert 0 == run.extractions()["invoices"]["records"]
    assert 1 == run.extractions()["invoices"]["metered_requests"]
    calls = company.emulator.usage()["metered"] - before
    assert calls == 1 + line["metered_requests"]
