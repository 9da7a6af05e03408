"""The connection to the warehouse, and PostgreSQL's errors as sentences."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import psycopg2
import psycopg2.errors
import psycopg2.extras

from quickbooks_sync.errors import ConfigurationError, NotPreparedError, SyncError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from psycopg2.extensions import connection as Connection  # noqa: N812
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

Row = dict[str, Any]
"""A row by column name; the values have the types psycopg2 gives (Decimal, datetime …)."""

MAKERS = {
    "quickbooks": "quickbooks-sync init",
    "platform": "quickbooks-sync init",
    "sync": "quickbooks-sync init",
}
"""Who makes the relations of a schema; the others are dbt's."""


# libpq quotes what it did not understand, and that may hold the password: it is not repeated.
NOT_A_URL = (
    "WAREHOUSE_URL cannot be understood: it must look like "
    "postgresql://user:password@host:5432/database, with %40 for @, %2F for /, %3F for ? and %23 "
    "for # inside the password."
)


def connect(url: str) -> Connection:
    """A connection to the database at `url`. Raises ConfigurationError when there is none."""
    try:
        return psycopg2.connect(url, application_name="quickbooks-sync", connect_timeout=10)
    except psycopg2.OperationalError as error:
        text = first_line(error)
        if is_ambiguous(url) or text.startswith("invalid"):
            raise ConfigurationError(NOT_A_URL) from None
        raise ConfigurationError(
            f"The warehouse cannot be reached: {without_password(text, url)}. "
            "Check WAREHOUSE_URL and that PostgreSQL is running."
        ) from None
    except psycopg2.ProgrammingError:
        raise ConfigurationError(NOT_A_URL) from None


def is_ambiguous(url: str) -> bool:
    """Whether the password may hold characters that end it early: then an error shows its rest."""
    before_host, _, _ = url.partition("://")[2].rpartition("@")
    return any(mark in before_host for mark in "@/?#")


@contextmanager
def transaction(connection: Connection) -> Generator[Cursor]:
    """A cursor whose statements take effect together, or not at all when an error leaves."""
    with connection, connection.cursor() as cursor:
        yield cursor


def rows(cursor: Cursor, statement: str, values: Sequence[Any] | Row = ()) -> list[Row]:
    """Every row of `statement`."""
    cursor.execute(statement, values)
    return list(fetched(cursor))


def row(cursor: Cursor, statement: str, values: Sequence[Any] | Row = ()) -> Row | None:
    """The first row of `statement`; None when it has none."""
    cursor.execute(statement, values)
    return next(fetched(cursor), None)


def value(cursor: Cursor, statement: str, values: Sequence[Any] | Row = ()) -> Any:
    """The first column of the first row of `statement`; None when it has none."""
    # Any: the column decides.
    cursor.execute(statement, values)
    found = cursor.fetchone()
    return found[0] if found else None


def fetched(cursor: Cursor) -> Iterator[Row]:
    """The rows that `cursor` holds, by column name."""
    names = [column.name for column in cursor.description or ()]
    for found in cursor:
        yield dict(zip(names, found, strict=True))


def exists(cursor: Cursor, relation: str) -> bool:
    """Whether the table or view `schema.name` is there."""
    return value(cursor, "select to_regclass(%s) is not null", (relation,)) is True


@contextmanager
def sentences(url: str) -> Generator[None]:
    """Turns PostgreSQL's errors inside it into one SyncError each."""
    try:
        yield
    except (psycopg2.errors.UndefinedTable, psycopg2.errors.InvalidSchemaName) as error:
        raise NotPreparedError(missing_relation(first_line(error))) from error
    except psycopg2.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"The user of WAREHOUSE_URL lacks a right: {first_line(error)}. Use the user that ran "
            "`quickbooks-sync init`."
        ) from error
    except psycopg2.Error as error:
        text = without_password(first_line(error), url) or type(error).__name__
        raise SyncError(f"PostgreSQL stopped the command: {text}.") from error


def missing_relation(text: str) -> str:
    """What to do about PostgreSQL's `relation "schema.name" does not exist`."""
    name = text.partition('"')[2].partition('"')[0]
    maker = MAKERS.get(name.partition(".")[0], "quickbooks-sync dbt build")
    return f"{name or 'A relation'} is missing in the warehouse: run `{maker}` first."


def first_line(error: BaseException) -> str:
    """The first line of an error's text, without PostgreSQL's full stop."""
    return next(iter(str(error).strip().splitlines()), "").rstrip(".")


def without_password(text: str, url: str) -> str:
    """`text` with the URL's password, plain or quoted, taken out."""
    try:
        password = urlsplit(url).password
    except ValueError:
        return ""
    for secret in {password, unquote(password)} if password else ():
        text = text.replace(secret, "***")
    return text
