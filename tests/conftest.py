"""What every test may ask for: an emulator, a database, a warehouse.

Each part's own tools stand beside its tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator

REALM_ID = "9341452718281828459"
TEMPLATE = "warehouse_template"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine reaches a test."""
    prefixes = ("QUICKBOOKS_", "TAP_", "TARGET_", "MELTANO_", "DBT_", "WAREHOUSE_", "PG")
    for name in list(os.environ):
        if name.startswith(prefixes):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def emulator_server() -> Iterator[Emulator]:
    """One emulator for the whole session, in a thread, on a free port."""
    from quickbooks_emulator.testing import Emulator  # noqa: PLC0415 - only who asks pays

    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(emulator_server: Emulator) -> Emulator:
    """The emulator with an empty company, its clock, faults and calls as new."""
    emulator_server.reset(seed="empty")
    return emulator_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """One embedded PostgreSQL for the whole session, on a socket of its own."""
    with tempfile.TemporaryDirectory(prefix="qbs-") as folder:
        # As root the server runs as another account, which must reach its folder.
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "pg")
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def database_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """A fresh, empty database."""
    yield from _database(postgres_server, template="template1")


@pytest.fixture(scope="session")
def warehouse_template(postgres_server: EmbeddedPostgres) -> str:
    """The name of a database that `quickbooks-sync init` has prepared once."""
    postgres_server.create_database(TEMPLATE)
    subprocess.run(
        [Path(sys.executable).with_name("quickbooks-sync"), "init"],
        check=True,
        env={
            **os.environ,
            "WAREHOUSE_URL": postgres_server.url(TEMPLATE),
            "QUICKBOOKS_REALM_ID": REALM_ID,
            "QUICKBOOKS_ENVIRONMENT": "emulator",
        },
    )
    return TEMPLATE


@pytest.fixture
def warehouse_url(postgres_server: EmbeddedPostgres, warehouse_template: str) -> Iterator[str]:
    """A fresh database as `quickbooks-sync init` leaves it."""
    yield from _database(postgres_server, template=warehouse_template)


def _database(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    server.create_database(name, template=template)
    try:
        yield server.url(name)
    finally:
        server.drop_database(name)
