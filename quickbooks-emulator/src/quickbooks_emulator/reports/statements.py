"""ProfitAndLoss, BalanceSheet and TrialBalance.

Source: Intuit, the reference page of each report; ProfitAndLoss recorded. What earlier years
earned is in Retained Earnings, so that the sheet balances and its net income is the statement's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator.catalogue.account_types import BALANCE_SHEET
from quickbooks_emulator.reports.accounts import Block, block
from quickbooks_emulator.reports.periods import Column, columns_of
from quickbooks_emulator.reports.shape import (
    NOUGHT,
    added,
    amounts,
    blanks,
    cell,
    column,
    data,
    section,
    total,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from quickbooks_emulator.books.chart import Chart
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.reports.accounts import Amounts
    from quickbooks_emulator.reports.content import Content, View

Part: TypeAlias = "tuple[str, str, str | tuple[Part, ...]]"
"""A section's group and title, and a type of accounts or the sections inside."""

ASSETS: tuple[Part, ...] = (
    ("CurrentAssets", "Current Assets", (
        ("BankAccounts", "Bank Accounts", "Bank"),
        ("AR", "Accounts Receivable", "Accounts Receivable"),
        ("OtherCurrentAssets", "Other Current Assets", "Other Current Asset"),
    )),
    ("FixedAssets", "Fixed Assets", "Fixed Asset"),
    ("OtherAssets", "Other Assets", "Other Asset"),
)  # fmt: skip
LIABILITIES: tuple[Part, ...] = (
    ("CurrentLiabilities", "Current Liabilities", (
        ("AP", "Accounts Payable", "Accounts Payable"),
        ("CreditCards", "Credit Cards", "Credit Card"),
        ("OtherCurrentLiabilities", "Other Current Liabilities", "Other Current Liability"),
    )),
    ("LongTermLiabilities", "Long-Term Liabilities", "Long Term Liability"),
)  # fmt: skip


def profit_and_loss(view: View) -> Content:
    """Income, costs and expenses of a period."""
    columns = columns_of(view.asked)
    flows = _flows(view, columns)
    width = len(columns)
    chart = view.ledger.chart

    def of(kind: str) -> Block:
        return block(chart, (kind,), flows, width)

    income, sold, expenses = of("Income"), of("Cost of Goods Sold"), of("Expense")
    other_income, other_expenses = of("Other Income"), of("Other Expense")
    gross = _less(income.sums, sold.sums)
    operating = _less(gross, expenses.sums)
    other = _less(other_income.sums, other_expenses.sums)
    has_data = any(any(values) for values in flows.values())
    rows = [_part("Income", income, "Income", width)]
    if not sold.is_empty:
        rows.append(_part("Cost of Goods Sold", sold, "COGS", width))
    rows.append(_sum("Gross Profit", gross, "GrossProfit", shows=has_data))
    rows.append(_part("Expenses", expenses, "Expenses", width))
    rows.append(_sum("Net Operating Income", operating, "NetOperatingIncome", shows=has_data))
    if not other_income.is_empty:
        rows.append(_part("Other Income", other_income, "OtherIncome", width))
    if not other_expenses.is_empty:
        rows.append(_part("Other Expenses", other_expenses, "OtherExpenses", width))
    if not (other_income.is_empty and other_expenses.is_empty):
        rows.append(_sum("Net Other Income", other, "NetOtherIncome", shows=has_data))
    rows.append(_sum("Net Income", added(operating, other), "NetIncome", shows=has_data))
    return view.content(_columns(columns), rows, has_data=has_data)


def balance_sheet(view: View) -> Content:
    """Assets, liabilities and equity at the end of a period."""
    columns = columns_of(view.asked)
    width = len(columns)
    chart = view.ledger.chart
    balances, net_income = _standing(view, columns)
    assets, asset_sums = _tree(chart, ASSETS, balances, width)
    debts, debt_sums = _tree(chart, LIABILITIES, balances, width)
    equity = block(chart, ("Equity",), balances, width)
    equity_sums = added(equity.sums, net_income)
    income_row = data(
        [cell("Net Income"), *amounts(net_income, shows_nought=True)], group="NetIncome"
    )
    inner = [
        _section("Liabilities", debts, debt_sums, "Liabilities"),
        _section("Equity", [*equity.rows, income_row], equity_sums, "Equity"),
    ]
    both = added(debt_sums, equity_sums)
    rows = [
        _section("ASSETS", assets, asset_sums, "TotalAssets", "TOTAL ASSETS"),
        _section(
            "LIABILITIES AND EQUITY",
            inner,
            both,
            "TotalLiabilitiesAndEquity",
            "TOTAL LIABILITIES AND EQUITY",
        ),
    ]
    has_data = any(any(values) for values in balances.values()) or any(net_income)
    return view.content(_columns(columns), rows, has_data=has_data)


