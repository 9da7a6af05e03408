"""What a write does to other objects: quantities, balances, and the documents it settles.

Source: Intuit, "Item" (QtyOnHand), "Payment", "Invoice" (Balance, LinkedTxn).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.catalogue import COMMON, ENTITIES, Entity
from quickbooks_emulator.clock import date_text, second_text
from quickbooks_emulator.json_text import JsonObject, add, money, plain, subtract
from quickbooks_emulator.rules.currency import in_home_currency
from quickbooks_emulator.rules.hierarchy import ancestors, place_below
from quickbooks_emulator.rules.shape import reference
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from quickbooks_emulator.rules.documents import Circumstances
    from quickbooks_emulator.store import Company, Movement

SHOWS_LAST_WRITER = frozenset({"Invoice", "Bill", "PurchaseOrder"})
WRITER_ID = "9341450000000001"


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
            meta["LastModifiedByRef"] = {"value": WRITER_ID}
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
        in_home_currency(body)
        self.owe(kind, row.body, body)
        self.touch(kind, row, body)

    def give_back(self, entity: Entity, old: JsonObject) -> None:
        """Take a payment's shares back before it is changed."""
        if entity.name in settlement.SETTLED_BY:
            for (kind, object_id), share in settlement.shares(old).items():
                self.settle(kind, object_id, entity.name, old["Id"], -share)

    def unlink(self, entity: Entity, old: Row) -> None:
        """Cut a document loose from what settles it and from what it settles."""
        self.give_back(entity, old.body)
        for payer, payment in self.payers(entity.name, old):
            body = settlement.without(self.company, payment.body, (entity.name, old.id))
            left = settlement.shares(body)
            for (kind, object_id), share in settlement.shares(payment.body).items():
                change = subtract(left.get((kind, object_id), 0), share)
                if change:
                    self.settle(kind, object_id, payer, payment.id, change)
            self.owe(payer, payment.body, body)
            self.touch(payer, payment, body)

    def payers(self, entity: str, old: Row) -> list[tuple[str, Row]]:
        """The payments that settle a document or use it up, and what they are."""
        found = []
        for payer in settlement.SETTLED_BY:
            if entity == "CreditMemo" or entity in settlement.OWED_BY_LINE:
                rows = settlement.payments_of(self.company, payer, (entity, old.id), old.body)
                found += [(payer, row) for row in rows]
                continue
            for link in old.body.get("LinkedTxn") or []:
                kind = str(link.get("TxnType"))
                payment = self.company.row(payer, str(link.get("TxnId")))
                if payment is not None and kind.startswith(payer):
                    found.append((payer, payment))
        return found

    def revalue(self, entity: str, old: Row) -> None:
        """Let the books look again at what settles a document, whose rate has changed."""
        for payer, payment in self.payers(entity, old):
            self.company.put(payer, payment)

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
        if party == "Customer":
            self._add_with_jobs(object_id, change)

    def _add_with_jobs(self, customer_id: str, change: Decimal) -> None:
        """Add to the sums with jobs of a customer and of all above it."""
        for one in (customer_id, *ancestors(self.company, "Customer", customer_id)):
            row = self.company.row("Customer", one)
            if row is not None:
                sum_with_jobs = money(add(row.body.get("BalanceWithJobs", 0), change))
                body = {**row.body, "BalanceWithJobs": sum_with_jobs}
                self.company.put("Customer", row.with_body(body))

    def replace(self, entity: str, old: JsonObject, new: JsonObject) -> None:
        """Let what a stored object of a list has below and above it follow its name and parent."""
        before, after = reference(old, "ParentRef"), reference(new, "ParentRef")
        owed = Decimal(new.get("BalanceWithJobs") or 0)
        if entity == "Customer" and before != after and owed:
            for parent, change in ((before, -owed), (after, owed)):
                if parent is not None:
                    self._add_with_jobs(parent, change)
        names = ("FullyQualifiedName", "Level")
        if any(old.get(name) != new.get(name) for name in names):
            place_below(self.company, entity, new)

    def inherit(self, entity: str, gone: str, kept: str) -> None:
        """Carry the open balance of an object that goes to the one that stays."""
        balance = Decimal((self.company.body(entity, gone) or {}).get("Balance") or 0)
        if balance:
            self._add_balance(entity, gone, -balance)
            self._add_balance(entity, kept, balance)
