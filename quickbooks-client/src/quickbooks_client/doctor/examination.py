"""The examination: reads what there is to read, and goes on after what is wrong where it can.

What depends on a thing that is wrong is left out; what does not is still looked at. At most six
calls are metered.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

from quickbooks import QuickBooks

from quickbooks_client.doctor import company_checks as company_says
from quickbooks_client.doctor import connection_checks as connection
from quickbooks_client.doctor import list_checks as lists
from quickbooks_client.doctor.findings import Finding, ok, warning, wrong
from quickbooks_client.doctor.ledger_check import check_ledger
from quickbooks_client.doctor.reach import Reached, check_api, check_sign_in, reach
from quickbooks_client.doctor.setting_checks import check_settings
from quickbooks_client.errors import (
    ConfigurationError,
    ConnectionLostError,
    FeatureUnavailableError,
    NotPermittedError,
    QuickBooksError,
    RejectedError,
)
from quickbooks_client.gate import MINOR_VERSION
from quickbooks_client.locations import POSTGRES, store_kind, store_path
from quickbooks_client.query import all_of, one_of, select
from quickbooks_client.transport import CallLimits

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from datetime import datetime

    from quickbooks_client.client import Client
    from quickbooks_client.clock import Clock
    from quickbooks_client.push.settings import DocumentSettings
    from quickbooks_client.records import Reply

LIMITS = CallLimits(connect_timeout_s=10.0, read_timeout_s=30.0, total_s=90.0)
"""A person waits: what does not answer soon is said not to."""
_ANY_STATE = "Active IN (true, false)"


def examine(
    client: Client, documents: DocumentSettings, ledger_url: str | None, clock: Clock
) -> Iterator[Finding]:
    """Yield what was found, in the order in which it is to be put right."""
    settings = client.settings
    yield from check_settings(settings)
    api = reach(f"{settings.api_url}/", LIMITS, clock)
    yield check_api(settings.api_url, api)
    yield check_sign_in(settings.discovery_url, reach(settings.discovery_url, LIMITS, clock))
    yield from _store(client)
    is_connected = yield from _token(client, clock)
    if isinstance(api, Reached) and is_connected:
        yield from _company(client, documents, clock)
    elif isinstance(api, Reached) and api.server is not None:
        yield connection.check_clock(api.server, api.asked, api.answered)
    yield from _usage(client, clock)
    yield check_ledger(ledger_url)


def _store(client: Client) -> Iterator[Finding]:
    token_store = client.settings.token_store
    if store_kind(token_store) in POSTGRES:
        yield ok("token store", client.store.describe())
        return
    path = store_path(token_store)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        yield connection.check_file_mode(str(path), None)
    except OSError as error:
        yield wrong(
            "token store",
            f"{path} cannot be looked at ({error.strerror}): let this user read it",
        )
    else:
        yield connection.check_file_mode(str(path), mode)


def _token(client: Client, clock: Clock) -> Generator[Finding, None, bool]:
    """Yield how the connection stands; return whether there is one."""
    try:
        client.authorizer.access_token()
        token = client.store.load()
    except QuickBooksError as error:
        yield wrong("token", str(error))
        return False
    if token is not None:
        yield connection.check_token(token, clock.now())
    return True


def _company(client: Client, documents: DocumentSettings, clock: Clock) -> Iterator[Finding]:
    """Yield what the company's own data tell."""
    asked = clock.now()
    try:
        reply = client.read("CompanyInfo", client.settings.realm_id)
    except QuickBooksError as error:
        yield wrong("company", str(error))
        if isinstance(error, (ConfigurationError, ConnectionLostError)):
            return
    else:
        yield from _company_itself(reply, asked, clock)
        outside = company_says.check_country(reply.entity)
        yield outside or _adjustments(client)
    yield from _preferences(client, documents, clock)
    yield from _accounts(client, documents)
    yield from _items(client, documents)


def _company_itself(reply: Reply, asked: datetime, clock: Clock) -> Iterator[Finding]:
    yield company_says.check_company(reply.entity)
    yield connection.check_clock(reply.time, asked, clock.now())
    yield connection.check_minor_version(MINOR_VERSION, QuickBooks.MINIMUM_MINOR_VERSION)
    yield company_says.check_plan(reply.entity)


def _adjustments(client: Client) -> Finding:
    """Return whether adjustments may be used: some plans and partner tiers lack them."""
    subject = "inventory adjustments"
    try:
        client.query(select("InventoryAdjustment", rows=1))
    except (NotPermittedError, FeatureUnavailableError) as error:
        return wrong(
            subject, f"{error} Quantities cannot be written: see the plan, and the app's tier"
        )
    except RejectedError:
        # Its page promises reading by id alone.
        return ok(subject, "they cannot be queried here, which writing does not need")
    except QuickBooksError as error:
        return wrong(subject, str(error))
    return ok(subject, "can be read")


def _preferences(client: Client, documents: DocumentSettings, clock: Clock) -> Iterator[Finding]:
    try:
        preferences = client.read("Preferences").entity
    except QuickBooksError as error:
        yield wrong("preferences", str(error))
        return
    yield company_says.check_tracking(preferences)
    yield company_says.check_closing_date(preferences, clock.now().date())
    yield company_says.check_currency(preferences)
    yield company_says.check_numbers(preferences)
    yield company_says.check_tax(preferences, documents.tax_mode, documents.tax_item_id)


def _accounts(client: Client, documents: DocumentSettings) -> Iterator[Finding]:
    wanted = _given(documents, lists.ACCOUNTS)
    try:
        found = _by_id(client, "Account", wanted.values())
        for setting, entity_id in wanted.items():
            yield lists.check_account(setting, entity_id, found.get(entity_id))
        if lists.ADJUSTMENT not in wanted:
            yield lists.check_candidates(client.find("Account", one_of("AccountType", lists.COSTS)))
    except QuickBooksError as error:
        yield wrong("accounts", str(error))


def _items(client: Client, documents: DocumentSettings) -> Iterator[Finding]:
    wanted = _given(documents, lists.ITEMS)
    try:
        found = _by_id(client, "Item", wanted.values())
    except QuickBooksError as error:
        yield wrong("items", str(error))
        return
    for setting, entity_id in wanted.items():
        yield lists.check_item(setting, entity_id, found.get(entity_id))
    yield from lists.check_unset([name for name in lists.NEEDED_ITEMS if name not in wanted])


def _given(documents: DocumentSettings, names: Iterable[str]) -> dict[str, str]:
    values = {name: getattr(documents, name) for name in names}
    return {name: value for name, value in values.items() if value}


def _by_id(client: Client, entity: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the rows with these ids, inactive ones too, by one query. Any: JSON."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = client.find(entity, all_of(one_of("Id", wanted), _ANY_STATE) or "")
    return {str(row["Id"]): row for row in rows}


def _usage(client: Client, clock: Clock) -> Iterator[Finding]:
    try:
        used = client.usage_log.metered_in_month(clock.now())
    except QuickBooksError as error:
        yield warning("usage", str(error))
        return
    yield connection.check_usage(used, client.settings.own_read_budget)
