"""Inventory adjustments.

Source: Intuit, "InventoryAdjustment"; "Error codes" (2020, 5020, 6000, 6430).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem, business, missing
from quickbooks_emulator.rules import features
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company


def adjustment(
    company: Company, body: JsonObject, _old: JsonObject | None, around: Circumstances
) -> None:
    """Signed differences of stocked items. Raises Problem."""
    switches = around.switches
    features.check_inventory(company, switches)
    account = company.body("Account", reference(body, "AdjustAccountRef") or "") or {}
    if account.get("AccountSubType") == "Inventory":
        raise Problem("6430", "Invalid account type: the asset account cannot adjust itself", "")
    if len(body["Line"]) > switches.adjustment_lines:
        raise business(f"No more than {switches.adjustment_lines} lines are allowed.")
    for line in body["Line"]:
        detail = line["ItemAdjustmentLineDetail"]
        item = company.body("Item", reference(detail, "ItemRef") or "")
        if item is None:
            raise missing("Line.ItemAdjustmentLineDetail.ItemRef")
        if detail.get("QtyDiff") is None:
            raise missing("Line.ItemAdjustmentLineDetail.QtyDiff")
        if switches.adjustment_whole_only and Decimal(detail["QtyDiff"]) % 1:
            raise business("The quantity must be a whole number.")
        if item.get("Type") != "Inventory":
            raise business(f"{item['Name']} is not an inventory item and cannot be adjusted.")
        # The reply shows neither the line's kind nor the item's name, as Intuit's sample.
        line.pop("DetailType", None)
        line.pop("Amount", None)
        detail["ItemRef"] = {"value": item["Id"]}
