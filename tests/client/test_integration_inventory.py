"""Stock set to wanted quantities by a program, through HTTP and a real ledger."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from typing_extensions import override

from quickbooks_client import (
    ConfigurationError,
    QuickBooksIntegration,
    RejectedError,
    RetriableError,
    StoreBusyError,
)
from quickbooks_client.push.ledger import Ledger, create_ledger
from tests.client.fakes import FakeClock
from tests.client.test_integration import HeldClock, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

REALM = "9341452718281828459"
Result = dict[str, Any]


class Program:
    """A program with a company whose stock it sets."""

    def __init__(
        self,
        emulator: Emulator,
        make: Callable[..., QuickBooksIntegration],
        folder: Path,
        ledger_url: str | None = None,
    ) -> None:
        self.emulator = emulator
        self.make = make
        self.folder = folder
        self.ledger_url = ledger_url
        self.clock = FakeClock()
        self.account_id = str(emulator.seed()["adjustment_account_id"])
        self.ids: dict[str, str] = {}

    def integration(self, **more: Any) -> QuickBooksIntegration:
        options: dict[str, Any] = {
            "clock": self.clock,
            "realm_id": REALM,
            "ledger_url": self.ledger_url,
            "adjustment_account_id": self.account_id,
            "time_zone": "UTC",
        }
        return self.make(**{**options, **more})

    def items(self, **quantities: Any) -> None:
        for sku, quantity in quantities.items():
            self.ids[sku] = self.emulator.item(sku, quantity)["Id"]
        self.emulator.clear_calls()

    def sync(self, wanted: Any, key: str | None = None, **more: Any) -> Result:
        """One call of a program of its own."""
        if isinstance(wanted, dict):
            wanted = [{"sku": sku, "quantity": quantity} for sku, quantity in wanted.items()]

        async def run() -> Result:
            async with self.integration(**more) as quickbooks:
                return dict(await quickbooks.sync_inventory(wanted, idempotency_key=key))

        return asyncio.run(run())

    def stock(self, *skus: str) -> list[Decimal]:
        return [self.emulator.quantity(self.ids[sku]) for sku in skus]

    @property
    def adjustments(self) -> list[dict[str, Any]]:
        return self.emulator.entities("InventoryAdjustment")

    def calls(self, class_: str) -> int:
        return len(self.emulator.calls(class_=class_))

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the ledger; a table is named as in SQLite."""
        if self.ledger_url and self.ledger_url.startswith("postgres"):
            for table in ("ledger_rows", "documents", "document_lines"):
                sql = sql.replace(f" {table}", f" sync.{table}")
            connection: Any = psycopg2.connect(self.ledger_url)
        else:
            connection = sqlite3.connect(self.folder / "store" / "ledger.sqlite3")
        with closing(connection):
            cursor = connection.cursor()
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]


@pytest.fixture
def program(
    emulator: Emulator, make_integration: Callable[..., QuickBooksIntegration], tmp_path: Path
) -> Program:
    """A program whose ledger lies beside its tokens."""
    return Program(emulator, make_integration, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, program: Program) -> Program:
    """The program, on each kind of ledger."""
    if request.param == "postgresql":
        program.ledger_url = request.getfixturevalue("database_url")
        create_ledger(str(program.ledger_url))
    return program


def success(count: int) -> Result:
    return {"success": count, "failed": 0, "errors": []}


def errors(result: Result) -> dict[str, str]:
    return {one["sku"]: one["error"] for one in result["errors"]}


# -- what is wanted, exactly


def test_items_are_set_to_what_is_wanted(either: Program) -> None:
    """
    More, less, as much as there is: one document with the differences, none for what agrees; one
    metered call to read. Called again it finds nothing to do.
    """
    either.items(PUMP=10, HOSE=7, ROPE="2.5")

    first = either.sync({"PUMP": 12, "HOSE": "3", "ROPE": Decimal("2.5")})
    metered = either.calls("metered")
    again = either.sync({"PUMP": 12, "HOSE": 3, "ROPE": 2.5})

    assert success(3) == first == again
    assert [Decimal(12), Decimal(3), Decimal("2.5")] == either.stock("PUMP", "HOSE", "ROPE")
    (document,) = either.adjustments
    assert [2, -4] == [line["ItemAdjustmentLineDetail"]["QtyDiff"] for line in document["Line"]]
    assert {"value": either.account_id} == {"value": document["AdjustAccountRef"]["value"]}
    assert 1 == metered


