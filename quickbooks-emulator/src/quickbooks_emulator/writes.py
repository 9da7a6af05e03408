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
from quickbooks_emulator.clock import date_text, second_text
from quickbooks_emulator.json_text import JsonObject, add, subtract
from quickbooks_emulator.problems import Problem, business, missing, not_found
from quickbooks_emulator.rules import documents, names
from quickbooks_emulator.rules.references import resolve_header
from quickbooks_emulator.rules.shape import checked
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.store import Company, Movement

VOIDABLE = frozenset({"Invoice", "SalesReceipt", "Payment", "BillPayment"})
CONTROL_ACCOUNTS = {"Customer": "Accounts Receivable", "Vendor": "Accounts Payable"}
COMPUTED = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse", "status"})
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
        self._give_back(entity, old.body)
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
        self._unlink(entity, old)
        current = self.company.row(entity.name, old.id) or old
        self._owe(entity.name, current.body, {})
        self._move(current.moves, is_reversed=True)
        self.company.bury(entity.name, old.id, self.now)
        return {"status": "Deleted", "domain": "QBO", "Id": old.id}

    def _void(self, entity: Entity, given: JsonObject) -> JsonObject:
        if entity.name not in VOIDABLE:
            raise Problem("500", f"Operation void on {entity.name} is not supported.")
        old = self._current(entity, given)
        documents.check_period(self.company, str(old.body.get("TxnDate", "9999")), self.around)
        self._unlink(entity, old)
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
        marked = self.marked(entity.name, body, old)
        moves = stock.movements(self.company, entity.name, marked)
        before = old.moves if old else ()
        self.company.put(
            entity.name,
            Row(marked, old.created_at if old else self.now, self.now, moves),
        )
        self._owe(entity.name, old.body if old else {}, marked)
        if moves != before:
            self._move(before, is_reversed=True)
            self._move(moves)
        if entity.name in settlement.SETTLED_BY:
            for kind, object_id, share in settlement.links(marked):
                self._settle(kind, object_id, entity.name, marked["Id"], share)
        stored = self.company.body(entity.name, marked["Id"])
        return stored if stored is not None else marked

    def marked(self, entity: str, body: JsonObject, old: Row | None) -> JsonObject:
        """The object with id, token and times."""
        clean = {k: v for k, v in body.items() if k not in COMPUTED}
        object_id = old.id if old else self.company.take_id(entity)
        created = second_text(old.created_at if old else self.now)
        meta = {"CreateTime": created, "LastUpdatedTime": second_text(self.now)}
        if entity == "InventoryAdjustment":
            meta = {"LastUpdatedTime": date_text(self.now)}
        return {
            **clean,
            "domain": "QBO",
            "sparse": False,
            "Id": object_id,
            "SyncToken": str(int(old.body["SyncToken"]) + 1) if old else "0",
            "MetaData": meta,
        }

    # -- effects on other objects

    def _move(self, moves: tuple[Movement, ...], *, is_reversed: bool = False) -> None:
        for item_id, change in moves:
            row = self.company.row("Item", item_id)
            if row is None:
                continue
            quantity = row.body.get("QtyOnHand", 0)
            quantity = subtract(quantity, change) if is_reversed else add(quantity, change)
            self._touch("Item", row, {**row.body, "QtyOnHand": plain(quantity)})

    def _touch(self, entity: str, row: Row, body: JsonObject) -> None:
        """Put an object that a document changed by the way."""
        if entity == "Item" and not self.around.switches.stock_moves_touch_item:
            self.company.put(entity, row.with_body(body))
            return
        marked = self.marked(entity, body, row)
        self.company.put(entity, Row(marked, row.created_at, self.now, row.moves))

    def _settle(self, kind: str, object_id: str, payer: str, payer_id: str, share: Decimal) -> None:
        row = self.company.row(kind, object_id) if kind in ENTITIES else None
        if row is None or "Balance" not in row.body:
            return
        body = settlement.with_share(row.body, payer, payer_id, share)
        body["Balance"] = plain(body["Balance"])
        self._owe(kind, row.body, body)
        self._touch(kind, row, body)

    def _give_back(self, entity: Entity, old: JsonObject) -> None:
        """Take a payment's shares back before it is changed."""
        if entity.name in settlement.SETTLED_BY:
            for kind, object_id, share in settlement.links(old):
                self._settle(kind, object_id, entity.name, old["Id"], -share)

    def _unlink(self, entity: Entity, old: Row) -> None:
        """Cut a document loose from what settles it and from what it settles."""
        self._give_back(entity, old.body)
        for payer in settlement.SETTLED_BY:
            signs = settlement.SETTLED_BY[payer]
            if entity.name not in signs:
                continue
            for link in old.body.get("LinkedTxn") or []:
                payment = self.company.row(payer, str(link.get("TxnId")))
                if payment is None or not str(link.get("TxnType")).startswith(payer):
                    continue
                body = settlement.without(payment.body, payer, entity.name, old.id)
                for kind, object_id, share in settlement.links(payment.body):
                    if (kind, object_id) == (entity.name, old.id):
                        self._settle(kind, object_id, payer, payment.id, -share)
                self._owe(payer, payment.body, body)
                self._touch(payer, payment, body)

    def _owe(self, entity: str, before: JsonObject, after: JsonObject) -> None:
        """Carry a document's open amount to its customer or vendor and the control account."""
        for side, body in ((-1, before), (1, after)):
            amount = settlement.owed(entity, body) if body else Decimal(0)
            if not amount:
                continue
            party = "Customer" if "CustomerRef" in body else "Vendor"
            self._add_balance(party, body[f"{party}Ref"]["value"], amount * side)

    def _add_balance(self, party: str, object_id: str, change: Decimal) -> None:
        row = self.company.row(party, object_id)
        if row is not None:
            body = {**row.body, "Balance": plain(add(row.body.get("Balance", 0), change))}
            self.company.put(party, row.with_body(body))
        while row is not None and party == "Customer":
            latest = self.company.row(party, row.id) or row
            sum_with_jobs = add(latest.body.get("BalanceWithJobs", 0), change)
            body = {**latest.body, "BalanceWithJobs": plain(sum_with_jobs)}
            self.company.put(party, latest.with_body(body))
            parent = (body.get("ParentRef") or {}).get("value")
            row = self.company.row(party, parent) if parent else None
        for account in self.company.rows("Account"):
            if account.body.get("AccountType") == CONTROL_ACCOUNTS[party]:
                balance = plain(add(account.body.get("CurrentBalance", 0), change))
                changed = {
                    **account.body,
                    "CurrentBalance": balance,
                    "CurrentBalanceWithSubAccounts": balance,
                }
                self.company.put("Account", account.with_body(changed))
                return

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


def plain(value: Decimal | int) -> Decimal | int:
    """The same number without trailing zeros, as the service prints balances and quantities."""
    number = Decimal(value)
    if number == number.to_integral_value():
        return int(number)
    return Decimal(f"{number.normalize():f}")


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
    worth = Decimal(old["TotalAmt"])
    paid = subtract(worth, Decimal(old.get("Balance", worth)))
    balance = subtract(body["TotalAmt"], paid)
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
    for name in ("Balance", "UnappliedAmt"):
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
