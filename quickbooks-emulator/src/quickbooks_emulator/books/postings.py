"""What each document posts: debits and credits in the home currency, which sum to nought.

What a stocked item costs is not here: `ledger` books it from the item's layers.

Source: Intuit, the reference page of each form (its accounts) and "GeneralLedger".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator.books.chart import OWED
from quickbooks_emulator.books.layers import NOUGHT, to_cents
from quickbooks_emulator.json_text import EXACT, JsonObject
from quickbooks_emulator.rules.shape import reference
from quickbooks_emulator.stock import flat, sign_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.books.chart import Chart

Party: TypeAlias = tuple[str, str]
"""Customer, Vendor or Employee, and the id."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg: positive is a debit. `party` where it is not the document's own."""

    account_id: str
    amount: Decimal
    memo: str = ""
    party: Party | None = None


@dataclass(slots=True)
class Legs:
    """The legs of one document as they come together; amounts come in its own currency."""

    chart: Chart
    rate: Decimal
    stocked: set[str]
    found: list[Posting] = field(default_factory=list)

    def add(
        self, account_id: str, amount: Decimal, memo: str = "", party: Party | None = None
    ) -> None:
        """One more leg, in the home currency."""
        self.add_at(self.rate, account_id, amount, memo, party)

    def add_at(
        self,
        rate: Decimal,
        account_id: str,
        amount: Decimal,
        memo: str = "",
        party: Party | None = None,
    ) -> None:
        """One more leg at another document's rate."""
        if rate != 1:
            amount = to_cents(EXACT.multiply(amount, rate))
        if amount:
            self.found.append(Posting(account_id, amount, memo, party))

    def balance(self, account_id: str) -> None:
        """Put what is missing to nought into an account.

        Lines that are not known (of statement charges) and cents of exchange end there.
        """
        rest = NOUGHT
        for leg in self.found:
            rest = EXACT.add(rest, leg.amount)
        if rest:
            self.found.append(Posting(account_id, -rest))


def postings(chart: Chart, entity: str, body: JsonObject, stocked: set[str]) -> tuple[Posting, ...]:
    """The legs of a document; none for one that does not post.

    `stocked` are the items whose lines on this document move stock: bought ones go to their
    inventory account.
    """
    form = FORMS.get(entity)
    if form is None:
        return ()
    legs = Legs(chart, Decimal(body.get("ExchangeRate") or 1), stocked)
    form(legs, entity, body)
    return tuple(legs.found)


def party_of(body: JsonObject) -> Party | None:
    """The name a document is for."""
    for field_name, kind in (("CustomerRef", "Customer"), ("VendorRef", "Vendor")):
        value = reference(body, field_name)
        if value is not None:
            return kind, value
    value = reference(body, "EntityRef")
    return (str(body["EntityRef"].get("type") or "Vendor"), value) if value is not None else None


def party_of_line(detail: JsonObject) -> Party | None:
    """The name of a line of a journal entry or a deposit."""
    entity = detail.get("Entity")
    if not isinstance(entity, dict):
        return None
    value = reference(entity, "EntityRef") or reference(detail, "Entity")
    kind = entity.get("Type") or entity.get("type") or "Customer"
    return (str(kind).title(), value) if value is not None else None


def amount_of(holder: JsonObject, name: str = "Amount") -> Decimal:
    """An amount, or nought."""
    return Decimal(holder.get(name) or 0)


def _account(holder: JsonObject | None, name: str, otherwise: str) -> str:
    value = reference(holder, name) if holder else None
    return otherwise if value is None else value


def _sale(legs: Legs, entity: str, body: JsonObject) -> None:
    chart = legs.chart
    sign = -1 if entity in {"CreditMemo", "RefundReceipt"} else 1
    if entity in {"Invoice", "CreditMemo"}:
        money = _account(body, "ARAccountRef", chart.of("receivable"))
        at_once = amount_of(body, "Deposit") if entity == "Invoice" else NOUGHT
        legs.add(_account(body, "DepositToAccountRef", chart.of("undeposited")), at_once)
        legs.add(money, EXACT.subtract(amount_of(body, "TotalAmt"), at_once) * sign)
    else:
        money = _account(body, "DepositToAccountRef", chart.of("undeposited"))
        legs.add(money, amount_of(body, "TotalAmt") * sign)
    for line in flat(body.get("Line") or []):
        _sales_line(legs, line, sign)
    _tax(legs, body, -sign)
    legs.balance(chart.of("income"))


def _sales_line(legs: Legs, line: JsonObject, sign: int) -> None:
    kind, memo = line.get("DetailType"), str(line.get("Description") or "")
    if kind == "SubTotalLineDetail":
        return
    if kind == "DiscountLineDetail":
        account = _account(line.get(kind), "DiscountAccountRef", legs.chart.of("discount"))
        legs.add(account, amount_of(line) * sign, memo)
        return
    detail = line.get("SalesItemLineDetail")
    account = _account(detail, "ItemAccountRef", "")
    if not account:
        item = legs.chart.company.body("Item", _account(detail, "ItemRef", "")) or {}
        account = _account(item, "IncomeAccountRef", legs.chart.of("income"))
    legs.add(account, -amount_of(line) * sign, memo)


def _tax(legs: Legs, body: JsonObject, sign: int) -> None:
    """What is owed to the tax agencies; a total without its parts goes to the general account."""
    tax = body.get("TxnTaxDetail") or {}
    rest = amount_of(tax, "TotalTax")
    for line in tax.get("TaxLine") or []:
        share = amount_of(line)
        account = legs.chart.tax_of(_account(line.get("TaxLineDetail"), "TaxRateRef", ""))
        legs.add(account, share * sign)
        rest = EXACT.subtract(rest, share)
    legs.add(legs.chart.of("tax"), rest * sign)


