"""How documents move stock: signed quantities per item, worked out from the lines.

Source: Intuit, "Item" (QtyOnHand), "InventoryAdjustment" and the reference pages of the sales and
purchase forms: sales take, credits and purchases bring, an adjustment adds its difference.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import EXACT, JsonObject, add

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quickbooks_emulator.store import Company, Movement

SIGNS = {
    "Invoice": -1, "SalesReceipt": -1, "CreditMemo": 1, "RefundReceipt": 1,
    "Bill": 1, "Purchase": 1, "VendorCredit": -1, "InventoryAdjustment": 1,
}  # fmt: skip


def movements(company: Company, entity: str, body: JsonObject) -> tuple[Movement, ...]:
    """What the document does to each tracked item's quantity."""
    sign = SIGNS.get(entity, 0)
    if entity == "Purchase" and body.get("Credit"):
        sign = -sign
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
    for line in lines:
        group = line.get("GroupLineDetail")
        if group:
            yield from item_quantities(group.get("Line") or [])
            continue
        for member, name in (
            ("SalesItemLineDetail", "Qty"),
            ("ItemBasedExpenseLineDetail", "Qty"),
            ("ItemAdjustmentLineDetail", "QtyDiff"),
        ):
            detail = line.get(member)
            if detail and detail.get(name) is not None and detail.get("ItemRef"):
                yield detail["ItemRef"]["value"], Decimal(detail[name])