def test_the_ledger_knows_it_as_what_the_target_writes(either: Program) -> None:
    """
    Row, document and lines are there, each with its key, item, SKU and effect: a reconciliation
    finds them. No key is of a kind that the two-way sync gives to its own.
    """
    either.items(PUMP=10, HOSE=7)

    either.sync({"PUMP": 12, "HOSE": 3}, "count 7")

    assert [
        ("inventory:count 7:hose", "inventory_adjustments", "posted", 1, None),
        ("inventory:count 7:pump", "inventory_adjustments", "posted", 1, None),
    ] == either.ask(
        "select idempotency_key, stream, status, attempts, error_code from ledger_rows order by 1"
    )
    ((qbo_type, status, qbo_id, number, posted),) = either.ask(
        "select qbo_type, status, qbo_id, doc_number, posted_at is not null from documents"
    )
    (document,) = either.adjustments
    assert ("InventoryAdjustment", "posted", document["Id"], document["DocNumber"]) == (
        qbo_type,
        status,
        qbo_id,
        number,
    )
    assert posted
    lines = either.ask(
        "select l.idempotency_key, l.item_id, l.sku, l.stock_effect from document_lines as l"
        " order by l.line_number"
    )
    assert [
        ("inventory:count 7:pump", either.ids["PUMP"], "PUMP", Decimal(2)),
        ("inventory:count 7:hose", either.ids["HOSE"], "HOSE", Decimal(-4)),
    ] == [(*line[:3], Decimal(line[3])) for line in lines]


def test_each_product_has_its_own_error(program: Program) -> None:
    """
    Everything that cannot be set is said in words with its SKU; the one good product is set.
    """
    program.items(PUMP=10, TWICE=1, LATE=0, OLD=0)
    seed = program.emulator.seed()
    income = {"IncomeAccountRef": {"value": seed["income_account_id"]}}
    service = {"Name": "Fitting", "Sku": "FIT", "Type": "Service", **income}
    program.emulator.create("Item", service)
    program.emulator.item("TWICE", 1, Name="Twice again")
    program.emulator.item("SOON", 0, InvStartDate="2039-01-01")
    program.emulator.update("Item", {"Id": program.ids["OLD"], "Active": False})
    wanted: list[Any] = [
        {"sku": "PUMP", "quantity": 11},
        {"sku": "NONE", "quantity": 1},
        {"sku": "TWICE", "quantity": 5},
        {"sku": "OLD", "quantity": 5},
        {"sku": "FIT", "quantity": 5},
        {"sku": "SOON", "quantity": 5},
        {"sku": "LESS", "quantity": -1},
        {"sku": "FINE", "quantity": "1.0000001"},
        {"sku": "NAN", "quantity": float("nan")},
        {"sku": "TRUE", "quantity": True},
        {"sku": "LACKS"},
        {"sku": "x" * 101, "quantity": 1},
        {"quantity": 1},
        "PUMP",
        {"sku": "LATE", "quantity": 3},
        {"sku": " late", "quantity": 3},
    ]

    result = program.sync(wanted)

    assert (1, 15) == (result["success"], result["failed"])
    assert 15 == len(result["errors"])
    found = errors(result)
    assert [Decimal(11), Decimal(0)] == program.stock("PUMP", "LATE")
    expected = {
        "NONE": "no active item",
        "TWICE": "fits 2 items",
        "OLD": "inactive",
        "FIT": "type Service",
        "SOON": "starts on 2039-01-01",
        "LESS": "less than nothing",
        "FINE": "more than 6 decimals",
        "NAN": "not a finite number",
        "TRUE": "truth value",
        "LACKS": "quantity is missing",
        "x" * 100: "101 characters",
        "": "product 1",
        "LATE": "2 times",
        "late": "2 times",
    }
    assert expected.keys() == found.keys()
    assert all(words in found[sku] for sku, words in expected.items()), found


