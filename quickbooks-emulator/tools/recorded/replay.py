"""A company of the emulator filled with what a recorded answer holds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from recorded.making import ACCOUNTS, BANK, LISTS, ORIGINS, request_for
from recorded.shapes import write
from recorded.wire import OK, App

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

LONG_AGO = "2000-01-01"
PLENTY = Decimal(100_000)
SUFFIX = " (deleted)"
NAME_OF = {"Customer": "DisplayName", "Vendor": "DisplayName", "Employee": "DisplayName"}
KINDS = {
    "Expense": "Purchase", "Check": "Purchase", "CreditCardCredit": "Purchase",
    "BillPaymentCheck": "BillPayment", "BillPaymentCreditCard": "BillPayment",
}  # fmt: skip
"""What links call an entity."""
PATHS = {"Customer": "FullyQualifiedName", "Account": "FullyQualifiedName"}


class ReplayError(Exception):
    """The emulator refused a request that the service had accepted."""


class Replay:
    """Makes recorded objects through the API and remembers which id stands for which."""

    def __init__(self, emulator: Emulator, *, context: dict[str, dict[str, Any]]) -> None:
        self.emulator = emulator
        self.app = App(emulator)
        self.ids: dict[tuple[str, str], str] = {}
        self.context = context
        """Recorded objects by entity and id that may be made when something refers to them."""
        self._known = {
            entity: {
                str(
                    body.get("FullyQualifiedName") or body.get("Name") or body.get("DisplayName")
                ): (str(body["Id"]))
                for body in emulator.entities(entity)
            }
            for entity in ("Account", "Term", "PaymentMethod")
        }
        self._making: set[tuple[str, str]] = set()
        self._payers = payers_in(context)
        self._numbered = 0

    def aliases(self) -> dict[str, set[str]]:
        """Recorded id → the ids that stand for it, over all entities."""
        found: dict[str, set[str]] = {}
        for (_, recorded), own in self.ids.items():
            found.setdefault(recorded, set()).add(own)
        return found

    def add(self, entity: str, stored: dict[str, Any], *, is_wanted: bool = True) -> dict[str, Any]:
        """Make a recorded object; returns what the emulator answered to the creation.

        One that is only there because others refer to it (`is_wanted` false) has stock from the
        beginning of time, since the service's own sample company breaks that rule.
        """
        key = (entity, str(stored["Id"]))
        same = self._existing(entity, stored)
        if same is not None:
            self.ids[key] = same
            return self.adapt(entity, stored)
        self._making.add(key)
        body = request_for(entity, stored, self._mapped)
        if entity == "Item" and stored.get("Type") == "Inventory" and not is_wanted:
            body["InvStartDate"] = LONG_AGO
        is_void = entity == "Payment" and not body.get("TotalAmt") and not body.get("Line")
        made = self._void(entity, body) if is_void else self._create(entity, body)
        self.ids[key] = made["Id"]
        if entity in LISTS:
            self._learn(entity, made)
        self._owe(entity, stored, made)
        self._settle(entity, stored, made)
        if entity == "Vendor" and "TermRef" in body:
            # The service ignores it at first.
            made = self._update(entity, made, TermRef=body["TermRef"])
        if "DeliveryInfo" in stored and stored.get("EmailStatus") == "EmailSent":
            made = self._send(entity, made)
        if not stored.get("Active", True):
            return self._update(entity, made, Active=False)
        return made

    def _void(self, entity: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a document and void it: none is born without an amount."""
        note = str(body.pop("PrivateNote", "")).removeprefix("Voided").removeprefix(" - ")
        made = self._create(entity, {**body, "TotalAmt": 1, "PrivateNote": note})
        marks = {name: made[name] for name in ("Id", "SyncToken")}
        return self._sent(entity, {**marks, "sparse": True}, operation="update", include="void")

    def adapt(self, entity: str, stored: dict[str, Any]) -> dict[str, Any]:
        """Bring an object that every company has to what was recorded of it."""
        body = request_for(entity, stored, self._mapped)
        own = {"Id": self.ids[entity, str(stored["Id"])]}
        current = self.read(entity, own["Id"])
        changed = {name: value for name, value in body.items() if current.get(name) != value}
        if not changed:
            return current
        return self._update(entity, current, **changed)

    def read(self, entity: str, object_id: str) -> dict[str, Any]:
        """The object as the API shows it."""
        answer = self.app.send("GET", f"{entity.lower()}/{object_id}")
        if answer.status != OK:
            raise ReplayError(f"read {entity} {object_id}: {answer.status} {answer.body!r}")
        found: dict[str, Any] = answer.json[entity]
        return found

    def translated(self, entity: str, body: dict[str, Any]) -> dict[str, Any]:
        """A recorded request with the ids of this company."""
        return request_for(entity, body, self._mapped)

    def echo(self, entity: str, stored: dict[str, Any], current: dict[str, Any]) -> Any:
        """The reply to a sparse update that says again what the object is."""
        body = request_for(entity, stored, self._mapped)
        body = {name: value for name, value in body.items() if name != "Line"}
        marks = {name: current[name] for name in ("Id", "SyncToken")}
        answer = self.app.post(entity, {**body, **marks, "sparse": True})
        if answer.status != OK:
            raise ReplayError(f"update {entity}: {answer.status} {answer.body.decode()}")
        return answer.json

    def _send(self, entity: str, made: dict[str, Any]) -> dict[str, Any]:
        """Have the document mailed, as its recorded twin was."""
        path = f"{entity.lower()}/{made['Id']}/send"
        answer = self.app.send("POST", path, b"", media_type="application/octet-stream")
        if answer.status != OK:
            raise ReplayError(f"send {entity}: {answer.status} {answer.body.decode()}")
        sent: dict[str, Any] = answer.json[entity]
        return sent

    # -- what is made on the way

    def _mapped(
        self, entity: str, name: str, reference: dict[str, Any], around: dict[str, Any]
    ) -> str:
        """The own id of a recorded reference; what it names is made when it is not there."""
        entity = KINDS.get(entity, entity)
        key = (entity, reference["value"])
        if key in self.ids:
            return self.ids[key]
        recorded = self.context.get(entity, {}).get(reference["value"])
        if recorded is not None and key not in self._making:
            self.add(entity, recorded, is_wanted=False)
            return self.ids[key]
        self.ids[key] = self._stub(entity, name, reference, around)
        return self.ids[key]

    def _stub(
        self, entity: str, name: str, reference: dict[str, Any], around: dict[str, Any]
    ) -> str:
        """Something of the right kind and name for a reference to name."""
        called = str(reference.get("name") or f"{entity} {reference['value']}")
        if entity == "Account":
            return self._account(name, called)
        if called in self._known.get(entity, {}):
            return self._known[entity][called]
        if name == "TxnId":
            return self._linked(entity, around)
        body: dict[str, Any] = {NAME_OF.get(entity, "Name"): called.rpartition(":")[2].strip()}
        if entity == "Item" and "QtyDiff" in around:
            return str(self.emulator.item(called, 1000)["Id"])
        if entity == "Item":
            body |= {"Type": "Service", "IncomeAccountRef": {"value": "79"}}
            parent = called.rpartition(":")[0]
            if parent:
                body |= {"SubItem": True, "ParentRef": {"value": self._category(parent)}}
        if entity == "PaymentMethod":
            body["Type"] = "NON_CREDIT_CARD"
        if entity == "Term":
            body["DueDays"] = 30
        made = self._create(entity, body)
        self._learn(entity, made)
        return str(made["Id"])

    def _account(self, role: str, called: str) -> str:
        """An account by its full name, with its parents, of the type its role asks for."""
        for known, own in self._known["Account"].items():
            if known == called or known.rpartition(":")[2] == called:
                return own
        kind, subtype = ACCOUNTS.get(role, BANK)
        parent, _, name = called.rpartition(":")
        body: dict[str, Any] = {"Name": name, "AccountType": kind, "AccountSubType": subtype}
        if parent:
            body |= {"SubAccount": True, "ParentRef": {"value": self._account(role, parent)}}
        made = self._create("Account", body)
        self._learn("Account", made)
        return str(made["Id"])

    def _category(self, called: str) -> str:
        known = self._known.setdefault("Item", {})
        if called not in known:
            parent, _, name = called.rpartition(":")
            body: dict[str, Any] = {"Name": name, "Type": "Category"}
            if parent:
                body |= {"SubItem": True, "ParentRef": {"value": self._category(parent)}}
            self._learn("Item", self._create("Item", body))
        return known[called]

    def _linked(self, entity: str, around: dict[str, Any]) -> str:
        """A document worth what a payment or deposit line takes from it."""
        amount = around["line"]["Amount"] if "line" in around else around["TotalAmt"]
        if entity == "Payment":
            customer = {"value": self._stub("Customer", "CustomerRef", {"value": "0"}, around)}
            body = {"CustomerRef": customer, "TotalAmt": amount}
            return str(self._create("Payment", body)["Id"])
        if "CustomerRef" in around:
            party = {"CustomerRef": {"value": self._party("Customer", around["CustomerRef"])}}
            line = self._sale()
        else:
            party = {"VendorRef": {"value": self._party("Vendor", around["VendorRef"])}}
            detail = {"AccountRef": {"value": self._account("AccountRef", "Job Expenses")}}
            line = {
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": detail,
            }
        # Others may take from it too.
        worth = amount + PLENTY
        self._numbered += 1
        marks = {"TxnDate": LONG_AGO, "DocNumber": f"before-{self._numbered}"}
        body = {**party, **marks, "Line": [{"Amount": worth, **line}]}
        return str(self._create(entity, body)["Id"])

    def _sale(self) -> dict[str, Any]:
        """A sales line of something that is no stock, without its amount."""
        name = "What was sold before"
        if name not in self._known.setdefault("Item", {}):
            income = {"IncomeAccountRef": {"value": "79"}}
            self._learn("Item", self._create("Item", {"Name": name, "Type": "Service", **income}))
        item = {"ItemRef": {"value": self._known["Item"][name]}}
        return {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": item}

    def _party(self, entity: str, reference: dict[str, Any]) -> str:
        return self._mapped(entity, f"{entity}Ref", reference, {})

    def _owe(self, entity: str, stored: dict[str, Any], made: dict[str, Any]) -> None:
        """A document that gives a customer or vendor the balance that was recorded."""
        balance = stored.get("Balance") or Decimal(0)
        if entity not in {"Customer", "Vendor"} or not balance:
            return
        if entity == "Customer":
            kind = "Invoice" if balance > 0 else "CreditMemo"
            line = self._sale()
            party = {"CustomerRef": {"value": made["Id"]}}
        else:
            kind = "Bill" if balance > 0 else "VendorCredit"
            detail = {"AccountRef": {"value": self._account("AccountRef", "Job Expenses")}}
            line = {
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": detail,
            }
            party = {"VendorRef": {"value": made["Id"]}}
        self._create(
            kind, {**party, "TxnDate": LONG_AGO, "Line": [{"Amount": abs(balance), **line}]}
        )

    def _settle(self, entity: str, stored: dict[str, Any], made: dict[str, Any]) -> None:
        """What was paid on the document, and the deposit it went to, when nothing recorded did."""
        for kind, object_id in self._payers.get((entity, str(stored.get("Id"))), ()):
            if (kind, object_id) not in self._making:
                self._mapped(kind, "TxnId", {"value": object_id}, {})
        links = stored.get("LinkedTxn") or []
        links = [link for link in links if not self._is_recorded(link)]
        if entity in {"SalesReceipt", "Payment"}:
            for _ in [link for link in links if link["TxnType"] == "Deposit"]:
                link = {"TxnId": made["Id"], "TxnType": entity, "TxnLineId": "0"}
                line = {"Amount": stored["TotalAmt"], "LinkedTxn": [link]}
                self._create("Deposit", {"DepositToAccountRef": {"value": "35"}, "Line": [line]})
        for _ in [link for link in links if (entity, link["TxnType"]) == ("Estimate", "Invoice")]:
            taken = [{"TxnId": made["Id"], "TxnType": "Estimate"}]
            sale = [{"Amount": stored["TotalAmt"], **self._sale()}]
            party = {"CustomerRef": {"value": made["CustomerRef"]["value"]}}
            self._create("Invoice", {**party, "LinkedTxn": taken, "Line": sale})
        paid = stored.get("TotalAmt", 0) - stored.get("Balance", 0) if "Balance" in stored else 0
        if entity not in {"Invoice", "CreditMemo"} or not paid or self.context.get("Payment"):
            return
        shares = [{"Amount": paid, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": entity}]}]
        if entity == "CreditMemo":
            around = {"CustomerRef": stored["CustomerRef"], "TotalAmt": paid}
            link = {"TxnId": self._linked("Invoice", around), "TxnType": "Invoice"}
            shares.append({"Amount": paid, "LinkedTxn": [link]})
        total = paid if entity == "Invoice" else 0
        body = {"CustomerRef": made["CustomerRef"], "TotalAmt": Decimal(total), "Line": shares}
        self._create("Payment", body)

    def _is_recorded(self, link: dict[str, Any]) -> bool:
        kind = KINDS.get(link["TxnType"], link["TxnType"])
        return link["TxnId"] in self.context.get(kind, {})

    # -- calls

    def _existing(self, entity: str, stored: dict[str, Any]) -> str | None:
        if not stored.get("Active", True):
            return None
        name = str(stored.get(PATHS.get(entity, NAME_OF.get(entity, "Name")), ""))
        return self._known.get(entity, {}).get(name)

    def _learn(self, entity: str, made: dict[str, Any]) -> None:
        self._known.setdefault(entity, {})[_name(made)] = str(made["Id"])

    def _create(self, entity: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._sent(entity, body, include="allowduplicatedocnum")

    def _update(self, entity: str, current: dict[str, Any], **changes: Any) -> dict[str, Any]:
        marks = {name: current[name] for name in ("Id", "SyncToken")}
        return self._sent(entity, {**marks, "sparse": True, **changes})

    def _sent(self, entity: str, body: dict[str, Any], **params: str) -> dict[str, Any]:
        answer = self.app.post(entity, body, **params)
        if answer.status != OK or entity not in answer.json:
            sent = write(body).decode()
            raise ReplayError(f"{entity}: {answer.status} {answer.body.decode()}\nsent {sent}")
        made: dict[str, Any] = answer.json[entity]
        return made


def payers_in(
    context: dict[str, dict[str, dict[str, Any]]],
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Document → the recorded payments, deposits, invoices and bills that link to it."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for kind in ("Payment", "BillPayment", "Deposit"):
        for object_id, body in context.get(kind, {}).items():
            for line in body.get("Line", []):
                for link in line.get("LinkedTxn") or []:
                    target = (KINDS.get(link["TxnType"], link["TxnType"]), link["TxnId"])
                    found.setdefault(target, []).append((kind, object_id))
    for kind in ("Invoice", "Bill"):
        for object_id, body in context.get(kind, {}).items():
            for link in body.get("LinkedTxn") or []:
                if link["TxnType"] in ORIGINS:
                    target = (link["TxnType"], link["TxnId"])
                    found.setdefault(target, []).append((kind, object_id))
    return found


def _name(body: dict[str, Any]) -> str:
    return str(body.get("FullyQualifiedName") or body.get("DisplayName") or body.get("Name"))
