"""What QuickBooks holds of some SKUs, by as few metered calls as are sure to find them.

Asked by SKU, two hundred share a query. From full pages of all items a thousand come with each
call, which is cheaper for most of a catalogue, and works where Sku cannot be filtered by.
Source: Intuit, "Query operations and syntax"; Accounting API, "Item" (read 2026-11): its page does
not mark Sku as filterable, though integrators find items by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from quickbooks_client.errors import InvalidQueryError
from quickbooks_client.push.exact import folded, from_json, to_date, to_decimal
from quickbooks_client.query import MAX_PAGE_ROWS, all_of, one_of, select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from quickbooks_client.records import Page, QueryReply, RawRecord

SKUS_PER_QUERY = 200
"""Intuit documents no limit of an IN list; hundreds are known to work by POST."""
FEW = 2 * SKUS_PER_QUERY
"""Up to so many SKUs are asked for by SKU: pages could hardly be cheaper."""
STOCKED = "Inventory"


class ItemBooks(Protocol):
    """The part of `quickbooks_client.Client` that this uses."""

    def query(self, text: str) -> QueryReply:
        """Answer one query (metered)."""
        ...

    def pages(self, entity: str, *, where: str) -> Iterator[Page]:
        """Every row of an entity, page by page (metered)."""
        ...


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An item as QuickBooks holds it."""

    item_id: str
    sku: str
    type: str
    is_active: bool
    quantity: Decimal | None
    """On hand; None where QuickBooks keeps none or says nothing readable."""
    starts_on: dt.date | None
    """No document may move it before."""
    read_at: dt.datetime
    """Server time of the answer it came in."""

    @property
    def is_stocked(self) -> bool:
        """Whether QuickBooks keeps a quantity of it."""
        return self.type == STOCKED


def find_items(books: ItemBooks, skus: Iterable[str]) -> dict[str, list[HeldItem]]:
    """By folded SKU: the items that have it. Inactive ones too, where they cost no further call.

    Every one of `skus` has an entry, an empty one where no item was found.
    """
    wanted = {folded(sku): sku for sku in skus}
    items: dict[str, HeldItem] = {}
    if wanted:
        try:
            if len(wanted) <= FEW or not _walk_if_cheaper(books, wanted, items):
                items = _by_sku(books, list(wanted.values()))
        except InvalidQueryError:
            items = {}
            _walk(books, wanted, items)
    found: dict[str, list[HeldItem]] = {key: [] for key in wanted}
    for item in items.values():
        if folded(item.sku) in found:
            found[folded(item.sku)].append(item)
    return found


def _by_sku(books: ItemBooks, skus: list[str]) -> dict[str, HeldItem]:
    items: dict[str, HeldItem] = {}
    for start in range(0, len(skus), SKUS_PER_QUERY):
        part = one_of("Sku", skus[start : start + SKUS_PER_QUERY])
        where = all_of(part, "Active IN (true, false)")
        reply = books.query(select("Item", where, rows=MAX_PAGE_ROWS))
        items |= {row.id: _item(row, reply.time) for row in reply.rows}
    return items


def _walk_if_cheaper(
    books: ItemBooks, wanted: Mapping[str, str], items: dict[str, HeldItem]
) -> bool:
    """Walk all items if the first page says that this takes fewer calls; whether it was done."""
    pages = books.pages("Item", where="Active = true")
    first = next(pages, None)
    if first is None:
        return True
    met = _keep(first, wanted, items)
    if len(first.records) == MAX_PAGE_ROWS:
        # As many of them are expected on each page to come.
        pages_left = len(wanted) / met - 1 if met else float("inf")
        if pages_left > -(-len(wanted) // SKUS_PER_QUERY):
            items.clear()
            return False
    for page in pages:
        _keep(page, wanted, items)
    return True


def _walk(books: ItemBooks, wanted: Mapping[str, str], items: dict[str, HeldItem]) -> None:
    for page in books.pages("Item", where="Active = true"):
        _keep(page, wanted, items)


def _keep(page: Page, wanted: Mapping[str, str], items: dict[str, HeldItem]) -> int:
    """Keep the wanted ones of `page`; how many there were. A row that comes again is newer."""
    met = 0
    for record in page.records:
        item = _item(record, page.time)
        items.pop(item.item_id, None)
        if folded(item.sku) in wanted:
            items[item.item_id] = item
            met += 1
    return met


def _item(record: RawRecord, time: dt.datetime) -> HeldItem:
    row: dict[str, Any] = from_json(record.document)
    return HeldItem(
        item_id=record.id,
        sku=str(row.get("Sku") or ""),
        type=str(row.get("Type") or ""),
        is_active=row.get("Active") is not False,
        quantity=_number(row.get("QtyOnHand")),
        starts_on=_date(row.get("InvStartDate")),
        read_at=time,
    )


def _number(value: object) -> Decimal | None:
    try:
        return to_decimal(value)
    except ValueError:
        return None


def _date(value: object) -> dt.date | None:
    try:
        return to_date(value)
    except ValueError:
        return None
