"""`QuickBooksIntegration`: one company's QuickBooks for a program that lives in an event loop.

What is slow runs in threads of its own, through the same client, gate and ledger as tap, target and
command line. Changes of stock go one call after the other, in the order they came.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar

from quickbooks_client.clock import Clock, SystemClock
from quickbooks_client.company import Company, Stocktaking, Tokens, make_call
from quickbooks_client.errors import WrongCompanyError
from quickbooks_client.push.settings import LINES_AT_MOST
from quickbooks_client.settings import DEFAULT_TOKEN_STORE
from quickbooks_client.shield import shielded_async
from quickbooks_client.signin import new_state
from quickbooks_client.waiting import WaitingSignIns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

T = TypeVar("T")

READS_AT_A_TIME = 10
"""As many calls as QuickBooks takes of a company at a time; more wait for a thread."""


class ProductError(TypedDict):
    """Why one product was not set, in a sentence."""

    sku: str
    error: str


class SyncResult(TypedDict):
    """How many products hold the wanted quantity now, how many do not, and why."""

    success: int
    failed: int
    errors: list[ProductError]


class QuickBooksIntegration:
    """One company's QuickBooks. Any number of tasks may share one; making it opens nothing.

    Every method may raise the errors of `quickbooks_client.errors`. A call that is cancelled ends
    what is on its way and begins nothing more: nothing is lost and nothing is done twice.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        environment: str = "production",
        *,
        realm_id: str | None = None,
        token_store: str | None = None,
        ledger_url: str | None = None,
        adjustment_account_id: str | None = None,
        time_zone: str | None = None,
        max_lines_per_adjustment: int = LINES_AT_MOST,
        ledger_wait_s: float = 60.0,
        settle_s: float = 30.0,
        connection: Mapping[str, Any] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Check the settings.

        Args:
            client_id: The Intuit app's.
            client_secret: The Intuit app's.
            redirect_uri: An address registered with the app, to which Intuit leads the user back.
            environment: `production`, `sandbox` or `emulator`.
            realm_id: The company; by default the one that signs in, or the only one in the store.
            token_store: A path or `postgresql://…`; by default `.quickbooks/tokens.json`.
            ledger_url: Where it is remembered what was sent: the warehouse's `postgresql://…` where
                a reconciliation shall know it; by default `ledger.sqlite3` beside the tokens.
            adjustment_account_id: Takes the other side of adjustments; by default the account
                "Inventory Shrinkage".
            time_zone: In which adjustments are dated; the company's by default.
            max_lines_per_adjustment: Lines packed into one document.
            ledger_wait_s: How long another writer to the ledger is waited for.
            settle_s: Quantities are read no sooner than this after the last write that moved stock.
            connection: Further settings by their names: of the connection, such as `api_url` or
                `budget_share`, and `tax_mode` where a target that writes through the same ledger
                has another than its default. Any: each setting's own type.
            clock: The time; the machine's by default.

        Raises:
            ConfigurationError: Names the setting and what to do.
        """
        self._company = Company(
            {
                **(connection or {}),
                "client_id": client_id,
                "client_secret": client_secret,
                "redirect_uri": redirect_uri,
                "environment": environment,
                "token_store": token_store or DEFAULT_TOKEN_STORE,
            },
            Stocktaking(
                ledger_url=ledger_url,
                adjustment_account_id=adjustment_account_id,
                time_zone=time_zone,
                max_lines_per_adjustment=max_lines_per_adjustment,
                ledger_wait_s=ledger_wait_s,
                settle_s=settle_s,
            ),
            clock or SystemClock(),
            realm_id=realm_id,
        )
        self._sign_ins = WaitingSignIns(redirect_uri)
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}

    @property
    def realm_id(self) -> str | None:
        """The company; None while none has signed in and none was looked for."""
        return self._company.realm_id

    # -- sign-in

    def get_authorization_url(self) -> str:
        """Return the address of Intuit's consent page, with a state of its own.

        Lead the user there. Intuit leads back to `redirect_uri` with `code`, `state` and `realmId`:
        hand them, or the whole address, to `exchange_code`. Asks Intuit where the page is, which
        takes one short call: where even that matters, use `asyncio.to_thread`.
        """
        state = new_state()
        url = self._company.authorization_url(state)
        self._sign_ins.add(state)
        return url

    @shielded_async
    async def exchange_code(
        self, auth_code: str, realm_id: str | None = None, state: str | None = None
    ) -> Tokens:
        """Exchange the code of a redirect; return the tokens once they are stored.

        Args:
            auth_code: The redirect's `code`, or its whole address, which says the rest.
            realm_id: The redirect's `realmId`; by default the company this object stands for.
            state: The redirect's `state`. With it, or the whole address, a redirect is refused
                that answers no `get_authorization_url` of this object, or comes again. Without, the
                caller must have checked it.

        Raises:
            ForgedRedirectError: The redirect belongs to no sign-in that waits here.
            SignInError: The user or Intuit said no, or the code is not accepted (any more).
            WrongCompanyError: It is another company than this object stands for.
            ConfigurationError: Nothing says which company it is.
        """
        redirect = self._sign_ins.redirect(auth_code, realm_id or self.realm_id, state)
        if realm_id is not None and realm_id != redirect.realm_id:
            raise WrongCompanyError(
                f"The redirect names company {redirect.realm_id}, not {realm_id}: nothing was"
                " exchanged."
            )
        return await self._in_thread("sign-in", lambda _: self._company.exchange(redirect))

    async def refresh_tokens(self) -> Tokens:
        """Refresh now and return the new tokens once they are stored. Calls do so by themselves.

        Raises:
            AuthenticationError: No company is connected, or the connection has ended.
        """
        return await self._in_thread("read", lambda _: self._company.refresh())

    # -- stock and invoices

    async def sync_inventory(
        self, products: Iterable[Mapping[str, Any]], *, idempotency_key: str | None = None
    ) -> SyncResult:
        """Set items to wanted quantities by inventory adjustments, each exactly once.

        What an interrupted call left open is settled first; then QuickBooks' quantities are read
        and the differences posted, dated the company's today. A sale booked in between still
        counts. While another process writes through the same ledger, it is waited for.

        Args:
            products: Objects with `sku` and `quantity`, a whole or exact number or its text (a
                float counts as it is written), at most six decimals. Any: as the program has it.
            idempotency_key: A name for this call, up to 100 characters. The same call again under
                the same name posts nothing that it has posted; a product that was refused is tried
                anew.

        Returns:
            How many hold the wanted quantity now (also those that held it before), how many do
            not, and why: one entry in `errors` for each.

        Raises:
            QuickBooksError: Nothing of this call was sent (or the ledger was lost on the way). From
                the first document on nothing else is raised: products that were not sent, or whose
                outcome is not known, are `errors`.
            StoreBusyError: Another process went on writing for `ledger_wait_s`.
        """
        # Copied, for the caller may change them while this waits.
        call = make_call([_copied(one) for one in products], idempotency_key)
        done, problems = await self._in_thread(
            "write", lambda check: self._company.set_quantities(call, check)
        )
        errors: list[ProductError] = [{"sku": one.sku, "error": one.words} for one in problems]
        return {"success": len(done), "failed": len(errors), "errors": errors}

    async def get_invoices(self, since: datetime) -> list[dict[str, Any]]:
        """Return every invoice touched at or after `since`, an aware time, in its newest form.

        Dicts as QuickBooks spells them, numbers as `Decimal`, oldest change first. Nothing is lost
        that changes meanwhile; voided ones are in it, deleted ones are not. To read on later, begin
        a minute before the last call began: changes become visible late. Any: JSON.

        Raises:
            InvalidQueryError: `since` has no offset.
        """
        return await self._in_thread("read", lambda check: self._company.invoices(since, check))

    # -- its end

    async def aclose(self) -> None:
        """Wait for what is on its way, then close all; a later call opens it again."""
        await asyncio.to_thread(self._close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # -- in threads

    async def _in_thread(self, pool: str, work: Callable[[Callable[[], None]], T]) -> T:
        """Run `work` beside the event loop; cancelled, it stops where it asks whether to."""
        gone = threading.Event()

        def check() -> None:
            if gone.is_set():
                raise _CallerGoneError

        context = contextvars.copy_context()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._pool(pool), context.run, work, check
            )
        except asyncio.CancelledError:
            gone.set()
            raise

    def _pool(self, name: str) -> ThreadPoolExecutor:
        """One thread for writes, so that they queue without keeping others out; some to read."""
        with self._lock:
            if name not in self._pools:
                most = READS_AT_A_TIME if name == "read" else 1
                self._pools[name] = ThreadPoolExecutor(most, f"quickbooks-{name}")
            return self._pools[name]

    def _close(self) -> None:
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.shutdown(wait=True)
        self._company.close()


class _CallerGoneError(Exception):
    """The caller was cancelled: nothing more is to be begun. Nobody sees this."""


def _copied(product: Any) -> Any:
    """A product as it is now. What is no object at all gets its answer later. Any: either."""
    return dict(product) if isinstance(product, Mapping) else product
