"""A platform, a company in QuickBooks and people on both sides, with the truth kept beside them.

What moves stock in the world moves `truth` by as much, once. What a sync writes moves only the
side it is written to. Both sides are right when they equal the truth, not when they are equal.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg2.extras import Json, RealDictCursor, execute_values

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping

    from psycopg2.extensions import connection as Connection  # noqa: N812

REALM_ID = "9341452718281828459"
EPOCH = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
STREAMS = {
    "sales_receipts": ("SalesReceipt", -1),
    "invoices": ("Invoice", -1),
    "refund_receipts": ("RefundReceipt", 1),
    "credit_memos": ("CreditMemo", 1),
    "payments": ("Payment", 0),
    "inventory_adjustments": ("InventoryAdjustment", 1),
}
HAPPENINGS = {
    "sale": 40,
    "count": 10,
    "bill": 8,
    "typed": 6,
    "foreign": 4,
    "ship": 14,
    "arrive": 6,
    "cancel": 8,
    "refund": 10,
    "edit": 5,
}
"""What happens in the world, and how often."""

SETTINGS = {
    "sales_from": "2026-11-01",
    "fallback_item_id": "900",
    "shipping_item_id": "901",
    "tax_item_id": "902",
    "settle_s": "30",
    "max_reading_age_s": "3600",
    "max_catalogue_shrink": "0.02",
    # These histories are about sums; the guards have tests of their own.
    "max_total_change": "100",
    "max_line_units": "100000",
    "max_run_skus": "100000",
    "max_run_value": "1000000000",
    "max_line_value": "1000000000",
}


@dataclass
class Order:
    """A sale as the platform keeps it. `hidden` until its row arrives."""

    order_id: str
    lines: dict[str, int]
    status: str
    moved: bool = False
    hidden: bool = False
    settled: bool = False
    refunded: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class World:
    """Both sides, the ledger between them, and the truth."""

    def __init__(
        self,
        connection: Connection,
        rng: random.Random,
        skus: int = 40,
    ) -> None:
        self.rng = rng
        self.connection = connection
        self.clock = 0
        self.number = 0
        self.orders: dict[str, Order] = {}
        self.skus = [f"sku-{n}" for n in range(skus)]
        self.item_ids = {sku: str(100 + n) for n, sku in enumerate(self.skus)}
        self.shelf = {sku: rng.randint(200, 400) for sku in self.skus}
        self.books = dict(self.shelf)
        self.truth = dict(self.shelf)
        # Some differ before the first sync: the platform is right about them.
        self.differing = set(rng.sample(self.skus, skus // 10))
        for sku in self.differing:
            self.books[sku] += rng.choice([-7, -2, 3, 9])
        self.history: dict[str, list[tuple[int, int]]] = {
            sku: [(0, quantity)] for sku, quantity in self.books.items()
        }
        self.sku_of = {item_id: sku for sku, item_id in self.item_ids.items()}
        # Sales and reversals that QuickBooks has: entity and quantities by item. Those that
        # somebody changed, whether truly so, and the changes not read yet.
        self.posted: dict[str, tuple[str, dict[str, int]]] = {}
        self.foreign: dict[str, bool] = {}
        self.changed: list[tuple[int, str, dict[str, int]]] = []
        self.bundle = ("bundle-1", {self.skus[0]: 2, self.skus[1]: 1})
        self._prepare()

    # -- the world

    def at(self, second: int) -> dt.datetime:
        """QuickBooks' time."""
        return EPOCH + dt.timedelta(seconds=second)

    def tick(self, seconds: int = 1) -> int:
        self.clock += seconds
        return self.clock

    def move_shelf(self, sku: str, units: int, *, is_real: bool = True) -> None:
        self.shelf[sku] += units
        if is_real:
            self.truth[sku] += units
        self.run(
            "update platform.inventory_levels set quantity = %s where sku = %s",
            self.shelf[sku],
            sku.upper(),
        )

    def move_books(self, sku: str, units: int, *, is_real: bool) -> None:
        self.books[sku] += units
        if is_real:
            self.truth[sku] += units
        self.history[sku].append((self.clock, self.books[sku]))

    def something_happens(self) -> None:
        """One event of the world, drawn at random."""
        self.tick(self.rng.randint(1, 4))
        rng = self.rng
        kind = rng.choices([*HAPPENINGS], [*HAPPENINGS.values()])[0]
        sku = rng.choice(self.skus)
        if kind == "sale":
            self.sale()
        elif kind == "count":
            self.move_shelf(sku, rng.choice([-4, -1, 2, 5]))
        elif kind == "bill":
            self.move_books(sku, rng.choice([12, 24, 30]), is_real=True)
        elif kind == "typed":
            self.move_books(sku, rng.choice([-3, -1, 4]), is_real=True)
        elif kind == "foreign":
            self.change_our_document()
        else:
            self.order_event(kind)

    def sale(self) -> None:
        rng = self.rng
        lines = {
            sku: rng.randint(1, 5)
            for sku in rng.sample([*self.skus, self.bundle[0]], rng.randint(1, 3))
        }
        self.number += 1
        order = Order(str(self.number), lines, rng.choice(["paid", "paid", "unpaid"]))
        self.orders[order.order_id] = order
        order.hidden = rng.random() < 0.2
        if rng.random() < 0.6:
            self.ship(order)
        if not order.hidden:
            self.write_order(order)

    def order_event(self, kind: str) -> None:
        order = self.any_order()
        if order is None:
            return
        if kind == "arrive" or order.hidden:
            self.arrive(order)
        elif kind == "ship" and not order.moved and order.status != "cancelled":
            self.ship(order)
            self.run(
                "update platform.sales_orders set stock_moved_at = %s where order_id = %s",
                self.at(self.clock),
                order.order_id,
            )
        elif kind == "cancel" and order.status != "cancelled":
            self.cancel(order)
        elif kind == "refund" and order.status != "cancelled":
            self.refund(order)
        elif kind == "edit" and order.status != "cancelled" and not order.refunded:
            self.edit(order)

    def any_order(self) -> Order | None:
        return self.rng.choice(list(self.orders.values())) if self.orders else None

    def units(self, lines: Mapping[str, int]) -> dict[str, int]:
        """Units of each stocked SKU; a bundle counts as its parts."""
        found: dict[str, int] = defaultdict(int)
        for sku, quantity in lines.items():
            for part, share in (self.bundle[1] if sku == self.bundle[0] else {sku: 1}).items():
                found[part] += quantity * share
        return found

    def left(self, order: Order) -> dict[str, int]:
        return {sku: n - order.refunded[sku] for sku, n in order.lines.items()}

    def ship(self, order: Order) -> None:
        order.moved = True
        for sku, units in self.units(self.left(order)).items():
            self.move_shelf(sku, -units)

    def arrive(self, order: Order) -> None:
        if order.hidden:
            order.hidden = False
            self.write_order(order)

    def cancel(self, order: Order) -> None:
        """The platform puts back what it had taken, at once."""
        if order.moved:
            for sku, units in self.units(self.left(order)).items():
                self.move_shelf(sku, units)
        order.status = "cancelled"
        self.run(
            "update platform.sales_orders set status = 'cancelled', cancelled_at = %s"
            " where order_id = %s",
            self.at(self.clock),
            order.order_id,
        )

    def refund(self, order: Order) -> None:
        open_lines = [(sku, n) for sku, n in self.left(order).items() if n > 0]
        # What an order is refunded of before it ships must not ship later all the same: these
        # histories refund such orders whole or not at all.
        if not open_lines or (not order.moved and order.refunded):
            return
        chosen = open_lines if not order.moved else [self.rng.choice(open_lines)]
        self.number += 1
        refund_id = f"R{self.number}"
        rows = []
        for number, (sku, most) in enumerate(chosen, start=1):
            quantity = most if not order.moved else self.rng.randint(1, most)
            restocked = quantity if not order.moved else self.rng.randint(0, quantity)
            order.refunded[sku] += quantity
            if order.moved:
                for part, units in self.units({sku: restocked}).items():
                    self.move_shelf(part, units)
            rows.append((refund_id, number, sku.upper(), quantity, restocked, 10, quantity * 10))
        total = sum(row[-1] for row in rows)
        self.run(
            "insert into platform.refunds (refund_id, order_id, refunded_at, currency, subtotal,"
            " discount_amount, shipping_amount, tax_amount, total_amount)"
            " values (%s, %s, %s, 'USD', %s, 0, 0, 0, %s)",
            refund_id,
            order.order_id,
            self.at(self.clock),
            total,
            total,
        )
        self.many(
            "insert into platform.refund_lines (refund_id, line_number, sku, quantity,"
            " quantity_restocked, unit_price, amount) values %s",
            rows,
        )

    def edit(self, order: Order) -> None:
        """Somebody changes how many were sold, before or after the sale reached the books."""
        sku = self.rng.choice(list(order.lines))
        change = self.rng.choice([-1, 1, 2])
        if order.lines[sku] + change < 1:
            return
        order.lines[sku] += change
        if order.moved:
            for part, units in self.units({sku: change}).items():
                self.move_shelf(part, -units)
        self.run("delete from platform.sales_order_lines where order_id = %s", order.order_id)
        self.run("delete from platform.sales_orders where order_id = %s", order.order_id)
        self.write_order(order)

    def change_our_document(self) -> None:
        """Somebody changes how many a document of ours says: a correction, or a slip."""
        if not self.posted:
            return
        document_id = self.rng.choice(sorted(self.posted))
        entity, lines = self.posted[document_id]
        item_id = self.rng.choice(sorted(lines))
        change = self.rng.choice([-1, 1, 2])
        sign = next(sign for kind, sign in STREAMS.values() if kind == entity)
        if lines[item_id] + change < 0:
            return
        lines[item_id] += change
        is_real = self.foreign.setdefault(document_id, self.rng.random() < 0.5)
        self.move_books(self.sku_of[item_id], sign * change, is_real=is_real)
        self.changed.append((self.clock, document_id, dict(lines)))

    def write_order(self, order: Order) -> None:
        total = sum(order.lines.values()) * 10
        now = self.at(self.clock)
        self.run(
            "insert into platform.sales_orders (order_id, order_number, channel, ordered_at,"
            " stock_moved_at, status, paid_at, currency, subtotal, discount_amount,"
            " shipping_amount, tax_amount, total_amount)"
            " values (%s, %s, 'Web shop', %s, %s, %s, %s, 'USD', %s, 0, 0, 0, %s)",
            order.order_id,
            order.order_id,
            now,
            now if order.moved else None,
            order.status,
            now if order.status == "paid" else None,
            total,
            total,
        )
        self.many(
            "insert into platform.sales_order_lines"
            " (order_id, line_number, sku, quantity, unit_price, amount) values %s",
            [
                (order.order_id, number, sku.upper(), quantity, 10, quantity * 10)
                for number, (sku, quantity) in enumerate(order.lines.items(), start=1)
            ],
        )

    # -- the warehouse

    def _prepare(self) -> None:
        for name, value in SETTINGS.items():
            self.run(
                "insert into sync.settings (name, value) values (%s, %s)"
                " on conflict (name) do update set value = excluded.value",
                name,
                value,
            )
        self.many(
            "insert into platform.products (sku, name) values %s",
            [(sku.upper(), sku) for sku in self.skus],
        )
        self.many(
            "insert into platform.inventory_levels (sku, location, quantity) values %s",
            [(sku.upper(), "main", quantity) for sku, quantity in self.shelf.items()],
        )
        self.run(
            "insert into platform.products (sku, name, is_stocked) values (%s, 'bundle', false)",
            self.bundle[0].upper(),
        )
        self.many(
            "insert into platform.bundle_parts (sku, part_sku, quantity) values %s",
            [(self.bundle[0], part.upper(), share) for part, share in self.bundle[1].items()],
        )
        for item_id in ("900", "901", "902"):
            self.run(
                "insert into quickbooks.items (realm_id, id, read_at, document)"
                " values (%s, %s, %s, %s)",
                REALM_ID,
                item_id,
                EPOCH,
                Json({"Id": item_id, "Name": f"Service {item_id}", "Type": "Service"}),
            )
        self.run(
            "insert into quickbooks.preferences (realm_id, id, read_at, document)"
            " values (%s, '1', %s, %s)",
            REALM_ID,
            EPOCH,
            Json({"ProductAndServicesPrefs": {"QuantityOnHand": True}}),
        )

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with self.connection, closing(self._cursor(RealDictCursor)) as cursor:
            cursor.execute(statement, values)
            return [dict(row) for row in cursor.fetchall()]

    def run(self, statement: str, *values: Any) -> None:
        with self.connection, closing(self._cursor()) as cursor:
            cursor.execute(statement, values)

    def many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with self.connection, closing(self._cursor()) as cursor:
            execute_values(cursor, statement, list(rows), page_size=1000)

    def _cursor(self, factory: Any = None) -> Any:  # psycopg2 has no types for factories
        return self.connection.cursor(cursor_factory=factory)
