"""A warehouse with every inventory model built once, and its models rebuilt without dbt's start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from psycopg2.extensions import connection as Connection  # noqa: N812

    from demo.postgres import EmbeddedPostgres

WANTED = ("int_inventory", "int_items", "fct_inventory_reconciliation")
"""Parts of the names of the tables that are filled anew."""

Statements = list[tuple[str, str]]
"""Name of a table and the query that fills it, in the order of building."""


@pytest.fixture(scope="session")
def built(
    postgres_server: EmbeddedPostgres,
    warehouse_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Statements]]:
    """The name of a database that `dbt build` has filled once, and the queries it used."""
    name = f"built_{uuid.uuid4().hex[:8]}"
    folder = tmp_path_factory.mktemp("dbt")
    postgres_server.create_database(name, template=warehouse_template)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("quickbooks-sync"),
            "dbt",
            "build",
            "--quiet",
            "--select",
            "+tag:live",
            "+fct_inventory_reconciliation",
            "--exclude-resource-type",
            "test",
            "unit_test",
        ],
        check=False,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "WAREHOUSE_URL": postgres_server.url(name),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    yield name, tables(json.loads((folder / "target" / "manifest.json").read_text()), folder)
    postgres_server.drop_database(name)


def tables(manifest: dict[str, Any], folder: Path) -> Statements:
    """The inventory models that are tables, each after the ones it stands on."""
    wanted = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "table"
        and any(
            part in key for part in ("int_inventory", "int_items", "fct_inventory_reconciliation")
        )
    }
    ordered: list[str] = []

    def visit(key: str) -> None:
        for parent in manifest["nodes"].get(key, {}).get("depends_on", {}).get("nodes", []):
            visit(parent)
        if key in wanted and key not in ordered:
            ordered.append(key)

    for key in sorted(wanted):
        visit(key)
    return [
        (
            f"{wanted[key]['schema']}.{wanted[key]['name']}",
            (
                folder
                / "target"
                / "compiled"
                / "quickbooks_sync"
                / wanted[key]["original_file_path"]
            ).read_text(),
        )
        for key in ordered
    ]


@pytest.fixture
def connection(
    postgres_server: EmbeddedPostgres, built: tuple[str, Statements]
) -> Iterator[Connection]:
    """A fresh database with every live view and every inventory model, empty."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres_server.create_database(name, template=built[0])
    try:
        with closing(
            psycopg2.connect(postgres_server.url(name), options="-c jit=off")
        ) as connection:
            yield connection
    finally:
        postgres_server.drop_database(name)


@pytest.fixture
def rebuild(built: tuple[str, Statements]) -> Callable[..., None]:
    """`rebuild(cursor)` fills the inventory models anew, by the queries that dbt compiled.

    `rebuild(cursor, {text: other})` does so with queries that say something else.
    """
    name, statements = built
    # The compiled text names the database it was compiled for.
    queries = [(table, query.replace(f'"{name}".', "")) for table, query in statements]

    def run(cursor: Any, changes: Mapping[str, str] | None = None) -> None:
        for table, query in queries:
            changed = query
            for written, instead in (changes or {}).items():
                changed = changed.replace(written, instead)
            cursor.execute(f"delete from {table}")
            cursor.execute(f"insert into {table} {changed}")

    return run
