"""Reports. Intuit: "Run reports" and the page of each; GeneralLedger and ProfitAndLoss recorded."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_emulator.json_text import loads
from quickbooks_emulator.reports.routes import REPORTS
from tests.emulator.conftest import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


@pytest.fixture
def demo(emulator: Emulator, caller: Caller) -> Caller:
    """A caller of the demo company."""
    emulator.reset(seed="demo")
    caller.refresh_token = emulator.settings()["refresh_token"]
    caller.refresh()
    emulator.clear_calls()
    return caller


def cells(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The cells of every row, header and sum."""
    for row in rows:
        for holder in (row, row.get("Header", {}), row.get("Summary", {})):
            if "ColData" in holder:
                yield holder["ColData"]
        yield from cells(row.get("Rows", {}).get("Row", []))


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_the_report_format(demo: Caller, name: str) -> None:
    """
    Every row has a cell for each column, every cell is a text. Source: Intuit, "Run reports".
    """
    found = report(demo, name, minorversion="75").body

    header = found["Header"]
    assert (name, "USD") == (header["ReportName"], header["Currency"])
    options = {one["Name"]: one["Value"] for one in header["Option"]}
    assert "false" == options["NoReportData"] or name == "GeneralLedger"
    width = len(found["Columns"]["Column"])
    rows = list(cells(found["Rows"].get("Row", [])))
    assert rows
    for row in rows:
        assert width == len(row)
        assert all(isinstance(value, str) for cell in row for value in cell.values())


@pytest.mark.parametrize("name", REPORTS)
def test_an_empty_company_has_no_report_data(caller: Caller, name: str) -> None:
    """
    Source: recorded ProfitAndLoss without data (NoReportData).
    """
    found = report(caller, name)

    assert "true" == found.options["NoReportData"]


def test_an_empty_statement_looks_as_recorded(caller: Caller) -> None:
    """
    Source: recorded ProfitAndLoss of a customer without sales, by customers.
    """
    found = report(
        caller,
        "ProfitAndLoss",
        customer="1",
        start_date="2015-01-01",
        end_date="2015-07-31",
        summarize_column_by="Customers",
    ).body

    del found["Header"]["Time"]
    assert {
        "ReportName": "ProfitAndLoss",
        "ReportBasis": "Accrual",
        "StartPeriod": "2015-01-01",
        "EndPeriod": "2015-07-31",
        "SummarizeColumnsBy": "Customers",
        "Currency": "USD",
        "Customer": "1",
        "Option": [
            {"Name": "AccountingStandard", "Value": "GAAP"},
            {"Name": "NoReportData", "Value": "true"},
        ],
    } == found["Header"]
    assert ["", "TOTAL"] == [one["ColTitle"] for one in found["Columns"]["Column"]]
    groups = ["Income", "GrossProfit", "Expenses", "NetOperatingIncome", "NetIncome"]
    assert groups == [row["group"] for row in found["Rows"]["Row"]]
    blank = [cell["value"] for row in cells(found["Rows"]["Row"]) for cell in row[1:]]
    assert {""} == set(blank)


def test_an_unknown_report_is_no_business_of_the_callers(caller: Caller) -> None:
    """
    Source: recorded fault (400, 5020, element ReportName).
    """
    reply = caller.send("GET", "reports/Cashflow9")

    error = reply.json()["Fault"]["Error"][0]
    assert (400, "5020", "ReportName") == (reply.status_code, error["code"], error["element"])


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"end_date": "yesterday"}, "2060"),
        ({"end_date": "9999-12-31"}, "2070"),
        ({"start_date": "2026-02-01", "end_date": "2026-01-01"}, "2190"),
        ({"date_macro": "Someday"}, "2170"),
        ({"accounting_method": "Hope"}, "2170"),
        ({"summarize_column_by": "Mood"}, "2170"),
        ({"nonsense": "1"}, ""),
    ],
)
def test_parameters_are_read_or_refused(caller: Caller, params: dict[str, str], code: str) -> None:
    """
    Parameters that no report knows are ignored. Source: Intuit, "ProfitAndLoss", "Error codes".
    """
    reply = loads(caller.send("GET", "reports/ProfitAndLoss", params=params).content)

    assert code == reply.get("Fault", {"Error": [{"code": ""}]})["Error"][0]["code"]


