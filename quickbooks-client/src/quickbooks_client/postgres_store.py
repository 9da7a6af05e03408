"""Tokens in PostgreSQL: for runs on several machines, which share one row and its lock."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg2
from typing_extensions import override

from quickbooks_client.errors import ConfigurationError, StoreBusyError
from quickbooks_client.redact import redact
from quickbooks_client.token_store import LOCK_TIMEOUT_S, Token, TokenStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import connection as Connection  # noqa: N812 - a class in all but name

CONNECT_TIMEOUT_S = 10

_TABLE = """
create table if not exists quickbooks_tokens (
    connection text primary key,
    token jsonb,
    updated_at timestamptz not null default now()
);
comment on table quickbooks_tokens is
    'OAuth tokens of QuickBooks connections. Secret: grant nobody else anything on it.';
"""


class PostgresTokenStore(TokenStore):
    """Tokens in the table `quickbooks_tokens`, a row for each company of each environment.

    The row's lock is held by a transaction, so it goes when its process or connection does.
    """

    def __init__(
        self, url: str, environment: str, realm_id: str, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        """Name the row; nothing is opened."""
        scheme, _, rest = url.partition("://")
        # SQLAlchemy's way of naming the driver means nothing to libpq.
        self._url = f"{scheme.partition('+')[0]}://{rest}"
        self._key = f"{environment}/{realm_id}"
        self._lock_timeout_s = lock_timeout_s
        self._held = threading.local()

    @override
    def load(self) -> Token | None:
        held: Connection | None = getattr(self._held, "connection", None)
        with contextlib.ExitStack() as stack:
            connection = held or stack.enter_context(self._connected())
            with self._explained(), connection.cursor() as cursor:
                cursor.execute("select to_regclass('quickbooks_tokens')")
                if cursor.fetchone() == (None,):
                    return None
                cursor.execute(
                    "select token from quickbooks_tokens where connection = %s", (self._key,)
                )
                found = cursor.fetchone()
        stored = found[0] if found else None
        if stored is None:
            return None
        try:
            return Token.from_json(stored)
        except (KeyError, TypeError, ValueError):
            raise ConfigurationError(
                f"Setting token_store: the row {self._key} of quickbooks_tokens in"
                f" {self.describe()} is no token that this version can read: delete the row and"
                " set refresh_token anew."
            ) from None

    @override
    def save(self, token: Token) -> None:
        self._put(json.dumps(token.to_json()))

    @override
    def forget(self) -> None:
        self._put(None)

    @override
    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        with self._connected() as connection:
            with self._explained(), connection.cursor() as cursor:
                cursor.execute("select to_regclass('quickbooks_tokens')")
                if cursor.fetchone() == (None,):
                    # Two first runs may meet here; one of them waits for the other.
                    cursor.execute("select pg_advisory_xact_lock(hashtext('quickbooks_tokens'))")
                    cursor.execute(_TABLE)
                cursor.execute(
                    "insert into quickbooks_tokens (connection) values (%s) on conflict do nothing",
                    (self._key,),
                )
                connection.commit()
                self._take(connection)
            self._held.connection = connection
            try:
                yield
            finally:
                self._held.connection = None

    @override
    def describe(self) -> str:
        parts = urlsplit(self._url)
        return f"PostgreSQL {parts.hostname or 'localhost'}{parts.path}"

    def _take(self, connection: Connection) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select set_config('lock_timeout', %s, true)",
                (f"{self._lock_timeout_s * 1000:.0f}ms",),
            )
            try:
                cursor.execute(
                    "select 1 from quickbooks_tokens where connection = %s for update",
                    (self._key,),
                )
            except psycopg2.errors.LockNotAvailable:
                raise StoreBusyError(
                    f"Another process has held the token in {self.describe()} for"
                    f" {self._lock_timeout_s:.0f} s. Look which process uses it and try again."
                ) from None

    def _put(self, token: str | None) -> None:
        connection: Connection = self._held.connection
        with self._explained(), connection.cursor() as cursor:
            # Durable whatever the server's default: the old token may be dead already.
            cursor.execute("set local synchronous_commit = on")
            cursor.execute(
                "update quickbooks_tokens set token = %s, updated_at = now() where connection = %s",
                (token, self._key),
            )
            connection.commit()
            self._take(connection)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._explained():
            connection = psycopg2.connect(self._url, connect_timeout=CONNECT_TIMEOUT_S)
        try:
            yield connection
        finally:
            # An open transaction is rolled back; what had to stay was committed.
            connection.close()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Say which setting it is when PostgreSQL refuses."""
        try:
            yield
        except psycopg2.Error as error:
            reason = redact(str(error).strip().partition("\n")[0])
            raise ConfigurationError(
                f"Setting token_store: {self.describe()} cannot be used ({reason}): check the"
                " address, the user's rights and that the server runs."
            ) from None
