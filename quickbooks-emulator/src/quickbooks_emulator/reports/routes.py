"""GET /reports/NAME.

Source: Intuit, "Run reports"; the refusal of a name that is none is as recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator.clock import second_text
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.messages import Reply
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.reports import asked as asking
from quickbooks_emulator.reports import inventory, names, statements
from quickbooks_emulator.reports.content import Content, View
from quickbooks_emulator.reports.general_ledger import general_ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target

OK = 200
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
FILTERS = {
    "customer": "Customer", "vendor": "Vendor", "item": "Item", "class": "Class",
    "department": "Department",
}  # fmt: skip
"""Filters that the header repeats."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a report is made, and what its header says."""

    make: Callable[[View], Content]
    default_macro: str = "this month-to-date"
    has_basis: bool = False
    is_statement: bool = False


REPORTS = {
    "ProfitAndLoss": Report(
        statements.profit_and_loss,
        "this calendar year-to-date",
        has_basis=True,
        is_statement=True,
    ),
    "BalanceSheet": Report(
        statements.balance_sheet, "this calendar year-to-date", has_basis=True, is_statement=True
    ),
    "TrialBalance": Report(statements.trial_balance, has_basis=True),
    "GeneralLedger": Report(general_ledger, has_basis=True),
    "InventoryValuationSummary": Report(inventory.valuation_summary, "today"),
    "InventoryValuationDetail": Report(inventory.valuation_detail),
    "AgedReceivables": Report(partial(names.aged, party="Customer"), "today"),
    "AgedReceivableDetail": Report(partial(names.aged_detail, party="Customer"), "today"),
    "AgedPayables": Report(partial(names.aged, party="Vendor"), "today"),
    "AgedPayableDetail": Report(partial(names.aged_detail, party="Vendor"), "today"),
    "CustomerBalance": Report(partial(names.balance, party="Customer"), "all"),
    "CustomerBalanceDetail": Report(partial(names.balance_detail, party="Customer"), "all"),
    "VendorBalance": Report(partial(names.balance, party="Vendor"), "all"),
    "VendorBalanceDetail": Report(partial(names.balance_detail, party="Vendor"), "all"),
}
BY_NAME = {name.lower(): name for name in REPORTS}


def answer(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """The report. Raises Problem 5020 for a name that no report has, 2060, 2170 or 2190."""
    name = BY_NAME.get(target.object_id.lower())
    if name is None:
        raise Problem(
            "5020",
            "Permission Denied Error : You do not have the access rights to use this feature.",
            "ReportName",
        )
    report = REPORTS[name]
    preferences = company.single("Preferences")
    basis = preferences.get("ReportPrefs", {}).get("ReportBasis", "Accrual")
    month = preferences.get("AccountingInfoPrefs", {}).get("FirstMonthOfFiscalYear", MONTHS[0])
    first_month = MONTHS.index(month) + 1 if month in MONTHS else 1
    today = service.clock.today()
    asked = asking.read(request.query, today, basis, report.default_macro, first_month)
    ledger = service.ledger_of(company)
    ledger.refresh()
    view = View(ledger, asked, first_month)
    content = report.make(view)
    body = {
        "Header": _header(service, company, name, view, content),
        "Columns": {"Column": _chosen_columns(asked, content)},
        "Rows": {"Row": _chosen_rows(asked, content)} if content.rows else {},
    }
    return Reply(OK, dumps(body))


def _header(
    service: Service, company: Company, name: str, view: View, content: Content
) -> JsonObject:
    report, asked = REPORTS[name], view.asked
    header: JsonObject = {
        "Time": second_text(int(service.clock.epoch())),
        "ReportName": name,
    }
    if asked.period.macro:
        header["DateMacro"] = asked.period.macro
    if report.has_basis:
        header["ReportBasis"] = "Cash" if asked.is_cash else "Accrual"
    if asked.period.macro not in {"all", "all dates"}:
        header |= {"StartPeriod": asked.start, "EndPeriod": asked.end}
    if report.is_statement:
        header["SummarizeColumnsBy"] = asked.parameters.get("summarize_column_by") or "Total"
    currency = company.single("Preferences").get("CurrencyPrefs", {}).get("HomeCurrency", {})
    header["Currency"] = currency.get("value", "USD")
    for parameter, field_name in FILTERS.items():
        if asked.parameters.get(parameter):
            header[field_name] = asked.parameters[parameter]
    options = {**content.options, "NoReportData": "false" if content.has_data else "true"}
    if report.is_statement:
        options = {"AccountingStandard": "GAAP", **options}
    header["Option"] = [{"Name": key, "Value": value} for key, value in options.items()]
    return header


# The places of the columns that are asked for, in the report's order; None for all of them.
Places: TypeAlias = "list[int] | None"


def _places(asked: asking.Asked, content: Content) -> Places:
    wanted = asked.ids("columns")
    places = [n for n, one in enumerate(content.columns) if one["ColType"] in wanted]
    return places or None


def _chosen_columns(asked: asking.Asked, content: Content) -> list[JsonObject]:
    places = _places(asked, content)
    columns = list(content.columns)
    return columns if places is None else [columns[place] for place in places]


def _chosen_rows(asked: asking.Asked, content: Content) -> list[JsonObject]:
    places = _places(asked, content)
    return list(content.rows) if places is None else [_cut(row, places) for row in content.rows]


def _cut(row: JsonObject, places: list[int]) -> JsonObject:
    """A row with the chosen columns; what a section is called stays in the first cell."""
    shown = dict(row)
    if "ColData" in row:
        shown["ColData"] = [row["ColData"][place] for place in places]
    for part in ("Header", "Summary"):
        if part in row:
            cells = row[part]["ColData"]
            rest = [cells[place] for place in places[1:]]
            shown[part] = {"ColData": [cells[0], *rest]}
    if "Rows" in row:
        shown["Rows"] = {"Row": [_cut(inner, places) for inner in row["Rows"]["Row"]]}
    return shown
