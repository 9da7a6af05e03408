"""What stands between an installation and its first sync, one line each for a person."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING, Any

from quickbooks_client.errors import QuickBooksError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from quickbooks_client.client import Client


class Verdict(enum.Enum):
    """How one thing stands."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    subject: str
    verdict: Verdict
    words: str


def examine(client: Client, adjustment_account_id: str | None) -> Iterator[Finding]:
    """Yield what was found, stopping at the first thing without which the rest cannot be seen."""
    settings = client.settings
    yield Finding(
        "settings",
        Verdict.OK,
        f"{settings.environment}, company {settings.realm_id}, {settings.api_url}",
    )
    try:
        client.authorizer.access_token()
    except QuickBooksError as error:
        yield Finding("token", Verdict.WRONG, str(error))
        return
    yield Finding("token", Verdict.OK, f"accepted; kept in {client.store.describe()}")
    try:
        company = client.read("CompanyInfo", settings.realm_id).entity
    except QuickBooksError as error:
        yield Finding("company", Verdict.WRONG, str(error))
        return
    yield Finding(
        "company", Verdict.OK, f"{company.get('CompanyName', '')} ({company.get('Country', '')})"
    )
    yield from _try("inventory tracking", lambda: _tracking(client))
    yield from _try("adjustment account", lambda: _account(client, adjustment_account_id))


def _try(subject: str, look: Callable[[], Finding]) -> Iterator[Finding]:
    try:
        yield look()
    except QuickBooksError as error:
        yield Finding(subject, Verdict.WRONG, str(error))


def _tracking(client: Client) -> Finding:
    preferences = client.read("Preferences").entity
    products = _member(preferences, "ProductAndServicesPrefs")
    if products.get("QuantityOnHand") is True:
        return Finding("inventory tracking", Verdict.OK, "on")
    return Finding(
        "inventory tracking",
        Verdict.WRONG,
        "off: turn on Track inventory quantity on hand under Account and settings, Sales (needs"
        " the Plus or Advanced plan)",
    )


def _account(client: Client, account_id: str | None) -> Finding:
    subject = "adjustment account"
    if account_id:
        account = client.read("Account", account_id).entity
        name = str(account.get("FullyQualifiedName") or account.get("Name", ""))
        if account.get("Active") is False:
            return Finding(subject, Verdict.WRONG, f"{name} is inactive: make it active")
        return Finding(subject, Verdict.OK, f"{name} (id {account_id})")
    found = client.find("Account", "Name = 'Inventory Shrinkage'")
    if not found:
        return Finding(
            subject,
            Verdict.WARNING,
            "none is set and there is no account Inventory Shrinkage: choose an expense or cost of"
            " goods sold account and set adjustment_account_id",
        )
    return Finding(
        subject,
        Verdict.WARNING,
        f"none is set: Inventory Shrinkage would do, set adjustment_account_id to {found[0]['Id']}",
    )


def _member(entity: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object's member that is an object itself. Any: JSON."""
    value = entity.get(name)
    return value if isinstance(value, dict) else {}


def is_healthy(findings: list[Finding]) -> bool:
    """Return whether nothing is wrong."""
    return all(finding.verdict is not Verdict.WRONG for finding in findings)
