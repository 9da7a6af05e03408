"""The stock Postgres loader fills the warehouse and loses neither a digit nor an offset."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
import yaml

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.tap.conftest import Company, TapCommand, TapRun


LOADER = str(Path(sys.executable).with_name("target-postgres"))

PIPELINES = yaml.safe_load((Path(__file__).parents[2] / "meltano.yml").read_text())
[SETTINGS] = [
    loader["config"]
    for loader in PIPELINES["plugins"]["loaders"]
    if loader["name"] == "target-postgres"
]
"""As the pipelines set them."""


class Warehouse:
    """The loader, and the tables it fills."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._config = folder / "loader.json"
        self._config.write_text(json.dumps({"sqlalchemy_url": url, **SETTINGS}))

    def __call__(self, run: TapRun) -> None:
        """Load what a run of the tap wrote."""
        loaded = subprocess.run(
            [LOADER, "--config", str(self._config)],
            input="\n".join(run.lines) + "\n",
            capture_output=True,
            check=False,
            text=True,
        )
        assert 0 == loaded.returncode, loaded.stderr[-3000:]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg2.connect(self._url) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()


@pytest.fixture
def load(warehouse_url: str, tmp_path: Path) -> Warehouse:
    """An empty warehouse and its loader."""
    return Warehouse(warehouse_url, tmp_path)


def test_rows_land_exactly(company: Company, run_tap: TapCommand, load: Warehouse) -> None:
    """Keys, times with their offset, and numbers inside the document."""
    advice = company.service("Advice")
    company.invoice(advice, price=0.1)
    amount = Decimal("12345678901234.99")
    company.invoice(advice, price=amount)
    run = run_tap(streams=["invoices", "customers"])

    load(run)

    rows = load.ask(
        "select realm_id, id, sync_token, last_updated_at, is_deleted, read_at,"
        " document::text from quickbooks.invoices order by id::int"
    )
    sent = sorted(run.records("invoices"), key=lambda row: int(row["id"]))
    assert [row["id"] for row in sent] == [row[1] for row in rows]
    for got, row in zip(rows, sent, strict=True):
        assert (row["realm_id"], row["sync_token"], False) == (got[0], got[2], got[4])
        assert datetime.fromisoformat(row["last_updated_at"]) == got[3]
        assert datetime.fromisoformat(row["read_at"]) == got[5]
        assert row["document"] == json.loads(got[6], parse_float=Decimal)
    totals = load.ask(
        "select jsonb_typeof(document -> 'TotalAmt'), (document ->> 'TotalAmt')::numeric"
        " from quickbooks.invoices order by id::int"
    )
    assert [("number", Decimal("0.1")), ("number", amount)] == totals


def test_changes_and_deletions_replace_rows(
    company: Company, run_tap: TapCommand, load: Warehouse
) -> None:
    """One row for each key, as it is now."""
    item = company.item("Rake")
    deleted = company.invoice(item)
    company.rest()
    first = run_tap(streams=["invoices", "customers"])
    company.rest()
    company.emulator.delete("Invoice", deleted)
    customer = company.emulator.entities("Customer")[0]
    company.emulator.update("Customer", {"Id": customer["Id"], "CompanyName": "Sonnenschein Ltd"})

    load(first)
    load(run_tap(streams=["invoices", "customers"], state=first.state))

    assert [(deleted, True)] == load.ask("select id, is_deleted from quickbooks.invoices")
    assert [("Sonnenschein Ltd",)] == load.ask(
        "select document ->> 'CompanyName' from quickbooks.customers"
    )


def test_the_account_of_the_run_lands_in_its_table(
    company: Company, run_tap: TapCommand, load: Warehouse
) -> None:
    """Each line, and which of them failed."""
    company.invoice(company.item("Rake"))
    company.emulator.fail(
        query="from Invoice",
        times=None,
        do={"kind": "fault", "code": "6000", "message": "No", "status": 400},
    )

    load(run_tap(quantities=True, status=1))

    rows = load.ask(
        "select stream, mode, complete_through is null from quickbooks.extractions"
        " where stream in ('items', 'invoices') order by stream, mode"
    )
    expected = [
        ("invoices", "full", True),
        ("items", "full", False),
        ("items", "quantities", False),
    ]
    assert expected == rows


def test_every_stream_has_its_table(
    run_tap: TapCommand, emulator: Emulator, load: Warehouse
) -> None:
    """The demo company, whole: as many rows as records."""
    emulator.reset(seed="demo")
    run = run_tap(quantities=True)

    load(run)

    for stream in {m["stream"] for m in run.messages if m["type"] == "RECORD"}:
        count = len(run.records(stream))
        assert [(count,)] == load.ask(f"select count(*) from quickbooks.{stream}"), stream
