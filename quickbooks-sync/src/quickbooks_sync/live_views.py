"""The live views: what `snapshot` and the push read, built before they are needed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from quickbooks_sync.database import exists, transaction, value
from quickbooks_sync.dbt import run_dbt
from quickbooks_sync.errors import NotPreparedError, SyncError

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg2.extensions import connection as Connection  # noqa: N812
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.configuration import Configuration

EFFECTS = "intermediate.int_sources__effects"
POSITIONS = "intermediate.int_inventory__positions"
DECISIONS = "intermediate.int_inventory__decisions"

SOURCES = (
    "dbt_project.yml",
    "macros",
    "seeds",
    "models/staging",
    "models/intermediate",
    "models/outbox",
)
"""Where in the dbt project the live views come from."""

BUILD = ("build", "--select", "+tag:live", "--exclude-resource-type", "test", "unit_test")

COMMAND = f"quickbooks-sync dbt {' '.join(BUILD)}"


def build_live_views(connection: Connection, configuration: Configuration) -> bool:
    """Builds the live views when one is missing or their source changed; whether it did.

    A project without dbt models has none. Raises SyncError when dbt fails.
    """
    project = configuration.project_root / "transform"
    if not (project / "dbt_project.yml").is_file():
        return False
    wanted = fingerprint(project)
    with transaction(connection) as cursor:
        stored = value(cursor, "select value from sync.settings where name = 'live_views'")
        if stored == wanted and not missing_views(cursor, project):
            return False
    print("Building the live views (they are missing or have changed) …", flush=True)  # noqa: T201
    if run_dbt(configuration, ("--quiet", *BUILD)) != 0:
        raise SyncError(f"dbt could not build the live views (above it says why): `{COMMAND}`.")
    with transaction(connection) as cursor:
        cursor.execute(
            "insert into sync.settings (name, value) values ('live_views', %s) "
            "on conflict (name) do update set value = excluded.value",
            (wanted,),
        )
    return True


def fingerprint(project: Path) -> str:
    """Changes when a file that the live views come from does."""
    digest = hashlib.sha256()
    for source in SOURCES:
        root = project / source
        for file in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if file.is_file():
                digest.update(str(file.relative_to(project)).encode() + b"\0")
                digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def missing_views(cursor: Cursor, project: Path) -> list[str]:
    """The live views that are not in the warehouse."""
    outbox = sorted(file.stem for file in (project / "models" / "outbox").rglob("*.sql"))
    names = [EFFECTS, POSITIONS, *(f"outbox.{name}" for name in outbox)]
    return [name for name in names if not exists(cursor, name)]


def require(cursor: Cursor, relation: str, command: str) -> None:
    """Raises NotPreparedError naming `command` when dbt has not built `relation` yet."""
    if not exists(cursor, relation):
        raise NotPreparedError(
            f"{relation} is missing in the warehouse: run `{command}` first, or start the whole "
            "job with `meltano run`."
        )
