"""A warehouse with hand-made tables where dbt's views would be, and the command line in process."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from quickbooks_sync.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REALM_ID = "9341452718281828459"

VIEWS = """
    create table intermediate.int_sources__effects (
        realm_id text, source_id text, kind text, sku_key text,
        document_effect numeric(28, 6), platform_effect numeric(28, 6), state text,
        document_id text, posted_at timestamptz, is_before_sales_from boolean
    );
    create table intermediate.int_inventory__positions (
        realm_id text, side text, sku_key text, location text, item_id text,
        quantity numeric(28, 6), read_at timestamptz
    );
    create table intermediate.int_inventory__decisions (
        realm_id text, sku_key text, snapshot_id bigint, base_version integer,
        platform_quantity numeric(28, 6), qbo_quantity numeric(28, 6), qbo_read_at timestamptz,
        platform_residual numeric(28, 6), qbo_residual numeric(28, 6),
        in_flight_to_quickbooks numeric(28, 6), in_flight_to_platform numeric(28, 6),
        variance_quantity numeric(28, 6), decision text, reason text,
        quickbooks_delta numeric(28, 6), platform_delta numeric(28, 6),
        unit_cost numeric(28, 6), hold_reason text
    );
"""


@dataclass
class Warehouse:
    """A prepared database, spoken to as an operator and looked at with SQL."""

    url: str
    connection: Any  # psycopg2's: it publishes no type for tests
    said: list[str] = field(default_factory=list)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, *values: Any) -> Any:
        return self.sql(statement, *values)[0][0]

    def position(self, side: str, sku: str, quantity: Any, location: str = "") -> None:
        self.sql(
            "delete from intermediate.int_inventory__positions "
            "where side = %s and item_id = %s and location = %s",
            side,
            sku,
            location,
        )
        self.sql(
            "insert into intermediate.int_inventory__positions "
            "values (%s, %s, sync.sku_key(%s), %s, %s, %s, now())",
            REALM_ID,
            side,
            sku,
            location,
            sku,
            quantity,
        )

    def both(self, sku: str, quantity: Any) -> None:
        self.position("platform", sku, quantity, "main")
        self.position("quickbooks", sku, quantity)

    def effect(
        self, source_id: str, sku_key: str, platform_effect: Any, kind: str = "order"
    ) -> None:
        self.sql(
            "delete from intermediate.int_sources__effects where source_id = %s and sku_key = %s",
            source_id,
            sku_key,
        )
        self.sql(
            "insert into intermediate.int_sources__effects "
            "(realm_id, source_id, kind, sku_key, document_effect, platform_effect, state) "
            "values (%s, %s, %s, %s, %s, %s, 'due')",
            REALM_ID,
            source_id,
            kind,
            sku_key,
            platform_effect,
            platform_effect,
        )

    def reading(self, age: str = "1 second", **streams: bool) -> None:
        """The tap has read quantities; `streams` says of each whether it came to its end."""
        self.sql("delete from quickbooks.extractions")
        for stream, is_whole in {"items": True, "invoices": True, **streams}.items():
            self.sql(
                "insert into quickbooks.extractions (realm_id, run_id, stream, mode, "
                "complete_through, records, deletions, started_at, finished_at) "
                "values (%s, 'tap', %s, %s, case when %s then now() end, 1, 0, "
                "now() - %s::interval, now())",
                REALM_ID,
                stream,
                "quantities" if stream == "items" else "cdc",
                is_whole,
                age,
            )

    def decision(self, sku_key: str, decision: str, **columns: Any) -> None:
        """The decision on a SKU by the latest snapshot; columns not named are null."""
        snapshot_id = self.value("select max(snapshot_id) from sync.snapshots")
        version = self.value(
            "select coalesce(max(version), 0) from sync.baselines where sku_key = %s", sku_key
        )
        values = {
            "realm_id": REALM_ID,
            "sku_key": sku_key,
            "snapshot_id": snapshot_id,
            "base_version": version,
            "qbo_read_at": "2026-11-01T10:00:00Z",
            "decision": decision,
            "reason": f"because it is {decision}",
            **columns,
        }
        self.sql("delete from intermediate.int_inventory__decisions where sku_key = %s", sku_key)
        names = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        self.sql(
            f"insert into intermediate.int_inventory__decisions ({names}) values ({marks})",
            *values.values(),
        )

    def baseline(self, sku_key: str) -> tuple[Any, ...] | None:
        """Version, P₀, Q₀ and method of a SKU's current baseline."""
        found = self.sql(
            "select version, platform_quantity, qbo_quantity, method from sync.baselines "
            "where sku_key = %s order by version desc limit 1",
            sku_key,
        )
        return found[0] if found else None

    def movements(self) -> list[tuple[Any, ...]]:
        return self.sql(
            "select source_id, kind, sku_key, quantity from sync.platform_movements "
            "order by snapshot_id, source_id, sku_key"
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder without dbt models and without Meltano."""
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture
def warehouse(
    warehouse_url: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Warehouse]:
    """A prepared warehouse with empty tables in the place of dbt's."""
    monkeypatch.setenv("WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("QUICKBOOKS_ENVIRONMENT", "emulator")
    with closing(psycopg2.connect(warehouse_url)) as connection:
        made = Warehouse(warehouse_url, connection)
        made.sql(VIEWS)
        yield made


@dataclass
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """`quickbooks-sync ARGUMENTS`, in this process."""

    def run_command(*arguments: str) -> Outcome:
        capsys.readouterr()
        status = main(arguments)
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return run_command


@pytest.fixture
def began(warehouse: Warehouse, run: Any) -> Warehouse:
    """The warehouse inside a run of sync-inventory, quantities just read."""
    assert run("begin", "--job", "sync-inventory").status == 0
    warehouse.reading()
    return warehouse