def test_reports_are_metered(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "App Partner Program" (CorePlus).
    """
    report(caller, "CustomerBalance")

    assert ["report"] == [call["operation"] for call in emulator.calls(class_="metered")]


def test_the_demo_company_stands_as_recorded(demo: Caller) -> None:
    """
    Balances that no document explains are opening amounts; the sheet balances, the trial balance
    too. Source: recorded accounts of the sample company; Intuit, "BalanceSheet".
    """
    sheet = report(demo, "BalanceSheet").totals
    trial = report(demo, "TrialBalance").totals["TOTAL"]

    for name, amount in {
        "Checking": "2101.00",
        "Accounts Receivable (A/R)": "4681.52",
        "Accounts Payable (A/P)": "2202.67",
        "Mastercard": "157.72",
        "Opening Balance Equity": "-9337.50",
        "Total Truck": "13495.00",
    }.items():
        assert [amount] == sheet[name], name
    assert sheet["TOTAL ASSETS"] == sheet["TOTAL LIABILITIES AND EQUITY"]
    assert trial[0] == trial[1] != "0.00"
    assert "4681.52" == report(demo, "AgedReceivables").totals["TOTAL"][-1]
    assert "2202.67" == report(demo, "AgedPayables").totals["TOTAL"][-1]
    assert ["2202.67"] == report(demo, "VendorBalance").totals["TOTAL"]


def test_the_valuation_is_that_of_the_items(demo: Caller, emulator: Emulator) -> None:
    """
    Each item's quantity is its QtyOnHand, the values are the inventory account.
    Source: Intuit, "InventoryValuationSummary".
    """
    rows = report(demo, "InventoryValuationSummary")
    items = {row["Id"]: row for row in emulator.entities("Item") if row["Type"] == "Inventory"}

    assert {"Asset Value", "Avg Cost", "Qty", "SKU", ""} == {
        one["ColTitle"] for one in rows.body["Columns"]["Column"]
    }
    assert items.keys() == {row[0].id for row in rows.data}
    for name, sku, quantity, _, _ in rows.data:
        item = items[str(name.id)]
        assert (item["QtyOnHand"], item.get("Sku", "")) == (Decimal(quantity.value), sku.value)
    account = next(row for row in emulator.entities("Account") if row["Id"] == "81")
    assert account["CurrentBalance"] == Decimal(rows.totals["TOTAL"][2])


def test_the_detail_begins_with_the_starting_value(caller: Caller, shop: Shop) -> None:
    """
    Then each movement with its FIFO cost. Source: Intuit, "InventoryValuationDetail" (sample).
    """
    caller.create("Invoice", shop.invoice(shop.line(2), TxnDate="2026-03-01", DocNumber="7"))

    found = report(
        caller, "InventoryValuationDetail", start_date="2020-01-01", end_date="2026-03-31"
    )

    assert [
        ["2020-01-01", "Inventory Starting Value", "START", "", "40.00", "5.00", "200.00",
         "40.00", "200.00"],
        ["2026-03-01", "Invoice", "7", "Ada", "-2.00", "5.00", "-10.00", "38.00", "190.00"],
    ] == [[cell.value for cell in row] for row in found.data]  # fmt: skip
    assert ["", "", "", "38.00", "", "190.00", "38.00", "190.00"] == found.totals[
        "Total for PLANTER"
    ]

    later = report(
        caller, "InventoryValuationDetail", start_date="2026-03-01", end_date="2026-03-31"
    )
    assert "Beginning Balance" == later.data[0][0].value


def test_receivables_age_from_their_due_date(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Current, then 30 days each; a payment that came later does not count yet.
    Source: Intuit, "AgedReceivables" (sample, aging_period, num_periods, report_date).
    """
    today = date.fromisoformat(emulator.now()[:10]) - timedelta(days=1)

    def day(back: int) -> str:
        return (today - timedelta(days=back)).isoformat()

    for age, price in ((0, 1), (1, 2), (30, 3), (31, 4), (91, 5)):
        invoice = shop.invoice(shop.line(1, price), TxnDate=day(200), DueDate=day(age))
        stored = caller.create("Invoice", {**invoice, "DocNumber": str(age)})
    payment = shop.payment(5, ("Invoice", stored["Id"], 5))
    caller.create("Payment", {**payment, "TxnDate": today.isoformat()})

    found = report(caller, "AgedReceivables", report_date=day(0))
    assert ["Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total"] == [
        one["ColTitle"] for one in found.body["Columns"]["Column"]
    ][1:]
    assert ["1.00", "5.00", "4.00", "", "", "10.00"] == found.totals["Ada"]

    earlier = report(caller, "AgedReceivables", report_date=day(1))
    assert "15.00" == earlier.totals["Ada"][-1]
    coarse = report(
        caller, "AgedReceivables", report_date=day(0), aging_period="40", num_periods="1"
    )
    assert ["1.00", "9.00", "10.00"] == coarse.totals["Ada"]
    detail = report(caller, "AgedReceivableDetail", report_date=day(0))
    assert ["31", "1", "30", "0"] == [row[2].value for row in detail.data]
    assert "10.00" == detail.totals["TOTAL"][-1]
    balances = report(caller, "CustomerBalanceDetail", customer=shop.customer_id)
    assert "10.00" == balances.totals["TOTAL"][-2]
    assert [] == report(caller, "CustomerBalance", customer="999").data


def test_jobs_stand_inside_their_customers(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "CustomerBalance".
    """
    job = {"DisplayName": "Roof", "Job": True, "ParentRef": {"value": shop.customer_id}}
    child = emulator.create("Customer", job)["Id"]
    caller.create("Invoice", shop.invoice())
    caller.create("Invoice", {**shop.invoice(shop.line(1)), "CustomerRef": {"value": child}})

    found = report(caller, "CustomerBalance")

    assert (["10.00"], ["30.00"], ["30.00"]) == (
        found.totals["Roof"],
        found.totals["Total Ada"],
        found.totals["TOTAL"],
    )


def test_the_general_ledger_runs_from_balance_to_balance(caller: Caller, shop: Shop) -> None:
    """
    Source: recorded GeneralLedger.
    """
    caller.create("Invoice", shop.invoice(TxnDate="2026-01-05", DocNumber="1"))
    second = caller.create("Invoice", shop.invoice(TxnDate="2026-02-05", DocNumber="2"))["Id"]

    found = report(caller, "GeneralLedger", start_date="2026-02-01", end_date="2026-02-28")

    section = next(
        row
        for row in found.body["Rows"]["Row"]
        if row["Header"]["ColData"][0] == {"value": "Accounts Receivable (A/R)", "id": "84"}
    )
    shown = [[cell["value"] for cell in row["ColData"]] for row in section["Rows"]["Row"]]
    assert ["Beginning Balance", *[""] * 6, "20.00"] == shown[0]
    assert ["2026-02-05", "Invoice", "2", "Ada", "", "-Split-", "20.00", "40.00"] == shown[1]
    assert second == section["Rows"]["Row"][1]["ColData"][1]["id"]
    assert ["", "", "", "", "", "20.00", ""] == found.totals["Total for Accounts Receivable (A/R)"]


def test_the_statement_has_a_column_for_each_month(caller: Caller, shop: Shop) -> None:
    """
    And the total; the balance sheet's net income is the statement's.
    Source: Intuit, "ProfitAndLoss" (summarize_column_by).
    """
    for day in ("2026-01-31", "2026-03-01"):
        caller.create("Invoice", shop.invoice(shop.line(1), TxnDate=day))
    period = {"start_date": "2026-01-15", "end_date": "2026-03-15", "summarize_column_by": "Month"}

    found = report(caller, "ProfitAndLoss", **period)

    columns = found.body["Columns"]["Column"]
    assert ["", "Jan 2026", "Feb 2026", "Mar 2026", "TOTAL"] == [one["ColTitle"] for one in columns]
    days = {one["Name"]: one["Value"] for one in columns[1]["MetaData"]}
    assert ("2026-01-15", "2026-01-31") == (days["StartDate"], days["EndDate"])
    assert ["5.00", "0.00", "5.00", "10.00"] == found.totals["Net Income"]
    sheet = report(caller, "BalanceSheet", **period)
    assert ["5.00", "5.00", "10.00", "10.00"] == sheet.totals["Net Income"]


def test_on_a_cash_basis_only_what_is_paid_counts(caller: Caller, shop: Shop) -> None:
    """
    On the day it is paid. Source: Intuit, "ProfitAndLoss" (accounting_method).
    """
    invoice = caller.create("Invoice", shop.invoice(shop.line(2), TxnDate="2026-01-05"))["Id"]
    payment = shop.payment(15, ("Invoice", invoice, 15))
    caller.create("Payment", {**payment, "TxnDate": "2026-02-05"})

    def earned(end: str, method: str) -> str:
        span = {"start_date": "2026-01-01", "end_date": end, "accounting_method": method}
        return report(caller, "ProfitAndLoss", **span).totals["Total Income"][0]

    assert ("20.00", "") == (earned("2026-01-31", "Accrual"), earned("2026-01-31", "Cash"))
    assert "15.00" == earned("2026-02-28", "Cash")
    sheet = report(caller, "BalanceSheet", accounting_method="Cash").totals
    assert sheet["TOTAL ASSETS"] == sheet["TOTAL LIABILITIES AND EQUITY"]


def test_columns_are_chosen_by_their_kind(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "InventoryValuationDetail" (columns).
    """
    found = report(
        caller, "InventoryValuationDetail", columns="tx_date,quantity", start_date="2020-01-01"
    )

    assert ["Date", "Qty"] == [one["ColTitle"] for one in found.body["Columns"]["Column"]]
    assert [["2020-01-01", "40.00"]] == [[cell.value for cell in row] for row in found.data]


@pytest.mark.parametrize(
    ("macro", "start", "end"),
    [
        ("This Month", "2026-05-01", "2026-05-31"),
        ("Last Month", "2026-04-01", "2026-04-30"),
        ("Last Month-to-date", "2026-04-01", "2026-04-20"),
        ("This Fiscal Quarter-to-date", "2026-04-01", "2026-05-20"),
        ("Last Fiscal Year", "2025-01-01", "2025-12-31"),
        ("This Week", "2026-05-17", "2026-05-23"),
        ("Next 4 Weeks", "2026-05-24", "2026-06-20"),
        ("Yesterday", "2026-05-19", "2026-05-19"),
    ],
)
def test_periods_have_names(
    caller: Caller, emulator: Emulator, macro: str, start: str, end: str
) -> None:
    """
    Source: Intuit, "BalanceSheet" (date_macro).
    """
    emulator.set_clock("2026-05-20T12:00:00-07:00")
    caller.refresh()

    header = report(caller, "ProfitAndLoss", date_macro=macro).body["Header"]

    assert (start, end, macro.lower()) == (
        header["StartPeriod"],
        header["EndPeriod"],
        header["DateMacro"],
    )
