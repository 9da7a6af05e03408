"""The ledger: what was asked for, what was sent and what came of it.

The order is remember, send, confirm.

Every method is one transaction. One writer per realm: the lock lives on the very connection
(PostgreSQL) or beside the very file (SQLite) that the ledger is written through, so a dead
process frees it and a process that lost it can write no further intent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import filelock
import sqlalchemy as sa

from quickbooks_client.errors import ConfigurationError, StoreBusyError
from quickbooks_client.push.exact import clean
from quickbooks_client.push.ledger_reading import LedgerReading
from quickbooks_client.push.tables import (
    DOCUMENT_LINES,
    DOCUMENTS,
    LEDGER_ROWS,
    checked_engine,
    create_tables,
    has_tables,
    is_missing_file,
    reachable,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from quickbooks_client.push.entries import Answer, Intent
    from quickbooks_client.push.records import InputRow

LOCK_WAIT_S = 900.0


def create_ledger(url: str) -> None:
    """Create the ledger's schema and tables in the database at `url`; what is there stays.

    Raises:
        ConfigurationError: `url` is no database address or its database cannot be reached.
    """
    engine = checked_engine(url)
    try:
        with reachable(engine):
            create_tables(engine)
    finally:
        engine.dispose()


class Ledger(LedgerReading):
    """The ledger of one realm, opened for writing."""

    @classmethod
    def open(
        cls,
        url: str,
        realm_id: str,
        *,
        now: Callable[[], dt.datetime],
        sleep: Callable[[float], None],
        wait_s: float = LOCK_WAIT_S,
        is_writer: bool = True,
    ) -> Self:
        """The ledger at `url`, for a writer once no other process writes to it for this realm.

        A SQLite ledger is made when it is not there; a PostgreSQL one must have been made.

        Raises:
            ConfigurationError: no such database, or no ledger in it.
            StoreBusyError: another writer did not finish within `wait_s`.
        """
        engine = checked_engine(url)
        if not is_writer and is_missing_file(engine):
            # Who only looks makes no file.
            engine = checked_engine("sqlite://")
        with reachable(engine):
            if engine.dialect.name == "sqlite":
                create_tables(engine)
            elif not has_tables(engine):
                raise ConfigurationError(
                    "ledger_url: this database has no ledger tables; run `quickbooks-sync init`"
                    " (or `quickbooks ledger init --ledger-url URL` for a ledger alone)"
                )
            ledger = cls(engine.connect(), realm_id, now)
        if not is_writer:
            return ledger
        try:
            ledger._lock(engine.url, sleep, wait_s)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def close(self) -> None:
        """Give up the lock and the connection."""
        self._connection.close()
        self._connection.engine.dispose()
        if self._file_lock is not None:
            self._file_lock.release()

    def _lock(self, url: sa.URL, sleep: Callable[[float], None], wait_s: float) -> None:
        if self._connection.dialect.name == "sqlite":
            if not url.database or url.database == ":memory:":
                return
            realm = re.sub(r"\W", "_", self.realm_id)
            self._file_lock = filelock.FileLock(f"{url.database}.{realm}.lock")
        waited = 0.0
        while not self._try_lock():
            if waited >= wait_s:
                raise StoreBusyError(
                    f"ledger_url: another process has been writing for company {self.realm_id}"
                    f" into the same ledger for {wait_s:.0f} s; wait for it to end, then start"
                    " again"
                )
            sleep(0.25)
            waited += 0.25

    def _try_lock(self) -> bool:
        if self._file_lock is not None:
            try:
                self._file_lock.acquire(blocking=False)
            except filelock.Timeout:
                return False
            return True
        with self._transaction() as connection:
            # The lock belongs to the session, not to the transaction that takes it.
            return bool(
                connection.scalar(
                    sa.text(
                        "select pg_try_advisory_lock(hashtext('quickbooks ledger'),"
                        " hashtext(:realm))"
                    ),
                    {"realm": self.realm_id},
                )
            )

    # -- writing

    def begin(self, intent: Intent) -> bool:
        """Remember `intent` before it is sent.

        False, and nothing remembered, when a person has decided about one of its rows meanwhile.
        """
        try:
            with self._transaction(needs_lock=True) as connection:
                self._insert_document(connection, intent, "pending", None)
                for row in intent.rows:
                    self._take(connection, row, "pending", intent.document_id)
        except _OvertakenError:
            return False
        return True

    def confirm(self, document_id: str, answer: Answer) -> None:
        """QuickBooks holds the document."""
        code, detail = answer.flaw or (None, None)
        with self._transaction() as connection:
            connection.execute(
                sa.update(DOCUMENTS)
                .where(DOCUMENTS.c.document_id == document_id)
                .values(
                    status="posted",
                    posted_at=answer.posted_at,
                    qbo_id=answer.qbo_id,
                    sync_token=answer.sync_token,
                    total_amount=answer.total_amount,
                    error_code=code,
                    error_detail=detail,
                )
            )
            self._settle(connection, document_id, "posted", None, None)

    def reject(self, document_id: str, code: str, detail: str) -> None:
        """QuickBooks refused the document: its rows wait for a person."""
        with self._transaction() as connection:
            self._close(connection, document_id, "rejected", code, detail)
            self._settle(connection, document_id, "rejected", code, detail)

    def split(self, document_id: str, code: str, detail: str, parts: Sequence[Intent]) -> None:
        """QuickBooks refused a packed document: its rows go out again in `parts`."""
        with self._transaction(needs_lock=True) as connection:
            self._close(connection, document_id, "split", code, detail)
            for part in parts:
                self._insert_document(connection, part, "pending", None)
                connection.execute(
                    sa.update(LEDGER_ROWS)
                    .where(
                        LEDGER_ROWS.c.realm_id == self.realm_id,
                        LEDGER_ROWS.c.idempotency_key.in_(part.document.keys),
                        LEDGER_ROWS.c.document_id == document_id,
                    )
                    .values(
                        document_id=part.document_id,
                        attempts=LEDGER_ROWS.c.attempts + 1,
                        updated_at=self._now(),
                    )
                )

    def renew(self, document_id: str, request_id: str) -> None:
        """Another request id for a document that QuickBooks is known not to hold."""
        with self._transaction(needs_lock=True) as connection:
            connection.execute(
                sa.update(DOCUMENTS)
                .where(DOCUMENTS.c.document_id == document_id)
                .values(request_id=request_id)
            )

    def found(self, intent: Intent, answer: Answer) -> bool:
        """Tie the rows of `intent` to what QuickBooks held already; nothing was sent."""
        try:
            with self._transaction(needs_lock=True) as connection:
                self._insert_document(connection, intent, "posted", answer)
                for row in intent.rows:
                    self._take(connection, row, "posted", intent.document_id)
        except _OvertakenError:
            return False
        return True

    def refuse(self, row: InputRow, code: str, detail: str) -> None:
        """A row that never became a document."""
        try:
            with self._transaction(needs_lock=True) as connection:
                self._take(connection, row, "rejected", None, (code, detail))
        except _OvertakenError:
            return

    def skip(self, row: InputRow, code: str, detail: str) -> None:
        """A row that has nothing to send, and never will: asked for again, it is known."""
        try:
            with self._transaction(needs_lock=True) as connection:
                self._take(connection, row, "cancelled", None, (code, detail))
        except _OvertakenError:
            return

    # -- inside a transaction

    def _insert_document(
        self, connection: sa.Connection, intent: Intent, status: str, answer: Answer | None
    ) -> None:
        document = intent.document
        connection.execute(
            sa.insert(DOCUMENTS).values(
                document_id=intent.document_id,
                realm_id=self.realm_id,
                qbo_type=document.entity,
                request_id=None if answer else intent.request_id,
                doc_number=document.doc_number,
                body=document.body,
                status=status,
                sent_at=None if answer else self._now(),
                posted_at=answer.posted_at if answer else None,
                qbo_id=answer.qbo_id if answer else None,
                sync_token=answer.sync_token if answer else None,
                total_amount=answer.total_amount if answer else document.total,
            )
        )
        if document.lines:
            connection.execute(
                sa.insert(DOCUMENT_LINES),
                [
                    {
                        "document_id": intent.document_id,
                        "line_number": number,
                        "idempotency_key": line.key,
                        "item_id": line.item_id,
                        "sku": line.sku,
                        "quantity": line.quantity,
                        "stock_effect": line.stock_effect,
                        "amount": line.amount,
                    }
                    for number, line in enumerate(document.lines, start=1)
                ],
            )

    def _take(
        self,
        connection: sa.Connection,
        row: InputRow,
        status: str,
        document_id: str | None,
        refusal: tuple[str, str] | None = None,
    ) -> None:
        code, detail = refusal or (None, None)
        now = self._now()
        values = {
            "stream": row.stream,
            "input": dict(row.record),
            "input_hash": row.input_hash,
            "status": status,
            "error_code": code,
            "error_detail": clean(detail) if detail else None,
            "updated_at": now,
        }
        changes: dict[str, Any] = dict(values)
        sent = 0
        if document_id is not None:
            values["document_id"] = changes["document_id"] = document_id
            changes["attempts"] = LEDGER_ROWS.c.attempts + 1
            sent = 1
        statement = self._insert(LEDGER_ROWS).values(
            realm_id=self.realm_id,
            idempotency_key=row.key,
            attempts=sent,
            created_at=now,
            **values,
        )
        # Only a refused row may go out again; posted, pending and cancelled ones never.
        taken = connection.execute(
            statement.on_conflict_do_update(
                index_elements=["realm_id", "idempotency_key"],
                set_=changes,
                where=LEDGER_ROWS.c.status == "rejected",
            )
        )
        if taken.rowcount != 1:
            raise _OvertakenError

    @staticmethod
    def _close(
        connection: sa.Connection, document_id: str, status: str, code: str, detail: str
    ) -> None:
        connection.execute(
            sa.update(DOCUMENTS)
            .where(DOCUMENTS.c.document_id == document_id)
            .values(status=status, error_code=code, error_detail=clean(detail))
        )

    def _settle(
        self,
        connection: sa.Connection,
        document_id: str,
        status: str,
        code: str | None,
        detail: str | None,
    ) -> None:
        connection.execute(
            sa.update(LEDGER_ROWS)
            .where(
                LEDGER_ROWS.c.realm_id == self.realm_id,
                LEDGER_ROWS.c.document_id == document_id,
                LEDGER_ROWS.c.status == "pending",
            )
            .values(
                status=status,
                error_code=code,
                error_detail=clean(detail) if detail else None,
                updated_at=self._now(),
            )
        )


class _OvertakenError(Exception):
    """Somebody else has decided about this row."""
