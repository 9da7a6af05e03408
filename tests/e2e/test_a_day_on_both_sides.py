"""
One world, three runs of `sync-inventory`, and what must be true after each: every sentence that a
finance director would check. The runs themselves meet an expired token and a storm of 429.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from demo.platform import Sale
from demo.story import Story
from tests.e2e.conftest import a_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.world import World

HUGE = Decimal("12345678901234.99")
TENTH = Decimal("0.1")


@dataclass
class Day:
    """What was seen after each run."""

    world: World
    story: Story
    seen: dict[str, Any] = field(default_factory=dict)

    def sku_row(self, run: str, number: int) -> dict[str, Any]:
        rows: dict[str, dict[str, Any]] = self.seen[f"{run}: reconciliation"]
        return rows[self.story.sku(number).lower()]

    def look(self, run: str) -> None:
        world = self.world
        self.seen[f"{run}: reconciliation"] = {
            row["sku_key"]: row
            for row in world.rows("select * from marts.fct_inventory_reconciliation")
        }
        self.seen[f"{run}: discrepancies"] = {
            row["sku_key"]: row
            for row in world.rows("select * from marts.fct_inventory_discrepancies")
        }
        self.seen[f"{run}: ledger"] = {
            row["idempotency_key"]: row for row in world.rows("select * from sync.ledger_rows")
        }
        self.seen[f"{run}: updates"] = world.rows("select * from platform.inventory_updates")
        self.seen[f"{run}: quantities"] = {
            item.get("Sku", ""): Decimal(str(item["QtyOnHand"]))
            for item in world.books("Item")
            if "QtyOnHand" in item
        }
        self.seen[f"{run}: documents"] = {
            entity: len(world.books(entity))
            for entity in ("SalesReceipt", "Invoice", "InventoryAdjustment", "RefundReceipt")
        }
        self.seen[f"{run}: commands"] = world.rows("select * from sync.inventory_commands")


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with a_world() as world:
        story = Story.begin(world)
        day = Day(world, story)
        now = datetime.now(UTC)
        story.plant_differences(now)
        _plant_a_millionth(story, now)
        world.run("sync-inventory")
        day.look("first")

        opened = datetime.now(UTC)
        story.sell(opened)
        story.refuse_one(opened)
        story.count_and_type(datetime.now(UTC))
        _keep_odd_numbers(story, opened)
        day.seen["on the shelf before"] = _shelf(world)
        _make_trouble(world)
        world.run("sync-inventory")
        day.look("second")

        story.shop.apply_updates(datetime.now(UTC))
        world.control("DELETE", "faults")
        world.run("push-sales")
        world.run("sync-inventory")
        day.look("third")
        world.run("sync-inventory")
        day.look("fourth")
        yield day


def _plant_a_millionth(story: Story, now: datetime) -> None:
    """SKU 33 lies on the line of one per cent (the story sees to that); SKU 35 a millionth past."""
    quantity = Decimal(str(story.stocked[35]["quantity"]))
    platform = (quantity / Decimal("1.01")).quantize(Decimal(1))
    story.adjust(35, platform * Decimal("1.01") + Decimal("0.000001") - quantity)
    story.shop.count(story.sku(35), str(platform - quantity), now)


def _keep_odd_numbers(story: Story, at: datetime) -> None:
    """An invoice in QuickBooks over a huge amount, and a tenth of a unit on the shelf."""
    fallback = story.world.control("GET", "seed")["fallback_item_id"]
    line = {
        "DetailType": "SalesItemLineDetail",
        "Amount": float(HUGE),
        "SalesItemLineDetail": {"ItemRef": {"value": fallback}},
    }
    customer = story.world.books("Customer")[0]["Id"]
    invoice = {"CustomerRef": {"value": customer}, "DocNumber": "HUGE-1", "Line": [line]}
    story.world.control("POST", "entities", {"Invoice": [invoice]})
    story.shop.count(story.sku(26), str(TENTH), at)


def _make_trouble(world: World) -> None:
    """The second run meets a token that dies under it and a storm of 429."""
    world.control(
        "POST",
        "faults",
        {
            "nth": 2,
            "times": 1,
            "path": "/v3/company",
            "do": {"kind": "status", "status": 401, "body": "lowercase"},
        },
    )
    world.control(
        "POST",
        "faults",
        {
            "nth": 4,
            "times": 6,
            "path": "/v3/company",
            "do": {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
        },
    )


def _shelf(world: World) -> dict[str, Decimal]:
    return {
        row["sku_key"]: row["quantity"]
        for row in world.rows(
            "select sync.sku_key(sku) as sku_key, sum(quantity) as quantity"
            " from platform.inventory_levels group by 1"
        )
    }


def test_the_first_sync_adopts_what_agrees_and_writes_nothing(day: Day) -> None:
    """
    Equal SKUs get a baseline; differing ones wait for a person; nothing goes to either side.
    """
    assert [] == day.seen["first: commands"]
    assert [] == day.seen["first: updates"]
    assert "match" == day.sku_row("first", 5)["discrepancy_class"]


def test_one_per_cent_is_within_tolerance_and_a_millionth_more_is_not(day: Day) -> None:
    """
    The line itself belongs to the tolerance; exact decimals all the way from both sides.
    """
    on_the_line, past_it = day.sku_row("first", 33), day.sku_row("first", 35)

    assert on_the_line["is_within_tolerance"]
    assert "within_tolerance" == on_the_line["discrepancy_class"]
    assert not past_it["is_within_tolerance"]
    assert Decimal("0.000001") == past_it["variance_quantity"] - past_it["allowed_quantity"]


def test_identity_is_judged_before_quantity(day: Day) -> None:
    """
    One-sided and doubled SKUs are named as such; another spelling is the same SKU.
    """
    reconciliation = day.seen["first: reconciliation"]

    assert "missing_on_platform" == day.sku_row("first", 31)["discrepancy_class"]
    assert "missing_in_qbo" == reconciliation["lsg-rain-barrel"]["discrepancy_class"]
    assert "duplicate_sku_qbo" == day.sku_row("first", 34)["discrepancy_class"]
    assert "match" == day.sku_row("first", 30)["discrepancy_class"]


def test_every_good_sale_is_in_the_books_exactly_once(day: Day) -> None:
    """
    One document per sale, by its number, and none for what was cancelled before it was booked.
    """
    numbers = [
        document["DocNumber"]
        for entity in ("SalesReceipt", "Invoice")
        for document in day.world.books(entity)
    ]
    keys = [f"order:10{number:02d}" for number in range(12)] + ["order:1020", "order:1021"]
    ledger = day.seen["fourth: ledger"]
    posted = {
        row["idempotency_key"]: row["doc_number"]
        for row in day.world.rows(
            "select r.idempotency_key, d.doc_number from sync.ledger_rows r"
            " join sync.documents d using (document_id) where r.status = 'posted'"
        )
    }

    assert {"posted"} == {ledger[key]["status"] for key in keys}
    assert [1] * len(keys) == [numbers.count(posted[key]) for key in keys]
    assert "order:1023" not in ledger


def test_a_sale_that_is_not_yet_in_the_books_is_in_flight(day: Day) -> None:
    """
    Sold SKUs agree after the run that posted them: nothing was booked as shrinkage beside the sale.
    """
    for number in range(8):
        row = day.sku_row("second", number)
        assert row["is_within_tolerance"], row
        assert 0 == row["variance_quantity"], row
    commands = {row["sku_key"] for row in day.seen["fourth: commands"]}
    assert not commands & {day.story.sku(number).lower() for number in range(20)}


def test_a_count_reaches_the_quantity_in_quickbooks(day: Day) -> None:
    """
    Adjustments of -2, +5 and a tenth arrive in `QtyOnHand`, once.
    """
    before, after = day.seen["first: quantities"], day.seen["fourth: quantities"]

    for number, difference in ((20, Decimal(-2)), (21, Decimal(5)), (26, TENTH)):
        sku = day.story.sku(number)
        assert difference == after[sku] - before[sku], sku


def test_a_change_in_quickbooks_becomes_an_update_and_both_agree(day: Day) -> None:
    """
    The bill's 24 and the adjustment's -3 are rows for the platform; once applied, both sides agree.
    """
    told = {row["sku"].strip().lower(): row for row in day.seen["second: updates"]}

    assert 24 == told[day.story.sku(23).lower()]["quantity_delta"]
    assert -3 == told[day.story.sku(24).lower()]["quantity_delta"]
    for number in (23, 24):
        row = day.sku_row("third", number)
        assert "match" == row["discrepancy_class"], row


def test_a_change_on_both_sides_is_flagged_and_not_overwritten(day: Day) -> None:
    """
    -1 on the shelf, +4 in the books: a person decides; both quantities stay as they were typed.
    """
    sku = day.story.sku(25)
    row = day.seen["fourth: discrepancies"][sku.lower()]

    assert "both_edited" == row["discrepancy_class"]
    assert day.seen["second: quantities"][sku] == day.seen["fourth: quantities"][sku]
    assert day.seen["on the shelf before"][sku.lower()] == _shelf(day.world)[sku.lower()]


def test_a_change_beyond_the_limits_is_held(day: Day) -> None:
    """
    Sixty units at once are more than a run may move by itself.
    """
    sku = day.story.sku(22)

    assert "held" == day.seen["fourth: discrepancies"][sku.lower()]["discrepancy_class"]
    assert day.seen["first: quantities"][sku] == day.seen["fourth: quantities"][sku]


def test_a_refused_sale_stops_nobody_and_waits_for_review(day: Day) -> None:
    """
    QuickBooks refuses order 1025; the others went through; it is listed with Intuit's code.
    """
    row = day.seen["second: ledger"]["order:1025"]
    listed = day.world.call("quickbooks-sync", "review", "list")

    assert "rejected" == row["status"]
    assert "6270" == row["error_code"]
    assert "order:1025" in listed.stdout


def test_what_cannot_be_built_is_blocked_with_its_reason(day: Day) -> None:
    """
    A SKU nobody knows keeps its order out of the books, and the table of sales says so.
    """
    [row] = day.world.rows("select * from marts.fct_sales_push where source_id = 'order:1024'")

    assert "blocked" == row["state"]
    assert "lsg-typing-error" in row["state_reason"].lower()
    assert "order:1024" not in day.seen["fourth: ledger"]


def test_running_again_changes_nothing(day: Day) -> None:
    """
    The fourth run finds nothing to do: no document, no command, no update more.
    """
    for what in ("documents", "quantities", "commands", "updates"):
        assert day.seen[f"third: {what}"] == day.seen[f"fourth: {what}"], what


def test_an_expired_token_and_a_storm_of_429_only_cost_time(day: Day) -> None:
    """
    The second run met both and still ended well; nobody was asked for anything.
    """
    statuses = [call["status"] for call in day.world.control("GET", "calls")]
    [run] = day.world.rows(
        "select status from sync.runs where job = 'sync-inventory' order by started_at"
        " offset 1 limit 1"
    )
    [account] = day.world.rows("select sum(refreshed) as refreshed from quickbooks.extractions")

    assert 1 == statuses.count(401)
    assert 6 == statuses.count(429)
    assert account["refreshed"] >= 1
    assert "succeeded" == run["status"]


def test_numbers_arrive_as_they_were_written(day: Day) -> None:
    """
    A huge amount and a tenth reach the warehouse digit by digit, and the instants keep their time.
    """
    [invoice] = day.world.rows(
        "select document ->> 'TotalAmt' as total, last_updated_at, read_at"
        " from quickbooks.invoices where document ->> 'DocNumber' = 'HUGE-1'"
    )
    [receivable] = day.world.rows(
        "select open_balance from marts.fct_accounts_receivable where doc_number = 'HUGE-1'"
    )
    tenth = day.sku_row("third", 26)

    assert HUGE == Decimal(invoice["total"])
    assert HUGE == receivable["open_balance"]
    assert TENTH == tenth["qbo_quantity"] % 1
    assert timedelta(0) == invoice["read_at"].utcoffset()
    assert invoice["last_updated_at"] <= invoice["read_at"]


def test_the_summary_is_printed_and_kept(day: Day) -> None:
    """
    The last run says what it did, in words, and the record keeps it.
    """
    [run] = day.world.rows(
        "select summary from sync.runs where job = 'sync-inventory'"
        " order by started_at desc limit 1"
    )

    assert run["summary"]
    assert "metered" in day.world.log("sync-inventory")


def test_a_sale_can_be_added_by_the_day_s_own_means(day: Day) -> None:
    """
    A sale that comes in later is posted by `push-sales` alone, once, however often it runs.
    """
    day.story.shop.sell(Sale("2001", [(day.story.sku(3), "1")]), datetime.now(UTC))

    day.world.run("push-sales")
    day.world.run("push-sales")

    rows = day.world.rows(
        "select d.doc_number from sync.ledger_rows r join sync.documents d using (document_id)"
        " where r.idempotency_key = 'order:2001' and r.status = 'posted'"
    )
    numbers = [document["DocNumber"] for document in day.world.books("SalesReceipt")]
    assert 1 == len(rows)
    assert 1 == numbers.count(rows[0]["doc_number"])
