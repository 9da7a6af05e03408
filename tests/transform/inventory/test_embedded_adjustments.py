"""Stock that a program sets through `QuickBooksIntegration`, beside the two-way sync.

The real program, ledger, snapshot, models and plan; QuickBooks is the emulator, on the world's
clock.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest
from psycopg2.extras import Json

from quickbooks_client import QuickBooksIntegration
from tests.client.fakes import FakeClock
from tests.transform.inventory.simulation import SyncedWorld
from tests.transform.inventory.test_inventory_histories import wrong
from tests.transform.inventory.world import REALM_ID

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from psycopg2.extensions import connection as Connection  # noqa: N812

    from quickbooks_emulator.testing import Emulator


class Shop(SyncedWorld):
    """A world whose platform has a program that sets stock in QuickBooks by itself."""

    def __init__(
        self,
        connection: Connection,
        build: Callable[[Any], None],
        emulator: Emulator,
        folder: Path,
    ) -> None:
        super().__init__(connection, random.Random(1), build)
        self.emulator = emulator
        self.folder = folder
        # Both sides begin equal, and the emulator with them.
        self.books = dict(self.shelf)
        self.history = {sku: [(0, quantity)] for sku, quantity in self.shelf.items()}
        emulator.set_clock(self.at(0).isoformat(), freeze=True)
        self.item_ids = {
            sku: str(emulator.item(sku, quantity)["Id"]) for sku, quantity in self.shelf.items()
        }
        self.sku_of = {item_id: sku for sku, item_id in self.item_ids.items()}

    def program_sets(self, *skus: str) -> dict[str, Any]:
        """The platform's program says what is on the shelf."""
        self.emulator.set_clock(self.at(self.tick(5)).isoformat(), freeze=True)
        settings = self.emulator.settings()
        known = {document["Id"] for document in self.emulator.entities("InventoryAdjustment")}

        async def run() -> dict[str, Any]:
            async with QuickBooksIntegration(
                settings["client_id"],
                settings["client_secret"],
                settings["redirect_uri"],
                "emulator",
                realm_id=REALM_ID,
                token_store=str(self.folder / "tokens.json"),
                ledger_url=self.url,
                adjustment_account_id=str(self.emulator.seed()["adjustment_account_id"]),
                connection={
                    name: settings[name] for name in ("api_url", "discovery_url", "refresh_token")
                },
                clock=FakeClock(),
            ) as quickbooks:
                wanted = [{"sku": sku, "quantity": self.shelf[sku]} for sku in skus]
                key = f"count at {self.clock}"
                return dict(await quickbooks.sync_inventory(wanted, idempotency_key=key))

        result = asyncio.run(run())
        self.take_over({document["Id"] for document in self.entities} - known)
        return result

    def take_over(self, new: set[str]) -> None:
        """What the emulator holds is what QuickBooks holds; the tap reads its documents."""
        for document in self.entities:
            if document["Id"] not in new:
                continue
            for line in document["Line"]:
                detail = line["ItemAdjustmentLineDetail"]
                sku = self.sku_of[detail["ItemRef"]["value"]]
                self.move_books(sku, int(detail["QtyDiff"]), is_real=False)
            self.run(
                "insert into quickbooks.inventory_adjustments"
                " (realm_id, id, sync_token, read_at, document) values (%s, %s, %s, %s, %s)",
                REALM_ID,
                document["Id"],
                document["SyncToken"],
                self.at(self.clock + 1),
                Json(document, dumps=_text),
            )

    @property
    def entities(self) -> list[dict[str, Any]]:
        return self.emulator.entities("InventoryAdjustment")

    @property
    def url(self) -> str:
        parameters = self.connection.get_dsn_parameters()
        user, host, name = (parameters[part] for part in ("user", "host", "dbname"))
        return f"postgresql://{user}:x@localhost/{name}?host={host}"

    def decisions(self, *skus: str) -> set[str]:
        return {
            row["decision"]
            for row in self.rows(
                "select decision from intermediate.int_inventory__decisions"
                " where sku_key = any(%s)",
                list(skus),
            )
        }


def _text(document: Any) -> str:
    from quickbooks_client.push.exact import to_json  # noqa: PLC0415

    return to_json(document)


@pytest.fixture
def shop(
    connection: Connection, rebuild: Callable[..., None], emulator: Emulator, tmp_path: Path
) -> Shop:
    """Both sides equal and known to be so."""
    made = Shop(connection, rebuild, emulator, tmp_path)
    made.sync(trouble=0)
    return made


def test_what_a_program_set_is_not_told_again(shop: Shop) -> None:
    """
    A count changes the platform's stock and its program sets QuickBooks: the sync knows both sides
    to have it, and writes nothing to either.
    """
    written = shop.written
    shop.move_shelf("sku-1", 4)
    shop.move_shelf("sku-2", -3)

    result = shop.program_sets("sku-1", "sku-2", "sku-3")
    shop.sync(trouble=0)
    shop.sync(trouble=0)

    assert {"success": 3, "failed": 0, "errors": []} == result
    assert {"agreed"} == shop.decisions("sku-1", "sku-2", "sku-3")
    assert written == shop.written
    assert {} == wrong(shop)


def test_a_change_in_quickbooks_meanwhile_still_reaches_the_shelf(shop: Shop) -> None:
    """
    A delivery is booked in QuickBooks after the program set its stock: only the delivery is told.
    """
    shop.move_shelf("sku-1", 4)
    shop.program_sets("sku-1")
    shop.tick(60)
    shop.move_books("sku-1", 24, is_real=True)

    shop.sync(trouble=0)
    shop.sync(trouble=0)

    assert {} == wrong(shop)
    assert shop.truth["sku-1"] == shop.shelf["sku-1"] == shop.books["sku-1"]


def test_what_a_sale_has_moved_already_is_not_moved_twice(shop: Shop) -> None:
    """
    The program sets what the shelf holds after a sale that QuickBooks does not know yet; then the
    sale arrives there as well. Both are remembered, so the sync puts the double right.
    """
    shop.sale()
    for order in shop.orders.values():
        shop.arrive(order)
        if not order.moved:
            shop.ship(order)
            shop.run(
                "update platform.sales_orders set stock_moved_at = %s where order_id = %s",
                shop.at(shop.clock),
                order.order_id,
            )
    sold = [sku for sku in shop.skus if shop.shelf[sku] != shop.books[sku]]
    assert sold

    shop.program_sets(*sold)
    shop.come_to_rest()

    assert {} == wrong(shop)
