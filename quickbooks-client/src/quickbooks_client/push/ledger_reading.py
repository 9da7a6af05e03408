"""What the ledger says: of rows, of documents on their way, of when stock was last written.

Also the connection and its transactions, on which the writing stands.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from quickbooks_client.errors import ConfigurationError
from quickbooks_client.push.entries import Known, Pending, Told, restored
from quickbooks_client.push.tables import DOCUMENT_LINES, DOCUMENTS, LEDGER_ROWS, reachable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    import filelock

KEYS_PER_QUERY = 500


class LedgerReading:
    """The ledger of one realm, as it is read. Every method is one transaction."""

    def __init__(
        self, connection: sa.Connection, realm_id: str, now: Callable[[], dt.datetime]
    ) -> None:
        self.realm_id = realm_id
        self._connection = connection
        self._now = now
        self._one_at_a_time = threading.RLock()
        self._file_lock: filelock.BaseFileLock | None = None
        self._has_lost_lock = False
        dialect = connection.dialect.name
        self._insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert

    @contextmanager
    def _transaction(self, *, needs_lock: bool = False) -> Iterator[sa.Connection]:
        with self._one_at_a_time:
            # SQLAlchemy connects again by itself, but the lock went with the first connection:
            # what was sent may still be written down, and nothing else begun.
            if needs_lock and self._has_lost_lock:
                raise ConfigurationError(
                    "ledger_url: the connection was lost and the writer's lock with it; start"
                    " again: what was sent is remembered"
                )
            try:
                with reachable(self._connection.engine), self._connection.begin():
                    yield self._connection
            finally:
                if self._file_lock is None and self._connection.invalidated:
                    self._has_lost_lock = True

    def known(self, keys: Iterable[str]) -> dict[str, Known]:
        """What is known of those of `keys` that have been seen before."""
        found: dict[str, Known] = {}
        rows = LEDGER_ROWS.c
        wanted = list(keys)
        for start in range(0, len(wanted), KEYS_PER_QUERY):
            statement = sa.select(
                rows.idempotency_key, rows.status, rows.input_hash, rows.attempts
            ).where(
                rows.realm_id == self.realm_id,
                rows.idempotency_key.in_(wanted[start : start + KEYS_PER_QUERY]),
            )
            with self._transaction() as connection:
                for key, status, input_hash, attempts in connection.execute(statement):
                    found[key] = Known(status, input_hash, attempts)
        return found

    def told(self, keys: Iterable[str]) -> dict[str, Told]:
        """For those of `keys` that are known: the record, and what became of it, in words."""
        found: dict[str, Told] = {}
        rows = LEDGER_ROWS.c
        wanted = list(keys)
        for start in range(0, len(wanted), KEYS_PER_QUERY):
            statement = sa.select(
                rows.idempotency_key,
                rows.status,
                rows.input,
                rows.attempts,
                rows.error_code,
                rows.error_detail,
            ).where(
                rows.realm_id == self.realm_id,
                rows.idempotency_key.in_(wanted[start : start + KEYS_PER_QUERY]),
            )
            with self._transaction() as connection:
                for key, *values in connection.execute(statement):
                    found[key] = Told(*values)
        return found

    def stock_written_at(self, since: dt.datetime) -> dt.datetime | None:
        """When a document that moves stock was last confirmed, if after `since`; our clock."""
        rows, lines = LEDGER_ROWS.c, DOCUMENT_LINES.c
        statement = sa.select(sa.func.max(rows.updated_at, type_=rows.updated_at.type)).where(
            rows.realm_id == self.realm_id,
            rows.status == "posted",
            rows.updated_at > since,
            sa.exists().where(lines.document_id == rows.document_id, lines.stock_effect != 0),
        )
        with self._transaction() as connection:
            found: dt.datetime | None = connection.scalar(statement)
        return found

    def posted(self, keys: Iterable[str]) -> dict[str, tuple[str, dict[str, Any]]]:
        """For those of `keys` that are posted: the QuickBooks id and the record they came as."""
        statement = (
            sa.select(LEDGER_ROWS.c.idempotency_key, DOCUMENTS.c.qbo_id, LEDGER_ROWS.c.input)
            .join(DOCUMENTS, DOCUMENTS.c.document_id == LEDGER_ROWS.c.document_id)
            .where(
                LEDGER_ROWS.c.realm_id == self.realm_id,
                LEDGER_ROWS.c.idempotency_key.in_(list(keys)),
                LEDGER_ROWS.c.status == "posted",
            )
        )
        with self._transaction() as connection:
            return {key: (qbo_id, record) for key, qbo_id, record in connection.execute(statement)}

    def pending(self) -> list[Pending]:
        """The documents that were remembered but not confirmed, oldest first."""
        with self._transaction() as connection:
            documents = connection.execute(
                sa.select(DOCUMENTS)
                .where(DOCUMENTS.c.realm_id == self.realm_id, DOCUMENTS.c.status == "pending")
                .order_by(DOCUMENTS.c.sent_at, DOCUMENTS.c.document_id)
            ).all()
            return [self._pending(connection, document) for document in documents]

    def _pending(self, connection: sa.Connection, row: sa.Row[Any]) -> Pending:
        lines = connection.execute(
            sa.select(DOCUMENT_LINES)
            .where(DOCUMENT_LINES.c.document_id == row.document_id)
            .order_by(DOCUMENT_LINES.c.line_number)
        ).all()
        rows = connection.execute(
            sa.select(LEDGER_ROWS.c.idempotency_key, LEDGER_ROWS.c.attempts)
            .where(
                LEDGER_ROWS.c.realm_id == self.realm_id,
                LEDGER_ROWS.c.document_id == row.document_id,
            )
            .order_by(LEDGER_ROWS.c.idempotency_key)
        ).all()
        return restored(row, lines, rows)
