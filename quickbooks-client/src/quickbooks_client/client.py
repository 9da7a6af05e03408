"""The client: what tap, target, command line and embedding programs call. Dicts in, dicts out."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import msgspec

from quickbooks_client import cdc, paging
from quickbooks_client.auth import Authorizer
from quickbooks_client.budget import Budget
from quickbooks_client.clock import Clock, SystemClock
from quickbooks_client.envelope import (
    encode,
    exact,
    number,
    opens_with,
    record,
    rows,
    server_time,
    split,
)
from quickbooks_client.errors import InvalidQueryError, RejectedError
from quickbooks_client.faults import raise_unexpected
from quickbooks_client.gate import MINOR_VERSION, Exchange, Gate
from quickbooks_client.locations import state_folder
from quickbooks_client.meter import Meter
from quickbooks_client.oauth import OAuth
from quickbooks_client.query import MAX_PAGE_ROWS, select, utc_text
from quickbooks_client.records import Changes, Page, QueryReply, RawRecord, Reply
from quickbooks_client.request import Request
from quickbooks_client.stores import open_store
from quickbooks_client.throttle import Throttle
from quickbooks_client.transport import CallLimits, make_session
from quickbooks_client.usage_log import UsageLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from quickbooks_client.settings import Settings
    from quickbooks_client.token_store import TokenStore

_JSON = {"Accept": "application/json"}
MAX_REQUEST_ID = 50
"""Source: Intuit, "Idempotent requests"."""


class Client:
    """One company's QuickBooks, through one gate. Threads may share a client.

    Making one opens nothing; files and connections are opened by the first call.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        *,
        limits: CallLimits | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Put the parts together.

        Args:
            settings: The connection.
            clock: The time; the machine's by default.
            limits: How long a call may take.
            jitter: Gives a random number from 0 up to 1.

        Raises:
            ConfigurationError: `token_store` names a kind of store there is not.
        """
        self.settings = settings
        self._clock = clock or SystemClock()
        self._limits = limits or CallLimits()
        folder = state_folder(settings.token_store)
        self.store: TokenStore = open_store(settings)
        self.usage_log: UsageLog = UsageLog(
            folder / "usage.sqlite3", settings.environment, settings.realm_id
        )
        self.meter: Meter = Meter(self.usage_log, self._clock, settings.own_read_budget)
        self.oauth: OAuth = OAuth(settings, self._clock, self._limits)
        self.authorizer: Authorizer = Authorizer(
            settings,
            self.store,
            self.oauth,
            self._clock,
            total_s=self._limits.total_s,
            jitter=jitter,
            on_refresh=self.meter.count_refresh,
        )
        self._throttle = Throttle(
            folder / "budget", settings.realm_id, Budget.from_settings(settings), self._clock
        )
        self._jitter = jitter
        self._lock = threading.Lock()
        self._gate: Gate | None = None

    @property
    def quickbooks(self) -> Gate:
        """python-quickbooks' client for its own objects; their calls pass the same gate."""
        with self._lock:
            if self._gate is None:
                self._gate = Gate(
                    company_id=self.settings.realm_id,
                    minorversion=MINOR_VERSION,
                    use_decimal=True,
                    base_url=self.settings.api_url,
                    session=make_session(
                        self.settings.api_url, self.settings.max_concurrent_requests
                    ),
                    authorizer=self.authorizer,
                    throttle=self._throttle,
                    meter=self.meter,
                    clock=self._clock,
                    limits=self._limits,
                    jitter=self._jitter,
                )
            return self._gate

    def query(self, text: str) -> QueryReply:
        """Return the rows that the query `text` finds.

        Raises:
            InvalidQueryError: QuickBooks cannot run it as it is written.
        """
        request = Request(
            "POST", "query", {}, {**_JSON, "Content-Type": "application/text"}, text.encode()
        )
        exchange = self.quickbooks.exchange(request)
        raw = exchange.members.get("QueryResponse")
        found = split(bytes(raw)) if raw is not None else None
        if found is None:
            raise_unexpected(
                "A query's answer without QueryResponse", exchange.answer, request.attempted
            )
        # The one member that holds a list is the entity's, under its canonical name.
        lists = [value for value in found.values() if opens_with(value, b"[")]
        try:
            records = rows(lists[0]) if lists else []
            total = number(found.get("totalCount"))
        except (msgspec.DecodeError, ValueError):
            raise_unexpected(
                "A query's answer of another shape", exchange.answer, request.attempted
            )
        return QueryReply(records, self._time(exchange, request), total)

    def pages(
        self,
        entity: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        where: str | None = None,
        page_rows: int = MAX_PAGE_ROWS,
    ) -> Iterator[Page]:
        """Yield all rows of `entity`, losing none while others change them; see `paging.walk`."""
        return paging.walk(
            self.query, entity, since=since, until=until, where=where, page_rows=page_rows
        )

    def find(self, entity: str, where: str) -> list[dict[str, Any]]:
        """Return the rows of one query, parsed, numbers as `Decimal`; at most a thousand.

        Any: JSON.
        """
        reply = self.query(select(entity, where, start=1, rows=MAX_PAGE_ROWS))
        return [exact(row.document) for row in reply.rows]

    def changes(self, entities: Sequence[str], since: datetime) -> Changes:
        """Return what changed in `entities` since a moment, by one call.

        Look at `is_complete`: an answer that reached the cap, or a moment beyond 30 days, leaves
        something out without saying so.
        """
        if not entities:
            raise InvalidQueryError("No entity is given whose changes to read.")
        request = Request(
            "GET", "cdc", {"entities": ",".join(entities), "changedSince": utc_text(since)}, _JSON
        )
        exchange = self.quickbooks.exchange(request)
        return cdc.read_changes(
            exchange.answer,
            exchange.members,
            entities,
            since,
            self._time(exchange, request),
            attempted=request.attempted,
        )

    def read(self, entity: str, entity_id: str | None = None) -> Reply:
        """Return one entity; without an id the one there is, such as `Preferences`.

        Raises:
            NotFoundError: There is none, or it was deleted.
        """
        path = entity.lower() if entity_id is None else f"{entity.lower()}/{quote(entity_id, '')}"
        return self._reply(entity, Request("GET", path, {}, _JSON))

    def record(self, entity: str, entity_id: str) -> RawRecord:
        """Return one entity as `read` does, its text untouched.

        Raises:
            NotFoundError: There is none, or it was deleted.
        """
        request = Request("GET", f"{entity.lower()}/{quote(entity_id, '')}", {}, _JSON)
        return record(_member(entity, self.quickbooks.exchange(request), request))

    def create(
        self,
        entity: str,
        body: Mapping[str, Any],
        *,
        request_id: str,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """Create an entity, or update it when `body` has an `Id`; return it as it is stored.

        Repeating the same bytes under the same `request_id` writes nothing twice. Any: JSON.

        Raises:
            RejectedError: QuickBooks refused the content.
            ConnectionLostError: No readable reply came; it may be written all the same.
        """
        if not 0 < len(request_id) <= MAX_REQUEST_ID:
            raise RejectedError(f"A request_id has 1 to {MAX_REQUEST_ID} characters.")
        request = Request(
            "POST",
            entity.lower(),
            {**(params or {}), "requestid": request_id},
            {**_JSON, "Content-Type": "application/json"},
            encode(body),
        )
        return self._reply(entity, request)

    def close(self) -> None:
        """Close files and connections; a later call opens them again."""
        self.usage_log.close()
        self._throttle.close()
        with self._lock:
            if self._gate is not None:
                self._gate.session.close()
                self._gate = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reply(self, entity: str, request: Request) -> Reply:
        exchange = self.quickbooks.exchange(request)
        raw = _member(entity, exchange, request)
        return Reply(exact(raw), self._time(exchange, request), exchange.answer.intuit_tid)

    def _time(self, exchange: Exchange, request: Request) -> datetime:
        moment = server_time(exchange.members, exchange.answer.headers)
        if moment is None:
            raise_unexpected("An answer without a time", exchange.answer, request.attempted)
        return moment


def _member(entity: str, exchange: Exchange, request: Request) -> msgspec.Raw:
    """Return the entity's own object within an answer."""
    named = (raw for name, raw in exchange.members.items() if name.lower() == entity.lower())
    found = next((raw for raw in named if opens_with(raw, b"{")), None)
    if found is None:
        raise_unexpected(f"An answer without {entity}", exchange.answer, request.attempted)
    return found
