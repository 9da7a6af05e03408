"""Tokens in PostgreSQL: one row, one refresh, for all machines."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from quickbooks_client import Client, ConfigurationError, Settings, StoreBusyError
from quickbooks_client.postgres_store import PostgresTokenStore
from quickbooks_client.token_store import Token
from tests.client.fakes import START

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

COUNT = "SELECT COUNT(*) FROM Item"
TOKEN = Token("access", "refresh", START, refresh_expires_at=START)


def test_a_token_comes_back_as_it_was_put(database_url: str) -> None:
    """
    Companies and environments apart; a new database needs no preparation.
    """
    stores = [PostgresTokenStore(database_url, "sandbox", realm) for realm in ("1", "2")]
    before = [store.load() for store in stores]
    with stores[0].lock():
        stores[0].save(TOKEN)

    assert [None, None] == before
    assert [TOKEN, None] == [store.load() for store in stores]
    with stores[0].lock():
        stores[0].forget()
    assert stores[0].load() is None


def test_one_holds_the_row_at_a_time(database_url: str) -> None:
    """
    The others wait, and give up in bounded time with a sentence; saving ends the turn.
    """
    holder = PostgresTokenStore(database_url, "sandbox", "1")
    waiter = PostgresTokenStore(database_url, "sandbox", "1", lock_timeout_s=0.05)

    with holder.lock(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: waiter.lock().__enter__())
        with pytest.raises(StoreBusyError, match="Another process"):
            waiting.result(30)
        holder.save(TOKEN)
        with waiter.lock():
            assert TOKEN == waiter.load()


def test_a_connection_that_dies_lets_go(database_url: str) -> None:
    """
    As when its process is killed; what was saved stays.
    """
    holder = PostgresTokenStore(database_url, "sandbox", "1")
    waiter = PostgresTokenStore(database_url, "sandbox", "1", lock_timeout_s=30)

    with holder.lock():
        holder.save(TOKEN)
        _kill_others(database_url)
        with waiter.lock():
            assert TOKEN == waiter.load()


def _kill_others(database_url: str) -> None:
    connection = psycopg2.connect(database_url)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    connection.close()


def _count(connection: dict[str, Any], start: Any, folder: str) -> None:
    import os  # noqa: PLC0415 - of the child process alone

    os.environ["MELTANO_PROJECT_ROOT"] = folder
    start.wait(60)
    Client(Settings.from_mapping(connection)).query(COUNT)


def test_several_machines_on_an_empty_store_make_one_refresh(
    emulator: Emulator, database_url: str, tmp_path: Path
) -> None:
    """
    They share nothing but the row.
    """
    connection = {**emulator.settings(), "token_store": database_url}
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    processes = [
        context.Process(target=_count, args=(connection, start, str(tmp_path / str(number))))
        for number in range(4)
    ]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join(120)

    assert [0] * 4 == [process.exitcode for process in processes]
    paths = [str(call["path"]) for call in emulator.calls(class_="auth")]
    assert 1 == sum("tokens/bearer" in path for path in paths)


def test_a_database_that_cannot_be_reached_names_the_setting() -> None:
    """
    One sentence, no password.
    """
    store = PostgresTokenStore("postgresql://me:hush@127.0.0.1:9/db", "sandbox", "1")

    with pytest.raises(ConfigurationError, match="token_store") as caught:
        store.load()

    assert "hush" not in str(caught.value)
