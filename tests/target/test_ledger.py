"""The ledger's tables, and the lock that lets one process write for a company."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from quickbooks_client import ConfigurationError, StoreBusyError
from quickbooks_client.push.document import Document
from quickbooks_client.push.entries import Answer, Intent
from quickbooks_client.push.ledger import Ledger, create_ledger
from quickbooks_client.push.records import InputRow
from tests.target.shop import Ledger as Tables

if TYPE_CHECKING:
    from pathlib import Path

HOLDER = """
import sys, time
from datetime import UTC, datetime
from quickbooks_client.push.ledger import Ledger
ledger = Ledger.open(sys.argv[1], "7", now=lambda: datetime.now(UTC), sleep=time.sleep)
print("locked", flush=True)
time.sleep(600)
"""


def open_ledger(url: str, realm_id: str = "7") -> Ledger:
    waits: list[float] = []
    return Ledger.open(url, realm_id, now=lambda: datetime.now(UTC), sleep=waits.append, wait_s=1.0)


def test_the_tables_have_exact_types(database_url: str) -> None:
    """
    Amounts are numeric(28,6), times carry their offset, bodies are jsonb, columns are explained.
    """
    create_ledger(database_url)
    create_ledger(database_url)

    tables = Tables(database_url)
    types = dict(
        tables.ask(
            "select table_name || '.' || column_name, data_type || coalesce(' ' ||"
            " numeric_precision || ',' || numeric_scale, '') from information_schema.columns"
            " where table_schema = 'sync' and data_type <> 'text'"
        )
    )
    assert {
        "ledger_rows.input": "jsonb",
        "ledger_rows.attempts": "integer 32,0",
        "ledger_rows.created_at": "timestamp with time zone",
        "ledger_rows.updated_at": "timestamp with time zone",
        "documents.body": "jsonb",
        "documents.sent_at": "timestamp with time zone",
        "documents.posted_at": "timestamp with time zone",
        "documents.total_amount": "numeric 28,6",
        "document_lines.line_number": "integer 32,0",
        "document_lines.quantity": "numeric 28,6",
        "document_lines.stock_effect": "numeric 28,6",
        "document_lines.amount": "numeric 28,6",
    } == types
    unexplained = tables.ask(
        "select attrelid::regclass, attname from pg_attribute where attnum > 0 and"
        " attrelid in ('sync.ledger_rows'::regclass, 'sync.documents'::regclass,"
        " 'sync.document_lines'::regclass) and col_description(attrelid, attnum) is null"
    )
    assert [] == unexplained


def test_several_may_make_a_ledger_at_once(tmp_path: Path, database_url: str) -> None:
    """
    Eight processes that all find no tables: none fails.
    """
    for url in (f"sqlite:///{tmp_path / 'a' / 'ledger.sqlite3'}", database_url):
        with ThreadPoolExecutor(8) as pool:
            made = [pool.submit(create_ledger, url) for _ in range(8)]

        assert [None] * 8 == [each.result() for each in made]


def test_one_writer_for_a_company(ledger: Tables) -> None:
    """
    A second writer waits, then says so; one for another company does not; a reader never.
    """
    first = open_ledger(ledger.url)

    with pytest.raises(StoreBusyError, match="another process"):
        open_ledger(ledger.url)
    open_ledger(ledger.url, "8").close()
    reader = Ledger.open(
        ledger.url, "7", now=lambda: datetime.now(UTC), sleep=lambda _: None, is_writer=False
    )
    reader.close()
    first.close()

    open_ledger(ledger.url).close()


def test_the_lock_dies_with_its_process(ledger: Tables) -> None:
    """
    After a SIGKILL the next writer gets in at once.
    """
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, ledger.url], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert "locked" == holder.stdout.readline().strip()

    holder.kill()
    holder.communicate()

    open_ledger(ledger.url).close()


def intent(key: str) -> Intent:
    document = Document("Payment", {}, (), (key,), None, None)
    row = InputRow("payments", key, "1", {"idempotency_key": key})
    return Intent(f"document {key}", f"request {key}", document, (row,))


def test_a_lost_connection_begins_nothing_more(database_url: str) -> None:
    """
    The lock went with the connection: what was sent is still written down, nothing new is begun,
    though the database is back and nobody else has taken the lock.
    """
    create_ledger(database_url)
    tables = Tables(database_url)
    ledger = open_ledger(database_url)
    ledger.begin(intent("payment:1"))
    tables.ask(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    with pytest.raises(ConfigurationError, match="cannot be used"):
        ledger.begin(intent("payment:2"))

    with pytest.raises(ConfigurationError, match="lock"):
        ledger.begin(intent("payment:2"))
    with pytest.raises(ConfigurationError, match="lock"):
        ledger.renew("document payment:1", "another request")
    ledger.confirm("document payment:1", Answer("7", "0", None, None))
    ledger.close()

    assert {"payment:1": "posted"} == tables.statuses()
