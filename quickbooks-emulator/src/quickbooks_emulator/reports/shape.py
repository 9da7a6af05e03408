"""The report format: header, columns, and rows that nest sections; every cell is a text.

Source: Intuit, "Run reports" and the recorded GeneralLedger and ProfitAndLoss.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quickbooks_emulator.json_text import JsonObject

CENT = Decimal("0.01")
NOUGHT = Decimal(0)


def money(amount: Decimal, *, shows_nought: bool = False) -> str:
    """`593.50`; nought is an empty cell unless it is to show."""
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    return f"{rounded:f}" if rounded or shows_nought else ""


def cell(value: str, object_id: str | None = None) -> JsonObject:
    """One cell, with the id of what it names."""
    return {"value": value} if object_id is None else {"value": value, "id": object_id}


def amounts(values: Iterable[Decimal], *, shows_nought: bool = False) -> list[JsonObject]:
    """A cell per amount."""
    return [cell(money(value, shows_nought=shows_nought)) for value in values]


def data(cells: Sequence[JsonObject], group: str = "") -> JsonObject:
    """A row of data."""
    row: JsonObject = {"ColData": list(cells), "type": "Data"}
    return {**row, "group": group} if group else row


def section(
    head: Sequence[JsonObject] | None,
    rows: Sequence[JsonObject],
    summary: Sequence[JsonObject] | None,
    group: str = "",
) -> JsonObject:
    """A section: what it is called, its rows, its sum. Any part may be missing."""
    shown: JsonObject = {}
    if head is not None:
        shown["Header"] = {"ColData": list(head)}
    if rows:
        shown["Rows"] = {"Row": list(rows)}
    if summary is not None:
        shown["Summary"] = {"ColData": list(summary)}
    shown["type"] = "Section"
    return {**shown, "group": group} if group else shown


def column(title: str, kind: str, key: str = "", **more: str) -> JsonObject:
    """A column; those of statements carry a key, those of parts of a period its days too."""
    shown: JsonObject = {"ColTitle": title, "ColType": kind}
    facts = {**more, "ColKey": key}
    pairs = [{"Name": name, "Value": value} for name, value in facts.items()]
    return {**shown, "MetaData": pairs} if key else shown


def blanks(count: int) -> list[JsonObject]:
    """Empty cells."""
    return [cell("") for _ in range(count)]


def added(left: Sequence[Decimal], right: Sequence[Decimal]) -> list[Decimal]:
    """Two rows of amounts added up."""
    return [a + b for a, b in zip(left, right, strict=True)]


def total(rows: Iterable[Sequence[Decimal]], width: int) -> list[Decimal]:
    """Rows of amounts added up."""
    result = [NOUGHT] * width
    for row in rows:
        result = added(result, row)
    return result
