"""A program that embeds the client, and clocks that let it wait."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg2
from typing_extensions import override

from tests.client.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from pathlib import Path

    from quickbooks_client import QuickBooksIntegration
    from quickbooks_emulator.testing import Emulator

REALM = "9341452718281828459"
Result = dict[str, Any]


class HeldClock(FakeClock):
    """A clock on which a wait ends when somebody lets go of it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = threading.Event()
        self.may_go_on = threading.Event()

    @override
    def sleep(self, seconds: float) -> None:
        self.waits.set()
        assert self.may_go_on.wait(20), "nobody let go: the event loop stands still"
        super().sleep(seconds)


async def until(event: threading.Event) -> None:
    """Look again at each turn of the loop."""
    while not event.is_set():  # noqa: ASYNC110 - the event is another thread's
        await asyncio.sleep(0)


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


def success(count: int) -> Result:
    return {"success": count, "failed": 0, "errors": []}


def errors(result: Result) -> dict[str, str]:
    return {one["sku"]: one["error"] for one in result["errors"]}


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


def unanswered(program: Program, *, applied: bool) -> None:
    """No call that writes has an answer from now on; it is booked all the same or not."""
    program.emulator.fail(
        method="POST",
        path="inventoryadjustment",
        operation="create",
        times=None,
        do={"kind": "lose_reply"} if applied else {"kind": "reset"},
    )
