"""Worlds for the end-to-end tests: real PostgreSQL, real `meltano run`, HTTP to the emulator."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from demo.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = {
    "QUICKBOOKS_SYNC_SETTLE_S": "1",
    "QUICKBOOKS_SYNC_SALES_FROM": "2000-01-01T00:00:00Z",
}


@contextmanager
def a_world(**settings: str) -> Iterator[World]:
    """A started world with the demo company and an initialised warehouse."""
    with tempfile.TemporaryDirectory(prefix="qbs-") as folder:
        Path(folder).chmod(0o755)
        # Worlds that run side by side must not share what dbt compiles.
        own = {"DBT_TARGET_PATH": f"{folder}/dbt", "DBT_LOG_PATH": f"{folder}/dbt"}
        world = World(Path(folder), SETTINGS | own | settings)
        world.start()
        try:
            world.init()
            yield world
        finally:
            world.stop()
