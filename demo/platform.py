"""A small selling platform: it keeps its own stock and tables, as a real one would.

Every method is one event in the shop. It changes `platform.*` and nothing else, and knows nothing
of QuickBooks; the one thing it takes from there is `inventory_updates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from demo.world import Row, World

SHELF = "main"
TAX_RATE = Decimal("0.08")


@dataclass(frozen=True)
class Product:
    """A product of the shop; `quantity` is what lies on the shelf at the start."""

    sku: str
    name: str
    price: Decimal
    cost: Decimal
    quantity: Decimal


@dataclass(frozen=True)
class Sale:
    """An order as the shop takes it: `lines` are pairs of SKU and quantity."""

    order_id: str
    lines: Sequence[tuple[str, str]]
    status: str = "paid"
    channel: str = "Web shop"
    discount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    is_taxed: bool = False
    is_fulfilled: bool = True


class Shop:
    """The platform of one world."""

    def __init__(self, world: World, products: Sequence[Product]) -> None:
        self._world = world
        self.products = {product.sku: product for product in products}
        self.bundles: dict[str, tuple[Decimal, Mapping[str, Decimal]]] = {}

    def open(self, now: datetime, *, left_out: Sequence[str] = ()) -> None:
        """Lists the products and their stock, but not those in `left_out`."""
        here = [product for product in self.products.values() if product.sku not in left_out]
        self._world.execute(
            "insert into platform.products (sku, name, is_active, is_stocked, unit, unit_cost,"
            " updated_at) values (%s, %s, true, true, null, %s, %s)",
            [(p.sku, p.name, p.cost, now) for p in here],
        )
        self._world.execute(
            "insert into platform.inventory_levels (sku, location, quantity, updated_at)"
            " values (%s, %s, %s, %s)",
            [(p.sku, SHELF, p.quantity, now) for p in here],
        )

    def offer_bundle(
        self, sku: str, name: str, price: Decimal, parts: Mapping[str, Decimal], now: datetime
    ) -> None:
        """A set that is sold as one and leaves the shelf as its parts."""
        self.bundles[sku] = (price, parts)
        self._world.execute(
            "insert into platform.products (sku, name, is_active, is_stocked, unit, unit_cost,"
            " updated_at) values (%s, %s, true, false, null, null, %s)",
            [(sku, name, now)],
        )
        self._world.execute(
            "insert into platform.bundle_parts (sku, part_sku, quantity) values (%s, %s, %s)",
            [(sku, part, quantity) for part, quantity in parts.items()],
        )

    def sell(self, sale: Sale, at: datetime) -> Decimal:
        """Takes an order and, when it is fulfilled at once, the goods from the shelf; its total."""
        lines = [
            (number, sku, Decimal(quantity), self._price(sku))
            for number, (sku, quantity) in enumerate(sale.lines, start=1)
        ]
        amounts = [_cents(quantity * price) for _, _, quantity, price in lines]
        subtotal = sum(amounts, Decimal(0))
        tax = _cents((subtotal - sale.discount) * TAX_RATE) if sale.is_taxed else Decimal(0)
        total = subtotal - sale.discount + sale.shipping + tax
        self._world.execute(
            "insert into platform.sales_orders (order_id, order_number, channel, ordered_at,"
            " stock_moved_at, status, paid_at, customer_name, customer_email, currency, subtotal,"
            " discount_amount, shipping_amount, tax_amount, total_amount, updated_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'USD', %s, %s, %s, %s, %s, %s)",
            [
                (
                    sale.order_id, f"W-{sale.order_id}", sale.channel, at,
                    at if sale.is_fulfilled else None, sale.status,
                    at if sale.status == "paid" else None,
                    f"Buyer {sale.order_id}", f"buyer{sale.order_id}@example.com", subtotal,
                    sale.discount, sale.shipping, tax, total, at,
                )
            ],
        )  # fmt: skip
        self._world.execute(
            "insert into platform.sales_order_lines (order_id, line_number, sku, description,"
            " quantity, unit_price, amount) values (%s, %s, %s, %s, %s, %s, %s)",
            [
                (sale.order_id, number, sku, None, quantity, price, amount)
                for (number, sku, quantity, price), amount in zip(lines, amounts, strict=True)
            ],
        )
        if sale.is_fulfilled:
            for _, sku, quantity, _ in lines:
                self._leave_the_shelf(sku, quantity, at)
        return total

    def cancel(self, order_id: str, at: datetime, *, restock: bool) -> None:
        """Cancels an order; `restock`: its goods go back to the shelf."""
        self._world.execute(
            "update platform.sales_orders set status = 'cancelled', cancelled_at = %s,"
            " updated_at = %s where order_id = %s",
            [(at, at, order_id)],
        )
        if restock:
            for line in self._lines(order_id):
                self._leave_the_shelf(line["sku"], -line["quantity"], at)

    def pay(self, order_id: str, at: datetime) -> None:
        """An unpaid order is paid."""
        self._world.execute(
            "update platform.sales_orders set status = 'paid', paid_at = %s, updated_at = %s"
            " where order_id = %s",
            [(at, at, order_id)],
        )

    def refund(
        self,
        refund_id: str,
        order_id: str,
        at: datetime,
        *,
        sku: str,
        quantity: str,
        restocked: str,
    ) -> None:
        """Gives money back for some units; `restocked` of them return to the shelf."""
        price = self._price(sku)
        amount = _cents(Decimal(quantity) * price)
        self._world.execute(
            "insert into platform.refunds (refund_id, order_id, refunded_at, currency, subtotal,"
            " discount_amount, shipping_amount, tax_amount, total_amount, updated_at)"
            " values (%s, %s, %s, 'USD', %s, 0, 0, 0, %s, %s)",
            [(refund_id, order_id, at, amount, amount, at)],
        )
        self._world.execute(
            "insert into platform.refund_lines (refund_id, line_number, sku, quantity,"
            " quantity_restocked, unit_price, amount) values (%s, 1, %s, %s, %s, %s, %s)",
            [(refund_id, sku, quantity, restocked, price, amount)],
        )
        self._leave_the_shelf(sku, -Decimal(restocked), at)

    def count(self, sku: str, difference: str, at: datetime) -> None:
        """A count finds more or less than the shop thought."""
        self._leave_the_shelf(sku, -Decimal(difference), at)

    def apply_updates(self, at: datetime) -> int:
        """Takes over what QuickBooks told, each update in one transaction; how many."""
        waiting = self._world.rows(
            "select update_id, sku, location, quantity_delta from platform.inventory_updates"
            " where applied_at is null and rejected_at is null order by created_at, update_id"
        )
        self._world.execute(
            "with applied as (update platform.inventory_updates set applied_at = %s"
            " where update_id = %s and applied_at is null returning sku, quantity_delta)"
            " update platform.inventory_levels as levels"
            " set quantity = levels.quantity + applied.quantity_delta, updated_at = %s"
            " from applied where sync.sku_key(levels.sku) = sync.sku_key(applied.sku)",
            [(at, row["update_id"], at) for row in waiting],
        )
        return len(waiting)

    def _price(self, sku: str) -> Decimal:
        if sku in self.bundles:
            return self.bundles[sku][0]
        return self.products[sku].price if sku in self.products else Decimal("10.00")

    def _leave_the_shelf(self, sku: str, quantity: Decimal, at: datetime) -> None:
        parts = self.bundles[sku][1] if sku in self.bundles else {sku: Decimal(1)}
        self._world.execute(
            "update platform.inventory_levels set quantity = quantity - %s, updated_at = %s"
            " where sku = %s and location = %s",
            [(quantity * share, at, part, SHELF) for part, share in parts.items()],
        )

    def _lines(self, order_id: str) -> list[Row]:
        return self._world.rows(
            "select sku, quantity from platform.sales_order_lines where order_id = %s", (order_id,)
        )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
