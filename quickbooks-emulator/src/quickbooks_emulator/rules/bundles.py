"""Bundles: a line that names one is written out part by part.

Source: Intuit, "Invoice" (GroupLineDetail), "Item" (ItemGroupDetail).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import JsonObject, multiply, plain
from quickbooks_emulator.problems import Problem, missing
from quickbooks_emulator.rules.lines import to_cents, total
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.store import Company

SALES_DETAIL = "SalesItemLineDetail"


def expand(company: Company, line: JsonObject) -> None:
    """Fill the bundle's parts, unless they were sent, and its amount. Raises Problem 2020, 2500."""
    detail = line["GroupLineDetail"]
    if reference(detail, "GroupItemRef") is None:
        raise missing("GroupLineDetail.GroupItemRef")
    item = company.body("Item", reference(detail, "GroupItemRef") or "") or {}
    if item.get("Type") != "Group":
        raise Problem(
            "2500", f"Invalid Reference Id : {item.get('Name')} is no bundle", "GroupItemRef"
        )
    quantity = detail.setdefault("Quantity", 1)
    if not detail.get("Line"):
        parts = (item.get("ItemGroupDetail") or {}).get("ItemGroupLine") or []
        detail["Line"] = [_part(company, part, Decimal(quantity)) for part in parts]
    line["Amount"] = total(detail["Line"])


def _part(company: Company, part: JsonObject, quantity: Decimal) -> JsonObject:
    item = company.body("Item", reference(part, "ItemRef") or "") or {}
    price = item.get("UnitPrice", 0)
    count = multiply(part.get("Qty", 1), quantity)
    return {
        "Description": item.get("Description", ""),
        "Amount": to_cents(multiply(count, price)),
        "DetailType": SALES_DETAIL,
        SALES_DETAIL: {
            "ItemRef": {"value": item.get("Id", ""), "name": item.get("Name", "")},
            "UnitPrice": price,
            "Qty": plain(count),
        },
    }
