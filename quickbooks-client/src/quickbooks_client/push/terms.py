"""Date and account of inventory adjustments, where nobody names them; asked once, then kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from quickbooks_client.errors import ConfigurationError
from quickbooks_client.push.inventory import Terms
from quickbooks_client.query import condition

if TYPE_CHECKING:
    import datetime as dt

    from quickbooks_client.records import Reply

SHRINKAGE = "Inventory Shrinkage"
"""The account QuickBooks itself makes and proposes for adjustments, at the first one by hand."""
SERVERS_ZONE = "America/Los_Angeles"
"""In which QuickBooks' servers date a document that names no date."""


class CompanyBooks(Protocol):
    """The part of `quickbooks_client.Client` that this uses."""

    def read(self, entity: str, entity_id: str) -> Reply:
        """One entity (metered)."""
        ...

    def find(self, entity: str, where: str) -> list[dict[str, Any]]:
        """The rows of one query (metered). Any: JSON."""
        ...


class CompanyTerms:
    """The company's today, and the account that takes the other side of an adjustment."""

    def __init__(
        self, books: CompanyBooks, realm_id: str, account_id: str | None, zone: ZoneInfo | None
    ) -> None:
        """Keep what is set; the company is asked for the rest when it is needed."""
        self._books = books
        self._realm_id = realm_id
        self._account_id = account_id
        self._zone = zone

    def at(self, moment: dt.datetime) -> Terms:
        """The terms of adjustments made at `moment`.

        Raises:
            ConfigurationError: No account is set, and the company has none that would do.
        """
        if self._account_id is None:
            self._account_id = self._proposed_account()
        if self._zone is None:
            company = self._books.read("CompanyInfo", self._realm_id).entity
            name = str(company.get("DefaultTimeZone") or SERVERS_ZONE)
            self._zone = zone_named(name, "The company's time zone")
        return Terms(moment.astimezone(self._zone).date(), self._account_id)

    def _proposed_account(self) -> str:
        found = self._books.find("Account", condition("Name", "=", SHRINKAGE))
        if len(found) == 1:
            return str(found[0]["Id"])
        raise ConfigurationError(
            "Setting adjustment_account_id is missing, and the company has no account"
            f" {SHRINKAGE!r} to take its place: choose an expense or cost of goods sold account"
            " and give its id."
        )


def zone_named(name: str, whence: str = "Setting time_zone") -> ZoneInfo:
    """The time zone called `name`.

    Raises:
        ConfigurationError: This machine knows none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(
            f"{whence} is {name[:60]!r}, which this machine does not know: set time_zone to a name"
            " such as America/New_York (package tzdata holds them where the system does not)."
        ) from None
