"""The tables that dbt does not make: the files of `warehouse/`, applied in order.

`migrations/` holds numbered files, each applied once and recorded in sync.schema_versions.
`platform/` holds one file per table of the platform; a table or view that is already there is
left alone and its columns are compared with the file's. `repeatable/` is applied every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from quickbooks_sync.database import exists, rows, value
from quickbooks_sync.errors import ConfigurationError, NotPreparedError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from psycopg2.extensions import cursor as Cursor  # noqa: N812

WAREHOUSE = files("quickbooks_sync") / "warehouse"

ALWAYS_A_TABLE = "inventory_updates"
"""`plan` inserts into it and the platform locks its rows: a view cannot take its place."""


@dataclass(frozen=True)
class Column:
    """A column as PostgreSQL describes it; `category` is pg_type.typcategory."""

    name: str
    type_name: str
    category: str


def sql_files(folder: str) -> list[Traversable]:
    """The .sql files of a folder of `warehouse/`, in the order of their names."""
    found = (WAREHOUSE / folder).iterdir()
    return sorted(
        (file for file in found if file.name.endswith(".sql")), key=lambda file: file.name
    )


def latest_version() -> int:
    """The highest version that this program knows."""
    return max(version_of(file) for file in sql_files("migrations"))


def version_of(file: Traversable) -> int:
    """The number that a migration's name begins with."""
    return int(file.name.partition("_")[0])


def migrate(cursor: Cursor) -> list[str]:
    """Applies the migrations this database has not had; their names.

    Raises NotPreparedError when the database was prepared by a newer version of the program.
    """
    cursor.execute((WAREHOUSE / "bootstrap.sql").read_text(encoding="utf-8"))
    applied = {
        found["version"] for found in rows(cursor, "select version from sync.schema_versions")
    }
    if applied and max(applied) > latest_version():
        raise NotPreparedError(
            f"The warehouse was prepared by a newer quickbooks-sync (tables of version "
            f"{max(applied)}, this one knows {latest_version()}): install that version."
        )
    done = []
    for file in sql_files("migrations"):
        if version_of(file) in applied:
            continue
        cursor.execute(file.read_text(encoding="utf-8"))
        cursor.execute(
            "insert into sync.schema_versions (version, name) values (%s, %s)",
            (version_of(file), file.name),
        )
        done.append(file.name)
    return done


def check_version(cursor: Cursor) -> None:
    """Raises NotPreparedError unless the database has what this program expects."""
    if not exists(cursor, "sync.schema_versions") or not exists(cursor, "sync.settings"):
        raise NotPreparedError(
            "The database of WAREHOUSE_URL has not been prepared: run `quickbooks-sync init` first."
        )
    version = value(cursor, "select max(version) from sync.schema_versions") or 0
    if version < latest_version():
        raise NotPreparedError(
            f"The warehouse has the tables of version {version}, this program needs "
            f"{latest_version()}: run `quickbooks-sync init` first."
        )
    if version > latest_version():
        raise NotPreparedError(
            f"The warehouse was prepared by a newer quickbooks-sync (tables of version {version}, "
            f"this one knows {latest_version()}): install that version."
        )


def apply_repeatable(cursor: Cursor) -> None:
    """Makes functions and rights anew."""
    for file in sql_files("repeatable"):
        cursor.execute(file.read_text(encoding="utf-8"))


def make_platform(cursor: Cursor) -> list[str]:
    """Makes the platform's tables that are missing; the names of those that were there already.

    Raises ConfigurationError when a table or view that is there lacks a column or has one of
    a type that cannot be read exactly; the text names every fault.
    """
    found, faults = [], []
    for file in sql_files("platform"):
        table = file.name.removesuffix(".sql")
        statements = file.read_text(encoding="utf-8")
        kind = relation_kind(cursor, table)
        if kind is None:
            cursor.execute("set local search_path = platform, pg_catalog")
            cursor.execute(statements)
            cursor.execute("set local search_path to default")
            continue
        found.append(table)
        if table == ALWAYS_A_TABLE and kind not in {"r", "p"}:
            raise ConfigurationError(
                "platform.inventory_updates is a view: it must be a table, because the sync "
                "inserts into it; drop or rename the view and run `quickbooks-sync init` again."
            )
        wanted = wanted_columns(cursor, table, statements)
        faults += compare(table, wanted, columns(cursor, f"platform.{table}"))
    if faults:
        raise ConfigurationError(
            f"The platform's tables do not fit: {'; '.join(faults)}. Mend the tables or views of "
            "schema platform and run `quickbooks-sync init` again."
        )
    return found


def relation_kind(cursor: Cursor, table: str) -> str | None:
    """`r` of a table, `v` of a view …, None when platform.`table` is not there."""
    kind: str | None = value(
        cursor,
        "select relkind::text from pg_catalog.pg_class where oid = to_regclass(%s)",
        (f"platform.{table}",),
    )
    return kind


def wanted_columns(cursor: Cursor, table: str, statements: str) -> list[Column]:
    """The columns that the file's table has, found by making it for a moment."""
    cursor.execute("set local search_path = pg_temp, pg_catalog")
    cursor.execute(statements)
    wanted = columns(cursor, f"pg_temp.{table}")
    cursor.execute(f'drop table pg_temp."{table}"')
    cursor.execute("set local search_path to default")
    return wanted


def columns(cursor: Cursor, relation: str) -> list[Column]:
    """The columns of a table or view, in their order."""
    cursor.execute(
        """
        select a.attname, pg_catalog.format_type(a.atttypid, null), t.typcategory::text
        from pg_catalog.pg_attribute as a
        inner join pg_catalog.pg_type as t on a.atttypid = t.oid
        where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped
        order by a.attnum
        """,
        (relation,),
    )
    return [Column(*found) for found in cursor.fetchall()]


def compare(table: str, wanted: list[Column], actual: list[Column]) -> list[str]:
    """What is wrong with the columns that are there, one phrase each; further columns are fine."""
    there = {column.name: column for column in actual}
    faults = [
        f"platform.{table} lacks the column {column.name} ({column.type_name})"
        for column in wanted
        if column.name not in there
    ]
    faults += [
        f"platform.{table}.{column.name} is {there[column.name].type_name}, needed is "
        f"{column.type_name}"
        for column in wanted
        if column.name in there and not is_readable_as(there[column.name], column)
    ]
    return faults


def is_readable_as(actual: Column, wanted: Column) -> bool:
    """Whether a column can stand for the wanted one without loss.

    Floats are no exact quantities, and a time without its zone is no instant.
    """
    if wanted.category == "D":
        return actual.type_name == wanted.type_name
    if actual.type_name in {"real", "double precision", "money"}:
        return False
    return actual.category == wanted.category