@pytest.mark.parametrize("quantity", [0.1, "0.1", Decimal("0.1")], ids=["float", "text", "decimal"])
def test_quantities_are_exact(program: Program, quantity: Any) -> None:
    """
    Three tenths less two tenths are one tenth, however the number comes.
    """
    program.items(ROPE="0.3")

    assert success(1) == program.sync({"ROPE": quantity})

    (document,) = program.adjustments
    assert Decimal("-0.2") == document["Line"][0]["ItemAdjustmentLineDetail"]["QtyDiff"]
    assert [Decimal("0.1")] == program.stock("ROPE")


def test_nothing_asked_is_nothing_done(program: Program) -> None:
    """
    No products: no call, no ledger.
    """
    assert success(0) == program.sync([])
    assert [] == program.emulator.calls()
    assert not (program.folder / "store" / "ledger.sqlite3").exists()


def test_quickbooks_below_nothing_is_set_right(program: Program) -> None:
    """
    Sold before it was received: QuickBooks shows less than nothing, and is set to what is there.
    """
    program.items(PUMP=1)
    program.emulator.create(
        "SalesReceipt",
        {
            "Line": [
                {
                    "Amount": 40,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": program.ids["PUMP"]}, "Qty": 4},
                }
            ]
        },
    )

    assert success(1) == program.sync({"PUMP": 5})

    assert [Decimal(5)] == program.stock("PUMP")


# -- few documents, few metered calls


def stock_up(program: Program, count: int, **fields: Any) -> list[str]:
    body = {
        "Type": "Inventory",
        "TrackQtyOnHand": True,
        "QtyOnHand": 10,
        "InvStartDate": "2020-01-01",
        "IncomeAccountRef": {"value": "79"},
        "ExpenseAccountRef": {"value": "80"},
        "AssetAccountRef": {"value": "81"},
        **fields,
    }
    skus = [f"PART-{number}" for number in range(count)]
    made = program.emulator.create_all("Item", [{**body, "Name": sku, "Sku": sku} for sku in skus])
    program.ids |= {sku: item["Id"] for sku, item in zip(skus, made, strict=True)}
    program.emulator.clear_calls()
    return skus


def test_many_products_are_few_documents_and_few_calls(program: Program) -> None:
    """
    250 differences are three documents; they are found by two queries.
    """
    skus = stock_up(program, 250)

    result = program.sync({sku: number % 9 for number, sku in enumerate(skus)})

    assert success(250) == result
    assert [100, 100, 50] == [len(document["Line"]) for document in program.adjustments]
    assert (2, 3) == (program.calls("metered"), program.calls("free"))
    assert [Decimal(number % 9) for number in range(250)] == program.stock(*skus)


def test_most_of_a_catalogue_is_read_by_pages(program: Program) -> None:
    """
    600 of 700 items: one full page instead of three queries. Of 600 SKUs that are nearly all
    unknown to a catalogue of more than a page, no more pages are read than the first.
    """
    skus = stock_up(program, 700)
    program.sync(dict.fromkeys(skus[:600], 10))
    by_page = program.calls("metered")
    program.emulator.create_all(
        "Item",
        [
            {"Name": f"Service {number}", "Type": "Service", "IncomeAccountRef": {"value": "79"}}
            for number in range(1500)
        ],
    )
    program.emulator.clear_calls()

    result = program.sync({**{f"NONE-{number}": 1 for number in range(599)}, skus[0]: 10})

    assert 1 == by_page
    assert (1, 599) == (result["success"], result["failed"])
    assert program.calls("metered") <= 4


def test_items_are_found_where_sku_is_no_filter(program: Program) -> None:
    """
    Intuit does not promise that items can be found by Sku: then all are read.
    """
    program.items(PUMP=10)
    program.emulator.switch(query_item_sku=False)

    result = program.sync({"PUMP": 4, "NONE": 1})

    assert (1, ["NONE"]) == (result["success"], list(errors(result)))
    assert [Decimal(4)] == program.stock("PUMP")


