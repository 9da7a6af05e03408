"""Dates that stop a write: closed books and the start of an item's stock.

Source: Intuit, "Preferences" (BookCloseDate), "Item" (InvStartDate); "Error codes" (6200, 6210,
6270).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem
from quickbooks_emulator.stock import item_quantities

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

NON_POSTING = frozenset({"Estimate", "PurchaseOrder"})


def check_open(company: Company, entity: str, txn_date: str, around: Circumstances) -> None:
    """Raises Problem 6200 or 6210 for a posting document dated in closed books."""
    preferences = company.single("Preferences").get("AccountingInfoPrefs") or {}
    closed = preferences.get("BookCloseDate")
    if not closed or entity in NON_POSTING or txn_date > str(closed):
        return
    if around.switches.book_close_password:
        raise Problem(
            "6210",
            "Account Period Closed, Cannot Update Through Services API : The account period has "
            "closed and the account books cannot be updated through the QBO Services API.",
            "",
        )
    raise Problem(
        "6200",
        "Account Period Closed : The account period has closed; "
        f"transactions dated on or before {closed} cannot be changed.",
        "",
    )


def check_stock_start(company: Company, entity: str, body: JsonObject) -> None:
    """Raises Problem 6270 for a document earlier than the stock of an item on it."""
    if entity in NON_POSTING:
        return
    txn_date = str(body.get("TxnDate", "9999"))
    for item_id, _ in item_quantities(body.get("Line") or []):
        item = company.body("Item", item_id)
        start = (item or {}).get("InvStartDate")
        if item and start and txn_date < str(start):
            raise Problem(
                "6270",
                "Transaction date is prior to start date for inventory item : "
                f"The transaction date is earlier than the start date {start} of {item['Name']}.",
                "",
            )
