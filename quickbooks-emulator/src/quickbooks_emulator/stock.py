"""How documents move stock: signed quantities per item, worked out from the lines.

Source: Intuit, "Item" (QtyOnHand), "InventoryAdjustment" and the reference pages of the sales and
purchase forms: sales take, credits and purchases bring, an adjustment adds its difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import EXACT, JsonObject, add

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quickbooks_emulator.store import Company, Movement, Row

SIGNS = {
    "Invoice": -1, "SalesReceipt": -1, "CreditMemo": 1, "RefundReceipt": 1,
    "Bill": 1, "Purchase": 1, "VendorCredit": -1, "InventoryAdjustment": 1,
}  # fmt: skip
QUANTITIES = (
    ("SalesItemLineDetail", "Qty"),
    ("ItemBasedExpenseLineDetail", "Qty"),
    ("ItemAdjustmentLineDetail", "QtyDiff"),
)
OPENING, COST = "opening", "cost"
"""What the row of an item or account keeps beside its object: what it began with, at what cost."""


@dataclass(frozen=True, slots=True)
class StockLine:
    """A document's line with an item: the quantity as written, not yet signed."""

    index: int
    item_id: str
    quantity: Decimal
    amount: Decimal


def moves_of(
    company: Company, entity: str, body: JsonObject, old: Row | None
) -> tuple[Movement, ...]:
    """What a row keeps of stock: a document's movements, an item's or account's beginnings."""
    if entity == "Item":
        was_tracked = old is not None and old.body.get("Type") == "Inventory"
        return old.moves if old is not None and was_tracked else beginnings(body)
    if entity == "Account":
        return old.moves if old is not None else ()
    return movements(company, entity, body)


def beginnings(item: JsonObject) -> tuple[Movement, ...]:
    """What a new inventory item starts with, and at what cost a unit."""
    if item.get("Type") != "Inventory":
        return ()
    quantity = Decimal(item.get("QtyOnHand") or 0)
    return ((OPENING, quantity), (COST, Decimal(item.get("PurchaseCost") or 0)))


def sign_of(entity: str, body: JsonObject) -> int:
    """+1 where a positive quantity brings, -1 where it takes, 0 where nothing moves."""
    sign = SIGNS.get(entity, 0)
    return -sign if entity == "Purchase" and body.get("Credit") else sign


def movements(company: Company, entity: str, body: JsonObject) -> tuple[Movement, ...]:
    """What the document does to each tracked item's quantity."""
    sign = sign_of(entity, body)
    if sign == 0:
        return ()
    changes: dict[str, Decimal] = {}
    for item_id, quantity in item_quantities(body.get("Line") or []):
        item = company.body("Item", item_id)
        if item is None or item.get("Type") != "Inventory":
            continue
        change = quantity if sign > 0 else EXACT.minus(quantity)
        changes[item_id] = add(changes.get(item_id, 0), change)
    return tuple((item_id, change) for item_id, change in changes.items() if change)


def item_quantities(lines: Iterable[JsonObject]) -> Iterator[tuple[str, Decimal]]:
    """Item id and quantity of each line, bundles part by part."""
    for line in flat(lines):
        found = item_of(line)
        if found is not None:
            yield found


def stock_lines(lines: Iterable[JsonObject]) -> Iterator[StockLine]:
    """The lines that name an item and a quantity, bundles part by part."""
    for index, line in enumerate(flat(lines)):
        found = item_of(line)
        if found is not None:
            yield StockLine(index, *found, Decimal(line.get("Amount") or 0))


def flat(lines: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """The lines with the parts of bundles in place of the bundles."""
    for line in lines:
        group = line.get("GroupLineDetail")
        if group and group.get("Line"):
            yield from flat(group["Line"])
        else:
            yield line


def item_of(line: JsonObject) -> tuple[str, Decimal] | None:
    """Item id and quantity of a line that has both."""
    for member, name in QUANTITIES:
        detail = line.get(member)
        if detail and detail.get(name) is not None and detail.get("ItemRef"):
            return detail["ItemRef"]["value"], Decimal(detail[name])
    return None