def test_one_refused_line_costs_only_itself(program: Program) -> None:
    """
    The product QuickBooks refuses is found by halving, its error has QuickBooks' code; the others
    are posted once.
    """
    skus = stock_up(program, 9)
    program.emulator.switch(adjustment_whole_only=True)

    result = program.sync({**dict.fromkeys(skus, 4), skus[5]: "4.5"})

    assert (8, [skus[5]]) == (result["success"], list(errors(result)))
    assert "refused" in errors(result)[skus[5]]
    assert "[Intuit code " in errors(result)[skus[5]]
    assert [Decimal(4)] * 5 + [Decimal(10)] + [Decimal(4)] * 3 == program.stock(*skus)


# -- date and account


def test_it_is_dated_the_companys_today(program: Program) -> None:
    """
    Past midnight in UTC it is still yesterday in the company; by the setting it is today.
    """
    program.emulator.set_clock("2026-03-05T03:00:00Z")
    program.items(PUMP=10)

    program.sync({"PUMP": 11}, time_zone=None)
    program.clock.advance(60)
    program.sync({"PUMP": 12}, time_zone="Europe/Berlin")

    assert ["2026-03-04", "2026-03-05"] == [one["TxnDate"] for one in program.adjustments]


def test_without_an_account_quickbooks_own_is_taken(program: Program) -> None:
    """
    Inventory Shrinkage, which QuickBooks itself proposes; it is asked for once, and only when
    something differs. Where there is none, the setting is named and nothing is sent.
    """
    program.items(PUMP=10)

    program.sync({"PUMP": 10}, adjustment_account_id=None)
    unchanged = program.calls("metered")
    program.sync({"PUMP": 11}, adjustment_account_id=None)
    program.emulator.update("Account", {"Id": program.account_id, "Name": "Something else"})
    with pytest.raises(ConfigurationError, match="adjustment_account_id"):
        program.sync({"PUMP": 12}, adjustment_account_id=None)

    assert 1 == unchanged
    assert [program.account_id] == [one["AdjustAccountRef"]["value"] for one in program.adjustments]
    assert [Decimal(11)] == program.stock("PUMP")


# -- once


def test_a_lost_reply_moves_nothing_twice(either: Program) -> None:
    """
    QuickBooks books the document and its reply is lost: the repeat under the same id adds none.
    """
    either.items(PUMP=10)
    either.emulator.lose_reply("POST", "inventoryadjustment")

    assert success(1) == either.sync({"PUMP": 12})

    assert [Decimal(12)] == either.stock("PUMP")
    assert 1 == len(either.adjustments)


def unanswered(program: Program, *, applied: bool) -> None:
    """No call that writes has an answer from now on; it is booked all the same or not."""
    program.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        times=None,
        do={"kind": "lose_reply"} if applied else {"kind": "reset"},
    )


@pytest.mark.parametrize("applied", [True, False])
def test_what_is_not_known_is_settled_by_the_next_call(either: Program, *, applied: bool) -> None:
    """
    Every reply is lost: the product has failed, with words that say it is not known. The next call
    settles it before it reads, so that the stock is right whether it was booked or not; and it
    waits until QuickBooks shows what it holds.
    """
    either.items(PUMP=10, HOSE=5)
    unanswered(either, applied=applied)

    first = either.sync({"PUMP": 12})
    either.emulator.clear_faults()
    slept = len(either.clock.slept)
    second = either.sync({"PUMP": 13, "HOSE": 5})

    assert (0, 1) == (first["success"], first["failed"])
    assert "not known yet" in errors(first)["PUMP"]
    assert success(2) == second
    assert [Decimal(13)] == either.stock("PUMP")
    assert {"posted"} == {status for (status,) in either.ask("select status from documents")}
    assert 30 == sum(either.clock.slept[slept:])


def test_while_it_is_not_known_nothing_is_added(program: Program) -> None:
    """
    The next call has no answer either: it neither reads past it nor posts again; other products
    are set.
    """
    program.items(PUMP=10, HOSE=5)
    unanswered(program, applied=False)
    program.sync({"PUMP": 12})
    program.emulator.clear_faults()
    program.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        body='"QtyDiff":2',
        times=None,
        do={"kind": "reset"},
    )

    between = program.sync({"PUMP": 12, "HOSE": 4})
    program.emulator.clear_faults()
    after = program.sync({"PUMP": 12, "HOSE": 4})

    assert (1, ["PUMP"]) == (between["success"], list(errors(between)))
    assert "no known outcome" in errors(between)["PUMP"]
    assert success(2) == after
    assert [Decimal(12), Decimal(4)] == program.stock("PUMP", "HOSE")
    assert 2 == len(program.adjustments)


