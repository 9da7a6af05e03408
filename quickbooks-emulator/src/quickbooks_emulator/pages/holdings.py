"""What a company holds, as the page for people shows it: balances, stock, documents."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from quickbooks_emulator.catalogue import ENTITIES, Kind
from quickbooks_emulator.clock import second_text
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.pages.figures import money_text, number, quantity_text, words
from quickbooks_emulator.rows import glancing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.books.ledger import Ledger
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company, Row

PAGE_ITEMS = 25
SHOWN_DOCUMENTS = 12
SMALL = 20_000
"""Objects of a company whose books are worked out for the page alone."""
READ_OF_ITEMS = frozenset({"Name", "Sku", "Type", "Active"})
PARTIES = ("CustomerRef", "VendorRef", "EntityRef", "FromAccountRef", "DepositToAccountRef")
BALANCES = (
    # label, property of the account, its value, sign
    ("Bank", "AccountType", "Bank", 1),
    ("Receivable", "AccountType", "Accounts Receivable", 1),
    ("Stock", "AccountSubType", "Inventory", 1),
    ("Payable", "AccountType", "Accounts Payable", -1),
)


class Item(NamedTuple):
    """A line of the stock list."""

    name: str
    sku: str
    quantity: str
    cost: str
    value: str
    is_short: bool


class Document(NamedTuple):
    """A line of the list of documents."""

    changed: str
    date: str
    kind: str
    number: str
    party: str
    amount: str


# -- books


def books_of(service: Service, company: Company) -> Ledger | None:
    """The company's books as of now; None while they would take long to work out."""
    ledger = service.ledger_of(company)
    objects = sum(len(table.rows) for table in company.tables.values())
    if not ledger.is_built and objects > SMALL:
        return None
    ledger.refresh()
    return ledger


def balances(company: Company, ledger: Ledger) -> list[tuple[str, str]]:
    """What the company has and owes, by kind of account."""
    shown = []
    for label, name, value, sign in BALANCES:
        accounts = [row.id for row in company.rows("Account") if row.body.get(name) == value]
        total = sum((ledger.balance(account) for account in accounts), Decimal(0))
        shown.append((label, money_text(total * sign)))
    return shown


# -- stock


def items(company: Company, ledger: Ledger | None, text: str, page: int) -> tuple[list[Item], bool]:
    """One page of the active stocked items whose name or SKU holds the text; whether more come.

    An item is worth what first in, first out says, or without books its cost times its quantity.
    """
    start = (page - 1) * PAGE_ITEMS
    found = list(islice(_matching(company, text.lower()), start, start + PAGE_ITEMS + 1))
    shown = [
        _item(row.body, ledger.worth_of(row.id) if ledger is not None else None)
        for row in found[:PAGE_ITEMS]
    ]
    return shown, len(found) > PAGE_ITEMS


def _matching(company: Company, text: str) -> Iterator[Row]:
    """The active stocked items that are named so, in the order of their creation."""
    glance = glancing(READ_OF_ITEMS)
    # Looking at the bytes first spares parsing nearly all of a million items.
    needle = dumps(text)[1:-1].lower() if text.isascii() else b""
    for row in company.rows("Item"):
        if needle and needle not in row.json().lower():
            continue
        body = glance(row).body
        if body.get("Type") == "Inventory" and body.get("Active", True):
            named = f"{body.get('Name', '')}\n{body.get('Sku', '')}"
            if not text or text in named.lower():
                yield row


def _item(body: JsonObject, worth: Decimal | None) -> Item:
    quantity, cost = number(body.get("QtyOnHand")), number(body.get("PurchaseCost"))
    if worth is None and quantity is not None and cost is not None:
        worth = quantity * cost
    return Item(
        str(body.get("Name", "")),
        str(body.get("Sku") or ""),
        quantity_text(quantity),
        money_text(cost),
        money_text(worth),
        quantity is not None and quantity < 0,
    )


# -- documents


def documents(company: Company) -> list[Document]:
    """Those changed last, the latest first; of the same second the later date first."""
    latest = [
        ((row.updated_at, str(row.body.get("TxnDate", ""))), name, row)
        for name, entity in ENTITIES.items()
        if entity.kind is Kind.TRANSACTION
        for row in company.tables[name].latest(SHOWN_DOCUMENTS)
    ]
    latest.sort(key=lambda found: found[0], reverse=True)
    return [_document(name, row) for _, name, row in latest[:SHOWN_DOCUMENTS]]


def _document(name: str, row: Row) -> Document:
    body = row.body
    parties = ((body.get(field) or {}).get("name") for field in PARTIES)
    return Document(
        second_text(row.updated_at)[:16].replace("T", " "),
        str(body.get("TxnDate", "")),
        words(name),
        str(body.get("DocNumber") or ""),
        next((str(party) for party in parties if party), ""),
        _amount(row),
    )


def _amount(row: Row) -> str:
    """The total in the document's own currency, or what it moved."""
    body = row.body
    amount = number(body.get("TotalAmt", body.get("Amount")))
    if not amount and any("JournalEntryLineDetail" in line for line in body.get("Line", ())):
        amount = _debits(body)
    if amount is not None:
        return money_text(amount)
    if not row.moves:
        return ""
    moved = sum((change for _, change in row.moves), Decimal(0))
    return f"{quantity_text(moved)} units"


def _debits(body: JsonObject) -> Decimal:
    """What a journal entry posts on either side."""
    lines = ((line, line.get("JournalEntryLineDetail") or {}) for line in body["Line"])
    amounts = (
        number(line.get("Amount")) for line, detail in lines if detail.get("PostingType") == "Debit"
    )
    return sum((amount for amount in amounts if amount is not None), Decimal(0))