def trial_balance(view: View) -> Content:
    """Every account's balance on its side: what stands at the end, and the period's flows."""
    chart = view.ledger.chart
    start, end = view.asked.start, view.asked.end
    balances: dict[str, Decimal] = {}
    retained = chart.of("retained")
    for movement in view.movements():
        account_id, date = movement.posting.account_id, movement.date
        if date > end:
            continue
        if date < start and chart.type_of(account_id) not in BALANCE_SHEET:
            account_id = retained
        balances[account_id] = balances.get(account_id, NOUGHT) + movement.posting.amount
    rows, sums = [], [NOUGHT, NOUGHT]
    kinds = list(view.kinds())
    order = sorted(balances, key=lambda one: (kinds.index(chart.type_of(one)), view.name(one)))
    for account_id in order:
        amount = balances[account_id]
        if not amount:
            continue
        sides = [max(amount, NOUGHT), max(-amount, NOUGHT)]
        sums = added(sums, sides)
        rows.append(data([cell(view.name(account_id), account_id), *amounts(sides)]))
    has_data = bool(rows)
    summary = [cell("TOTAL"), *amounts(sums, shows_nought=True)]
    rows.append(section(None, [], summary, "GrandTotal"))
    titles = [
        column("", "Account", "account"),
        column("Debit", "Money", "debit"),
        column("Credit", "Money", "credit"),
    ]
    return view.content(titles, rows, has_data=has_data)


def _flows(view: View, columns: Sequence[Column]) -> Amounts:
    """What moved on each income and expense account, per column."""
    chart, width = view.ledger.chart, len(columns)
    found: Amounts = {}
    for movement in view.movements():
        account_id = movement.posting.account_id
        if chart.type_of(account_id) in BALANCE_SHEET:
            continue
        for place, one in enumerate(columns):
            if one.start <= movement.date <= one.end:
                values = found.setdefault(account_id, [NOUGHT] * width)
                values[place] += movement.posting.amount
    return found


def _standing(view: View, columns: Sequence[Column]) -> tuple[Amounts, list[Decimal]]:
    """Each balance-sheet account at the end of each column, and the year's net income by then."""
    chart, width = view.ledger.chart, len(columns)
    retained = chart.of("retained")
    found: Amounts = {}
    net_income = [NOUGHT] * width
    starts = [view.year_start(one.end) for one in columns]
    for movement in view.movements():
        account_id, amount = movement.posting.account_id, movement.posting.amount
        is_flow = chart.type_of(account_id) not in BALANCE_SHEET
        for place, one in enumerate(columns):
            if movement.date > one.end:
                continue
            if is_flow and movement.date >= starts[place]:
                net_income[place] -= amount
                continue
            home = retained if is_flow else account_id
            found.setdefault(home, [NOUGHT] * width)[place] += amount
    return found, net_income


def _tree(
    chart: Chart, parts: Sequence[Part], balances: Amounts, width: int
) -> tuple[list[JsonObject], list[Decimal]]:
    """Sections of accounts by type; empty ones are left out."""
    rows, sums = [], total((), width)
    for group, title, inside in parts:
        if isinstance(inside, str):
            found = block(chart, (inside,), balances, width)
            inner, inner_sums = found.rows, found.sums
        else:
            inner, inner_sums = _tree(chart, inside, balances, width)
        if inner:
            rows.append(_section(title, inner, inner_sums, group))
            sums = added(sums, inner_sums)
    return rows, sums


def _section(
    title: str, rows: list[JsonObject], sums: list[Decimal], group: str, end: str = ""
) -> JsonObject:
    summary = [cell(end or f"Total {title}"), *amounts(sums, shows_nought=True)]
    return section([cell(title), *blanks(len(sums))], rows, summary, group)


def _part(title: str, found: Block, group: str, width: int) -> JsonObject:
    sums = amounts(found.sums, shows_nought=not found.is_empty)
    head = [cell(title), *blanks(width)]
    return section(head, found.rows, [cell(f"Total {title}"), *sums], group)


def _sum(title: str, sums: list[Decimal], group: str, *, shows: bool) -> JsonObject:
    return section(None, [], [cell(title), *amounts(sums, shows_nought=shows)], group)


def _columns(columns: Sequence[Column]) -> list[JsonObject]:
    return [
        column("", "Account", "account"),
        *(one.shown() for one in columns),
    ]


def _less(left: list[Decimal], right: list[Decimal]) -> list[Decimal]:
    return [a - b for a, b in zip(left, right, strict=True)]
