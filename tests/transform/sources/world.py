"""A platform, a QuickBooks company and a ledger, written straight into the warehouse's tables."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.extras import Json, RealDictCursor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg2.extensions import connection as Connection  # noqa: N812

REALM_ID = "9341452718281828459"
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
FALLBACK_ITEM_ID = "900"
SIGNS = {"sales_receipts": -1, "invoices": -1, "refund_receipts": 1, "credit_memos": 1}
ENTITIES = {
    "sales_receipts": "SalesReceipt",
    "invoices": "Invoice",
    "refund_receipts": "RefundReceipt",
    "credit_memos": "CreditMemo",
    "payments": "Payment",
    "customers": "Customer",
    "inventory_adjustments": "InventoryAdjustment",
}

Line = tuple[str | None, str, str]
"""SKU, quantity, unit price."""


def hours(number: float) -> dt.datetime:
    """That many hours after noon of the first day."""
    return NOON + dt.timedelta(hours=number)


class World:
    """Both sides of a company, and the ledger between them. Every call is committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        connection.autocommit = True
        self.settings(
            realm_id=REALM_ID,
            sales_from="2026-11-01",
            fallback_item_id=FALLBACK_ITEM_ID,
            shipping_item_id="901",
            tax_item_id="902",
        )
        self.item(FALLBACK_ITEM_ID, None, item_type="Service")

    # -- what both sides hold

    def settings(self, **values: str) -> None:
        for name, value in values.items():
            self.run(
                "insert into sync.settings (name, value) values (%s, %s)"
                " on conflict (name) do update set value = excluded.value",
                name,
                value,
            )

    def raw(self, stream: str, record_id: str, document: Mapping[str, Any]) -> None:
        self.run(
            f"insert into quickbooks.{stream} (realm_id, id, read_at, last_updated_at, document)"
            " values (%s, %s, %s, %s, %s) on conflict (realm_id, id)"
            " do update set document = excluded.document",
            REALM_ID,
            record_id,
            NOON,
            NOON,
            Json({"Id": record_id, **document}),
        )

    def item(
        self, item_id: str, sku: str | None, *, item_type: str = "Inventory", active: bool = True
    ) -> None:
        document = {"Name": f"Item {item_id}", "Type": item_type, "Active": active}
        if sku is not None:
            document["Sku"] = sku
        if item_type == "Inventory":
            document |= {"TrackQtyOnHand": True, "QtyOnHand": 100}
        self.raw("items", item_id, document)

    def product(self, sku: str, *, is_stocked: bool = True, unit: str | None = None) -> None:
        self.insert(
            "platform.products", sku=sku, name=f"Product {sku}", is_stocked=is_stocked, unit=unit
        )

    def order(
        self,
        order_id: str,
        lines: Sequence[Line],
        *,
        status: str = "paid",
        at: dt.datetime = NOON,
        **columns: Any,
    ) -> None:
        """An order whose figures add up; stock moved at the sale unless `stock_moved_at` says."""
        amounts = [Decimal(quantity) * Decimal(price) for _, quantity, price in lines]
        columns.setdefault("stock_moved_at", at)
        columns.setdefault("channel", "Web shop")
        columns.setdefault("currency", "USD")
        if status == "paid":
            columns.setdefault("paid_at", at)
        head = {"discount_amount": 0, "shipping_amount": 0, "tax_amount": 0, **columns}
        extras = head["shipping_amount"] + head["tax_amount"] - head["discount_amount"]
        head.setdefault("subtotal", sum(amounts))
        head.setdefault("total_amount", sum(amounts) + extras)
        self.insert(
            "platform.sales_orders", order_id=order_id, ordered_at=at, status=status, **head
        )
        for number, ((sku, quantity, price), amount) in enumerate(
            zip(lines, amounts, strict=True), start=1
        ):
            self.insert(
                "platform.sales_order_lines",
                order_id=order_id,
                line_number=number,
                sku=sku,
                quantity=quantity,
                unit_price=price,
                amount=amount,
            )

    def refund(
        self,
        refund_id: str,
        order_id: str,
        lines: Sequence[tuple[str | None, str, str, str]],
        *,
        at: dt.datetime = NOON,
        **columns: Any,
    ) -> None:
        """A refund; its lines are SKU, quantity, of which restocked, unit price."""
        amounts = [Decimal(quantity) * Decimal(price) for _, quantity, _, price in lines]
        head = {"subtotal": sum(amounts), "total_amount": sum(amounts), **columns}
        self.insert(
            "platform.refunds", refund_id=refund_id, order_id=order_id, refunded_at=at, **head
        )
        for number, ((sku, quantity, restocked, price), amount) in enumerate(
            zip(lines, amounts, strict=True), start=1
        ):
            self.insert(
                "platform.refund_lines",
                refund_id=refund_id,
                line_number=number,
                sku=sku,
                quantity=quantity,
                quantity_restocked=restocked,
                unit_price=price,
                amount=amount,
            )

    def change_order(self, order_id: str, **columns: Any) -> None:
        changes = ", ".join(f"{name} = %s" for name in columns)
        self.run(
            f"update platform.sales_orders set {changes} where order_id = %s",
            *columns.values(),
            order_id,
        )

    def cancel_order(self, order_id: str, at: dt.datetime = NOON) -> None:
        self.change_order(order_id, status="cancelled", cancelled_at=at)

    def command(self, command_id: str, sku_key: str, quantity: str) -> None:
        snapshot = self.rows(
            "insert into sync.snapshots (realm_id, taken_at, is_accepted, totals)"
            " values (%s, %s, true, '{}') returning snapshot_id",
            REALM_ID,
            NOON,
        )[0]["snapshot_id"]
        self.insert(
            "sync.inventory_commands",
            command_id=command_id,
            realm_id=REALM_ID,
            sku_key=sku_key,
            side="quickbooks",
            quantity_delta=quantity,
            snapshot_id=snapshot,
            base_version=1,
            reason="a count",
            planned_at=NOON,
        )

    def review(self, verb: str, key: str, subject_type: str = "row") -> None:
        self.insert(
            "sync.reviews",
            realm_id=REALM_ID,
            verb=verb,
            subject_type=subject_type,
            subject_id=key,
            actor="somebody",
            created_at=NOON,
        )

    # -- what the target does

    def outbox(self, stream: str) -> dict[str, dict[str, Any]]:
        """The due rows of a stream by their keys."""
        return {row["idempotency_key"]: row for row in self.rows(f"select * from outbox.{stream}")}

    def due(self) -> dict[str, str]:
        """Every due key and its stream, but for customers."""
        return {
            key: stream
            for stream in ENTITIES
            if stream != "customers"
            for key in self.outbox(stream)
        }

    def push(self, key: str, status: str = "posted", **changes: Any) -> str:
        """What the target leaves in the ledger when it hands over the due row `key`."""
        stream, row = next(
            (stream, rows[key]) for stream in ENTITIES if key in (rows := self.outbox(stream))
        )
        document_id = f"{key}#{len(self.rows('select 1 from sync.documents'))}"
        self.run("delete from sync.ledger_rows where idempotency_key = %s", key)
        self.insert(
            "sync.ledger_rows",
            realm_id=REALM_ID,
            idempotency_key=key,
            stream=stream,
            input=Json(row, dumps=lambda value: json.dumps(value, default=str)),
            input_hash=row["input_hash"],
            status=status,
            document_id=document_id,
            error_code="6000" if status == "rejected" else None,
            attempts=1,
            created_at=NOON,
            updated_at=NOON,
        )
        self.insert(
            "sync.documents",
            document_id=document_id,
            realm_id=REALM_ID,
            qbo_type=ENTITIES[stream],
            body=Json({"CustomerRef": {"value": row.get("customer_id") or "24"}}),
            status=status,
            posted_at=NOON if status == "posted" else None,
            qbo_id=f"Q{document_id}" if status == "posted" else None,
            total_amount=row.get("total_amount"),
            **changes,
        )
        for number, line in enumerate(row.get("lines") or [], start=1):
            sign = SIGNS[stream] if line["is_stocked"] else 0
            self.insert(
                "sync.document_lines",
                document_id=document_id,
                line_number=number,
                idempotency_key=key,
                item_id=line["item_id"],
                sku=line["sku"],
                quantity=line["quantity"],
                stock_effect=Decimal(str(line["quantity"])) * sign,
                amount=line["amount"],
            )
        return document_id

    def settle(self, key: str, status: str) -> None:
        """The outcome of a pending row becomes known."""
        self.run("update sync.ledger_rows set status = %s where idempotency_key = %s", status, key)
        self.run(
            "update sync.documents d set status = %s, posted_at = %s, qbo_id = 'Q' || d.document_id"
            " from sync.ledger_rows r where r.document_id = d.document_id"
            " and r.idempotency_key = %s",
            status,
            NOON,
            key,
        )

    # -- what the views say

    def effects(self) -> dict[tuple[str, str], tuple[str, str, str]]:
        """D, what the platform's stock shows of it, and the state, by source and SKU."""
        return {
            (row["source_id"], row["sku_key"]): (
                plain(row["document_effect"]),
                plain(row["platform_effect"]),
                row["state"],
            )
            for row in self.rows("select * from intermediate.int_sources__effects")
        }

    def state(self, source_id: str) -> tuple[str, str | None]:
        """State and reason of one source."""
        (row,) = self.rows(
            "select state, state_reason from intermediate.int_sources__statuses"
            " where source_id = %s",
            source_id,
        )
        return row["state"], row["state_reason"]

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with closing(self._connection.cursor(cursor_factory=RealDictCursor)) as cursor:
            cursor.execute(statement, values)
            return [dict(row) for row in cursor.fetchall()]

    def run(self, statement: str, *values: Any) -> None:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement, values)

    def insert(self, table: str, **columns: Any) -> None:
        names = ", ".join(columns)
        marks = ", ".join(["%s"] * len(columns))
        self.run(f"insert into {table} ({names}) values ({marks})", *columns.values())


def plain(number: Decimal) -> str:
    """Without trailing zeros: `-2.000000` is `-2`."""
    return format(number.normalize(), "f")


def lines(row: Mapping[str, Any]) -> list[tuple[str, str | None, str | None, str, bool]]:
    """The lines of an outbox row: item, SKU, quantity, amount, and whether they move stock."""
    return [
        (
            line["item_id"],
            line["sku"],
            plain(Decimal(str(line["quantity"]))),
            plain(Decimal(str(line["amount"]))),
            line["is_stocked"],
        )
        for line in row["lines"]
    ]


def connect(url: str) -> Connection:
    """A connection whose session lives in another time zone than anything else."""
    return psycopg2.connect(url, options="-c TimeZone=Asia/Tokyo")
