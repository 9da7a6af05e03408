"""A voided document: it stays, with nothing in it.

Source: Intuit, "Invoice", "SalesReceipt", "Payment", "BillPayment", void; recorded answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem, missing
from quickbooks_emulator.settlement import SETTLED_BY

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.switches import Switches

LONGEST_NOTE = 4000
BY_OPERATION = frozenset({"Invoice"})
"""What operation=void is for; the rest is voided by operation=update and include=void."""
EMPTIED = frozenset({"Qty", "UnitPrice", "Quantity"})


def check_form(entity: str, operation: str, body: Json, switches: Switches) -> None:
    """Raises Problem 500 or 2020 for a void asked for in the way of other entities."""
    if switches.void_forms == "either":
        return
    is_operation = operation == "void"
    if is_operation != (entity in BY_OPERATION):
        asked = "void" if is_operation else "update with include=void"
        raise Problem("500", f"Operation {asked} is not supported.")
    if not is_operation and isinstance(body, dict) and not body.get("sparse"):
        raise missing("sparse")


def voided(entity: str, body: JsonObject) -> JsonObject:
    """The document with every amount and quantity at nought."""
    note = str(body.get("PrivateNote") or "")
    changed = {
        **body,
        "PrivateNote": f"Voided - {note}"[:LONGEST_NOTE] if note else "Voided",
        "TotalAmt": 0,
        "Line": [] if entity in SETTLED_BY else [_nought(x) for x in body["Line"]],
    }
    if "LinkedTxn" in body:
        changed["LinkedTxn"] = []
    for name in ("Balance", "UnappliedAmt", "Deposit", "HomeTotalAmt", "HomeBalance"):
        if name in body:
            changed[name] = 0
    if "TxnTaxDetail" in body:
        changed["TxnTaxDetail"] = {"TotalTax": 0}
    return changed


def _nought(line: JsonObject) -> JsonObject:
    changed = {**line, "Amount": 0}
    for member, detail in line.items():
        if member.endswith("Detail") and isinstance(detail, dict):
            zeroed = {name: 0 if name in EMPTIED else value for name, value in detail.items()}
            if "Line" in detail:
                zeroed["Line"] = [_nought(part) for part in detail["Line"]]
            changed[member] = zeroed
    return changed
