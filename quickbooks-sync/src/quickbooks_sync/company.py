"""One database holds one company of one environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_sync.database import rows
from quickbooks_sync.errors import ConfigurationError, NotPreparedError, WrongCompanyError
from quickbooks_sync.schema import check_version

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.configuration import Configuration


@dataclass(frozen=True)
class Company:
    """The company whose data the warehouse holds."""

    realm_id: str
    environment: str


def stored_company(cursor: Cursor) -> Company | None:
    """The company that `init` wrote; None before."""
    found = rows(
        cursor, "select name, value from sync.settings where name in ('realm_id', 'environment')"
    )
    stored = {setting["name"]: setting["value"] for setting in found}
    if not stored.get("realm_id") or not stored.get("environment"):
        return None
    return Company(stored["realm_id"], stored["environment"])


def claim(cursor: Cursor, configuration: Configuration) -> Company:
    """Writes the configured company into a database that has none; refuses another one's."""
    stored = stored_company(cursor)
    if stored is not None:
        refuse_another(stored, configuration)
        return stored
    realm_id = configuration.realm_id
    if realm_id is None:
        raise ConfigurationError(
            "QUICKBOOKS_REALM_ID is not set: set it to the id of the QuickBooks company (shown as "
            "Company ID in its settings)."
        )
    company = Company(realm_id, configuration.environment or "sandbox")
    cursor.execute(
        "insert into sync.settings (name, value) values ('realm_id', %s), ('environment', %s) "
        "on conflict (name) do update set value = excluded.value",
        (company.realm_id, company.environment),
    )
    return company


def checked_company(cursor: Cursor, configuration: Configuration) -> Company:
    """The database's company, once it is known to be prepared and to be the configured one."""
    check_version(cursor)
    stored = stored_company(cursor)
    if stored is None:
        raise NotPreparedError(
            "The database of WAREHOUSE_URL has not been prepared: run `quickbooks-sync init` first."
        )
    refuse_another(stored, configuration)
    return stored


def refuse_another(stored: Company, configuration: Configuration) -> None:
    """Raises WrongCompanyError when the settings name another company or environment."""
    realm_id, environment = configuration.realm_id, configuration.environment
    if environment is not None and environment != stored.environment:
        raise WrongCompanyError(
            f"The database of WAREHOUSE_URL belongs to the environment {stored.environment}, but "
            f"QUICKBOOKS_ENVIRONMENT is {environment}: one database holds one environment; set "
            "WAREHOUSE_URL or QUICKBOOKS_ENVIRONMENT accordingly."
        )
    if realm_id is not None and realm_id != stored.realm_id:
        raise WrongCompanyError(
            f"The database of WAREHOUSE_URL belongs to the company {stored.realm_id}, but "
            f"QUICKBOOKS_REALM_ID is {realm_id}: one database holds one company; set WAREHOUSE_URL "
            "or QUICKBOOKS_REALM_ID accordingly."
        )
