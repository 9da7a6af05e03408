"""Tokens in PostgreSQL: for runs on several machines, which share one row and its lock."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import re
import threading
from typing import TYPE_CHECKING

import psycopg2
from psycopg2.extensions import parse_dsn
from typing_extensions import override

from quickbooks_client.errors import ConfigurationError, StoreBusyError
from quickbooks_client.redact import redact
from quickbooks_client.token_store import LOCK_TIMEOUT_S, SIGN_IN, Token, TokenStore

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
_LOCK = "select token from quickbooks_tokens where connection = %s for update"
_TURN_SETTINGS = {
    # The row stays locked while the token endpoint is asked: the server's own limits on idle or
    # long transactions would end the turn in the middle of it.
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "transaction_timeout": "0",
    # A machine that vanishes says no good-bye: let the server find out in a minute, not in hours.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    # Durable whatever the server's default: the old token may be dead already.
    "synchronous_commit": "on",
}
_LOST = (psycopg2.OperationalError, psycopg2.InterfaceError)
_ENDED = frozenset({None, "57P01", "57P02", "57P03", "25P03", "25P04"})
"""Codes of a connection that broke or that the server ended (administrator, time)."""
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(slots=True)
class _Turn:
    """What the holder of the row's lock holds."""

    connection: Connection
    before: object
    """The row's token when the lock was taken; JSON."""
    is_over: bool = False


