"""One company's books, worked out from its documents when somebody asks.

A write only notes what it touched. Asking takes the touched documents' old postings out and puts
the new ones in; an item's layers are valued from the earliest change on. So a write costs the same
however many documents there are, and so does asking after one more document.

Balances begin with what the rows of items and accounts keep of their beginnings (`stock.OPENING`);
items of a seed that keep nothing began with what their documents do not explain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.books.chart import Chart
from quickbooks_emulator.books.layers import NOUGHT, Event, Layers, to_cents
from quickbooks_emulator.books.postings import Posting, party_of, postings
from quickbooks_emulator.catalogue import ENTITIES, Kind
from quickbooks_emulator.json_text import EXACT
from quickbooks_emulator.rows import glancing
from quickbooks_emulator.rules.shape import reference
from quickbooks_emulator.stock import COST, OPENING, SIGNS, sign_of, stock_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quickbooks_emulator.books.postings import Party
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company, Key, Row

START = "Inventory Starting Value"
OF_ITEMS = frozenset({
    "Type", "QtyOnHand", "PurchaseCost", "InvStartDate", "AssetAccountRef", "ExpenseAccountRef",
})  # fmt: skip
"""What of an item matters here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one document posts by itself, and the movements it makes."""

    date: str
    postings: tuple[Posting, ...]
    events: tuple[tuple[str, Event], ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """One leg of the books: a document's, an item's cost, or an opening amount (no entity)."""

    date: str
    entity: str
    object_id: str
    posting: Posting
    party: Party | None


@dataclass(slots=True, eq=False)
class Stock:
    """One item that documents move."""

    layers: Layers
    asset: str
    expense: str
    start: Event | None = None
    booked: dict[str, Decimal] = field(default_factory=dict)
    """What of its movements is in the ledger's totals."""


