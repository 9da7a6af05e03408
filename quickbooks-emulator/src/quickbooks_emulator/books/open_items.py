"""What is open with each customer or vendor on a day: documents, credits, payments not applied.

Source: Intuit, "AgedReceivables", "CustomerBalance". The sum is the control account's balance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.books.chart import OWED
from quickbooks_emulator.books.layers import NOUGHT, to_cents
from quickbooks_emulator.json_text import EXACT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

SIDES = {
    "Customer": (("Invoice", "CreditMemo"), "Payment"),
    "Vendor": (("Bill", "VendorCredit"), "BillPayment"),
}
"""Per kind of name: the documents that can be open, and what settles them."""
LATEST = "9999-12-31"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One document with an open amount, in the home currency.

    Without an entity it is an amount that no document explains.
    """

    party_id: str
    entity: str
    object_id: str
    body: JsonObject
    worth: Decimal
    open_amount: Decimal

    @property
    def date(self) -> str:
        """The document's date."""
        return str(self.body.get("TxnDate") or "")

    @property
    def due(self) -> str:
        """When it is due; credits and payments on their own date."""
        return str(self.body.get("DueDate") or self.date)


def open_items(company: Company, party: str, day: str) -> list[OpenItem]:
    """All that is open at the end of a day, payments of later days not counted."""
    found = list(_open(company, party, day))
    everything = found if day == LATEST else _open(company, party, LATEST)
    rest: dict[str, Decimal] = {}
    for item in everything:
        rest[item.party_id] = EXACT.add(rest.get(item.party_id, NOUGHT), item.open_amount)
    for row in company.rows(party):
        balance = Decimal(row.body.get("Balance") or 0)
        left = EXACT.subtract(balance, rest.get(row.id, NOUGHT))
        if left and "ExchangeRate" not in row.body and _is_home(company, row.body):
            found.append(OpenItem(row.id, "", "", {}, left, left))
    return found


def _is_home(company: Company, body: JsonObject) -> bool:
    home = company.single("Preferences").get("CurrencyPrefs", {}).get("HomeCurrency", {})
    currency = (body.get("CurrencyRef") or {}).get("value")
    return currency is None or currency == home.get("value", "USD")


def _open(company: Company, party: str, day: str) -> Iterator[OpenItem]:
    kinds, payer = SIDES[party]
    shares, rests = _applied(company, payer, kinds, day)
    for kind in kinds:
        sign = OWED[kind]
        for row in company.rows(kind):
            body = row.body
            if str(body.get("TxnDate")) > day:
                continue
            worth = Decimal(body.get("TotalAmt") or 0) - Decimal(body.get("Deposit") or 0)
            left = EXACT.subtract(worth, shares.get((kind, row.id), NOUGHT))
            name = body[f"{party}Ref"]["value"]
            yield from _at_home(OpenItem(name, kind, row.id, body, worth * sign, left * sign))
    for object_id, rest in rests.items():
        body = company.body(payer, object_id) or {}
        worth = -Decimal(body.get("TotalAmt") or 0)
        name = body[f"{party}Ref"]["value"]
        yield from _at_home(OpenItem(name, payer, object_id, body, worth, -rest))
    for kind in settlement.OWED_BY_LINE:
        for row in company.rows(kind):
            if str(row.body.get("TxnDate")) > day:
                continue
            for name, party_id, amount in settlement.owed(company, kind, row.body):
                if name == party:
                    item = OpenItem(party_id, kind, row.id, row.body, amount, amount)
                    yield from _at_home(item)


def _at_home(item: OpenItem) -> Iterator[OpenItem]:
    """The item in the home currency; nothing where nothing is open."""
    rate = Decimal(item.body.get("ExchangeRate") or 1)
    if not item.open_amount:
        return
    if rate != 1:
        worth = to_cents(EXACT.multiply(item.worth, rate))
        left = to_cents(EXACT.multiply(item.open_amount, rate))
        item = replace(item, worth=worth, open_amount=left)
    yield item


def _applied(
    company: Company, payer: str, kinds: tuple[str, ...], day: str
) -> tuple[dict[tuple[str, str], Decimal], dict[str, Decimal]]:
    """What each document has received by the end of a day, and what each payment has left."""
    shares: dict[tuple[str, str], Decimal] = {}
    rests: dict[str, Decimal] = {}
    for row in company.rows(payer):
        if str(row.body.get("TxnDate")) > day:
            continue
        rest = Decimal(row.body.get("TotalAmt") or 0)
        for kind, object_id, share in settlement.links(row.body):
            if kind not in kinds:
                continue
            target = company.body(kind, object_id)
            if target is None or str(target.get("TxnDate")) > day:
                continue
            key = (kind, object_id)
            shares[key] = EXACT.add(shares.get(key, NOUGHT), share)
            rest = EXACT.subtract(rest, share * OWED[kind])
        if rest:
            rests[row.id] = rest
    return shares, rests
