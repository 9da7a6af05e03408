"""Balances and ages of what customers owe and vendors are owed.

Source: Intuit, "CustomerBalance", "CustomerBalanceDetail", "AgedReceivables",
"AgedReceivableDetail" and their like for vendors (sample objects). Ages count from the due date,
or from the document's date where the preference CalcAgingReportFromTxnDate says so.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quickbooks_emulator.books.open_items import OpenItem, open_items
from quickbooks_emulator.reports.content import Content
from quickbooks_emulator.reports.labels import label, number, party_name
from quickbooks_emulator.reports.shape import (
    NOUGHT,
    added,
    amounts,
    blanks,
    cell,
    column,
    data,
    money,
    section,
    total,
)
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.reports.content import View

DAYS, PERIODS = 30, 4
MOST_DAYS, MOST_PERIODS = 365, 24


def balance(view: View, party: str) -> Content:
    """One total for each name, jobs inside their customers."""
    sums = {one: [amount] for one, amount in _sums(view, party).items()}
    columns = [column("", party), column("Total", "Money")]
    return _by_name(view, party, sums, columns)


def aged(view: View, party: str) -> Content:
    """For each name what is current and what is how long past due."""
    days, periods = _buckets(view)
    width = periods + 2
    sums: dict[str, list[Decimal]] = {}
    for item in _items(view, party):
        values = sums.setdefault(item.party_id, [NOUGHT] * width)
        values[min(_periods_late(view, item, days), periods)] += item.open_amount
        values[-1] += item.open_amount
    titles = [*_titles(days, periods), "Total"]
    columns = [column("", party), *(column(title, "Money") for title in titles)]
    return _by_name(view, party, sums, columns)


def balance_detail(view: View, party: str) -> Content:
    """The open documents of each name with a running balance."""
    found: dict[str, list[OpenItem]] = {}
    for item in _items(view, party):
        found.setdefault(item.party_id, []).append(item)
    rows, grand = [], NOUGHT
    for party_id in sorted(found, key=lambda one: _name(view, party, one).casefold()):
        name, running, inner = _name(view, party, party_id), NOUGHT, []
        for item in sorted(found[party_id], key=_by_date):
            running += item.open_amount
            shown = (item.worth, item.open_amount, running)
            inner.append(data([*_facts(item), cell(item.due), *amounts(shown, shows_nought=True)]))
        grand += running
        summary = [cell(f"Total for {name}"), *blanks(4), *amounts([running]), cell("")]
        rows.append(section([cell(name, party_id), *blanks(6)], inner, summary))
    has_data = bool(rows)
    if has_data:
        summary = [cell("TOTAL"), *blanks(4), cell(money(grand, shows_nought=True)), cell("")]
        rows.append(section(None, [], summary, "GrandTotal"))
    columns = [
        column(title, kind)
        for title, kind in (
            ("Date", "tx_date"), ("Transaction Type", "txn_type"), ("Num", "doc_num"),
            ("Due Date", "due_date"), ("Amount", "subt_amount"), ("Open Balance", "subt_open_bal"),
            ("Balance", "rbal_open_bal"),
        )
    ]  # fmt: skip
    return _dated(view, Content(columns, rows, has_data))


def aged_detail(view: View, party: str) -> Content:
    """The open documents by how long they are past due, the oldest first."""
    days, periods = _buckets(view)
    found: dict[int, list[OpenItem]] = {}
    for item in _items(view, party):
        found.setdefault(min(_periods_late(view, item, days), periods), []).append(item)
    rows, grand = [], NOUGHT
    titles = _titles(days, periods)
    for place in sorted(found, reverse=True):
        title = "Current" if place == 0 else f"{titles[place]} days past due"
        inner, sums = [], NOUGHT
        for item in sorted(found[place], key=_by_date):
            sums += item.open_amount
            name = cell(_name(view, party, item.party_id), item.party_id)
            shown = amounts((item.worth, item.open_amount), shows_nought=True)
            inner.append(data([*_facts(item), name, cell(item.due), *shown]))
        grand += sums
        summary = [cell(f"Total for {title}"), *blanks(5), cell(money(sums, shows_nought=True))]
        rows.append(section([cell(title), *blanks(6)], inner, summary))
    has_data = bool(rows)
    if has_data:
        summary = [cell("TOTAL"), *blanks(5), cell(money(grand, shows_nought=True))]
        rows.append(section(None, [], summary, "GrandTotal"))
    named = ("Customer", "cust_name") if party == "Customer" else ("Vendor", "vend_name")
    columns = [
        column(title, kind)
        for title, kind in (
            ("Date", "tx_date"), ("Transaction Type", "txn_type"), ("Num", "doc_num"), named,
            ("Due Date", "due_date"), ("Amount", "subt_amount"), ("Open Balance", "subt_open_bal"),
        )
    ]  # fmt: skip
    return _dated(view, Content(columns, rows, has_data))


def _items(view: View, party: str) -> list[OpenItem]:
    wanted = view.asked.ids(party.lower())
    found = open_items(view.ledger.company, party, view.asked.end)
    return [item for item in found if not wanted or item.party_id in wanted]


def _sums(view: View, party: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for item in _items(view, party):
        sums[item.party_id] = sums.get(item.party_id, NOUGHT) + item.open_amount
    return sums


def _buckets(view: View) -> tuple[int, int]:
    days = view.asked.number("aging_period", DAYS, MOST_DAYS)
    return days, view.asked.number("num_periods", PERIODS, MOST_PERIODS)


def _titles(days: int, periods: int) -> list[str]:
    """`Current`, `1 - 30`, `31 - 60`, …, `91 and over`."""
    ranges = [f"{one * days + 1} - {(one + 1) * days}" for one in range(periods - 1)]
    return ["Current", *ranges, f"{(periods - 1) * days + 1} and over"]


def _periods_late(view: View, item: OpenItem, days: int) -> int:
    """0 for what is not due yet; an amount without a document is as old as can be."""
    preferences = view.ledger.company.single("Preferences").get("ReportPrefs", {})
    from_document = bool(preferences.get("CalcAgingReportFromTxnDate"))
    is_as_of_today = view.asked.parameters.get("aging_method", "").lower() == "current"
    due = item.date if from_document else item.due
    if not due:
        return MOST_PERIODS
    day = view.asked.today if is_as_of_today else view.asked.period.end
    late = (day - date.fromisoformat(due[:10])).days
    return 0 if late <= 0 else (late - 1) // days + 1


def _by_name(
    view: View, party: str, sums: dict[str, list[Decimal]], columns: Sequence[JsonObject]
) -> Content:
    """A row for each name with amounts, jobs in sections of their parents, and the grand total."""
    tree = _Tree(view, party, {one: values for one, values in sums.items() if any(values)})
    rows, grand = tree.rows("", len(columns) - 1)
    has_data = bool(rows)
    if has_data:
        summary = [cell("TOTAL"), *amounts(grand, shows_nought=True)]
        rows.append(section(None, [], summary, "GrandTotal"))
    return _dated(view, Content(columns, rows, has_data))


class _Tree:
    """Names with amounts, and the names above them."""

    def __init__(self, view: View, party: str, sums: dict[str, list[Decimal]]) -> None:
        self.view = view
        self.party = party
        self.sums = sums
        self.children: dict[str, set[str]] = {}
        for one in sums:
            party_id = one
            while party_id:
                body = view.ledger.company.body(party, party_id) or {}
                above = reference(body, "ParentRef") or ""
                self.children.setdefault(above, set()).add(party_id)
                party_id = above

    def rows(self, parent: str, width: int) -> tuple[list[JsonObject], list[Decimal]]:
        """The rows under a name, and their sums."""
        rows: list[JsonObject] = []
        grand = total((), width)
        names = {one: self._name(one) for one in self.children.get(parent, ())}
        for party_id, name in sorted(names.items(), key=lambda one: one[1].casefold()):
            own = self.sums.get(party_id, total((), width))
            if party_id in self.children:
                inner, inside = self.rows(party_id, width)
                head = [cell(name, party_id), *amounts(own)]
                own = added(own, inside)
                summary = [cell(f"Total {name}"), *amounts(own, shows_nought=True)]
                rows.append(section(head, inner, summary))
            else:
                # As recorded: the rows of names carry no type.
                rows.append({"ColData": [cell(name, party_id), *amounts(own)]})
            grand = added(grand, own)
        return rows, grand

    def _name(self, party_id: str) -> str:
        body = self.view.ledger.company.body(self.party, party_id) or {}
        return str(body.get("DisplayName") or "")


def _facts(item: OpenItem) -> list[JsonObject]:
    kind = label(item.entity, item.body) if item.entity else "Opening Balance"
    return [cell(item.date), cell(kind, item.object_id), cell(number(item.entity, item.body))]


def _name(view: View, party: str, party_id: str) -> str:
    return party_name(view.ledger.company, (party, party_id))


def _by_date(item: OpenItem) -> tuple[str, int]:
    return item.date, int(item.object_id or 0)


def _dated(view: View, content: Content) -> Content:
    return Content(content.columns, content.rows, content.has_data, {"report_date": view.asked.end})