class Ledger:
    """The postings of all documents and the layers of all items."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.chart = Chart(company)
        self.entries: dict[Key, Entry] = {}
        self.stocks: dict[str, Stock] = {}
        self._idle: dict[str, tuple[str, Decimal]] = {}
        self._totals: dict[str, Decimal] = {}
        self._noted: dict[Key, None] = {}
        self._unsettled: dict[str, None] = {}
        self._glance = glancing(OF_ITEMS)
        self._fresh: dict[str, None] = {}
        self.is_built = False

    def note(self, touched: Iterable[Key]) -> None:
        """Remember what a write touched. Costs next to nothing."""
        if self.is_built:
            self._noted.update(dict.fromkeys(touched))

    def refresh(self) -> None:
        """Bring the books up to date."""
        if not self.is_built:
            self.is_built = True
            names = [n for n, e in ENTITIES.items() if e.kind is Kind.TRANSACTION]
            for name in (*names, "Item"):
                self._noted.update(((name, row.id), None) for row in self.company.rows(name))
        noted, self._noted = self._noted, {}
        if any(entity == "Account" for entity, _ in noted):
            self.chart.forget()
        for key in noted:
            if ENTITIES[key[0]].kind is Kind.TRANSACTION:
                self._replace(key)
        items = {object_id: None for entity, object_id in noted if entity == "Item"}
        for item_id in {**items, **self._fresh}:
            self._review(item_id)
        self._fresh = {}
        for item_id in self._unsettled:
            self._settle(self.stocks[item_id])
        self._unsettled = {}

    def balance(self, account_id: str) -> Decimal:
        """Debits less credits of an account, whatever their dates."""
        return EXACT.add(self._totals.get(account_id, NOUGHT), self.opening(account_id))

    def opening(self, account_id: str) -> Decimal:
        """What an account began with, beside its documents."""
        row = self.company.row("Account", account_id)
        return dict(row.moves).get(OPENING, NOUGHT) if row is not None else NOUGHT

    def unexplained(self) -> Decimal:
        """What the opening amounts lack to balance: a seed's earlier years."""
        rest = NOUGHT
        for row in self.company.rows("Account"):
            rest = EXACT.subtract(rest, dict(row.moves).get(OPENING, NOUGHT))
        return rest

    def movements(self) -> Iterator[Movement]:
        """Every leg of the books. `refresh` first."""
        for (entity, object_id), entry in self.entries.items():
            party = party_of(self.company.body(entity, object_id) or {})
            for posting in entry.postings:
                yield Movement(entry.date, entity, object_id, posting, posting.party or party)
        for stock in self.stocks.values():
            for event in stock.layers.events:
                yield from self._costs(stock, event)
        for item_id, (asset, worth) in self._idle.items():
            body = self.company.body("Item", item_id) or {}
            date, opening = str(body.get("InvStartDate") or ""), self.chart.of("opening")
            yield Movement(date, "Item", item_id, Posting(asset, worth, START), None)
            yield Movement(date, "Item", item_id, Posting(opening, -worth, START), None)
        for row in self.company.rows("Account"):
            amount = dict(row.moves).get(OPENING, NOUGHT)
            if amount:
                yield Movement("", "", "", Posting(row.id, amount), None)
        rest = self.unexplained()
        if rest:
            yield Movement("", "", "", Posting(self.chart.of("retained"), rest), None)

    def _costs(self, stock: Stock, event: Event) -> Iterator[Movement]:
        """What one movement takes out of the inventory account or puts into it."""
        amount = EXACT.subtract(event.value, event.posted)
        if not amount:
            return
        is_start = event.entity == "Item"
        body = self.company.body(event.entity, event.object_id) or {}
        party, memo = (None, START) if is_start else (party_of(body), "")
        for account_id, share in ((stock.asset, amount), (event.contra or stock.expense, -amount)):
            posting = Posting(account_id, share, memo)
            yield Movement(event.order[0], event.entity, event.object_id, posting, party)

    def beginning_of(self, item_id: str) -> tuple[Decimal, Decimal] | None:
        """Quantity and worth of an item that no document moves; None for any other."""
        row = self.company.row("Item", item_id)
        if row is None or item_id in self.stocks:
            return None
        quantity = dict(row.moves).get(OPENING, Decimal(row.body.get("QtyOnHand") or 0))
        return quantity, self._idle.get(item_id, ("", NOUGHT))[1]

    def worth_of(self, item_id: str) -> Decimal:
        """What an item's quantity on hand is worth. `refresh` first."""
        stock = self.stocks.get(item_id)
        if stock is not None:
            return stock.layers.worth
        return self._idle.get(item_id, ("", NOUGHT))[1]

    # -- keeping up

    def _replace(self, key: Key) -> None:
        row = self.company.row(*key)
        entry = self._entry(key, row) if row is not None else None
        old = self.entries.get(key)
        if old == entry:
            return  # A payment of it, say, changes nothing that a document posts.
        if old is not None:
            del self.entries[key]
            self._post(old.postings, -1)
            for item_id, event in old.events:
                self.stocks[item_id].layers.remove(event)
                self._unsettled[item_id] = None
        if entry is None:
            return
        self.entries[key] = entry
        self._post(entry.postings, 1)
        for item_id, event in entry.events:
            self._stock(item_id).layers.insert(event)
            self._unsettled[item_id] = None

    def _entry(self, key: Key, row: Row) -> Entry:
        entity, body = key[0], row.body
        events = tuple(self._events(key, row)) if entity in SIGNS else ()
        stocked = {item_id for item_id, _ in events}
        return Entry(
            str(body.get("TxnDate") or ""), postings(self.chart, entity, body, stocked), events
        )

    def _events(self, key: Key, row: Row) -> Iterator[tuple[str, Event]]:
        """The movements of the document's lines, where its items were tracked at the time."""
        entity, object_id = key
        lines = list(stock_lines(row.body.get("Line") or []))
        moved = dict(row.moves)
        sums: dict[str, Decimal] = {}
        sign = sign_of(entity, row.body)
        for line in lines:
            sums[line.item_id] = EXACT.add(sums.get(line.item_id, NOUGHT), line.quantity * sign)
        rate = Decimal(row.body.get("ExchangeRate") or 1)
        order = (str(row.body.get("TxnDate") or ""), row.created_at, int(object_id), entity)
        is_purchase = entity in {"Bill", "Purchase", "VendorCredit"}
        contra = ""
        if entity == "InventoryAdjustment":
            contra = reference(row.body, "AdjustAccountRef") or ""
        for line in lines:
            item = self.company.body("Item", line.item_id) or {}
            is_moved = moved.get(line.item_id, NOUGHT) == sums[line.item_id]
            if not line.quantity or item.get("Type") != "Inventory" or not is_moved:
                continue
            quantity = line.quantity * sign
            amount = line.amount * sign
            if rate != 1:
                amount = to_cents(EXACT.multiply(amount, rate))
            price = amount if is_purchase and quantity > 0 else None
            posted = amount if is_purchase else NOUGHT
            event = Event((*order, line.index), entity, object_id, quantity, price, posted, contra)
            yield line.item_id, event

    def _post(self, legs: Iterable[Posting], sign: int) -> None:
        for leg in legs:
            self._total(leg.account_id, leg.amount * sign)

    def _total(self, account_id: str, change: Decimal) -> None:
        self._totals[account_id] = EXACT.add(self._totals.get(account_id, NOUGHT), change)

    # -- items

    def _stock(self, item_id: str) -> Stock:
        """The item's layers, with what it began with as the first event."""
        stock = self.stocks.get(item_id)
        if stock is None:
            self._drop_idle(item_id)
            row = self.company.row("Item", item_id)
            body = row.body if row is not None else {}
            cost = dict(row.moves).get(COST) if row is not None else None
            first_cost = Decimal(body.get("PurchaseCost") or 0) if cost is None else cost
            stock = Stock(Layers(first_cost), *self._accounts(body))
            self.stocks[item_id] = stock
            self._fresh[item_id] = None
        return stock

    def _accounts(self, item: JsonObject) -> tuple[str, str]:
        return (
            reference(item, "AssetAccountRef") or self.chart.of("stock"),
            reference(item, "ExpenseAccountRef") or self.chart.of("sold"),
        )

    def _review(self, item_id: str) -> None:
        """An item was written: it may be new, and its accounts may have changed."""
        stored = self.company.row("Item", item_id)
        if stored is None:
            return
        body, kept = self._glance(stored).body, dict(stored.moves)
        if body.get("Type") != "Inventory":
            return
        stock = self.stocks.get(item_id)
        if stock is None:
            self._drop_idle(item_id)
            self._keep_idle(item_id, body, kept)
            return
        accounts = self._accounts(body)
        if accounts != (stock.asset, stock.expense):
            self._unbook(stock)
            stock.asset, stock.expense = accounts
            self._unsettled[item_id] = None
            moved_by = {(event.entity, event.object_id) for event in stock.layers.events}
            for key in moved_by - {("Item", item_id)}:
                self._replace(key)
        self._begin(item_id, stock, body, kept.get(OPENING))

    def _begin(self, item_id: str, stock: Stock, body: JsonObject, began: Decimal | None) -> None:
        """Let the layers begin with the item's opening quantity."""
        first = stock.start
        was = first.quantity if first is not None else NOUGHT
        if began is None:
            explained = EXACT.subtract(stock.layers.quantity, was)
            began = EXACT.subtract(Decimal(body.get("QtyOnHand") or 0), explained)
        if began == was:
            return
        if first is not None:
            stock.layers.remove(first)
        stock.start = None
        if began:
            stock.start = self._beginning(item_id, body, began, stock.layers.first_cost)
            stock.layers.insert(stock.start)
        self._unsettled[item_id] = None

    def _beginning(self, item_id: str, body: JsonObject, quantity: Decimal, cost: Decimal) -> Event:
        order = (str(body.get("InvStartDate") or ""), -1, 0, "Item", 0)
        worth = to_cents(EXACT.multiply(quantity, cost)) if quantity > 0 else None
        contra = self.chart.of("opening")
        return Event(order, "Item", item_id, quantity, worth, contra=contra)

    def _keep_idle(self, item_id: str, body: JsonObject, kept: dict[str, Decimal]) -> None:
        """An item that no document moves needs no layers."""
        quantity = kept.get(OPENING, Decimal(body.get("QtyOnHand") or 0))
        cost = kept.get(COST, Decimal(body.get("PurchaseCost") or 0))
        worth = to_cents(EXACT.multiply(quantity, cost))
        asset = self._accounts(body)[0]
        if worth:
            self._idle[item_id] = (asset, worth)
            self._total(asset, worth)
            self._total(self.chart.of("opening"), -worth)

    def _drop_idle(self, item_id: str) -> None:
        asset, worth = self._idle.pop(item_id, ("", NOUGHT))
        if worth:
            self._total(asset, -worth)
            self._total(self.chart.of("opening"), worth)

    def _settle(self, stock: Stock) -> None:
        self._unbook(stock)
        stock.layers.settle()
        for contra, amount in stock.layers.booked.items():
            if amount:
                account = contra or stock.expense
                stock.booked[account] = EXACT.subtract(stock.booked.get(account, NOUGHT), amount)
                stock.booked[stock.asset] = EXACT.add(stock.booked.get(stock.asset, NOUGHT), amount)
        for account, amount in stock.booked.items():
            self._total(account, amount)

    def _unbook(self, stock: Stock) -> None:
        for account, amount in stock.booked.items():
            self._total(account, -amount)
        stock.booked = {}
