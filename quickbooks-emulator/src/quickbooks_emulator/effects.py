"""What a write does to other objects: quantities, balances, and the documents it settles.

Source: Intuit, "Item" (QtyOnHand), "Payment", "Invoice" (Balance, LinkedTxn).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.catalogue import COMMON, ENTITIES, Entity
from quickbooks_emulator.clock import date_text, second_text
from quickbooks_emulator.json_text import JsonObject, add, money, plain, subtract
from quickbooks_emulator.rules.finding import referring
from quickbooks_emulator.rules.shape import reference
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from quickbooks_emulator.rules.documents import Circumstances
    from quickbooks_emulator.store import Company, Movement

SHOWS_LAST_WRITER = frozenset({"Invoice", "Bill", "PurchaseOrder"})
USER_ID = "9341450000000001"


@dataclass(slots=True)
class Effects:
    """The effects of one write on one company at one moment."""

    company: Company
    around: Circumstances
    now: int

    def marked(self, entity: str, body: JsonObject, old: Row | None) -> JsonObject:
        """The object with id, token and times."""
        clean = {k: v for k, v in body.items() if k not in COMMON}
        object_id = old.id if old else self.company.take_id(entity)
        created = second_text(old.created_at if old else self.now)
        meta: JsonObject = {"CreateTime": created, "LastUpdatedTime": second_text(self.now)}
        if entity == "InventoryAdjustment":
            meta = {"LastUpdatedTime": date_text(self.now)}
        if entity in SHOWS_LAST_WRITER:
            meta["LastModifiedByRef"] = {"value": USER_ID}
        return {
            **clean,
            "domain": "QBO",
            "sparse": False,
            "Id": object_id,
            "SyncToken": str(int(old.body["SyncToken"]) + 1) if old else "0",
            "MetaData": meta,
        }

    def move(self, moves: tuple[Movement, ...], *, is_reversed: bool = False) -> None:
        """Add movements to the items' quantities, or take them back."""
        for item_id, change in moves:
            row = self.company.row("Item", item_id)
            if row is None:
                continue
            quantity = row.body.get("QtyOnHand", 0)
            quantity = subtract(quantity, change) if is_reversed else add(quantity, change)
            self.touch("Item", row, {**row.body, "QtyOnHand": plain(quantity)})

    def touch(self, entity: str, row: Row, body: JsonObject) -> None:
        """Put an object that a document changed by the way."""
        if entity == "Item" and not self.around.switches.stock_moves_touch_item:
            self.company.put(entity, row.with_body(body))
            return
        marked = self.marked(entity, body, row)
        self.company.put(entity, Row(marked, row.created_at, self.now, row.moves))

    def settle(self, kind: str, object_id: str, payer: str, payer_id: str, share: Decimal) -> None:
        """Let a payer's share settle a document (negative: give it back)."""
        row = self.company.row(kind, object_id) if kind in ENTITIES else None
        if row is None or "Balance" not in row.body:
            return
        body = settlement.with_share(row.body, payer, payer_id, share)
        body["Balance"] = money(body["Balance"])
        self.owe(kind, row.body, body)
        self.touch(kind, row, body)

    def give_back(self, entity: Entity, old: JsonObject) -> None:
        """Take a payment's shares back before it is changed."""
        if entity.name in settlement.SETTLED_BY:
            for kind, object_id, share in settlement.links(old):
                self.settle(kind, object_id, entity.name, old["Id"], -share)

    def unlink(self, entity: Entity, old: Row) -> None:
        """Cut a document loose from what settles it and from what it settles."""
        self.give_back(entity, old.body)
        for payer in settlement.SETTLED_BY:
            signs = settlement.SETTLED_BY[payer]
            if entity.name not in signs:
                continue
            for payment in self._payers(entity.name, payer, old):
                body = settlement.without(payment.body, payer, entity.name, old.id)
                for kind, object_id, share in settlement.links(payment.body):
                    if (kind, object_id) == (entity.name, old.id):
                        self.settle(kind, object_id, payer, payment.id, -share)
                self.owe(payer, payment.body, body)
                self.touch(payer, payment, body)

    def _payers(self, entity: str, payer: str, old: Row) -> Iterator[Row]:
        """The payments of a kind that settle a document or use it up."""
        if entity != "CreditMemo":
            for link in old.body.get("LinkedTxn") or []:
                payment = self.company.row(payer, str(link.get("TxnId")))
                if payment is not None and str(link.get("TxnType")).startswith(payer):
                    yield payment
            return
        customer = reference(old.body, "CustomerRef")
        while customer is not None:
            for payment in referring(self.company, payer, "CustomerRef", customer):
                used = settlement.links(payment.body)
                if any((kind, object_id) == (entity, old.id) for kind, object_id, _ in used):
                    yield payment
            customer = reference(self.company.body("Customer", customer) or {}, "ParentRef")

    def owe(self, entity: str, before: JsonObject, after: JsonObject) -> None:
        """Carry what a document owes, or is owed, to the balances of its names."""
        changes: dict[tuple[str, str], Decimal] = {}
        for side, body in ((-1, before), (1, after)):
            for party, object_id, amount in settlement.owed(self.company, entity, body):
                key = (party, object_id)
                changes[key] = add(changes.get(key, 0), amount * side)
        for (party, object_id), change in changes.items():
            if change:
                self._add_balance(party, object_id, change)

    def _add_balance(self, party: str, object_id: str, change: Decimal) -> None:
        row = self.company.row(party, object_id)
        if row is not None:
            body = {**row.body, "Balance": money(add(row.body.get("Balance", 0), change))}
            self.company.put(party, row.with_body(body))
        while row is not None and party == "Customer":
            latest = self.company.row(party, row.id) or row
            sum_with_jobs = add(latest.body.get("BalanceWithJobs", 0), change)
            body = {**latest.body, "BalanceWithJobs": money(sum_with_jobs)}
            self.company.put(party, latest.with_body(body))
            parent = (body.get("ParentRef") or {}).get("value")
            row = self.company.row(party, parent) if parent else None
