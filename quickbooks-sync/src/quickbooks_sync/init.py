"""`quickbooks-sync init`: everything in the warehouse that dbt does not make."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from quickbooks_sync.company import claim
from quickbooks_sync.database import transaction
from quickbooks_sync.roles import make_roles
from quickbooks_sync.schema import apply_repeatable, make_platform, migrate
from quickbooks_sync.subprocesses import output_of

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812

    from quickbooks_sync.configuration import Configuration

INIT_LOCK = 0x51424F53
"""Advisory lock of the database: two `init` at once go one after the other."""


def init(connection: Connection, configuration: Configuration) -> None:
    """Prepares the database; changes nothing in one that is prepared.

    The ledger's tables belong to the client, which makes them itself.
    """
    with transaction(connection) as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (INIT_LOCK,))
        cursor.execute("set local client_min_messages = warning")
        done = migrate(cursor)
        company = claim(cursor, configuration)
        kept = make_platform(cursor)
    output_of(
        ("quickbooks", "ledger", "init", "--ledger-url", configuration.warehouse_url),
        configuration.variables,
    )
    with transaction(connection) as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (INIT_LOCK,))
        refused = make_roles(cursor)
        apply_repeatable(cursor)
    if refused:
        print(  # noqa: T201
            f"The user of WAREHOUSE_URL may not create roles, so {', '.join(refused)} "
            f"{'is' if len(refused) == 1 else 'are'} missing: have an administrator run `create "
            f"role {refused[0]} nologin` (and so on) and run `quickbooks-sync init` again; the "
            "sync itself works without them.",
            file=sys.stderr,
        )
    state = "prepared" if done else "was prepared already"
    print(  # noqa: T201
        f"The warehouse {state}: company {company.realm_id}, environment {company.environment}"
        + (f"; kept the platform's own {', '.join(kept)}" if kept and done else "")
        + "."
    )
