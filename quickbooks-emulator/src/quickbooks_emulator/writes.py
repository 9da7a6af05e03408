"""Create, update, void and delete: the order in which a write is checked and takes effect.

Everything a write touches goes through the company's journal; the caller commits or rolls back.
Source: Intuit, "Create, update, delete and void" on the reference page of each entity.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement, stock
from quickbooks_emulator.catalogue import ENTITIES, Entity, Kind
from quickbooks_emulator.effects import COMPUTED, Effects
from quickbooks_emulator.json_text import JsonObject, plain, subtract
from quickbooks_emulator.problems import Problem, business, missing, not_found
from quickbooks_emulator.rules import documents, names
from quickbooks_emulator.rules.references import resolve_header
from quickbooks_emulator.rules.shape import checked
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.store import Company

VOIDABLE = frozenset({"Invoice", "SalesReceipt", "Payment", "BillPayment"})
KEPT_ON_UPDATE = {
    "Item": ("QtyOnHand", "InvStartDate"),
    "Customer": ("Balance", "BalanceWithJobs", "CurrencyRef"),
    "Vendor": ("Balance", "CurrencyRef"),
    "Account": ("CurrentBalance", "CurrentBalanceWithSubAccounts"),
}
"""What no update changes: quantities move by documents, balances by settlement."""


@dataclass(slots=True)
class Writer:
    """One write on one company at one moment."""

    company: Company
    around: documents.Circumstances
    now: int
    may_bundle: bool = False

    @property
    def effects(self) -> Effects:
        """What this write does to other objects."""
        return Effects(self.company, self.around, self.now)

    def write(self, entity: Entity, operation: str, body: Json) -> JsonObject:
        """Carry out `create`, `update`, `void` or `delete`; returns the object of the reply.

        Without an operation the presence of an Id decides. Raises Problem.
        """
        if operation not in {"", "create", "update", "delete", "void"}:
            raise Problem("500", f"Operation {operation} is not supported.")
        given = checked(entity, body)
        if operation == "delete":
            return self._delete(entity, given)
        if operation == "void":
            return self._void(entity, given)
        if given.get("Id") or entity.kind is Kind.SINGLE:
            return self._update(entity, given)
        if operation == "update":
            raise missing("Id")
        return self._create(entity, given)

    # -- the four operations

    def _create(self, entity: Entity, given: JsonObject) -> JsonObject:
        if not entity.can_create:
            raise Problem("500", f"Operation create on {entity.name} is not supported.")
        body = {
            name: value
            for name, value in given.items()
            if name not in COMPUTED and value is not None and value not in ("", {})
        }
        for name in entity.required:
            if name not in body and not (name == "Line" and body.get("Line") == []):
                raise missing(name)
        self._prepare(entity, body, None)
        return self._store(entity, None, body)

    def _update(self, entity: Entity, given: JsonObject) -> JsonObject:
        old = self._current(entity, given)
        if given.get("sparse"):
            body = _merged(old.body, given)
        else:
            body = {k: v for k, v in given.items() if v is not None and v not in ("", {})}
        if "Line" in given and "TxnTaxDetail" not in given and "TxnTaxDetail" in body:
            # Tax is worked out again for the new lines.
            code = body["TxnTaxDetail"].get("TxnTaxCodeRef")
            body["TxnTaxDetail"] = {"TxnTaxCodeRef": code} if code else {}
        for name in KEPT_ON_UPDATE.get(entity.name, ()):
            body.pop(name, None)
            if name in old.body:
                body[name] = old.body[name]
        self._refuse_quantity(entity, given, old.body)
        body["Id"] = old.id
        for name in entity.required:
            if name not in body:
                raise missing(name)
        self.effects.give_back(entity, old.body)
        self._prepare(entity, body, old.body)
        if entity.name in {"Invoice", "CreditMemo", "Bill", "VendorCredit"}:
            _keep_settled(body, old.body)
        self._empty_inactive_item(entity, body, old.body)
        return self._store(entity, self.company.row(entity.name, old.id), body)

    def _delete(self, entity: Entity, given: JsonObject) -> JsonObject:
        if entity.kind is not Kind.TRANSACTION:
            raise Problem("500", f"Operation delete on {entity.name} is not supported.")
        old = self._current(entity, given)
        documents.check_period(self.company, str(old.body.get("TxnDate", "9999")), self.around)
        self.effects.unlink(entity, old)
        current = self.company.row(entity.name, old.id) or old
        self.effects.owe(entity.name, current.body, {})
        self.effects.move(current.moves, is_reversed=True)
        self.company.bury(entity.name, old.id, self.now)
        return {"status": "Deleted", "domain": "QBO", "Id": old.id}

    def _void(self, entity: Entity, given: JsonObject) -> JsonObject:
        if entity.name not in VOIDABLE:
            raise Problem("500", f"Operation void on {entity.name} is not supported.")
        old = self._current(entity, given)
        documents.check_period(self.company, str(old.body.get("TxnDate", "9999")), self.around)
        self.effects.unlink(entity, old)
        current = self.company.row(entity.name, old.id) or old
        return self._store(entity, current, _voided(entity.name, current.body))

    # -- steps

    def _current(self, entity: Entity, given: JsonObject) -> Row:
        object_id = str(given.get("Id") or "")
        if not object_id and entity.kind is Kind.SINGLE:
            object_id = next((row.id for row in self.company.rows(entity.name)), "")
        if not object_id:
            raise missing("Id")
        if not object_id.isdecimal():
            raise Problem("2030", f"Id should be a valid number. Supplied value:{object_id}", "Id")
        row = self.company.row(entity.name, object_id)
        if row is None:
            is_gone = object_id in self.company.tables[entity.name].tombstones
            raise (
                not_found("Another user has deleted this transaction.") if is_gone else not_found()
            )
        token = given.get("SyncToken")
        if token is None:
            raise missing("SyncToken")
        if str(token) != row.body["SyncToken"]:
            raise Problem(
                "5010",
                "Stale Object Error : You and Emulator User were working on this at the same "
                "time. Emulator User finished before you did, so your work was not saved.",
                "",
            )
        return row

    def _prepare(self, entity: Entity, body: JsonObject, old: JsonObject | None) -> None:
        if entity.kind is Kind.TRANSACTION:
            documents.prepare(self.company, entity.name, body, old, self.around)
        elif entity.kind is Kind.LIST:
            resolve_header(self.company, entity, body)
            names.prepare(self.company, entity.name, body, old, may_bundle=self.may_bundle)

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
        marked = self.effects.marked(entity.name, body, old)
        moves = stock.moves_of(self.company, entity.name, marked, old)
        before = old.moves if old else ()
        self.company.put(
            entity.name,
            Row(marked, old.created_at if old else self.now, self.now, moves),
        )
        self.effects.owe(entity.name, old.body if old else {}, marked)
        if moves != before:
            self.effects.move(before, is_reversed=True)
            self.effects.move(moves)
        if entity.name in settlement.SETTLED_BY:
            for kind, object_id, share in settlement.links(marked):
                self.effects.settle(kind, object_id, entity.name, marked["Id"], share)
        stored = self.company.body(entity.name, marked["Id"])
        return stored if stored is not None else marked

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
            "AdjustAccountRef": self._shrinkage(),
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

    def _shrinkage(self) -> JsonObject:
        for row in self.company.rows("Account"):
            if row.body.get("Name") == "Inventory Shrinkage":
                return {"value": row.id, "name": "Inventory Shrinkage"}
        return {"value": "0"}


def _merged(old: JsonObject, given: JsonObject) -> JsonObject:
    """A sparse update: only what is given changes; null is ignored, "" and {} clear."""
    body = dict(old)
    for name, value in given.items():
        if value is None or name in COMPUTED:
            continue
        if value in ("", {}):
            body.pop(name, None)
        elif (
            isinstance(value, dict) and isinstance(body.get(name), dict) and name.endswith("Prefs")
        ):
            body[name] = {**body[name], **value}
        else:
            body[name] = value
    return body


def _keep_settled(body: JsonObject, old: JsonObject) -> None:
    """What was paid on the document stays paid. Raises Problem when it is more than it is worth."""
    worth = subtract(old["TotalAmt"], old.get("Deposit") or 0)
    paid = subtract(worth, Decimal(old.get("Balance", worth)))
    balance = subtract(subtract(body["TotalAmt"], body.get("Deposit") or 0), paid)
    if balance < 0:
        raise business("The amount of the transaction is less than what was applied to it.")
    body["Balance"] = plain(balance)
    if "RemainingCredit" in body:
        body["RemainingCredit"] = body["Balance"]
    body["LinkedTxn"] = [
        *old.get("LinkedTxn", []),
        *(link for link in body.get("LinkedTxn") or [] if link not in old.get("LinkedTxn", [])),
    ]


def _voided(entity: str, body: JsonObject) -> JsonObject:
    """The document with every amount and quantity at nought."""
    note = str(body.get("PrivateNote") or "")
    changed = {
        **body,
        "PrivateNote": f"Voided - {note}"[:4000] if note else "Voided",
        "TotalAmt": 0,
        "Line": [] if entity in settlement.SETTLED_BY else [_nought(x) for x in body["Line"]],
        "LinkedTxn": [],
    }
    for name in ("Balance", "UnappliedAmt", "Deposit"):
        if name in body:
            changed[name] = 0
    if "TxnTaxDetail" in body:
        changed["TxnTaxDetail"] = {"TotalTax": 0}
    return changed


def _nought(line: JsonObject) -> JsonObject:
    changed = {**line, "Amount": 0}
    for member, detail in line.items():
        if member.endswith("Detail") and isinstance(detail, dict):
            zeroed = {
                k: 0 if k in {"Qty", "UnitPrice", "Quantity"} else v for k, v in detail.items()
            }
            if "Line" in detail:
                zeroed["Line"] = [_nought(part) for part in detail["Line"]]
            changed[member] = zeroed
    return changed
