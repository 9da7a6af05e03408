"""InventoryValuationSummary and InventoryValuationDetail.

Source: Intuit, "InventoryValuationSummary", "InventoryValuationDetail" (sample object). The
quantities are those of the items, the values add up to the inventory accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_emulator.books.layers import NOUGHT
from quickbooks_emulator.books.postings import party_of
from quickbooks_emulator.json_text import EXACT
from quickbooks_emulator.reports.labels import label, number, party_name
from quickbooks_emulator.reports.shape import blanks, cell, column, data, money, section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.reports.content import Content, View

DETAIL_COLUMNS = (
    ("Date", "tx_date"), ("Transaction Type", "txn_type"), ("Num", "doc_num"), ("Name", "name"),
    ("Qty", "quantity"), ("Rate", "rate"), ("FIFO Cost", "home_amount"),
    ("Qty On Hand", "qty_on_hand"), ("Asset Value", "home_asset_value"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement of an item: the document, how much, what it is worth."""

    date: str
    entity: str
    object_id: str
    quantity: Decimal
    value: Decimal


def valuation_summary(view: View) -> Content:
    """Quantity, value and average cost of each stocked item at the end of the period."""
    rows, worth = [], NOUGHT
    for body in _items(view):
        quantity, value = NOUGHT, NOUGHT
        has_moved = False
        for moved in _movements(view, body):
            if moved.date <= view.asked.end:
                has_moved = True
                quantity, value = quantity + moved.quantity, value + moved.value
        if not has_moved and body.get("Active") is False:
            continue
        worth += value
        average = EXACT.divide(value, quantity) if quantity else NOUGHT
        rows.append(data([
            cell(_name(body), str(body["Id"])),
            cell(str(body.get("Sku") or "")),
            cell(_amount(quantity)),
            cell(money(value, shows_nought=True)),
            cell(money(average, shows_nought=bool(quantity))),
        ]))  # fmt: skip
    has_data = bool(rows)
    summary = [cell("TOTAL"), *blanks(2), cell(money(worth, shows_nought=True)), cell("")]
    rows.append(section(None, [], summary, "GrandTotal"))
    columns = [
        column("", "ProductsAndService", "item"), column("SKU", "String", "sku"),
        column("Qty", "Quantity", "quantity"), column("Asset Value", "Money", "asset_value"),
        column("Avg Cost", "Money", "avg_cost"),
    ]  # fmt: skip
    return view.content(columns, rows, has_data=has_data)


def valuation_detail(view: View) -> Content:
    """Each movement of a period with its cost, and what is on hand after it."""
    rows = []
    for body in _items(view):
        found = [one for one in _movements(view, body) if one.date <= view.asked.end]
        inner = _detail_rows(view, found)
        if inner is not None:
            rows.append(_item_section(body, inner, found))
    columns = [column(title, kind) for title, kind in DETAIL_COLUMNS]
    return view.content(columns, rows, has_data=bool(rows))


def _detail_rows(view: View, found: list[Moved]) -> list[JsonObject] | None:
    company = view.ledger.company
    quantity, value = NOUGHT, NOUGHT
    rows, is_begun = [], False
    for moved in found:
        if moved.date >= view.asked.start and not is_begun:
            is_begun = True
            if quantity or value:
                rows.append(_beginning(quantity, value))
        quantity, value = quantity + moved.quantity, value + moved.value
        if not is_begun:
            continue
        body = company.body(moved.entity, moved.object_id) or {}
        party = party_of(body) if moved.entity != "Item" else None
        rate = EXACT.divide(moved.value, moved.quantity)
        rows.append(data([
            cell(moved.date),
            cell(label(moved.entity, body), moved.object_id),
            cell(number(moved.entity, body)),
            cell(party_name(company, party), party[1] if party else ""),
            cell(_amount(moved.quantity)),
            cell(money(rate, shows_nought=True)),
            cell(money(moved.value, shows_nought=True)),
            cell(_amount(quantity)),
            cell(money(value, shows_nought=True)),
        ]))  # fmt: skip
    if not is_begun and (quantity or value):
        rows.append(_beginning(quantity, value))
    return rows or None


def _beginning(quantity: Decimal, value: Decimal) -> JsonObject:
    shown = [cell(_amount(quantity)), cell(money(value, shows_nought=True))]
    return data([cell("Beginning Balance"), *blanks(6), *shown])


def _item_section(body: JsonObject, rows: list[JsonObject], found: list[Moved]) -> JsonObject:
    quantity = sum((one.quantity for one in found), NOUGHT)
    value = sum((one.value for one in found), NOUGHT)
    shown = [cell(_amount(quantity)), cell(money(value, shows_nought=True))]
    summary = [cell(f"Total for {_name(body)}"), *blanks(3), shown[0], cell(""), shown[1], *shown]
    return section([cell(_name(body), str(body["Id"])), *blanks(8)], rows, summary)


def _items(view: View) -> Iterator[JsonObject]:
    """The stocked items, by name."""
    wanted = view.asked.ids("item")
    bodies = [
        row.body
        for row in view.ledger.company.rows("Item")
        if row.body.get("Type") == "Inventory" and (not wanted or row.id in wanted)
    ]
    yield from sorted(bodies, key=lambda body: _name(body).casefold())


def _movements(view: View, body: JsonObject) -> Iterator[Moved]:
    stock = view.ledger.stocks.get(str(body["Id"]))
    if stock is not None:
        for event in stock.layers.events:
            yield Moved(event.order[0], event.entity, event.object_id, event.quantity, event.value)
        return
    began = view.ledger.beginning_of(str(body["Id"]))
    if began is not None and began[0]:
        yield Moved(str(body.get("InvStartDate") or ""), "Item", str(body["Id"]), *began)


def _name(body: JsonObject) -> str:
    return str(body.get("FullyQualifiedName") or body["Name"])


def _amount(quantity: Decimal) -> str:
    """A quantity with two decimals, or more where it has more."""
    shortest = quantity.normalize()
    decimals = -int(shortest.as_tuple().exponent)
    return f"{quantity:.2f}" if decimals <= 2 else f"{shortest:f}"  # noqa: PLR2004 - as on money
