"""Create, update, void and delete: the order in which a write is checked and takes effect.

Everything a write touches goes through the company's journal; the caller commits or rolls back.
Source: Intuit, "Create, update, delete and void" on the reference page of each entity.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator import falling_due, linking, settlement, stock
from quickbooks_emulator.catalogue import COMMON, ENTITIES, Entity, Kind
from quickbooks_emulator.effects import Effects
from quickbooks_emulator.json_text import JsonObject, money, plain, subtract
from quickbooks_emulator.problems import Problem, business, missing, not_found, unsupported_property
from quickbooks_emulator.rules import (
    adjustments,
    attachables,
    documents,
    links,
    merging,
    names,
    open_credits,
    people,
    replies,
    voiding,
)
from quickbooks_emulator.rules.addresses import without_coordinates
from quickbooks_emulator.rules.currency import in_home_currency
from quickbooks_emulator.rules.preferences import check_single
from quickbooks_emulator.rules.printing import print_numbers
from quickbooks_emulator.rules.references import resolve_header
from quickbooks_emulator.rules.shape import check_id, checked, reference
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.store import Company

OPERATIONS = frozenset({"", "create", "update", "delete", "void"})
OPEN_DOCUMENTS = frozenset({"Invoice", "CreditMemo", "Bill", "VendorCredit"})


@dataclass(slots=True)
class Writer:
    """One write on one company at one moment."""

    company: Company
    around: documents.Circumstances
    now: int

    @property
    def effects(self) -> Effects:
        """What this write does to other objects."""
        return Effects(self.company, self.around, self.now)

    def write(self, entity: Entity, operation: str, body: Json) -> JsonObject:
        """Carry out `create`, `update`, `void` or `delete`; returns the object of the reply.

        Without an operation the presence of an Id decides. Raises Problem.
        """
        if operation not in OPERATIONS:
            raise Problem("500", f"Operation {operation} is not supported.")
        self._check_subscription()
        given = checked(entity, body)
        if self.around.switches.address_coordinates == "dropped":
            given = without_coordinates(given)
        if operation == "delete":
            return self._delete(entity, given)
        if operation == "void":
            return self._void(entity, given)
        if operation == "create" and given.get("Id") and entity.kind is not Kind.SINGLE:
            raise unsupported_property("Id: a new object has none,")
        if given.get("Id") or entity.kind is Kind.SINGLE:
            return replies.written(self.company, entity.name, self._update(entity, given))
        if operation == "update":
            raise missing("Id")
        return replies.born(self.company, entity.name, self._create(entity, given))

    # -- the four operations

    def _create(self, entity: Entity, given: JsonObject) -> JsonObject:
        if not entity.can_create:
            raise Problem("500", f"Operation create on {entity.name} is not supported.")
        people.check_opening(entity.name, given)
        body = merging.new(merging.writable(entity, given, is_by_hand=self.around.is_by_hand))
        _check_required(entity, body)
        self._prepare(entity, body, None)
        stored = self._store(entity, None, body)
        self._apply_credits(entity, stored)
        return self.company.body(entity.name, stored["Id"]) or stored

    def _update(self, entity: Entity, given: JsonObject) -> JsonObject:
        if entity.kind is Kind.READ_ONLY:
            raise Problem("500", f"Operation update on {entity.name} is not supported.")
        old = self._current(entity, given)
        if entity.name == "InventoryAdjustment":
            given = adjustments.check_update(given, old.body, self.around)
        documents.check_sparse(entity.name, given, self.around)
        wanted = merging.writable(entity, given, is_by_hand=self.around.is_by_hand)
        self._refuse_quantity(entity, given, old.body)
        is_sparse = bool(given.get("sparse"))
        body = merging.merged(entity, old.body, wanted, is_sparse=is_sparse)
        _check_required(entity, body)
        if merging.says_the_same(old.body, body) and body.keys() >= old.body.keys() - COMMON:
            return old.body
        self.effects.give_back(entity, old.body)
        self._prepare(entity, body, old.body)
        if entity.name in OPEN_DOCUMENTS:
            _keep_settled(body, old.body)
        if entity.name not in settlement.SETTLED_BY and merging.is_unchanged(old.body, body):
            return old.body
        self._empty_inactive_item(entity, body, old.body)
        return self._store(entity, self.company.row(entity.name, old.id), body)

    def _delete(self, entity: Entity, given: JsonObject) -> JsonObject:
        if not entity.is_deletable:
            raise Problem("500", f"Operation delete on {entity.name} is not supported.")
        old = self._current(entity, given)
        self._check_untouched(entity, old)
        self.effects.unlink(entity, old)
        current = self.company.row(entity.name, old.id) or old
        self.effects.owe(entity.name, current.body, {})
        self.effects.move(current.moves, is_reversed=True)
        self.company.bury(entity.name, old.id, self.now)
        linking.follow(self.effects, entity.name, old.body, {})
        return {"status": "Deleted", "domain": "QBO", "Id": old.id}

    def _void(self, entity: Entity, given: JsonObject) -> JsonObject:
        if not entity.is_voidable:
            raise Problem("500", f"Operation void on {entity.name} is not supported.")
        old = self._current(entity, given)
        self._check_untouched(entity, old)
        self.effects.unlink(entity, old)
        current = self.company.row(entity.name, old.id) or old
        return self._store(entity, current, voiding.voided(entity.name, current.body))

    # -- steps

    def _check_subscription(self) -> None:
        if self.around.switches.subscription_ended and not self.around.is_by_hand:
            raise Problem(
                "6190",
                "Subscription period has ended or canceled or there was a billing problem : "
                "You can't add data to QuickBooks Online Plus because your trial or subscription "
                "period ended, you canceled your subscription, or there was a billing problem. To "
                "see or change your subscription status, click 'Your Account' at the upper-right "
                "of the screen, and click on Resubscribe link or contact your administrator.",
                "",
            )

    def _current(self, entity: Entity, given: JsonObject) -> Row:
        object_id = str(given.get("Id") or "")
        if entity.kind is Kind.SINGLE:
            object_id = next((row.id for row in self.company.rows(entity.name)), "")
        if not object_id:
            raise missing("Id")
        check_id(object_id)
        row = self.company.row(entity.name, object_id)
        if row is None:
            is_gone = object_id in self.company.tables[entity.name].tombstones
            raise (
                not_found("Another user has deleted this transaction.") if is_gone else not_found()
            )
        token = given.get("SyncToken")
        if token is None or token == "":
            raise missing("SyncToken")
        if str(token) != row.body["SyncToken"]:
            raise Problem(
                "5010",
                "Stale Object Error : You and Emulator User were working on this at the same "
                "time. Emulator User finished before you did, so your work was not saved.",
                "",
            )
        return row

    def _check_untouched(self, entity: Entity, old: Row) -> None:
        if entity.kind is Kind.TRANSACTION:
            documents.check_unlocked(self.company, entity.name, old.body, self.around)
            links.check_not_deposited(entity.name, old.body)

    def _prepare(self, entity: Entity, body: JsonObject, old: JsonObject | None) -> None:
        if entity.kind is Kind.TRANSACTION:
            documents.prepare(self.company, entity.name, body, old, self.around)
        elif entity.kind is Kind.LIST:
            resolve_header(self.company, entity, body)
            names.prepare(self.company, entity.name, body, old, self.around)
            if entity.name == "Attachable":
                attachables.prepare(self.company, body)
        elif old is not None:
            check_single(self.company, entity.name, body, old, self.around)

    def _refuse_quantity(self, entity: Entity, given: JsonObject, old: JsonObject) -> None:
        if entity.name != "Item" or self.around.switches.quantity_update == "ignored":
            return
        if given.get("QtyOnHand") is not None and given["QtyOnHand"] != old.get("QtyOnHand"):
            raise business(
                "Something went wrong on our end; could not adjust the stock starting value "
                "(-10600)"
            )

    def _store(self, entity: Entity, old: Row | None, body: JsonObject) -> JsonObject:
        """Put the object with its marks and let it take effect on stock and balances."""
        if entity.name == "InventoryAdjustment" and self.around.switches.adjustment_note_hidden:
            body["PrivateNote"] = ""
        effects = self.effects
        print_numbers(body)
        marked = effects.marked(entity.name, body, old)
        moves = stock.moves_of(self.company, entity.name, marked, old)
        moves = falling_due.moves_now(entity.name, marked, moves, self.around)
        before = old.moves if old else ()
        self.company.put(
            entity.name,
            Row(marked, old.created_at if old else self.now, self.now, moves),
        )
        effects.owe(entity.name, old.body if old else {}, marked)
        if old and old.body.get("ExchangeRate") != marked.get("ExchangeRate"):
            effects.revalue(entity.name, old)
        if old is not None and entity.kind is Kind.LIST:
            effects.replace(entity.name, old.body, marked)
        if moves != before:
            effects.move(before, is_reversed=True)
            effects.move(moves)
        if entity.name in settlement.SETTLED_BY:
            for (kind, object_id), share in settlement.shares(marked).items():
                effects.settle(kind, object_id, entity.name, marked["Id"], share)
        elif entity.kind is Kind.TRANSACTION:
            linking.follow(effects, entity.name, old.body if old else {}, marked)
        stored = self.company.body(entity.name, marked["Id"])
        return stored if stored is not None else marked

    def _apply_credits(self, entity: Entity, stored: JsonObject) -> None:
        """Let open credits pay a new invoice where the company wants that."""
        payment = open_credits.payment_for(self.company, entity.name, stored)
        if payment is not None:
            self._create(ENTITIES["Payment"], payment)

    def _empty_inactive_item(self, entity: Entity, body: JsonObject, old: JsonObject) -> None:
        """An item made inactive with stock is brought to nought by an adjustment."""
        quantity = old.get("QtyOnHand", 0)
        if (
            entity.name != "Item"
            or body.get("Active", True)
            or not quantity
            or self.around.switches.inactive_item_stock != "zeroed"
        ):
            return
        adjustment = {
            "TxnDate": self.around.today.isoformat(),
            "AdjustAccountRef": self._shrinkage(old),
            "PrivateNote": "",
            "Line": [
                {
                    "Id": "1",
                    "ItemAdjustmentLineDetail": {
                        "ItemRef": {"value": old["Id"]},
                        "QtyDiff": plain(-Decimal(quantity)),
                    },
                }
            ],
        }
        self._store(ENTITIES["InventoryAdjustment"], None, adjustment)
        body["QtyOnHand"] = 0

    def _shrinkage(self, item: JsonObject) -> JsonObject:
        """The account of adjustments, or the item's own expense account where there is none."""
        for row in self.company.rows("Account"):
            if row.body.get("Name") == "Inventory Shrinkage":
                return {"value": row.id, "name": "Inventory Shrinkage"}
        account: JsonObject = item["ExpenseAccountRef"]
        return account


def _check_required(entity: Entity, body: JsonObject) -> None:
    """Raises Problem 2020 for the first property that is missing."""
    for name in entity.required:
        is_named = not name.endswith("Ref") or reference(body, name) is not None
        if name not in body or not is_named:
            raise missing(name)


def _keep_settled(body: JsonObject, old: JsonObject) -> None:
    """What was paid on the document stays paid. Raises Problem when it is more than it is worth."""
    worth = subtract(old["TotalAmt"], old.get("Deposit") or 0)
    paid = subtract(worth, Decimal(old.get("Balance", worth)))
    balance = subtract(subtract(body["TotalAmt"], body.get("Deposit") or 0), paid)
    if balance < 0:
        raise business("The amount of the transaction is less than what was applied to it.")
    body["Balance"] = money(balance)
    in_home_currency(body)
    if "RemainingCredit" in body:
        body["RemainingCredit"] = body["Balance"]
    linked = list(old.get("LinkedTxn", []))
    known = {(link["TxnType"], link["TxnId"]) for link in linked}
    linked.extend(
        link
        for link in body.get("LinkedTxn") or []
        if (link.get("TxnType"), link.get("TxnId")) not in known
    )
    if linked or "LinkedTxn" in body:
        body["LinkedTxn"] = linked