class PostgresTokenStore(TokenStore):
    """Tokens in the table `quickbooks_tokens`, a row for each company of each environment.

    The row's lock is held by a transaction, so it goes when its process or connection does.
    """

    def __init__(
        self, url: str, environment: str, realm_id: str, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        """Name the row; nothing is opened.

        Raises:
            ConfigurationError: `url` cannot be read.
        """
        self._database = _Database(url)
        self._key = f"{environment}/{realm_id}"
        self._lock_timeout_s = lock_timeout_s
        self._held = threading.local()

    @override
    def load(self) -> Token | None:
        turn = self._turn()
        found: object = None
        if turn is not None:
            found = turn.before
        else:
            with self._database.connected() as connection, connection.cursor() as cursor:
                if _has_table(cursor):
                    cursor.execute(
                        "select token from quickbooks_tokens where connection = %s", (self._key,)
                    )
                    row = cursor.fetchone()
                    found = row[0] if row else None
        if found is None:
            return None
        try:
            return Token.from_json(found)  # type: ignore[arg-type] # checked by what it raises
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ConfigurationError(
                f"Setting token_store: what {self.describe()} holds for {self._key} is damaged, or"
                f" of a newer version: update this installation, or {SIGN_IN} to replace it."
            ) from None

    @override
    def prepare(self) -> None:
        connection = self._expect_turn().connection
        try:
            with self._database.explained(lets=_LOST), connection.cursor() as cursor:
                # Rights, a server that takes writes, a connection that lives.
                cursor.execute(
                    "update quickbooks_tokens set updated_at = updated_at where connection = %s",
                    (self._key,),
                )
        except _LOST:
            raise StoreBusyError(
                f"The connection to {self.describe()} broke, and with it went the lock on the"
                " token: another process may have it now. Try again."
            ) from None

    @override
    def save(self, token: Token) -> None:
        self._put(token.to_json())

    @override
    def forget(self) -> None:
        self._put(None)

    @override
    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        with self._database.connected() as connection:
            with connection.cursor() as cursor:
                self._make_row(connection, cursor)
            turn = _Turn(connection, self._take(connection))
            self._held.turn = turn
            try:
                yield
            finally:
                self._held.turn = None

    @override
    def describe(self) -> str:
        return self._database.name

    def _turn(self) -> _Turn | None:
        turn: _Turn | None = getattr(self._held, "turn", None)
        return None if turn is None or turn.is_over else turn

    def _expect_turn(self) -> _Turn:
        turn = self._turn()
        if turn is None:
            raise RuntimeError("The lock of the token store is not held")
        return turn

    def _make_row(self, connection: Connection, cursor: psycopg2.extensions.cursor) -> None:
        if not _has_table(cursor):
            # Two first runs may meet here; one of them waits for the other.
            cursor.execute("select pg_advisory_xact_lock(hashtext('quickbooks_tokens'))")
            cursor.execute(_TABLE)
        cursor.execute("select from quickbooks_tokens where connection = %s", (self._key,))
        if cursor.fetchone() is None:
            cursor.execute(
                "insert into quickbooks_tokens (connection) values (%s) on conflict do nothing",
                (self._key,),
            )
        connection.commit()

    def _take(self, connection: Connection) -> object:
        """Begin a transaction that holds the row, and return its token. JSON."""
        with connection.cursor() as cursor:
            cursor.execute(
                "select name from pg_settings where name = any(%s)", (list(_TURN_SETTINGS),)
            )
            for (name,) in cursor.fetchall():
                cursor.execute("select set_config(%s, %s, true)", (name, _TURN_SETTINGS[name]))
            cursor.execute(
                "select set_config('lock_timeout', %s, true)",
                (f"{self._lock_timeout_s * 1000:.0f}ms",),
            )
            try:
                cursor.execute(_LOCK, (self._key,))
            except psycopg2.errors.LockNotAvailable:
                raise StoreBusyError(
                    f"Another process has held the token in {self.describe()} for"
                    f" {self._lock_timeout_s:.0f} s. Look which process uses it and try again."
                ) from None
            row = cursor.fetchone()
        return row[0] if row else None

    def _put(self, token: dict[str, str] | None) -> None:
        turn = self._expect_turn()
        turn.is_over = True
        try:
            with self._database.explained(lets=_LOST):
                self._write(turn.connection, token)
        except _LOST:
            self._put_again(turn.before, token)

    def _write(self, connection: Connection, token: dict[str, str] | None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "update quickbooks_tokens set token = %s, updated_at = now() where connection = %s",
                (None if token is None else json.dumps(token), self._key),
            )
            if cursor.rowcount != 1:
                raise ConfigurationError(
                    f"Setting token_store: the row {self._key} of quickbooks_tokens in"
                    f" {self.describe()} has been taken away; try again."
                )
        connection.commit()

    def _put_again(self, before: object, token: dict[str, str] | None) -> None:
        """Save over another connection: the first broke, and nobody knows when.

        What another process has saved since then is younger, and stays.
        """
        with self._database.connected() as connection:
            with connection.cursor() as cursor:
                self._make_row(connection, cursor)
            now = self._take(connection)
            if now == before:
                self._write(connection, token)
            elif now != token:
                _LOG.warning(
                    "The connection to %s broke during a refresh, and another process has stored a"
                    " token since; that one stays.",
                    self.describe(),
                )


def connected_realms(url: str, environment: str) -> list[str]:
    """Return the companies that have a token in the database; none without the table."""
    with _Database(url).connected() as connection, connection.cursor() as cursor:
        if not _has_table(cursor):
            return []
        cursor.execute("select connection from quickbooks_tokens where token is not null")
        keys = [str(row[0]).partition("/") for row in cursor.fetchall()]
    return sorted(realm_id for of, _, realm_id in keys if of == environment)


class _Database:
    """Where it is, and how to get there."""

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        # SQLAlchemy's way of naming the driver means nothing to libpq.
        self._url = f"{scheme.lower().partition('+')[0]}://{rest}"
        parts = _parts(self._url)
        self._password = parts.get("password")
        self.name = f"PostgreSQL {parts.get('host') or 'localhost'}/{parts.get('dbname') or ''}"

    @contextlib.contextmanager
    def connected(self) -> Iterator[Connection]:
        """Open a connection, close it in the end, and say which setting it is if that fails."""
        with self.explained():
            connection = psycopg2.connect(
                self._url,
                connect_timeout=CONNECT_TIMEOUT_S,
                fallback_application_name="quickbooks-client",
                keepalives=1,
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
            )
            try:
                yield connection
            finally:
                # An open transaction is rolled back; what had to stay was committed.
                connection.close()

    @contextlib.contextmanager
    def explained(self, lets: tuple[type[Exception], ...] = ()) -> Iterator[None]:
        """Say which setting it is when PostgreSQL refuses; what it `lets` through stays as it is.

        Raises:
            ConfigurationError: Another error of PostgreSQL's.
        """
        try:
            yield
        except psycopg2.Error as error:
            # Lost connections come as plain OperationalErrors, refusals as classes below it.
            if isinstance(error, lets) and error.pgcode in _ENDED:
                raise
            reason = redact(str(error).strip().partition("\n")[0], self._password)
            raise ConfigurationError(
                f"Setting token_store: {self.name} cannot be used ({reason}): check the address,"
                " the user's rights and that the server runs."
            ) from None


def _parts(url: str) -> dict[str, str]:
    """Return the address taken apart.

    Raises:
        ConfigurationError: It is none, or a password in it would be taken for something else.
    """
    parts: dict[str, str] | None = None
    with contextlib.suppress(psycopg2.ProgrammingError):
        parts = parse_dsn(url)
    # A password with an @ or / of its own ends up here, and from here in messages.
    if (
        parts is None
        or any("@" in parts.get(name, "") for name in ("host", "port", "dbname"))
        or not re.fullmatch(r"[0-9,]*", parts.get("port", ""))
    ):
        # Raised outside the handler: libpq's error quotes the address.
        raise ConfigurationError(
            "Setting token_store: the postgresql:// address cannot be read: write special"
            " characters of the password as %-codes (@ is %40, / is %2F)."
        )
    return parts


def _has_table(cursor: psycopg2.extensions.cursor) -> bool:
    cursor.execute("select to_regclass('quickbooks_tokens')")
    return cursor.fetchone() != (None,)
