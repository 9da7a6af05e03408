"""Inventory adjustments.

Source: Intuit, "InventoryAdjustment"; "Error codes" (2010, 2020, 5020, 6000, 6430).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.account_types import COSTS
from quickbooks_emulator.json_text import add, plain, subtract
from quickbooks_emulator.problems import Problem, business, missing, unsupported_property
from quickbooks_emulator.rules import features
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

MEMBER = "ItemAdjustmentLineDetail"
NEEDED_ON_UPDATE = ("AdjustAccountRef", "Line")


def adjustment(
    company: Company, body: JsonObject, old: JsonObject | None, around: Circumstances
) -> None:
    """Signed differences of stocked items. Raises Problem."""
    switches = around.switches
    features.check_inventory(company, switches)
    _check_account(company.body("Account", reference(body, "AdjustAccountRef") or "") or {})
    if len(body["Line"]) > switches.adjustment_lines:
        raise business(f"No more than {switches.adjustment_lines} lines are allowed.")
    before = _differences(old or {})
    seen: dict[str, Decimal] = {}
    for line in body["Line"]:
        item = _line(company, line, before, around)
        item_id = str(item["Id"])
        if item_id in seen and switches.adjustment_repeated_item == "refused":
            raise business(f"{item['Name']} is on more than one line of the adjustment.")
        seen[item_id] = add(seen.get(item_id, 0), line[MEMBER]["QtyDiff"])
        if switches.adjustment_below_zero == "refused" and not around.is_by_hand:
            here = subtract(item.get("QtyOnHand", 0), before.get(item_id, 0))
            if seen[item_id] < 0 and add(here, seen[item_id]) < 0:
                raise business(
                    f"You can't adjust {item['Name']} below zero: "
                    f"{plain(here)} on hand, {plain(seen[item_id])} wanted."
                )


def check_date(body: JsonObject, around: Circumstances) -> None:
    """Raises Problem 2020 for an app's adjustment that does not say of which day it is."""
    is_needed = around.switches.adjustment_date == "required" and not around.is_by_hand
    if is_needed and not body.get("TxnDate"):
        raise missing("TxnDate")


def _line(
    company: Company, line: JsonObject, before: dict[str, Decimal], around: Circumstances
) -> JsonObject:
    """The stocked item of a line, which is given the shape of Intuit's sample."""
    detail = line[MEMBER]
    item = company.body("Item", reference(detail, "ItemRef") or "")
    if item is None:
        raise missing(f"Line.{MEMBER}.ItemRef")
    if item.get("Type") != "Inventory":
        raise business(f"{item['Name']} is not an inventory item and cannot be adjusted.")
    _read_quantity(item, detail, before, around)
    if around.switches.adjustment_whole_only and Decimal(detail["QtyDiff"]) % 1:
        raise business("The quantity must be a whole number.")
    # The reply shows neither the line's kind nor the item's name, as Intuit's sample.
    line.pop("DetailType", None)
    line.pop("Amount", None)
    detail["ItemRef"] = {"value": item["Id"]}
    return item


def _read_quantity(
    item: JsonObject, detail: JsonObject, before: dict[str, Decimal], around: Circumstances
) -> None:
    """QtyDiff, or what NewQty says of it by the reading in force. Raises Problem 2010 or 2020."""
    wanted = detail.pop("NewQty", None)
    reading = around.switches.adjustment_new_qty
    if wanted is not None and reading == "refused":
        raise unsupported_property("NewQty")
    if wanted is not None and reading == "absolute":
        here = subtract(item.get("QtyOnHand", 0), before.get(str(item["Id"]), 0))
        detail["QtyDiff"] = plain(subtract(wanted, here))
    if detail.get("QtyDiff") is None:
        raise missing(f"Line.{MEMBER}.QtyDiff")


def _check_account(account: JsonObject) -> None:
    """Raises Problem 6430 for an account that takes no cost: only expenses and opening equity."""
    subtype = account.get("AccountSubType")
    if account.get("AccountType") not in COSTS and subtype != "OpeningBalanceEquity":
        raise Problem(
            "6430",
            "Invalid account type: AdjustAccountRef must be an expense, cost of goods sold or "
            "opening balance equity account",
            "",
        )


def _differences(body: JsonObject) -> dict[str, Decimal]:
    """What a stored adjustment does to each item."""
    found: dict[str, Decimal] = {}
    for line in body.get("Line") or []:
        detail = line[MEMBER]
        item_id = str(detail["ItemRef"]["value"])
        found[item_id] = add(found.get(item_id, 0), detail["QtyDiff"])
    return found


def check_update(given: JsonObject, old: JsonObject, around: Circumstances) -> JsonObject:
    """What an update may change. Raises Problem 2020 or 6000."""
    if around.is_by_hand:
        return given
    if not given.get("sparse") and around.switches.adjustment_full_update == "refused":
        raise missing("sparse")
    for name in NEEDED_ON_UPDATE:
        if not given.get(name):
            raise missing(name)
    date = given.get("TxnDate")
    if (
        not date
        or date == old.get("TxnDate")
        or around.switches.adjustment_date_change == "changed"
    ):
        return given
    if around.switches.adjustment_date_change == "refused":
        raise business("The date of an inventory adjustment cannot be changed.")
    return {**given, "TxnDate": old["TxnDate"]}
