"""The database roles that people and programs log in through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg2.errors

from quickbooks_sync.database import rows

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

ROLES = ("loader", "analyst", "dashboard", "reviewer")


def make_roles(cursor: Cursor) -> list[str]:
    """Makes the roles that are missing; the names of those this user may not make.

    Roles belong to the whole server, so that another database's may be there already.
    """
    found = rows(
        cursor, "select rolname from pg_catalog.pg_roles where rolname = any(%s)", (list(ROLES),)
    )
    there = {role["rolname"] for role in found}
    refused = []
    for role in ROLES:
        if role in there:
            continue
        cursor.execute("savepoint role")
        try:
            cursor.execute(f"create role {role} nologin")
        except psycopg2.errors.InsufficientPrivilege:
            cursor.execute("rollback to savepoint role")
            refused.append(role)
        except (psycopg2.errors.DuplicateObject, psycopg2.errors.UniqueViolation):
            # Another database of this server is being prepared at the same moment.
            cursor.execute("rollback to savepoint role")
    return refused
