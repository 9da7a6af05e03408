"""What `QuickBooksIntegration` does, as plain calls that block; it runs them in threads."""

from __future__ import annotations

import dataclasses
import uuid
from typing import TYPE_CHECKING, Any, TypedDict

from quickbooks_client.client import Client
from quickbooks_client.errors import (
    AuthenticationError,
    ConfigurationError,
    RejectedError,
    WrongCompanyError,
)
from quickbooks_client.invoices import invoices_since
from quickbooks_client.locations import state_folder
from quickbooks_client.locks import ForkSafeLock
from quickbooks_client.oauth import OAuth
from quickbooks_client.push.settings import DocumentSettings
from quickbooks_client.push.terms import CompanyTerms, zone_named
from quickbooks_client.settings import AppSettings, Settings
from quickbooks_client.stores import connected_realms
from quickbooks_client.transport import CallLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from quickbooks_client.clock import Clock
    from quickbooks_client.push.inventory import Problem
    from quickbooks_client.push.ledger import Ledger
    from quickbooks_client.signin import Redirect
    from quickbooks_client.token_store import Token

KEY_LENGTH = 100


class Tokens(TypedDict):
    """What a sign-in or a refresh brought. It is stored already."""

    access_token: str
    refresh_token: str
    realm_id: str


@dataclasses.dataclass(frozen=True, slots=True)
class Stocktaking:
    """How quantities are set; what each means says `QuickBooksIntegration`."""

    ledger_url: str | None
    adjustment_account_id: str | None
    time_zone: str | None
    max_lines_per_adjustment: int
    ledger_wait_s: float
    settle_s: float


@dataclasses.dataclass(frozen=True, slots=True)
class QuantityCall:
    """Wanted quantities, and the name under which all of them are set once."""

    call_id: str
    products: Sequence[Any]
    """Objects with sku and quantity. Any: as the caller gave them."""
    may_be_repeated: bool
    """Whether the caller chose the name, so that the same call may come again."""


def make_call(products: Sequence[Any], idempotency_key: Any = None) -> QuantityCall:
    """Return the call that a program asks for. Any: whatever it gave.

    Raises:
        RejectedError: The name cannot be one.
    """
    if idempotency_key is None:
        return QuantityCall(uuid.uuid4().hex, products, may_be_repeated=False)
    key = idempotency_key
    if isinstance(key, str) and key.strip() and key.isprintable() and len(key) <= KEY_LENGTH:
        return QuantityCall(key, products, may_be_repeated=True)
    raise RejectedError(
        f"An idempotency_key is a text of 1 to {KEY_LENGTH} characters without line breaks."
    )


