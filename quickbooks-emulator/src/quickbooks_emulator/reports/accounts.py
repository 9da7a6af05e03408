"""Rows of accounts: each with its amounts, sub-accounts inside their parents.

Source: Intuit, "BalanceSheet" and "ProfitAndLoss" (sample objects).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.reports.shape import added, amounts, cell, data, section, total
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quickbooks_emulator.books.chart import Chart
    from quickbooks_emulator.json_text import JsonObject

Amounts = dict[str, list[Decimal]]
"""Per account: an amount for each column."""

DEBIT_TYPES = frozenset({
    "Bank", "Accounts Receivable", "Other Current Asset", "Fixed Asset", "Other Asset",
    "Cost of Goods Sold", "Expense", "Other Expense",
})  # fmt: skip
"""Accounts that reports show with debits positive; all others with credits positive."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows with their sum."""

    rows: list[JsonObject]
    sums: list[Decimal]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.rows


def natural(chart: Chart, account_id: str, values: Iterable[Decimal]) -> list[Decimal]:
    """Amounts with the sign that the account's kind is shown with."""
    sign = 1 if chart.type_of(account_id) in DEBIT_TYPES else -1
    return [value * sign for value in values]


def block(chart: Chart, kinds: tuple[str, ...], balances: Amounts, width: int) -> Block:
    """The accounts of some types that have amounts, by name."""
    wanted = {
        account_id: natural(chart, account_id, values)
        for account_id, values in balances.items()
        if chart.type_of(account_id) in kinds and any(values)
    }
    children: dict[str, list[str]] = {}
    for account_id in list(wanted):
        above = reference(chart.body(account_id), "ParentRef") or ""
        while account_id not in children.setdefault(above, []):
            children[above].append(account_id)
            if not above:
                break
            account_id = above  # noqa: PLW2901 - up to the root
            above = reference(chart.body(account_id), "ParentRef") or ""
    rows, sums = _rows(chart, children, children.get("", []), wanted, width)
    return Block(rows, sums)


def _rows(
    chart: Chart,
    children: dict[str, list[str]],
    ids: list[str],
    wanted: Amounts,
    width: int,
) -> tuple[list[JsonObject], list[Decimal]]:
    rows, sums = [], total((), width)
    for account_id in sorted(ids, key=lambda one: str(chart.body(one)["Name"]).casefold()):
        body = chart.body(account_id)
        name, own = str(body["Name"]), wanted.get(account_id, total((), width))
        head = cell(name, account_id)
        if account_id in children:
            inner, inside = _rows(chart, children, children[account_id], wanted, width)
            whole = added(own, inside)
            summary = [cell(f"Total {name}"), *amounts(whole, shows_nought=True)]
            rows.append(section([head, *amounts(own)], inner, summary))
        else:
            whole = own
            rows.append(data([head, *amounts(own, shows_nought=True)]))
        sums = added(sums, whole)
    return rows, sums
