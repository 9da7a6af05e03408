"""Amounts of lines: arithmetic, numbering, subtotal and discount.

Source: Intuit, "Invoice", "SalesReceipt", "Bill" (Line) and "Error codes" (2020, 2250, 2290, 6070,
6090, 6100, 6440, 6520); numbering as recorded in May 2026.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import EXACT, JsonObject, add, multiply
from quickbooks_emulator.problems import Problem, missing

if TYPE_CHECKING:
    from collections.abc import Iterable

CENT = Decimal("0.01")
UNNUMBERED = frozenset({"SubTotalLineDetail", "DiscountLineDetail"})
"""Kinds of line that have neither Id nor LineNum."""
WITHOUT_LINE_NUMBER = frozenset({"JournalEntry", "Purchase"})
FIRST_LINE_IDS = {"JournalEntry": 0}


def to_cents(value: Decimal) -> Decimal:
    """Rounded half up to the currency's cents."""
    return value.quantize(CENT, ROUND_HALF_UP, EXACT)


def total(lines: Iterable[JsonObject]) -> Decimal:
    """The sum of the amounts; lines that only describe count for nothing."""
    result = Decimal(0)
    for line in lines:
        if line.get("DetailType") != "DescriptionOnly":
            result = add(result, line.get("Amount") or 0)
    return result


def check_product(line: JsonObject, detail: JsonObject) -> None:
    """Raises Problem 6070 unless Amount is Qty x UnitPrice where both are given, 2020 without."""
    quantity, price = detail.get("Qty"), detail.get("UnitPrice")
    amount = line.get("Amount")
    if amount is None:
        raise missing("Line.Amount")
    if quantity == 0 and price == 0 and amount:
        # python-quickbooks sends noughts for what its caller leaves out, and is understood.
        del detail["Qty"], detail["UnitPrice"]
        quantity = None
    if quantity is None or price is None:
        line["Amount"] = _in_cents(amount)
        return
    if to_cents(multiply(quantity, price)) != Decimal(amount):
        raise Problem(
            "6070",
            f"Amount is not equal to UnitPrice * Qty. Supplied value:{amount}",
            "",
        )


def _in_cents(amount: Decimal | int) -> Decimal | int:
    """The amount as it was sent unless it has parts of a cent."""
    if isinstance(amount, int) or amount == to_cents(amount):
        return amount
    return to_cents(amount)


def check_quantity(item: JsonObject, detail: JsonObject) -> None:
    """Raises Problem 6520 for a stocked item without a quantity."""
    if item.get("Type") == "Inventory" and detail.get("Qty") is None:
        raise Problem("6520", f"Item {item['Name']} is tracked: a quantity is needed", "Qty")


def line_ids(lines: Iterable[JsonObject]) -> frozenset[str]:
    """The ids of a document's lines and of its bundles' parts."""
    found = set()
    for line in lines:
        if line.get("Id") is not None:
            found.add(str(line["Id"]))
        found |= line_ids((line.get("GroupLineDetail") or {}).get("Line") or [])
    return frozenset(found)


class _Ids:
    """Line ids: those of the stored document stay, once each; new lines count on."""

    def __init__(self, lines: list[JsonObject], kept: frozenset[str], first: int) -> None:
        self._left = set(line_ids(lines) & kept)
        numbers = [int(number) for number in kept if number.isdecimal()]
        self._following = max(numbers, default=first - 1) + 1

    def give(self, line: JsonObject) -> None:
        own = str(line.get("Id", ""))
        if own in self._left:
            self._left.discard(own)
            line["Id"] = own
            return
        line["Id"] = str(self._following)
        self._following += 1


def number_lines(lines: list[JsonObject], kept: frozenset[str], entity: str = "") -> None:
    """Give every line that can have one its Id, and its number where the document shows one."""
    ids = _Ids(lines, kept, FIRST_LINE_IDS.get(entity, 1))
    has_numbers = entity not in WITHOUT_LINE_NUMBER
    position = 0
    for line in lines:
        if line.get("DetailType") in UNNUMBERED or "DetailType" not in line:
            line.pop("LineNum", None)
            if line.get("DetailType") in UNNUMBERED or line.get("LinkedTxn"):
                line.pop("Id", None)
                continue
        ids.give(line)
        for part in (line.get("GroupLineDetail") or {}).get("Line") or []:
            ids.give(part)
        if "DetailType" not in line:
            continue
        position += 1
        if has_numbers:
            line["LineNum"] = position
        line["CustomExtensions"] = []