class Company:
    """One company, known from the start or once it has signed in. Threads may share it."""

    def __init__(
        self,
        given: Mapping[str, Any],
        stocktaking: Stocktaking,
        clock: Clock,
        *,
        realm_id: str | None,
    ) -> None:
        """Check the settings; nothing is opened.

        Raises:
            ConfigurationError: Names the setting and what to do.
        """
        self._given = dict(given)
        self._app = AppSettings.from_mapping(self._given)
        if self._app.redirect_uri is None:
            raise ConfigurationError(
                "Setting redirect_uri is missing: give an address that is registered with the app."
            )
        self._token_store = str(self._given["token_store"])
        self._stocktaking = stocktaking
        named = {
            name: value
            for name, value in dataclasses.asdict(stocktaking).items()
            if value is not None
        }
        # Recovery may meet documents of others who write through the same ledger.
        self._documents = DocumentSettings.from_mapping(
            {**self._given, **named}, realm_id=realm_id or ""
        )
        self._zone = zone_named(stocktaking.time_zone) if stocktaking.time_zone else None
        self._clock = clock
        self._lock = ForkSafeLock()
        self._terms: CompanyTerms | None = None
        self._client = self._client_of(realm_id) if realm_id is not None else None

    @property
    def realm_id(self) -> str | None:
        """The company; None while none has signed in and none was looked for."""
        return self._client.settings.realm_id if self._client else None

    def close(self) -> None:
        """Close files and connections; a later call opens them again."""
        if self._client is not None:
            self._client.close()

    # -- sign-in

    def authorization_url(self, state: str) -> str:
        """Return the address of the consent page."""
        return OAuth(self._app, self._clock, CallLimits()).authorization_url(state)

    def exchange(self, redirect: Redirect) -> Tokens:
        """Exchange the code of `redirect`; the tokens are durable when this returns.

        Raises:
            WrongCompanyError: This is another company.
            SignInError: The code is not accepted.
        """
        with self._lock.own():
            if self._client is None:
                # Whoever asks meanwhile which company it is waits for the answer: one that is
                # stored from before would make another company of this object.
                client = self._client_of(redirect.realm_id)
                tokens = _connect(client, redirect)
                self._client = client
                return tokens
            client = self._client
        if client.settings.realm_id != redirect.realm_id:
            raise WrongCompanyError(
                f"This object stands for company {client.settings.realm_id}, and the redirect is of"
                f" company {redirect.realm_id}: make another QuickBooksIntegration for it; nothing"
                " was exchanged."
            )
        return _connect(client, redirect)

    def refresh(self) -> Tokens:
        """Refresh now; the tokens are durable when this returns."""
        client = self._connected()
        return _tokens(client.authorizer.refresh(), client.settings.realm_id)

    # -- stock and invoices

    def invoices(self, since: datetime, check: Callable[[], None]) -> list[dict[str, Any]]:
        """Return the invoices touched since a moment; see `invoices_since`. Any: JSON."""
        client = self._connected()
        with client.meter.scope("get_invoices"):
            return invoices_since(client, since, check)

    def set_quantities(
        self, call: QuantityCall, check: Callable[[], None]
    ) -> tuple[list[str], list[Problem]]:
        """Return the SKUs that hold what is wanted now, and what hinders the others.

        Raises:
            QuickBooksError: Nothing of this call was sent.
        """
        if not call.products:
            return [], []
        # Only who writes needs the ledger's libraries.
        from quickbooks_client.push.counted import CountedBooks  # noqa: PLC0415
        from quickbooks_client.push.stocktake import Stocktake  # noqa: PLC0415

        check()
        client = self._connected()
        settings = dataclasses.replace(self._documents, realm_id=client.settings.realm_id)
        if self._terms is None:
            account_id = settings.adjustment_account_id
            self._terms = CompanyTerms(client, settings.realm_id, account_id, self._zone)
        with client.meter.scope("sync_inventory"):
            ledger = self._ledger(client.settings, check)
            try:
                return Stocktake(
                    CountedBooks(client),
                    ledger,
                    settings,
                    self._clock,
                    terms=self._terms.at,
                    settle_s=self._stocktaking.settle_s,
                    check=check,
                ).set(call)
            finally:
                ledger.close()

    def _ledger(self, settings: Settings, check: Callable[[], None]) -> Ledger:
        """The ledger, opened for writing; by default a file beside the tokens."""
        from quickbooks_client.push.ledger import Ledger  # noqa: PLC0415 - as above

        def sleep(seconds: float) -> None:
            check()
            self._clock.sleep(seconds)

        beside = state_folder(settings.token_store) / "ledger.sqlite3"
        return Ledger.open(
            self._stocktaking.ledger_url or f"sqlite:///{beside}",
            settings.realm_id,
            now=self._clock.now,
            sleep=sleep,
            wait_s=self._stocktaking.ledger_wait_s,
        )

    # -- which company

    def _client_of(self, realm_id: str) -> Client:
        return Client(Settings.from_mapping({**self._given, "realm_id": realm_id}), self._clock)

    def _connected(self) -> Client:
        """The company's client.

        Raises:
            AuthenticationError: No company has signed in.
            ConfigurationError: Several have, and nothing says which is meant.
        """
        with self._lock.own():
            if self._client is not None:
                return self._client
            realms = connected_realms(self._token_store, self._app.environment)
            if not realms:
                raise AuthenticationError(
                    "No company is connected: lead the user to get_authorization_url() and hand"
                    " what comes back to exchange_code(), or run `quickbooks auth login`."
                )
            if len(realms) > 1:
                raise ConfigurationError(
                    f"Several companies are connected ({', '.join(realms)}): say which by setting"
                    " realm_id."
                )
            self._client = self._client_of(realms[0])
            return self._client


def _connect(client: Client, redirect: Redirect) -> Tokens:
    token = client.authorizer.connect(lambda: client.oauth.exchange(redirect.code))
    return _tokens(token, redirect.realm_id)


def _tokens(token: Token, realm_id: str) -> Tokens:
    return {
        "access_token": token.access_token,
        "refresh_token": token.refresh_token,
        "realm_id": realm_id,
    }