def _purchase(legs: Legs, entity: str, body: JsonObject) -> None:
    chart = legs.chart
    sign = sign_of(entity, body)
    if entity == "Purchase":
        money = _account(body, "AccountRef", chart.of("undeposited"))
    else:
        money = _account(body, "APAccountRef", chart.of("payable"))
    legs.add(money, -amount_of(body, "TotalAmt") * sign)
    for line in body.get("Line") or []:
        legs.add(_bought(legs, line), amount_of(line) * sign, str(line.get("Description") or ""))
    _tax(legs, body, sign)
    legs.balance(chart.of("expense"))


def _bought(legs: Legs, line: JsonObject) -> str:
    """The account a line of a bill or an expense goes to."""
    expense = legs.chart.of("expense")
    detail = line.get("AccountBasedExpenseLineDetail")
    if detail:
        return _account(detail, "AccountRef", expense)
    detail = line.get("ItemBasedExpenseLineDetail")
    item_id = _account(detail, "ItemRef", "")
    item = legs.chart.company.body("Item", item_id) or {}
    if item_id in legs.stocked and (detail or {}).get("Qty"):
        return _account(item, "AssetAccountRef", legs.chart.of("stock"))
    return _account(detail, "ItemAccountRef", _account(item, "ExpenseAccountRef", expense))


def _payment(legs: Legs, _entity: str, body: JsonObject) -> None:
    amount = amount_of(body, "TotalAmt")
    legs.add(_account(body, "DepositToAccountRef", legs.chart.of("undeposited")), amount)
    _settle(legs, _account(body, "ARAccountRef", legs.chart.of("receivable")), body, -1)


def _bill_payment(legs: Legs, _entity: str, body: JsonObject) -> None:
    amount = amount_of(body, "TotalAmt")
    check, card = body.get("CheckPayment"), body.get("CreditCardPayment")
    bank = _account(card, "CCAccountRef", _account(check, "BankAccountRef", "undeposited"))
    legs.add(legs.chart.of(bank) if bank == "undeposited" else bank, -amount)
    _settle(legs, _account(body, "APAccountRef", legs.chart.of("payable")), body, 1)


def _settle(legs: Legs, control: str, body: JsonObject, sign: int) -> None:
    """Take a payment off receivables or payables: each share at the rate of what it settles.

    What that makes of another rate of the payment's is gain or loss.
    """
    rest = amount_of(body, "TotalAmt")
    if "ExchangeRate" not in body:
        legs.add(control, rest * sign)
        return
    for line in body.get("Line") or []:
        for link in line.get("LinkedTxn") or []:
            kind, object_id = str(link.get("TxnType")), str(link.get("TxnId"))
            settled = legs.chart.company.body(kind, object_id) if kind in OWED else None
            if settled is not None:
                share = amount_of(line) * OWED[kind]
                rest = EXACT.subtract(rest, share)
                legs.add_at(Decimal(settled.get("ExchangeRate") or 1), control, share * sign)
    legs.add(control, rest * sign)
    legs.balance(legs.chart.of("exchange"))


def _journal_entry(legs: Legs, _entity: str, body: JsonObject) -> None:
    for line in body.get("Line") or []:
        detail = line.get("JournalEntryLineDetail") or {}
        sign = -1 if detail.get("PostingType") == "Credit" else 1
        account = reference(detail, "AccountRef")
        if account is not None:
            memo = str(line.get("Description") or "")
            legs.add(account, amount_of(line) * sign, memo, party_of_line(detail))
    legs.balance(legs.chart.of("opening"))


def _deposit(legs: Legs, _entity: str, body: JsonObject) -> None:
    undeposited = legs.chart.of("undeposited")
    legs.add(_account(body, "DepositToAccountRef", undeposited), amount_of(body, "TotalAmt"))
    back = body.get("CashBack") or {}
    legs.add(_account(back, "AccountRef", undeposited), amount_of(back))
    for line in body.get("Line") or []:
        detail = line.get("DepositLineDetail") or {}
        account = reference(detail, "AccountRef")
        links = line.get("LinkedTxn") or []
        if account is None and links:
            kind, linked_id = str(links[0].get("TxnType")), str(links[0].get("TxnId"))
            tables = legs.chart.company.tables
            linked = legs.chart.company.body(kind, linked_id) if kind in tables else None
            account = _account(linked, "DepositToAccountRef", undeposited)
        memo = str(line.get("Description") or "")
        legs.add(account or undeposited, -amount_of(line), memo, party_of_line(detail))
    legs.balance(undeposited)


def _transfer(legs: Legs, _entity: str, body: JsonObject) -> None:
    undeposited = legs.chart.of("undeposited")
    amount = amount_of(body)
    legs.add(_account(body, "ToAccountRef", undeposited), amount)
    legs.add(_account(body, "FromAccountRef", undeposited), -amount)


FORMS: dict[str, Callable[[Legs, str, JsonObject], None]] = {
    "Invoice": _sale,
    "SalesReceipt": _sale,
    "CreditMemo": _sale,
    "RefundReceipt": _sale,
    "Bill": _purchase,
    "VendorCredit": _purchase,
    "Purchase": _purchase,
    "Payment": _payment,
    "BillPayment": _bill_payment,
    "JournalEntry": _journal_entry,
    "Deposit": _deposit,
    "Transfer": _transfer,
}
