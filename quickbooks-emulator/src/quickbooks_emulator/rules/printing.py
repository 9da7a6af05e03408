"""How numbers are printed: money with two decimals, quantities and prices with what they need.

Source: recorded answers of 2020, kept byte by byte: 100.00 for amounts, 0 for nothing, 75 and 4.5
for prices and quantities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import money, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quickbooks_emulator.json_text import JsonObject

MONEY = (
    "TotalAmt", "Balance", "BalanceWithJobs", "UnappliedAmt", "RemainingCredit", "HomeTotalAmt",
    "HomeBalance", "Amount", "Deposit",
)  # fmt: skip
PLAIN = ("UnitPrice", "PurchaseCost", "QtyOnHand", "ReorderPoint", "DueDays", "RateValue")
PLAIN_IN_DETAILS = ("Qty", "UnitPrice", "QtyDiff", "Quantity", "DiscountPercent")


def print_numbers(body: JsonObject) -> None:
    """Put the numbers of a stored object in the form in which they are printed."""
    for name in MONEY:
        if name in body:
            body[name] = money(body[name])
    for name in PLAIN:
        if name in body:
            body[name] = plain(body[name])
    _print_lines(body.get("Line") or [])
    tax = body.get("TxnTaxDetail")
    if tax and "TotalTax" in tax:
        body["TxnTaxDetail"] = {**tax, "TotalTax": money(tax["TotalTax"])}
    back = body.get("CashBack")
    if back and "Amount" in back:
        body["CashBack"] = {**back, "Amount": money(back["Amount"])}


def _print_lines(lines: Iterable[JsonObject]) -> None:
    for line in lines:
        if "Amount" in line:
            line["Amount"] = money(line["Amount"])
        for member, detail in line.items():
            if not member.endswith("Detail") or not isinstance(detail, dict):
                continue
            for name in PLAIN_IN_DETAILS:
                if name in detail:
                    detail[name] = plain(detail[name])
            if "Line" in detail:
                _print_lines(detail["Line"])