def test_when_quickbooks_is_away_the_rest_is_not_sent(program: Program) -> None:
    """
    Three documents without an answer one after the other: the other products say that they were
    not sent, and the next call sets all.
    """
    skus = stock_up(program, 10)
    unanswered(program, applied=True)

    result = program.sync(dict.fromkeys(skus, 4), max_lines_per_adjustment=2)
    program.emulator.clear_faults()
    after = program.sync(dict.fromkeys(skus, 4), max_lines_per_adjustment=2)

    assert (0, 10) == (result["success"], result["failed"])
    words = list(errors(result).values())
    assert 6 == sum("not known yet" in one for one in words)
    assert 4 == sum("not sent" in one for one in words)
    assert success(10) == after
    assert [Decimal(4)] * 10 == program.stock(*skus)


def test_nothing_was_sent_when_it_raises(program: Program) -> None:
    """
    QuickBooks cannot be read: the error says so, and the ledger holds nothing.
    """
    program.items(PUMP=10)
    program.emulator.fail(
        operation="query", times=None, do={"kind": "status", "status": 503, "body": "html"}
    )

    with pytest.raises(RetriableError):
        program.sync({"PUMP": 12})

    assert [] == program.ask("select idempotency_key from ledger_rows")
    assert [Decimal(10)] == program.stock("PUMP")


def test_an_inventory_lock_is_waited_for(program: Program) -> None:
    """
    QuickBooks' company-wide lock is waited for, and the difference is posted once.
    """
    program.items(PUMP=10)
    detail = (
        "Business Validation Error: another user was creating a transaction with inventory"
        " products at exactly the same time"
    )
    program.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        times=2,
        do={"kind": "fault", "code": "6000", "message": "…", "detail": detail, "status": 400},
    )

    assert success(1) == program.sync({"PUMP": 12})

    assert [3.0, 6.0] == program.clock.slept
    assert 1 == len(program.adjustments)


class YieldingClock(FakeClock):
    """A clock on which a wait is over at once, and lets other threads go first."""

    @override
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        time.sleep(0)


def test_calls_at_once_work_from_readings_of_their_own(program: Program) -> None:
    """
    Ten tasks and two objects want the same item, then another: no difference is posted twice, and
    the last call decides.
    """
    program.items(PUMP=10)

    async def run() -> list[Result]:
        options = {"clock": YieldingClock(), "ledger_wait_s": 1e9}
        async with program.integration(**options) as one, program.integration(**options) as two:
            wanted = [{"sku": "PUMP", "quantity": 17}]
            first = await asyncio.gather(
                *(one.sync_inventory(wanted) for _ in range(5)),
                *(two.sync_inventory(wanted) for _ in range(5)),
            )
            last = await one.sync_inventory([{"sku": "PUMP", "quantity": 3}])
            return [dict(result) for result in (*first, last)]

    results = asyncio.run(asyncio.wait_for(run(), 60))

    assert [success(1)] * 11 == results
    assert [Decimal(3)] == program.stock("PUMP")
    assert 2 == len(program.adjustments)


def test_another_writer_is_waited_for(either: Program) -> None:
    """
    While a target writes through the same ledger the call waits; when it takes too long, it says
    so, and nothing was sent.
    """
    either.items(PUMP=10)
    url = either.ledger_url or f"sqlite:///{either.folder / 'store' / 'ledger.sqlite3'}"

    def now() -> datetime:
        return datetime.now(UTC)

    target = Ledger.open(url, REALM, now=now, sleep=lambda _: None)
    with closing(target), pytest.raises(StoreBusyError, match="another process"):
        either.sync({"PUMP": 12}, ledger_wait_s=5)
    assert [Decimal(10)] == either.stock("PUMP")

    target = Ledger.open(url, REALM, now=now, sleep=lambda _: None)
    clock = HeldClock()

    async def run() -> Result:
        async with either.integration(clock=clock) as quickbooks:
            call = asyncio.create_task(quickbooks.sync_inventory([{"sku": "PUMP", "quantity": 12}]))
            await until(clock.waits)
            target.close()
            clock.may_go_on.set()
            return dict(await call)

    assert success(1) == asyncio.run(asyncio.wait_for(run(), 60))
    assert [Decimal(12)] == either.stock("PUMP")


