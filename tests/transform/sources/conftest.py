"""A warehouse with the live views, built once and copied for each test."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.transform.sources.world import World, connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from demo.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def run_dbt(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run_dbt(url, *arguments)` runs `quickbooks-sync dbt`, its files outside the repository."""
    folder = tmp_path_factory.mktemp("dbt")

    def run(url: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [Path(sys.executable).with_name("quickbooks-sync"), "dbt", *arguments],
            check=False,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                "WAREHOUSE_URL": url,
                "DBT_TARGET_PATH": str(folder / "target"),
                "DBT_LOG_PATH": str(folder / "logs"),
            },
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def live_template(
    postgres_server: EmbeddedPostgres, warehouse_template: str, run_dbt: Callable[..., object]
) -> Iterator[str]:
    """The name of a database with every live view and seed."""
    name = f"live_{uuid.uuid4().hex[:8]}"
    postgres_server.create_database(name, template=warehouse_template)
    run_dbt(
        postgres_server.url(name),
        "--quiet",
        "build",
        "--select",
        "+int_sources__effects",
        "+int_sources__statuses",
        "+outbox",
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def live_url(postgres_server: EmbeddedPostgres, live_template: str) -> Iterator[str]:
    """A fresh database with every live view."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres_server.create_database(name, template=live_template)
    try:
        yield postgres_server.url(name)
    finally:
        postgres_server.drop_database(name)


@pytest.fixture
def world(live_url: str) -> Iterator[World]:
    """An empty platform and an empty company with the settings a push needs."""
    with closing(connect(live_url)) as connection:
        yield World(connection)
