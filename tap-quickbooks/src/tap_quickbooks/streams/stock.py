"""Corrections of stock."""

from __future__ import annotations

from tap_quickbooks.entity import EntityStream
from tap_quickbooks.schemas import ADJUSTMENT_LINE, day, listing, ref, text


class InventoryAdjustments(EntityStream):
    """One record per inventory adjustment `Id`; each line changes the stock of one item.

    Whether change data capture carries them is not documented: the tap finds out and keeps the
    answer in its state; where it does not, each run reads them all and compares ids and versions.
    Nor is whether rows of a query have lines: what is new and comes without is read by its id.
    Source: Intuit, Accounting API, "InventoryAdjustment".
    """

    name = "inventory_adjustments"
    entity = "InventoryAdjustment"
    moves_stock = True
    is_compared_by_id = True
    rows_may_lack_lines = True
    fields = (
        text("DocNumber", "The document's number, text of up to 21 characters"),
        day("TxnDate", "Date of the adjustment"),
        text("PrivateNote", "A note for the company itself"),
        ref("AdjustAccountRef", "The account that takes the other side"),
        listing("Line", ADJUSTMENT_LINE, "Items and changes"),
        ref("DepartmentRef", "Location"),
        ref("CustomerRef", "The customer of a shipping adjustment"),
    )
