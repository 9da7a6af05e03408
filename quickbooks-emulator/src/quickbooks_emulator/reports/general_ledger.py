"""GeneralLedger: every account's movements in a period, with its balance before and after each.

Source: Intuit, "GeneralLedger", and the recorded report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.account_types import BALANCE_SHEET
from quickbooks_emulator.reports.accounts import DEBIT_TYPES
from quickbooks_emulator.reports.labels import label, number, party_name
from quickbooks_emulator.reports.shape import NOUGHT, blanks, cell, column, data, money, section
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from decimal import Decimal

    from quickbooks_emulator.books.ledger import Movement
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.reports.content import Content, View

COLUMNS = (
    ("Date", "tx_date"), ("Transaction Type", "txn_type"), ("Num", "doc_num"), ("Name", "name"),
    ("Memo/Description", "memo"), ("Split", "split_acc"), ("Amount", "subt_nat_amount"),
    ("Balance", "rbal_nat_amount"),
)  # fmt: skip
SPLIT = "-Split-"


def general_ledger(view: View) -> Content:
    """The report, accounts in the order of a chart, sub-accounts inside their parents."""
    chart, asked = view.ledger.chart, view.asked
    before: dict[str, Decimal] = {}
    lines: dict[str, list[Movement]] = {}
    accounts: dict[tuple[str, str], dict[str, None]] = {}
    for movement in view.movements():
        account_id = movement.posting.account_id
        accounts.setdefault((movement.entity, movement.object_id), {})[account_id] = None
        if movement.date > asked.end:
            continue
        if movement.date < asked.start:
            is_flow = chart.type_of(account_id) not in BALANCE_SHEET
            is_earlier_year = is_flow and movement.date < view.year_start(asked.end)
            home = chart.of("retained") if is_earlier_year else account_id
            before[home] = before.get(home, NOUGHT) + movement.posting.amount
        else:
            lines.setdefault(account_id, []).append(movement)
    wanted = {one for one in (*lines, *before) if lines.get(one) or before.get(one)}
    wanted = {one for one in wanted if not asked.ids("account") or one in asked.ids("account")}
    writer = _Writer(view, before, lines, accounts)
    rows = writer.sections(wanted)
    columns = [column(title, kind) for title, kind in COLUMNS]
    return view.content(columns, rows, has_data=bool(rows))


class _Writer:
    """Sections of accounts."""

    def __init__(
        self,
        view: View,
        before: dict[str, Decimal],
        lines: dict[str, list[Movement]],
        accounts: dict[tuple[str, str], dict[str, None]],
    ) -> None:
        self.view = view
        self.before = before
        self.lines = lines
        self.accounts = accounts

    def sections(self, wanted: set[str]) -> list[JsonObject]:
        """All sections, parents round their sub-accounts."""
        chart = self.view.ledger.chart
        children: dict[str, set[str]] = {}
        for one in wanted:
            account_id = one
            while account_id:
                above = reference(chart.body(account_id), "ParentRef") or ""
                children.setdefault(above, set()).add(account_id)
                account_id = above
        kinds = list(self.view.kinds())
        order = sorted(
            children.get("", ()),
            key=lambda one: (kinds.index(chart.type_of(one)), self.view.name(one)),
        )
        return [self._section(one, children) for one in order]

    def _section(self, account_id: str, children: dict[str, set[str]]) -> JsonObject:
        chart = self.view.ledger.chart
        name = str(chart.body(account_id)["Name"])
        sign = 1 if chart.type_of(account_id) in DEBIT_TYPES else -1
        balance = self.before.get(account_id, NOUGHT) * sign
        rows, moved = [], NOUGHT
        if balance:
            rows.append(data([cell("Beginning Balance"), *blanks(6), cell(money(balance))]))
        for movement in sorted(self.lines.get(account_id, ()), key=_order):
            amount = movement.posting.amount * sign
            balance, moved = balance + amount, moved + amount
            rows.append(self._line(movement, amount, balance))
        inner = sorted(children.get(account_id, ()), key=self.view.name)
        rows.extend(self._section(one, children) for one in inner)
        summary = [cell(f"Total for {name}"), *blanks(5), cell(money(moved)), cell("")]
        return section([cell(name, account_id), *blanks(7)], rows, summary)

    def _line(self, movement: Movement, amount: Decimal, balance: Decimal) -> JsonObject:
        company = self.view.ledger.company
        entity, object_id = movement.entity, movement.object_id
        body = company.body(entity, object_id) or {}
        party = movement.party
        others = [
            one
            for one in self.accounts[entity, object_id]
            if one != movement.posting.account_id
        ]  # fmt: skip
        split = cell(self.view.name(others[0]), others[0]) if len(others) == 1 else cell(SPLIT, "")
        return data([
            cell(movement.date),
            cell(label(entity, body), object_id),
            cell(number(entity, body)),
            cell(party_name(company, party), party[1] if party else ""),
            cell(movement.posting.memo or str(body.get("PrivateNote") or "")),
            split,
            cell(money(amount, shows_nought=True)),
            cell(money(balance, shows_nought=True)),
        ])  # fmt: skip


def _order(movement: Movement) -> tuple[str, int]:
    return movement.date, int(movement.object_id or 0)
