"""Reports: asked for with checked days, read exactly, their sections kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import Client, InvalidQueryError, RejectedError, Settings
from quickbooks_client.reports import MAX_CELLS, Report, read_report, report_params
from tests.client.fakes import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator


@pytest.fixture
def shop(emulator: Emulator, tmp_path: Path) -> Iterator[Client]:
    """A client of the demo company."""
    emulator.reset(seed="demo")
    connection = {**emulator.settings(), "token_store": str(tmp_path / "tokens.json")}
    with Client(Settings.from_mapping(connection)) as client:
        yield client


def test_a_valuation_tells_each_item_with_its_id(emulator: Emulator, shop: Client) -> None:
    """
    Quantities as the items hold them, digit for digit, by one metered call.
    """
    report = shop.report("InventoryValuationSummary", {"report_date": date.today()})  # noqa: DTZ011

    held = {
        row.cells["item"].id: row.cells["Qty"].number
        for row in report.rows()
        if row.kind == "data" and row.cells["item"].id
    }
    assert report.is_complete
    assert 1 == shop.meter.snapshot().metered
    assert held
    assert {item_id: emulator.quantity(str(item_id)) for item_id in held} == held


def test_a_statement_keeps_its_sections(shop: Client) -> None:
    """
    Every row says in which sections it stands, and each section's rows add up to its sum.
    """
    report = shop.report(
        "ProfitAndLoss", {"start_date": date(2000, 1, 1), "end_date": date(2100, 1, 1)}
    )

    rows = list(report.rows())
    amount = report.columns[-1].name
    incomes = [row for row in rows if row.section[:1] == ("Income",)]
    total = next(row for row in rows if row.kind == "summary" and row.section == ("Income",))
    parts = [row.cells[amount].number or 0 for row in incomes if row.kind != "summary"]
    assert "ProfitAndLoss" == report.name == report.header["ReportName"]
    assert "Money" == report.columns[-1].type
    assert len(parts) > 1
    assert total.cells[amount].number == sum(parts)
    assert report.tree


@pytest.mark.parametrize(
    "params",
    [
        {"start_date": "2026-02-30"},
        {"start_date": "01/02/2026"},
        {"report_date": datetime(2026, 1, 1, tzinfo=UTC)},
        {"start_date": date(2026, 2, 1), "end_date": "2026-01-31"},
        {"start_date": date(2026, 2, 1), "date_macro": "This Month"},
    ],
    ids=["no such day", "another form", "a time", "backwards", "twice"],
)
def test_a_wrong_period_is_refused_before_it_is_sent(
    emulator: Emulator, client: Client, params: dict[str, Any]
) -> None:
    """
    A metered call that cannot be right is not made.
    """
    with pytest.raises(InvalidQueryError):
        client.report("ProfitAndLoss", params)

    assert [] == emulator.calls(class_="metered")


def test_a_report_that_there_is_not_is_refused(client: Client) -> None:
    """
    By QuickBooks, or here when the name cannot be one.
    """
    with pytest.raises(RejectedError):
        client.report("NoSuchReport")
    with pytest.raises(InvalidQueryError):
        client.report("../query")


def test_parameters_are_written_as_quickbooks_reads_them() -> None:
    """
    Days, truths, numbers, and several ids.
    """
    given = {
        "start_date": date(2026, 3, 4),
        "customer": ["1", "24"],
        "high_pp_date": "x",
        "showrows": True,
        "aging_period": 30,
        "amount": Decimal("1E+2"),
    }

    texts = report_params(given)

    assert {
        "start_date": "2026-03-04",
        "customer": "1,24",
        "high_pp_date": "x",
        "showrows": "true",
        "aging_period": "30",
        "amount": "100",
    } == texts


def made(columns: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Report:
    return read_report("R", START, {}, {"Column": columns}, {"Row": rows})


def test_columns_of_one_title_are_told_apart() -> None:
    """
    Titles may be empty or repeat; short rows are read as far as they go.
    """
    columns = [{"ColTitle": "", "ColType": "Account"}, {"ColTitle": "Total", "ColType": "Money"}]
    report = made([*columns, columns[1]], [{"ColData": [{"value": "Sales"}, {"value": "1.10"}]}])

    (row,) = report.rows()

    assert ["Account", "Total", "Total 3"] == [column.name for column in report.columns]
    assert ["Sales", "1.10"] == [cell.text for cell in row.cells.values()]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", Decimal("1234.50")),
        ("-0.0000001", Decimal("-0.0000001")),
        ("", None),
        ("n/a", None),
        ("NaN", None),
    ],
)
def test_a_cell_is_read_exactly_or_not_at_all(text: str, number: Decimal | None) -> None:
    """
    Empty cells and words are no numbers.
    """
    (row,) = made([{"ColTitle": "Qty"}], [{"ColData": [{"value": text}]}]).rows()

    assert number == row.cells["Qty"].number


def test_a_report_at_the_limit_is_not_called_complete() -> None:
    """
    Beyond 400,000 cells rows are missing without a word.
    """
    row = {"ColData": [{"value": "x"}] * 100}
    columns = [{"ColTitle": f"c{number}"} for number in range(100)]
    assert made(columns, [row] * (MAX_CELLS // 100 - 1)).is_complete

    assert not made(columns, [row] * (MAX_CELLS // 100)).is_complete
