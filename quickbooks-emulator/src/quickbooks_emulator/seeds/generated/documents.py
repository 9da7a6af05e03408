"""Years of documents, written one after the other by the rules, each at its own moment."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import ENTITIES
from quickbooks_emulator.clock import PACIFIC
from quickbooks_emulator.seeds.generated.templates import writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.seeds.generated.items import Goods
    from quickbooks_emulator.seeds.generated.options import Options
    from quickbooks_emulator.seeds.generated.people import People
    from quickbooks_emulator.store import Company

OPENS_S, CLOSES_S = 8 * 3600, 18 * 3600
CENT = Decimal("0.01")
LOW_STOCK = 20
IMPORT_SHARE = 0.03
"""Days on which everything comes in within one second, as from another system."""
SATURDAY = 5

SHARES = (
    ("invoice", 26), ("sale", 26), ("payment", 17), ("bill", 8), ("bill_payment", 6),
    ("purchase", 6), ("estimate", 3), ("order", 2), ("adjustment", 2), ("credit", 1),
    ("refund", 1), ("deposit", 1), ("transfer", 1), ("journal", 1), ("vendor_credit", 1),
    ("time", 1),
)  # fmt: skip
"""How often each kind of document comes, in any unit."""


@dataclass(slots=True)
class Years:
    """Writes the documents; `written` counts them by entity."""

    company: Company
    options: Options
    random: Random
    goods: Goods
    people: People
    written: dict[str, int] = field(default_factory=dict)
    _open: deque[JsonObject] = field(default_factory=deque)
    _owed: deque[JsonObject] = field(default_factory=deque)
    _held: list[JsonObject] = field(default_factory=list)
    _number: int = 1000
    _now: int = 0

    def write(self, began: int, now: int) -> None:
        """All documents from a moment until now."""
        kinds = [kind for kind, _ in SHARES]
        weights = [share for _, share in SHARES]
        for day, moments in self._days(began, now):
            for moment in moments:
                self._now = moment
                kind = self.random.choices(kinds, weights)[0]
                made = getattr(self, f"_{kind}")(day.isoformat())
                if made is not None:
                    self._put(*made)

    def _days(self, began: int, now: int) -> Iterator[tuple[date, list[int]]]:
        """Each day and the moments of its documents."""
        day = datetime.fromtimestamp(began, PACIFIC).date() + timedelta(days=1)
        today = datetime.fromtimestamp(now, PACIFIC).date()
        while day <= today:
            midnight = int(datetime(day.year, day.month, day.day, tzinfo=PACIFIC).timestamp())
            share = 0.4 if day.weekday() >= SATURDAY else 1.24
            count = self.options.per_day * share * self.random.uniform(0.6, 1.4)
            whole = int(count) + (self._chance(count % 1))
            spread = [midnight + self.random.randrange(OPENS_S, CLOSES_S) for _ in range(whole)]
            if spread and self._chance(IMPORT_SHARE):
                spread = [spread[0]] * whole
            yield day, sorted(moment for moment in spread if moment <= now)
            day += timedelta(days=1)

    def _put(self, entity: str, body: JsonObject) -> None:
        made = writer(self.company, self._now).write(ENTITIES[entity], "", body)
        self.company.commit()
        self.written[entity] = self.written.get(entity, 0) + 1
        if entity == "Invoice":
            self._open.append(made)
        elif entity == "Bill":
            self._owed.append(made)
        elif entity in {"SalesReceipt", "Payment"}:
            self._held.append({"TxnId": made["Id"], "TxnType": entity, "Amount": made["TotalAmt"]})

    # -- what they are about

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _customer(self) -> JsonObject:
        """One of those who buy; the first ones buy most."""
        place = int(len(self.people.customers) * self.random.random() ** 2)
        return {"value": self.people.customers[place]}

    def _vendor(self) -> JsonObject:
        return {"value": self.random.choice(self.people.vendors)}

    def _next_number(self) -> str:
        self._number += 1
        return str(self._number)

    def _sold(self, most: int) -> list[JsonObject]:
        """Lines of a sale."""
        lines = []
        for _ in range(self.random.randrange(1, most + 1)):
            if self.goods.services and self._chance(0.15):
                item_id, price = self.random.choice(self.goods.services)
                quantity = Decimal(self.random.randrange(1, 9)) / 2
            elif self.goods.stocked:
                good = self.random.choice(self.goods.stocked)
                item_id, price = good["item_id"], good["unit_price"]
                quantity = Decimal(self.random.randrange(1, 6))
            else:
                item_id, price, quantity = "1", Decimal(75), Decimal(1)
            lines.append(_line("SalesItemLineDetail", item_id, quantity, price))
        return lines

    def _sale_body(self, day: str, most: int) -> JsonObject:
        body: JsonObject = {"TxnDate": day, "Line": self._sold(most)}
        if self._chance(0.3):
            for line in body["Line"]:
                line["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "TAX"}
            body["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": "2"}}
        if self._chance(0.05):
            discount: JsonObject = {"PercentBased": True, "DiscountPercent": 10}
            body["Line"].append(
                {"DetailType": "DiscountLineDetail", "DiscountLineDetail": discount}
            )
        return body

    # -- the kinds

    def _invoice(self, day: str) -> tuple[str, JsonObject]:
        body = self._sale_body(day, 6)
        if self._chance(0.02):
            body["PrivateNote"] = "Bitte klingeln \U0001f514 2nd floor, “rear” entrance, señora"
        return "Invoice", {
            **body, "CustomerRef": self._customer(), "DocNumber": self._next_number(),
        }  # fmt: skip

    def _sale(self, day: str) -> tuple[str, JsonObject]:
        body = self._sale_body(day, 4)
        number = f"POS-{self._next_number()}"
        method = {"value": str(self.random.randrange(1, 4))}
        return "SalesReceipt", {
            **body, "CustomerRef": self._customer(), "DocNumber": number,
            "PaymentMethodRef": method,
        }  # fmt: skip

    def _estimate(self, day: str) -> tuple[str, JsonObject]:
        body = self._sale_body(day, 5)
        number = f"E-{self._next_number()}"
        return "Estimate", {**body, "CustomerRef": self._customer(), "DocNumber": number}

    def _payment(self, day: str) -> tuple[str, JsonObject] | None:
        if not self._open:
            return None
        place = min(len(self._open) - 1, self.random.randrange(6))
        self._open.rotate(-place)
        invoice = self._open.popleft()
        current = self.company.body("Invoice", invoice["Id"]) or {}
        due = Decimal(current.get("Balance", 0))
        if not due:
            return None
        share = due
        if self._chance(0.1):
            share = _cents(due / 2)
            self._open.append(current)
        extra = Decimal(25) if self._chance(0.03) else Decimal(0)
        link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
        return "Payment", {
            "TxnDate": day, "CustomerRef": {"value": invoice["CustomerRef"]["value"]},
            "TotalAmt": share + extra, "PaymentRefNum": str(10_000 + self._number),
            "PaymentMethodRef": {"value": "2"}, "Line": [{"Amount": share, "LinkedTxn": [link]}],
        }  # fmt: skip

    def _credit(self, day: str) -> tuple[str, JsonObject]:
        number = f"C-{self._next_number()}"
        return "CreditMemo", {
            "TxnDate": day, "CustomerRef": self._customer(), "DocNumber": number,
            "Line": self._sold(1),
        }  # fmt: skip

    def _refund(self, day: str) -> tuple[str, JsonObject]:
        number = f"R-{self._next_number()}"
        return "RefundReceipt", {
            "TxnDate": day, "CustomerRef": self._customer(), "DocNumber": number,
            "DepositToAccountRef": {"value": "35"}, "Line": self._sold(1),
        }  # fmt: skip

    def _bought(self) -> list[JsonObject]:
        """Lines that fill up what is short, else a few goods."""
        wanted = self.random.sample(self.goods.stocked, min(8, len(self.goods.stocked)))
        short = [good for good in wanted if self._stock(good["item_id"]) < LOW_STOCK]
        lines = []
        for good in short or wanted[:2]:
            quantity = Decimal(self.random.randrange(4, 20) * 10)
            detail = "ItemBasedExpenseLineDetail"
            lines.append(_line(detail, good["item_id"], quantity, good["unit_cost"]))
        return lines or [_expense("60", Decimal(120))]

    def _stock(self, item_id: str) -> Decimal:
        return Decimal((self.company.body("Item", item_id) or {}).get("QtyOnHand", 0))

    def _bill(self, day: str) -> tuple[str, JsonObject]:
        number = f"B-{self._next_number()}"
        return "Bill", {
            "TxnDate": day, "VendorRef": self._vendor(), "DocNumber": number,
            "Line": self._bought(),
        }  # fmt: skip

    def _vendor_credit(self, day: str) -> tuple[str, JsonObject]:
        return "VendorCredit", {
            "TxnDate": day, "VendorRef": self._vendor(), "DocNumber": f"VC-{self._next_number()}",
            "Line": [_expense("60", Decimal(self.random.randrange(500, 9_000)) / 100)],
        }  # fmt: skip

    def _time(self, day: str) -> tuple[str, JsonObject]:
        return "TimeActivity", {
            "TxnDate": day, "NameOf": "Employee",
            "EmployeeRef": {"value": self.random.choice(self.people.employees)},
            "CustomerRef": self._customer(), "Hours": self.random.randrange(1, 9),
            "Minutes": self.random.choice((0, 15, 30, 45)),
        }  # fmt: skip

    def _order(self, day: str) -> tuple[str, JsonObject]:
        return "PurchaseOrder", {
            "TxnDate": day, "VendorRef": self._vendor(), "DocNumber": f"PO-{self._next_number()}",
            "APAccountRef": {"value": "33"}, "Line": self._bought(),
        }  # fmt: skip

    def _bill_payment(self, day: str) -> tuple[str, JsonObject] | None:
        if not self._owed:
            return None
        bill = self._owed.popleft()
        amount = bill["TotalAmt"]
        if not amount:
            return None
        link = {"TxnId": bill["Id"], "TxnType": "Bill"}
        return "BillPayment", {
            "TxnDate": day, "VendorRef": {"value": bill["VendorRef"]["value"]},
            "PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": "35"}},
            "TotalAmt": amount, "Line": [{"Amount": amount, "LinkedTxn": [link]}],
        }  # fmt: skip

    def _purchase(self, day: str) -> tuple[str, JsonObject]:
        is_card = self._chance(0.5)
        amount = Decimal(self.random.randrange(500, 40_000)) / 100
        return "Purchase", {
            "TxnDate": day, "PaymentType": "CreditCard" if is_card else "Check",
            "AccountRef": {"value": "41" if is_card else "35"}, "Line": [_expense("60", amount)],
        }  # fmt: skip

    def _adjustment(self, day: str) -> tuple[str, JsonObject] | None:
        if not self.goods.stocked:
            return None
        goods = self.random.sample(self.goods.stocked, min(3, len(self.goods.stocked)))
        lines = [
            {
                "DetailType": "ItemAdjustmentLineDetail",
                "ItemAdjustmentLineDetail": {
                    "ItemRef": {"value": good["item_id"]},
                    "QtyDiff": self.random.choice((-3, -2, -1, -1, 1, 2)),
                },
            }
            for good in goods
        ]
        return "InventoryAdjustment", {
            "TxnDate": day, "AdjustAccountRef": {"value": "97"}, "Line": lines,
            "DocNumber": f"COUNT-{self._next_number()}",
        }  # fmt: skip

    def _deposit(self, day: str) -> tuple[str, JsonObject] | None:
        held, self._held = self._held[:20], self._held[20:]
        lines = [
            {
                "Amount": entry["Amount"],
                "LinkedTxn": [
                    {"TxnId": entry["TxnId"], "TxnType": entry["TxnType"], "TxnLineId": "0"}
                ],
            }
            for entry in held
            if entry["Amount"]
        ]
        if not lines:
            return None
        return "Deposit", {
            "TxnDate": day, "DepositToAccountRef": {"value": "35"}, "Line": lines,
        }  # fmt: skip

    def _transfer(self, day: str) -> tuple[str, JsonObject]:
        return "Transfer", {
            "TxnDate": day, "FromAccountRef": {"value": "35"}, "ToAccountRef": {"value": "4"},
            "Amount": Decimal(self.random.randrange(1, 50) * 100),
        }  # fmt: skip

    def _journal(self, day: str) -> tuple[str, JsonObject]:
        amount = Decimal(self.random.randrange(1_000, 90_000)) / 100
        lines = [
            {
                "Amount": amount, "DetailType": "JournalEntryLineDetail", "Description": "accrual",
                "JournalEntryLineDetail": {
                    "PostingType": side, "AccountRef": {"value": account},
                },
            }
            for side, account in (("Debit", "60"), ("Credit", "35"))
        ]  # fmt: skip
        return "JournalEntry", {
            "TxnDate": day, "DocNumber": f"J-{self._next_number()}", "Line": lines,
        }  # fmt: skip


def _line(detail: str, item_id: str, quantity: Decimal, price: Decimal) -> JsonObject:
    return {
        "Amount": _cents(quantity * price), "DetailType": detail,
        detail: {"ItemRef": {"value": item_id}, "Qty": quantity, "UnitPrice": price},
    }  # fmt: skip


def _expense(account_id: str, amount: Decimal) -> JsonObject:
    return {
        "Amount": amount, "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account_id}},
    }  # fmt: skip


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
