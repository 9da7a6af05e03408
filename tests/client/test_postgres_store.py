"""Tokens in PostgreSQL: one row, one refresh, for all machines."""

from __future__ import annotations

import psycopg2
import pytest

from quickbooks_client import ConfigurationError
from quickbooks_client.postgres_store import PostgresTokenStore
from quickbooks_client.token_store import Token
from tests.client.fakes import START

COUNT = "SELECT COUNT(*) FROM Item"
TOKEN = Token("access", "refresh", START, refresh_expires_at=START)


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


def test_a_database_that_cannot_be_reached_names_the_setting() -> None:
    """
    One sentence, no password.
    """
    store = PostgresTokenStore("postgresql://me:hush@127.0.0.1:9/db", "sandbox", "1")

    with pytest.raises(ConfigurationError, match="token_store") as caught:
        store.load()

    assert "hush" not in str(caught.value)