def test_the_same_name_is_the_same_call(either: Program) -> None:
    """
    A caller that does not know whether its call arrived repeats it under its name: what was posted
    is not posted again, also when the stock has moved since. Another quantity is another call.
    """
    either.items(PUMP=10, HOSE=5)
    either.sync({"PUMP": 12, "HOSE": 5}, "job-17")
    for sku in ("PUMP", "HOSE"):
        line = {"ItemRef": {"value": either.ids[sku]}, "QtyDiff": -1}
        either.emulator.create(
            "InventoryAdjustment",
            {
                "TxnDate": "2026-03-04",
                "DocNumber": f"BY-HAND-{sku}",
                "AdjustAccountRef": {"value": either.account_id},
                "Line": [
                    {
                        "DetailType": "ItemAdjustmentLineDetail",
                        "ItemAdjustmentLineDetail": line,
                    }
                ],
            },
        )
    either.emulator.clear_calls()

    again = either.sync({"PUMP": 12, "HOSE": 5}, "job-17")
    other = either.sync({"PUMP": 13}, "job-17")

    assert success(2) == again
    assert [Decimal(11), Decimal(4)] == either.stock("PUMP", "HOSE")
    assert [] == either.emulator.calls(class_="metered")
    assert "used for quantity 12" in errors(other)["PUMP"]
    assert success(2) == either.sync({"PUMP": 12, "HOSE": 5}, "job-18")
    assert [Decimal(12), Decimal(5)] == either.stock("PUMP", "HOSE")


def test_what_was_refused_is_tried_anew_under_its_name(program: Program) -> None:
    """
    After the cause is mended the same call sets what it could not, with what QuickBooks holds now.
    """
    program.items(PUMP=10, HOSE=5)
    program.emulator.switch(adjustment_whole_only=True)
    program.emulator.set_clock("2026-03-04T12:00:00Z", freeze=True)
    first = program.sync({"PUMP": "12.5", "HOSE": 6}, "job-17")
    again = program.sync({"PUMP": "12.5", "HOSE": 6}, "job-17")
    program.emulator.switch(adjustment_whole_only=False)

    last = program.sync({"PUMP": "12.5", "HOSE": 6}, "job-17")

    assert ["PUMP"] == list(errors(first)) == list(errors(again))
    assert success(2) == last
    assert [Decimal("12.5"), Decimal(6)] == program.stock("PUMP", "HOSE")


@pytest.mark.parametrize("key", ["", "  ", "x" * 101, "a\nb"])
def test_a_name_that_cannot_be_one_is_refused(program: Program, key: str) -> None:
    """
    At once, before anything is asked.
    """
    with pytest.raises(RejectedError, match="idempotency_key"):
        program.sync({"PUMP": 1}, key)


def test_a_ledger_that_cannot_be_used_is_named(program: Program) -> None:
    """
    By its setting, without the password in its address, before anything is read.
    """
    program.ledger_url = "postgresql://writer:a-password@127.0.0.1:1/nowhere"

    with pytest.raises(ConfigurationError, match="ledger_url") as caught:
        program.sync({"PUMP": 12})

    assert "a-password" not in "".join(traceback.format_exception(caught.value))
    assert [] == program.emulator.calls(class_="metered")


# -- the end of a call, however it ends


