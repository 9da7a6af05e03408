"""The books after anything: stock, cost, accounts, receivables and reports tie, through HTTP.

Intuit: "Item" (QtyOnHand), "InventoryAdjustment", "InventoryValuationSummary", "AgedReceivables",
"TrialBalance", "BalanceSheet", "ProfitAndLoss".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from tests.emulator.conftest import Caller, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.testing import Emulator

NOUGHT = Decimal(0)
SIGNS = {
    "Invoice": -1, "SalesReceipt": -1, "CreditMemo": 1, "RefundReceipt": 1, "Bill": 1,
    "VendorCredit": -1, "Purchase": 1, "PurchaseRefund": -1, "InventoryAdjustment": 1,
}  # fmt: skip
BOUGHT = frozenset({"Bill", "VendorCredit", "Purchase", "PurchaseRefund"})
PAID = {
    "Payment": ("Invoice", "CreditMemo", "JournalEntry"),
    "BillPayment": ("Bill", "VendorCredit", "JournalEntry"),
}
CREDITS = frozenset({"CreditMemo", "VendorCredit"})
RECEIVED = ("SalesReceipt", "Payment")
OPENING_COST = Decimal(5)


@dataclass
class Written:
    """One document that stands: when it counts and what it moves."""

    kind: str
    token: str
    date: str
    turn: int
    lines: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    """Item, quantity as written, amount."""

    @property
    def entity(self) -> str:
        return "Purchase" if self.kind == "PurchaseRefund" else self.kind


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def first_in_first_out(moves: list[tuple[Decimal, Decimal | None]]) -> Decimal:
    """What is left of an item's movements in order, worked out from scratch.

    Each is a quantity and, for what came with a price, its amount.
    """
    layers: list[list[Decimal]] = []
    owed: list[list[Decimal]] = []
    known = OPENING_COST
    for quantity, amount in moves:
        if quantity > 0:
            left = quantity
            worth = cents(quantity * known) if amount is None else amount
            known = known if amount is None else amount / quantity
            while owed and left:
                taken = min(left, owed[0][0])
                part = worth if taken == left else cents(worth * taken / left)
                left, worth = left - taken, worth - part
                owed[0][0] -= taken
                if not owed[0][0]:
                    owed.pop(0)
            if left:
                layers.append([left, worth])
            continue
        wanted = -quantity
        while layers and wanted:
            here, worth = layers[0]
            taken = min(wanted, here)
            part = worth if taken == here else cents(worth * taken / here)
            wanted -= taken
            layers[0] = [here - taken, worth - part]
            if here == taken:
                layers.pop(0)
        if wanted:
            owed.append([wanted, known])
    return sum((worth for _, worth in layers), NOUGHT) - sum(
        (cents(lacking * cost) for lacking, cost in owed), NOUGHT
    )


class Books(RuleBasedStateMachine):
    """Any sequence of writes of documents that move stock or settle others."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        emulator.reset(seed="empty")
        emulator.switch(adjustment_below_zero="allowed", adjustment_date_change="changed")
        self.emulator = emulator
        self.caller = Caller(emulator)
        self.customer = emulator.create("Customer", {"DisplayName": "C"})["Id"]
        self.vendor = emulator.create("Vendor", {"DisplayName": "V"})["Id"]
        self.other = {
            "Customer": emulator.create("Customer", {"DisplayName": "D"})["Id"],
            "Vendor": emulator.create("Vendor", {"DisplayName": "W"})["Id"],
        }
        self.items = [emulator.item(name, 10)["Id"] for name in ("A", "B")]
        self.today = date.fromisoformat(emulator.now()[:10]) - timedelta(days=2)
        self.documents: dict[tuple[str, str], Written] = {}
        self.turn = 0

    def teardown(self) -> None:
        try:
            self.check()
        finally:
            self.caller.session.close()

    def body(self, written: Written) -> dict[str, Any]:
        """The request that makes such a document."""
        kind = written.kind
        if kind == "InventoryAdjustment":
            lines = [
                {
                    "DetailType": "ItemAdjustmentLineDetail",
                    "ItemAdjustmentLineDetail": {"ItemRef": {"value": item}, "QtyDiff": quantity},
                }
                for item, quantity, _ in written.lines
            ]
            return {"TxnDate": written.date, "AdjustAccountRef": {"value": "97"}, "Line": lines}
        member = "ItemBasedExpenseLineDetail" if kind in BOUGHT else "SalesItemLineDetail"
        lines = [
            {
                "Amount": amount,
                "DetailType": member,
                member: {"ItemRef": {"value": item}, "Qty": quantity},
            }
            for item, quantity, amount in written.lines
        ]
        heads: dict[str, dict[str, Any]] = {
            "Bill": {"VendorRef": {"value": self.vendor}},
            "VendorCredit": {"VendorRef": {"value": self.vendor}},
            "Purchase": {"PaymentType": "Cash", "AccountRef": {"value": "35"}},
            "PurchaseRefund": {
                "PaymentType": "CreditCard",
                "AccountRef": {"value": "41"},
                "Credit": True,
            },
            "RefundReceipt": {
                "CustomerRef": {"value": self.customer},
                "DepositToAccountRef": {"value": "35"},
            },
        }
        head = heads.get(kind, {"CustomerRef": {"value": self.customer}})
        return {"TxnDate": written.date, "Line": lines, **head}

    def lines(self, kind: str, quantities: tuple[int, int], price: int) -> list[Any]:
        found = []
        for item, hundredths in zip(self.items, quantities, strict=True):
            quantity = Decimal(hundredths) / 100
            # The document's total must not be below nought: a returned line costs little.
            amount = cents(abs(quantity) * price) if quantity > 0 else -abs(cents(quantity / 100))
            if quantity and (quantity > 0 or kind != "PurchaseRefund"):
                found.append((item, quantity, amount))
        return found

    def post(self, written: Written, more: dict[str, Any], **params: str) -> None:
        """Send it; what the rules of settlement forbid leaves everything as it was."""
        reply = self.caller.post(written.entity.lower(), {**self.body(written), **more}, **params)
        if reply.status_code != 200:
            assert reply.json()["Fault"]["Error"][0]["code"] in {"6000", "2290"}, reply.text
            return
        stored = reply.json()[written.entity]
        written.token = stored["SyncToken"]
        self.documents[written.entity, stored["Id"]] = written

    @rule(
        kind=st.sampled_from(sorted(SIGNS)),
        quantities=st.tuples(st.integers(-300, 1500), st.integers(-300, 1500)),
        price=st.integers(0, 9),
        age=st.integers(0, 6),
    )
    def create(self, kind: str, quantities: tuple[int, int], price: int, age: int) -> None:
        self.turn += 1
        self.emulator.advance(1)
        day = (self.today - timedelta(days=age)).isoformat()
        written = Written(kind, "0", day, self.turn, self.lines(kind, quantities, price))
        if written.lines:
            self.post(written, {})

    @precondition(lambda self: self.documents)
    @rule(
        which=st.integers(0, 99),
        quantities=st.tuples(st.integers(-300, 1500), st.integers(-300, 1500)),
        price=st.integers(0, 9),
        age=st.integers(0, 6),
    )
    def change(self, which: int, quantities: tuple[int, int], price: int, age: int) -> None:
        key = sorted(self.documents)[which % len(self.documents)]
        old = self.documents[key]
        day = (self.today - timedelta(days=age)).isoformat()
        written = Written(old.kind, "0", day, old.turn, self.lines(old.kind, quantities, price))
        if written.lines:
            self.post(written, {"Id": key[1], "SyncToken": self.token(key), "sparse": True})

    @precondition(lambda self: self.documents)
    @rule(which=st.integers(0, 99), operation=st.sampled_from(["delete", "void"]))
    def undo(self, which: int, operation: str) -> None:
        key = sorted(self.documents)[which % len(self.documents)]
        if operation == "void" and key[0] not in {"Invoice", "SalesReceipt"}:
            return
        stub: dict[str, Any] = {"Id": key[1], "SyncToken": self.token(key)}
        params = {"operation": operation}
        if (operation, key[0]) == ("void", "SalesReceipt"):
            stub["sparse"] = True
            params = {"operation": "update", "include": "void"}
        reply = self.caller.post(key[0].lower(), stub, **params)
        if reply.status_code != 200:
            # What a deposit holds stays.
            assert reply.json()["Fault"]["Error"][0]["code"] == "6540", reply.text
            return
        if operation == "void":
            self.documents[key].lines = []
        else:
            del self.documents[key]

    @precondition(lambda self: any(key[0] == "Invoice" for key in self.documents))
    @rule(which=st.integers(0, 99), part=st.integers(1, 100), more=st.integers(0, 20))
    def pay(self, which: int, part: int, more: int) -> None:
        invoices = sorted(key[1] for key in self.documents if key[0] == "Invoice")
        invoice = self.stored(("Invoice", invoices[which % len(invoices)]))
        share = cents(Decimal(invoice["Balance"]) * part / 100)
        link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
        body = {
            "CustomerRef": invoice["CustomerRef"],
            "TxnDate": self.today.isoformat(),
            "TotalAmt": share + more,
            "Line": [{"Amount": share, "LinkedTxn": [link]}],
        }
        self.attempt("Payment", body)

    def attempt(self, entity: str, body: dict[str, Any]) -> None:
        """Send what may be against the rules: then it is refused and leaves no trace."""
        reply = self.caller.post(entity.lower(), body)
        refused = {"6000", "620", "2290", "6540"}
        if reply.status_code != 200:
            assert reply.json()["Fault"]["Error"][0]["code"] in refused, reply.text

    @precondition(lambda self: self.documents)
    @rule(
        payer=st.sampled_from(sorted(PAID)),
        picks=st.lists(
            st.tuples(st.integers(0, 99), st.sampled_from([1, 30, 60, 100, 101]), st.booleans()),
            min_size=1,
            max_size=4,
        ),
        more=st.sampled_from([0, 0, 5]),
        bogus=st.sampled_from(["", "", "", "", "", "", "Foo", "Expense", "Deposit"]),
    )
    def settle(self, payer: str, picks: list[tuple[int, int, bool]], more: int, bogus: str) -> None:
        """Any shares of anything, the same twice on two lines or on one, or of another kind."""
        found = [(kind, row) for kind in PAID[payer] for row in self.caller.rows(kind)]
        lines: list[dict[str, Any]] = []
        total = NOUGHT
        for which, percent, is_twice in picks if found else ():
            kind, row = found[which % len(found)]
            whole = row["Line"][0]["Amount"] if kind == "JournalEntry" else row["Balance"]
            share = cents(Decimal(whole) * percent / 100)
            link = {"TxnId": row["Id"], "TxnType": bogus or kind}
            lines.append({"Amount": share, "LinkedTxn": [link] * (1 + is_twice)})
            sign = -1 if kind in CREDITS else 1
            total += share * sign * (1 + is_twice)
        body: dict[str, Any] = {"TotalAmt": max(total + more, NOUGHT), "Line": lines}
        if payer == "Payment":
            body["CustomerRef"] = {"value": self.customer}
        else:
            bank = {"BankAccountRef": {"value": "35"}}
            body |= {"PayType": "Check", "CheckPayment": bank}
            body["VendorRef"] = {"value": self.vendor}
        if lines:
            self.attempt(payer, body)

    @precondition(lambda self: self.documents)
    @rule(which=st.integers(0, 99))
    def hand_over(self, which: int) -> None:
        """Make a document another name's, which is refused as long as it is settled."""
        found = [
            (kind, row)
            for kind in ("Invoice", "Bill", "CreditMemo", "VendorCredit")
            for row in self.caller.rows(kind)
        ]
        found = [one for one in found if one[1]["Balance"] != one[1]["TotalAmt"]] or found
        if found:
            kind, row = found[which % len(found)]
            party = "Customer" if "CustomerRef" in row else "Vendor"
            marks = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
            self.attempt(kind, {**marks, f"{party}Ref": {"value": self.other[party]}})

    @rule(
        party=st.sampled_from(["Customer", "Vendor"]),
        side=st.sampled_from(["Debit", "Credit"]),
        mills=st.integers(1, 50_000),
    )
    def journal(self, party: str, side: str, mills: int) -> None:
        """A journal entry that a payment can settle or use up, in tenths of a cent."""
        account, name = ("84", self.customer) if party == "Customer" else ("33", self.vendor)
        entity = {"Type": party, "EntityRef": {"value": name}}
        other = "Credit" if side == "Debit" else "Debit"
        details = (
            {"PostingType": side, "AccountRef": {"value": account}, "Entity": entity},
            {"PostingType": other, "AccountRef": {"value": "60"}},
        )
        member, amount = "JournalEntryLineDetail", Decimal(mills) / 1000
        lines = [{"Amount": amount, "DetailType": member, member: detail} for detail in details]
        self.attempt("JournalEntry", {"TxnDate": self.today.isoformat(), "Line": lines})

    @rule(
        picks=st.lists(st.integers(0, 4), min_size=1, max_size=3),
        more=st.sampled_from([0, 0, 0, 1]),
        is_update=st.booleans(),
    )
    def deposit(self, picks: list[int], more: int, *, is_update: bool) -> None:
        """Bring receipts and payments to the bank, perhaps twice or with another amount."""
        found = [(kind, row) for kind in RECEIVED for row in self.caller.rows(kind)]
        found = [one for one in found if not one[1].get("LinkedTxn")] or found
        chosen = [found[which % len(found)] for which in picks] if found else []
        lines = [
            {
                "Amount": row["TotalAmt"] + more,
                "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}],
            }
            for kind, row in chosen
        ]
        body = {
            "TxnDate": self.today.isoformat(),
            "DepositToAccountRef": {"value": "35"},
            "Line": lines,
        }
        old = self.caller.rows("Deposit")
        if is_update and old:
            body |= {"Id": old[0]["Id"], "SyncToken": old[0]["SyncToken"]}
        if lines:
            self.attempt("Deposit", body)

    @rule(
        which=st.integers(0, 99),
        entity=st.sampled_from([*sorted(PAID), "JournalEntry", "Deposit"]),
    )
    def take_back(self, which: int, entity: str) -> None:
        """Delete what settles others or is settled."""
        rows = self.caller.rows(entity)
        if rows:
            row = rows[which % len(rows)]
            stub = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
            reply = self.caller.post(entity.lower(), stub, operation="delete")
            assert reply.status_code == 200 or "6540" in reply.text, reply.text

    def stored(self, key: tuple[str, str]) -> dict[str, Any]:
        reply = self.caller.send("GET", f"{key[0].lower()}/{key[1]}")
        return dict(reply.json()[key[0]])

    def token(self, key: tuple[str, str]) -> str:
        return str(self.stored(key)["SyncToken"])

    # -- what must hold

    def worth(self, item: str) -> tuple[Decimal, Decimal]:
        """Quantity and value of an item by our own reckoning."""
        moves: list[tuple[str, int, Decimal, Decimal | None]] = []
        for written in self.documents.values():
            for moved, quantity, amount in written.lines:
                signed = quantity * SIGNS[written.kind]
                price = amount * SIGNS[written.kind] if written.kind in BOUGHT else None
                if moved == item:
                    moves.append(
                        (written.date, written.turn, signed, price if signed > 0 else None)
                    )
        moves.sort(key=lambda one: one[:2])
        ordered = [(Decimal(10), 10 * OPENING_COST), *((one[2], one[3]) for one in moves)]
        return sum((one[0] for one in ordered), NOUGHT), first_in_first_out(ordered)

    def check_links(self) -> None:
        """What is open is the total less all shares, of the payer's own, and no less than nought.

        No receipt is deposited twice, and each with its total.
        """
        rows = {
            (kind, row["Id"]): row
            for kind in ("Invoice", "CreditMemo", "Bill", "VendorCredit", "JournalEntry", *RECEIVED)
            for row in self.caller.rows(kind)
        }
        left = {
            key: row["Line"][0]["Amount"] if key[0] == "JournalEntry" else row["TotalAmt"]
            for key, row in rows.items()
        }
        for payer in PAID:
            for payment in self.caller.rows(payer):
                assert payment.get("UnappliedAmt", 0) >= 0
                for line in payment["Line"]:
                    for link in line["LinkedTxn"]:
                        key = (link["TxnType"], link["TxnId"])
                        left[key] -= line["Amount"]
                        for ref in ("CustomerRef", "VendorRef"):
                            assert ref not in rows[key] or (
                                rows[key][ref]["value"] == payment[ref]["value"]
                            )
        for key, open_amount in left.items():
            assert open_amount >= 0, key
            if key[0] not in {"JournalEntry", *RECEIVED}:
                assert open_amount == rows[key]["Balance"], key
        deposited = set()
        for deposit in self.caller.rows("Deposit"):
            for line in deposit["Line"]:
                [link] = line["LinkedTxn"]
                key = (link["TxnType"], link["TxnId"])
                assert key not in deposited
                deposited.add(key)
                assert line["Amount"] == rows[key]["TotalAmt"]

    def check(self) -> None:
        self.check_links()
        accounts = {row["Id"]: row for row in self.caller.rows("Account")}
        customers = self.caller.rows("Customer")
        valuation = {
            row[0].id: row for row in report(self.caller, "InventoryValuationSummary").data
        }
        worth = NOUGHT
        for item in self.items:
            quantity, value = self.worth(item)
            worth += value
            assert quantity == self.emulator.quantity(item)
            shown = valuation[item]
            assert (quantity, value) == (Decimal(shown[2].value), Decimal(shown[3].value))
            moved = self.emulator.movements(item)
            assert quantity == moved["opening"] + sum(
                (one["quantity"] for one in moved["documents"]), NOUGHT
            )
        assert worth == accounts["81"]["CurrentBalance"]

        trial = report(self.caller, "TrialBalance").totals["TOTAL"]
        assert trial[0] == trial[1]
        aged = report(self.caller, "AgedReceivables").totals.get("TOTAL", ["0"])[-1]
        assert (
            Decimal(aged)
            == accounts["84"]["CurrentBalance"]
            == sum((row["Balance"] for row in customers), NOUGHT)
        )
        vendors = sum((row["Balance"] for row in self.caller.rows("Vendor")), NOUGHT)
        assert -vendors == accounts["33"]["CurrentBalance"]
        sheet = report(self.caller, "BalanceSheet", end_date=self.emulator.now()[:10]).totals
        assert sheet["TOTAL ASSETS"] == sheet["TOTAL LIABILITIES AND EQUITY"]
        assert worth == Decimal(sheet["Inventory Asset"][0]) if worth else True
        earned = report(self.caller, "ProfitAndLoss").totals["Net Income"][0] or "0.00"
        assert earned == sheet["Net Income"][0]


def machine(emulator: Emulator) -> Callable[[], Books]:
    return lambda: Books(emulator)


def test_the_books_tie_after_any_sequence(emulator: Emulator) -> None:
    """
    Sum of movements = quantity, valuation = inventory account = an independent FIFO, debits =
    credits, nothing is settled beyond what it is worth, open receivables = their account = the
    customers' balances, the sheet balances with the statement's net income.
    Source: Intuit, the pages above.
    """
    run_state_machine_as_test(  # type: ignore[no-untyped-call] - hypothesis leaves it untyped
        machine(emulator),
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
