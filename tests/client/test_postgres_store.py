"""What PostgreSQL alone can do to a token: connections that break, rights, limits, addresses."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from typing_extensions import override

from quickbooks_client import ConfigurationError, Settings, StoreBusyError
from quickbooks_client.postgres_store import PostgresTokenStore
from quickbooks_client.stores import open_store
from quickbooks_client.token_store import Token
from tests.client.fakes import START, FakeClock
from tests.client.token_parts import TOKEN, authorizer, refreshes, works

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

A_TOKEN = Token("access", "refresh", START, refresh_expires_at=START)
YOUNGER = Token("access-2", "refresh-2", START)


@pytest.fixture
def connection(
    emulator: Emulator, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """Settings for the emulator, whose every refresh rotates, with a database of the test's own."""
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    emulator.switch(rotate_always=True)
    return {**emulator.settings(), "token_store": database_url}


def store(url: str, **more: Any) -> PostgresTokenStore:
    return PostgresTokenStore(url, "sandbox", "1", **more)


def saved(url: str, token: Token = A_TOKEN) -> None:
    one = store(url)
    with one.lock():
        one.save(token)


def run(url: str, *statements: str) -> None:
    """Run statements as the database's owner, each by itself."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def name_of(url: str) -> str:
    return urlsplit(url).path.strip("/")


def hang_up(url: str) -> None:
    """End every other connection, as a restart or a firewall does."""
    run(
        url,
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()",
    )


# -- connections that break


def test_a_connection_that_dies_lets_go(database_url: str) -> None:
    """
    As when its process is killed; what was saved stays.
    """
    saved(database_url)
    holder, waiter = store(database_url), store(database_url, lock_timeout_s=30)

    with holder.lock():
        hang_up(database_url)
        with waiter.lock():
            assert A_TOKEN == waiter.load()


def test_a_connection_that_breaks_after_the_rotation_costs_nothing(
    connection: dict[str, Any], database_url: str
) -> None:
    """
    The token is saved over another connection.
    """
    authorizer(connection, FakeClock()).access_token()

    authorizer(connection, FakeClock(), then=lambda: hang_up(database_url)).refresh()

    works(connection)


def test_what_another_process_stored_after_the_break_stays(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """
    It had the lock after us, so its token is the younger one.
    """
    saved(database_url)
    broken = store(database_url)

    with broken.lock():
        hang_up(database_url)
        saved(database_url, YOUNGER)
        broken.save(Token("access-3", "refresh-3", START))

    assert YOUNGER == broken.load()
    assert "another process has stored a token since" in caplog.text


def test_a_save_that_arrived_before_the_break_is_not_repeated(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """
    Nobody knows whether a commit got through: what is there already is left.
    """
    saved(database_url)
    broken = store(database_url)

    with broken.lock():
        hang_up(database_url)
        saved(database_url, YOUNGER)
        broken.save(YOUNGER)

    assert YOUNGER == broken.load()
    assert "" == caplog.text


def test_a_database_that_goes_away_after_the_rotation_costs_nothing(
    connection: dict[str, Any],
    database_url: str,
    postgres_server: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """
    The token is kept on this machine, loudly, and stored when the database is back.
    """
    name = name_of(database_url)
    template = postgres_server.url("template1")
    authorizer(connection, FakeClock()).access_token()

    def goes_away() -> None:
        hang_up(database_url)
        run(template, f'alter database "{name}" rename to "{name}_away"')

    tokens = authorizer(connection, FakeClock(), then=goes_away)
    try:
        token = tokens.refresh()
        used = tokens.access_token()
    finally:
        run(template, f'alter database "{name}_away" rename to "{name}"')

    (copy,) = (tmp_path / ".quickbooks").glob("rescued-token-*.json")
    assert token.access_token == used
    assert str(copy) in caplog.text
    works(connection)
    assert not copy.exists()


class _ClockThatHangsUp(FakeClock):
    """While the client waits before it tries again, its connection breaks."""

    url = ""

    @override
    def sleep(self, seconds: float) -> None:
        hang_up(self.url)
        super().sleep(seconds)


def test_without_the_lock_the_endpoint_is_not_asked_again(
    emulator: Emulator, connection: dict[str, Any], database_url: str
) -> None:
    """
    Another process may be refreshing by now; two at once could end the connection.
    """
    authorizer(connection, FakeClock()).access_token()
    emulator.clear_calls()
    emulator.fail(path=TOKEN, times=1, do={"kind": "status", "status": 503})
    clock = _ClockThatHangsUp()
    clock.url = database_url

    with pytest.raises(StoreBusyError, match=r"broke, and with it went the lock .* Try again"):
        authorizer(connection, clock).refresh()

    assert [503] == refreshes(emulator)
    works(connection)


# -- the server's own limits


def test_the_servers_time_limits_do_not_end_a_refresh(
    emulator: Emulator, connection: dict[str, Any], database_url: str
) -> None:
    """
    The row stays locked while the endpoint takes its time, and the others wait longer than that.
    """
    limits = {
        "idle_in_transaction_session_timeout": "100ms",
        "statement_timeout": "100ms",
        "lock_timeout": "100ms",
        "idle_session_timeout": "100ms",
    }
    database = f'alter database "{name_of(database_url)}" set'
    run(database_url, *(f"{database} {name} = '{value}'" for name, value in limits.items()))
    authorizer(connection, FakeClock()).access_token()
    emulator.clear_calls()
    emulator.fail(path=TOKEN, times=1, do={"kind": "delay", "seconds": 0.5})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: authorizer(connection, FakeClock()).refresh(), range(2)))

    assert [200, 200] == refreshes(emulator)
    works(connection)


# -- rights


def test_three_rights_on_one_table_are_enough(
    emulator: Emulator, connection: dict[str, Any], database_url: str
) -> None:
    """
    Once somebody with more has made it.
    """
    saved(database_url)
    role = f"teller_{name_of(database_url)}"
    run(
        database_url,
        f'create role "{role}" login',
        "revoke all on schema public from public",
        f'grant usage on schema public to "{role}"',
        f'grant select, insert, update on quickbooks_tokens to "{role}"',
    )
    limited = {**connection, "token_store": as_user(database_url, role)}
    try:
        authorizer(limited, FakeClock()).access_token()
        works(limited)
    finally:
        run(database_url, f'drop owned by "{role}"', f'drop role "{role}"')

    assert [200, 200] == refreshes(emulator)


def as_user(url: str, role: str) -> str:
    return re.sub(r"//[^@]*@", f"//{role}:hush@", url)


@pytest.mark.parametrize(
    ("preparation", "reason"),
    [
        ("revoke create on schema public from public", "permission denied"),
        ('alter role "{role}" set default_transaction_read_only = on', "read-only transaction"),
    ],
)
def test_missing_rights_are_found_before_quickbooks_is_asked(
    emulator: Emulator,
    connection: dict[str, Any],
    database_url: str,
    preparation: str,
    reason: str,
) -> None:
    """
    The sentence has PostgreSQL's reason and not the password.
    """
    role = f"guest_{name_of(database_url)}"
    run(database_url, f'create role "{role}" login', preparation.format(role=role))
    limited = {**connection, "token_store": as_user(database_url, role)}
    try:
        with pytest.raises(ConfigurationError, match=f"^Setting token_store: .*{reason}") as caught:
            authorizer(limited, FakeClock()).access_token()
    finally:
        run(database_url, f'drop role "{role}"')

    assert "hush" not in str(caught.value)
    assert [] == refreshes(emulator)


def test_a_damaged_row_asks_for_a_sign_in_which_replaces_it(database_url: str) -> None:
    """
    The sentence has nothing of what is in it.
    """
    saved(database_url)
    run(database_url, 'update quickbooks_tokens set token = \'{"access_token": "abcdefgh"}\'')

    with pytest.raises(ConfigurationError, match=r"damaged.*quickbooks auth login") as caught:
        store(database_url).load()
    saved(database_url)

    assert A_TOKEN == store(database_url).load()
    assert "abcdefgh" not in str(caught.value)


# -- addresses


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "PostgreSQL"])
def test_every_way_to_write_the_address_is_the_same_store(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """
    libpq's own, and SQLAlchemy's, as the warehouse's address is often written.
    """
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    saved(database_url)
    address = re.sub("^[a-z]+", scheme, database_url)

    opened = open_store(Settings("app", "key", "1", token_store=address))

    assert A_TOKEN == opened.load()


def test_a_database_that_cannot_be_reached_names_the_setting() -> None:
    """
    One sentence, no password.
    """
    with pytest.raises(ConfigurationError, match="token_store") as caught:
        store("postgresql://me:hush@127.0.0.1:9/db").load()

    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "password", ["hu/sh", "hu@sh", "hu%zzsh", "hu#sh", "hu?sh", "hu:sh", "hu sh", "hu[sh", "[hu]sh"]
)
def test_a_password_that_is_written_as_it_is_shows_in_no_message(password: str) -> None:
    """
    Half of it would be taken for a host, a port or a database, and those are named.
    """
    with pytest.raises(ConfigurationError, match="token_store") as caught:
        store(f"postgresql://me:{password}@127.0.0.1:9/db").load()

    assert "hu" not in str(caught.value)
    assert "sh" not in str(caught.value).replace("should", "")