def test_a_cancelled_call_begins_nothing_more(program: Program) -> None:
    """
    Cancelled while its first document waits for an answer: that one is settled, the second is never
    begun, and the next call sets what is left.
    """
    skus = stock_up(program, 6)
    program.emulator.throttle(retry_after_s=60, path="inventoryadjustment")
    clock = HeldClock()
    wanted = [{"sku": sku, "quantity": 4} for sku in skus]

    async def run() -> tuple[list[Decimal], Result]:
        quickbooks = program.integration(clock=clock, max_lines_per_adjustment=3)
        async with quickbooks:
            call = asyncio.create_task(quickbooks.sync_inventory(wanted))
            await until(clock.waits)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            clock.may_go_on.set()
            await quickbooks.aclose()
            left = program.stock(*skus)
            return left, dict(await quickbooks.sync_inventory(wanted))

    left, result = asyncio.run(asyncio.wait_for(run(), 60))

    assert [Decimal(4)] * 3 + [Decimal(10)] * 3 == left
    assert success(6) == result
    assert [Decimal(4)] * 6 == program.stock(*skus)
    assert [3, 3] == [len(document["Line"]) for document in program.adjustments]


def test_a_call_cancelled_in_the_queue_does_nothing(program: Program) -> None:
    """
    While one call is at work the next waits; cancelled there, it never begins.
    """
    program.items(PUMP=10)
    program.emulator.throttle(retry_after_s=60, path="inventoryadjustment")
    clock = HeldClock()

    async def run() -> Result:
        async with program.integration(clock=clock) as quickbooks:
            first = asyncio.create_task(
                quickbooks.sync_inventory([{"sku": "PUMP", "quantity": 12}])
            )
            await until(clock.waits)
            second = asyncio.create_task(
                quickbooks.sync_inventory([{"sku": "PUMP", "quantity": 99}])
            )
            await asyncio.sleep(0)
            second.cancel()
            clock.may_go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await second
            return dict(await first)

    assert success(1) == asyncio.run(asyncio.wait_for(run(), 60))
    assert [Decimal(12)] == program.stock("PUMP")


def test_a_killed_process_leaves_a_ledger_that_the_next_call_settles(program: Program) -> None:
    """
    kill -9 after QuickBooks booked the document and before the answer came: the next call, in
    another process, finds it booked and adds nothing.
    """
    program.items(PUMP=10, HOSE=5)
    program.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        do={"kind": "hang_reply"},
    )
    settings = program.emulator.settings()
    script = textwrap.dedent("""
        import asyncio, json, sys
        from quickbooks_client import QuickBooksIntegration
        given = json.load(sys.stdin)
        quickbooks = QuickBooksIntegration(*given["app"], "emulator", **given["more"])
        products = [{"sku": "PUMP", "quantity": 12}, {"sku": "HOSE", "quantity": 1}]
        asyncio.run(quickbooks.sync_inventory(products))
    """)
    given = {
        "app": [settings[name] for name in ("client_id", "client_secret", "redirect_uri")],
        "more": {
            "realm_id": REALM,
            "token_store": str(program.folder / "store" / "tokens.json"),
            "adjustment_account_id": program.account_id,
            "time_zone": "UTC",
            "connection": {
                name: settings[name] for name in ("api_url", "discovery_url", "refresh_token")
            },
        },
    }
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        json.dump(given, stdin)
    deadline = threading.Event()
    for _ in range(400):
        if program.adjustments:
            break
        deadline.wait(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [("pending",)] == program.ask("select status from documents")

    result = program.sync({"PUMP": 12, "HOSE": 1})

    assert success(2) == result
    assert [Decimal(12), Decimal(1)] == program.stock("PUMP", "HOSE")
    assert 1 == len(program.adjustments)


def test_a_reading_waits_until_the_last_write_shows(program: Program) -> None:
    """
    What QuickBooks shows of a quantity may lag behind a write: the next call reads no sooner than
    30 seconds after it, one that comes later waits not at all.
    """
    program.items(PUMP=10)
    clock = FakeClock(datetime.now(UTC))
    program.clock = clock
    program.sync({"PUMP": 11})
    clock.advance(12)

    program.sync({"PUMP": 12})
    waited = sum(clock.slept)
    clock.advance(31)
    program.sync({"PUMP": 13})

    assert 18 == pytest.approx(waited)
    assert waited == sum(clock.slept)
    assert timedelta(seconds=61) <= clock.now() - clock._start
