"""The sync as its parts do it, over a simulated world: the real snapshot, models, plan and reviews.

Only the tap and the target are played here, with every kind of trouble they can have.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg2.extras import Json

from quickbooks_sync import plan, review, snapshot
from quickbooks_sync.company import Company
from tests.transform.inventory.world import REALM_ID, STREAMS, World

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Mapping

    from psycopg2.extensions import connection as Connection  # noqa: N812

STOCK_STREAMS = (
    "invoices",
    "sales_receipts",
    "credit_memos",
    "refund_receipts",
    "inventory_adjustments",
    "bills",
    "purchases",
    "vendor_credits",
)


class SyncedWorld(World):
    """A world with a sync between its two sides. `build` fills the inventory models anew."""

    def __init__(
        self, connection: Connection, rng: random.Random, build: Callable[[Any], None]
    ) -> None:
        super().__init__(connection, rng)
        self.company = Company(REALM_ID, "emulator")
        self.build = build
        self.written = 0
        self.unanswered: list[tuple[str, bool]] = []
        self.documents: dict[str, str] = {}
        # What an item says beside its quantity, by SKU.
        self.item_changes: dict[str, dict[str, Any]] = {}

    def sync(self, trouble: float = 0.3) -> None:
        """One `sync-inventory`: recover, settle, read, snapshot, decide, plan, push."""
        self.recover(trouble)
        self.tick(30)
        self.read_company(trouble)
        self.happen_a_little(trouble)
        with self.connection, self.connection.cursor() as cursor:
            taken = snapshot.record(cursor, self.company, "run")
            assert taken.reason is None, taken.reason
        self.happen_a_little(trouble)
        with self.connection, self.connection.cursor() as cursor:
            self.build(cursor)
        self.people_decide(trouble)
        self.happen_a_little(trouble)
        with self.connection, self.connection.cursor() as cursor:
            snapshot_id, reason = plan.plannable(cursor, self.company)
            assert reason is None, reason
            planned = plan.write(
                cursor,
                {
                    "realm_id": REALM_ID,
                    "run_id": "run",
                    "snapshot_id": snapshot_id,
                    "update_location": None,
                },
            )
        self.written += planned.to_quickbooks + planned.to_platform
        self.platform_applies(trouble)
        self.push(trouble)

    def happen_a_little(self, trouble: float) -> None:
        if self.rng.random() < trouble:
            self.something_happens()

    def read_company(self, trouble: float) -> None:
        """Quantities first, some of them from a reading that lags behind; documents 5 s later."""
        rows = []
        for sku in self.skus:
            second = self.clock
            if self.rng.random() < trouble / 5:
                second -= self.rng.randint(0, 60)
            quantity = next(q for at, q in reversed(self.history[sku]) if at <= max(second, 0))
            rows.append((sku, quantity, self.at(max(second, 0))))
            if self.rng.random() < trouble / 10:
                self.something_happens()
        last = self.tick(5)
        self.many(
            "insert into quickbooks.items (realm_id, id, read_at, document) values %s"
            " on conflict (realm_id, id) do update"
            " set read_at = excluded.read_at, document = excluded.document",
            [
                (
                    REALM_ID,
                    self.item_ids[sku],
                    read_at,
                    json.dumps(
                        item(self.item_ids[sku], sku, quantity) | self.item_changes.get(sku, {})
                    ),
                )
                for sku, quantity, read_at in rows
            ],
        )
        # Now and then the documents come from before the quantities: then nothing may be decided.
        through = last - (20 if self.rng.random() < trouble / 4 else 0)
        self.load_changed_documents(through)
        run_id = str(uuid.uuid4())
        self.many(
            "insert into quickbooks.extractions"
            " (realm_id, run_id, stream, mode, complete_through, started_at) values %s",
            [
                (REALM_ID, run_id, stream, "cdc", self.at(through), dt.datetime.now(dt.UTC))
                for stream in STOCK_STREAMS
            ]
            + [(REALM_ID, run_id, "items", "quantities", self.at(last), dt.datetime.now(dt.UTC))],
        )

    def people_decide(self, trouble: float) -> None:
        """Somebody works through what waits, most of the time."""
        for decision, sku in self.waiting_skus():
            if self.rng.random() >= trouble:
                # A conflict is two things that happened, one on each side: each is told.
                verb = {"first_difference": "keep_platform", "conflict": "release"}.get(decision)
                if verb is not None:
                    self.decide("sku", sku, verb)
        for kind, subject_id in self.refusals():
            if self.rng.random() >= trouble:
                # Now and then somebody gives up on it: it will never be sent.
                gives_up = self.rng.random() < trouble / 3
                self.decide(kind, subject_id, "cancel" if gives_up else "retry")
        for document_id in self.edited_documents():
            if self.rng.random() >= trouble:
                is_real = self.foreign[document_id]
                self.decide("document", document_id, "forward" if is_real else "restore")

    def waiting_skus(self) -> list[tuple[str, str]]:
        return [
            (row["decision"], row["sku_key"])
            for row in self.rows(
                "select decision, sku_key from intermediate.int_inventory__decisions"
                " where decision in ('conflict', 'review', 'held', 'first_difference')"
            )
        ]

    def refusals(self) -> list[tuple[str, str]]:
        """Rows and commands that were refused, and that nobody has retried yet."""
        keys = [
            row["idempotency_key"]
            for row in self.rows(
                "select idempotency_key from sync.ledger_rows"
                " where status = 'rejected' and input_hash is not null"
            )
        ]
        updates = self.rows(
            "select update_id from platform.inventory_updates as u"
            " where u.rejected_at is not null and not exists (select from sync.reviews as r"
            " where r.verb = 'cancel' and r.subject_id = u.update_id)"
        )
        return [
            ("command", key.removeprefix("adjustment:"))
            if key.startswith("adjustment:")
            else ("row", key)
            for key in keys
        ] + [("command", update["update_id"]) for update in updates]

    def edited_documents(self) -> list[str]:
        """Documents of ours that somebody changed since the last decision about them."""
        return [
            row["document_id"]
            for row in self.rows(
                "select distinct e.document_id from sync.document_edits as e"
                " where not exists (select from sync.reviews as r"
                " where r.subject_id = e.document_id and r.verb in ('restore', 'forward')"
                " and (r.figures ->> 'edits_through')::bigint >= e.snapshot_id)"
            )
        ]

    def decide(self, subject_type: str, subject_id: str, verb: str) -> None:
        with self.connection, self.connection.cursor() as cursor:
            review.decide(
                cursor,
                self.company,
                review.Subject(subject_type, subject_id),
                review.Decision(verb, "a person", "looked at it"),
            )

    def platform_applies(self, trouble: float) -> None:
        for update in self.rows(
            "select * from platform.inventory_updates"
            " where applied_at is null and rejected_at is null order by created_at, update_id"
        ):
            draw = self.rng.random()
            if draw < trouble / 4:
                continue
            if draw < trouble / 3:
                column = "rejected_at"
            else:
                column = "applied_at"
                units = int(update["quantity_delta"])
                self.move_shelf(update["sku"].lower(), units, is_real=False)
            self.run(
                f"update platform.inventory_updates set {column} = now() where update_id = %s",
                update["update_id"],
            )

    def push(self, trouble: float) -> None:
        for stream in STREAMS:
            for row in self.rows(f"select * from outbox.{stream} order by idempotency_key"):
                if self.rng.random() < trouble / 4:
                    continue
                draw = self.rng.random()
                if draw < trouble / 4:
                    self.hand_over(stream, row, "rejected")
                elif draw < trouble / 2:
                    # No answer: QuickBooks has it, or never got it.
                    self.hand_over(stream, row, "pending")
                    self.unanswered.append((row["idempotency_key"], self.rng.random() < 0.5))
                    if self.unanswered[-1][1]:
                        self.apply(row["idempotency_key"])
                else:
                    self.hand_over(stream, row, "posted")
                    self.apply(row["idempotency_key"])
                    self.remember(row["idempotency_key"])

    def hand_over(self, stream: str, row: Mapping[str, Any], status: str) -> None:
        key = row["idempotency_key"]
        entity, sign = STREAMS[stream]
        document_id = str(uuid.uuid4())
        posted_at = self.at(self.tick()) if status == "posted" else None
        self.run(
            "insert into sync.ledger_rows (realm_id, idempotency_key, stream, input, input_hash,"
            " status, document_id, attempts, created_at, updated_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, 1, now(), now())"
            " on conflict (realm_id, idempotency_key) do update set status = excluded.status,"
            " input = excluded.input, input_hash = excluded.input_hash,"
            " document_id = excluded.document_id",
            REALM_ID,
            key,
            stream,
            Json(dict(row), dumps=lambda value: json.dumps(value, default=str)),
            row["input_hash"],
            status,
            document_id,
        )
        self.run(
            "insert into sync.documents (document_id, realm_id, qbo_type, body, status, sent_at,"
            " posted_at, qbo_id, total_amount) values (%s, %s, %s, %s, %s, now(), %s, %s, %s)",
            document_id,
            REALM_ID,
            entity,
            Json({"CustomerRef": {"value": "24"}}),
            status,
            posted_at,
            document_id if status == "posted" else None,
            row.get("total_amount"),
        )
        self.documents[key] = document_id
        if stream == "inventory_adjustments":
            lines: Iterable[tuple[Any, ...]] = [(row["item_id"], row["quantity_delta"], sign)]
        else:
            lines = [
                (line["item_id"], line["quantity"], sign if line["is_stocked"] else 0)
                for line in row.get("lines") or []
            ]
        self.many(
            "insert into sync.document_lines (document_id, line_number, idempotency_key, item_id,"
            " quantity, stock_effect) values %s",
            [
                (
                    document_id,
                    number,
                    key,
                    item_id,
                    quantity,
                    Decimal(str(quantity)) * effect,
                )
                for number, (item_id, quantity, effect) in enumerate(lines, start=1)
            ],
        )

    def remember(self, key: str) -> None:
        """A sale or reversal that is known to be posted may be changed by somebody."""
        document_id = self.documents[key]
        found = self.rows(
            "select d.qbo_type, l.item_id, l.quantity from sync.documents as d"
            " inner join sync.document_lines as l on d.document_id = l.document_id"
            " where d.document_id = %s and l.stock_effect <> 0",
            document_id,
        )
        quantities: dict[str, int] = defaultdict(int)
        for line in found:
            quantities[line["item_id"]] += int(line["quantity"])
        if found and found[0]["qbo_type"] != "InventoryAdjustment":
            self.posted[document_id] = (found[0]["qbo_type"], dict(quantities))

    def apply(self, key: str) -> None:
        """QuickBooks books the document: its stock moves, nobody's truth does."""
        for line in self.rows(
            "select l.item_id, l.stock_effect from sync.document_lines as l"
            " inner join sync.ledger_rows as r on r.document_id = l.document_id"
            " where r.idempotency_key = %s and l.stock_effect <> 0",
            key,
        ):
            self.move_books(self.sku_of[line["item_id"]], int(line["stock_effect"]), is_real=False)

    def recover(self, trouble: float) -> None:
        """The outcome of what went unanswered becomes known, at the time of the new answer."""
        still = []
        for key, was_applied in self.unanswered:
            if self.rng.random() < trouble / 2:
                still.append((key, was_applied))
                continue
            if not was_applied:
                self.apply(key)
            posted_at = self.at(self.tick())
            self.run(
                "update sync.ledger_rows set status = 'posted' where idempotency_key = %s", key
            )
            self.run(
                "update sync.documents as d set status = 'posted', posted_at = %s,"
                " qbo_id = d.document_id from sync.ledger_rows as r"
                " where r.document_id = d.document_id and r.idempotency_key = %s",
                posted_at,
                key,
            )
            self.remember(key)
        self.unanswered = still

    def come_to_rest(self) -> None:
        """Everything ships or arrives; then the sync runs without trouble until it is done."""
        for order in self.orders.values():
            self.arrive(order)
            if not order.moved and order.status != "cancelled":
                self.tick()
                self.ship(order)
                self.run(
                    "update platform.sales_orders set stock_moved_at = %s where order_id = %s",
                    self.at(self.clock),
                    order.order_id,
                )
        for _ in range(8):
            self.sync(trouble=0)

    def load_changed_documents(self, through: int) -> None:
        """What was changed up to `through` reaches the raw tables, as it stands by then."""
        tables = {kind: stream for stream, (kind, _) in STREAMS.items()}
        for second, document_id, lines in self.changed:
            if second > through:
                continue
            entity = self.posted[document_id][0]
            document = {
                "Id": document_id,
                "SyncToken": str(second),
                "MetaData": {"LastUpdatedTime": self.at(second).isoformat()},
                "Line": [
                    {"SalesItemLineDetail": {"ItemRef": {"value": item_id}, "Qty": quantity}}
                    for item_id, quantity in lines.items()
                ],
            }
            self.run(
                f"insert into quickbooks.{tables[entity]} (realm_id, id, sync_token,"
                " last_updated_at, read_at, document) values (%s, %s, %s, %s, %s, %s)"
                " on conflict (realm_id, id) do update set sync_token = excluded.sync_token,"
                " last_updated_at = excluded.last_updated_at, document = excluded.document",
                REALM_ID,
                document_id,
                str(second),
                self.at(second),
                self.at(through),
                Json(document),
            )
        self.changed = [change for change in self.changed if change[0] > through]


def item(item_id: str, sku: str, quantity: int) -> dict[str, Any]:
    return {
        "Id": item_id,
        "Name": f"Item {item_id}",
        "Sku": sku,
        "Type": "Inventory",
        "Active": True,
        "TrackQtyOnHand": True,
        "QtyOnHand": quantity,
        "PurchaseCost": 5,
    }
