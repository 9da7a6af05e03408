"""What every token store promises, held against both: a file and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import AuthenticationError, Client, Settings, StoreBusyError
from quickbooks_client.stores import connected_realms
from quickbooks_client.token_store import Token, TokenStore
from tests.client.fakes import START, FakeClock
from tests.client.token_parts import (
    COUNT,
    DAY_S,
    TOKEN,
    ask,
    authorizer,
    process,
    refreshes,
    refused_together,
    run_together,
    store_at,
    struck,
    wait_until,
    works,
)

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

FIRST = Token("access-1", "refresh-1", START, refresh_expires_at=START + timedelta(days=101))
SECOND = Token("access-2", "refresh-2", START, refresh_hard_expires_at=START, obtained_at=START)


@pytest.fixture(params=["file", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where tokens are kept: what setting token_store names."""
    if request.param == "file":
        return str(tmp_path / "store" / "tokens.json")
    url: str = request.getfixturevalue("database_url")
    return url


@pytest.fixture
def connection(
    emulator: Emulator, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """Settings for the emulator with that store, and a project of the test's own."""
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return {**emulator.settings(), "token_store": place}


def saved(store: TokenStore, token: Token) -> None:
    with store.lock():
        store.prepare()
        store.save(token)


def test_a_token_comes_back_as_it_was_saved(place: str) -> None:
    """
    With every time there is, and none that there is not; the last one counts.
    """
    saved(store_at(place), FIRST)
    first = store_at(place).load()
    saved(store_at(place), SECOND)

    assert FIRST == first
    assert SECOND == store_at(place).load()


def test_looking_makes_nothing(place: str, tmp_path: Path) -> None:
    """
    A new installation has no token, and asking leaves no trace.
    """
    assert store_at(place).load() is None
    assert [] == connected_realms(place, "sandbox")
    assert [] == list(tmp_path.iterdir())


def test_companies_and_environments_are_apart(place: str) -> None:
    """
    One store serves several; forgetting one leaves the others.
    """
    names = [(environment, realm) for environment in ("sandbox", "production") for realm in "12"]
    for environment, realm in names:
        saved(store_at(place, environment, realm), Token(environment, realm, START))

    first = store_at(place, "sandbox", "1")
    with first.lock():
        first.forget()

    found = [store_at(place, *name).load() for name in names]
    assert [None, ("sandbox", "2"), ("production", "1"), ("production", "2")] == [
        token and (token.access_token, token.refresh_token) for token in found
    ]
    assert ["2"] == connected_realms(place, "sandbox")
    assert ["1", "2"] == connected_realms(place, "production")


def test_one_has_the_lock_at_a_time(place: str) -> None:
    """
    The others wait, and give up in bounded time with one sentence.
    """
    holder, waiter = store_at(place), store_at(place, lock_timeout_s=0.05)

    with holder.lock(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: waiter.lock().__enter__())
        with pytest.raises(StoreBusyError, match=r"^Another process has held .* try again\.$"):
            waiting.result(30)
    with waiter.lock():
        assert waiter.load() is None


def test_the_lock_of_one_who_fails_is_free(place: str) -> None:
    """
    What was stored stays.
    """
    store = store_at(place, lock_timeout_s=0.05)
    saved(store, FIRST)

    def fails() -> None:
        with store.lock():
            store.prepare()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with store.lock():
        assert FIRST == store.load()


def test_eight_processes_on_an_expired_store_make_one_refresh(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    All eight go on with the token that one of them got.
    """
    # Got by a clock that stands in the past of the processes' own: it has ended for them.
    authorizer(connection, FakeClock()).access_token()
    emulator.clear_calls()

    assert [0] * 8 == run_together(8, ask, connection)
    assert [200] == refreshes(emulator)


def test_processes_that_meet_a_401_together_make_one_refresh(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    The server ended the token that all six use: one refresh, one replay each.
    """
    assert [0] * 6 == refused_together(emulator, connection, 6)
    assert [200] == refreshes(emulator)
    assert [200] * 6 == [call["status"] for call in emulator.calls(status=200, operation="query")]


def test_ten_threads_that_meet_a_401_together_make_one_refresh(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    Within one process.
    """
    with Client(Settings.from_mapping(connection), FakeClock()) as client:
        client.query(COUNT)
        emulator.expire_tokens()
        emulator.clear_calls()
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: client.query(COUNT), range(10)))

    assert [200] == refreshes(emulator)
    assert 10 == len(emulator.calls(status=200, operation="query"))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_killed_while_it_waits_for_the_endpoint_leaves_a_store_that_works(
    emulator: Emulator, connection: dict[str, Any], moment: str
) -> None:
    """
    kill -9 before QuickBooks has seen the refresh, and after it has done it.

    Within a day of the last rotation QuickBooks gives the same refresh token again.
    """
    authorizer(connection, FakeClock()).access_token()
    does: dict[str, Any] = {"kind": "delay" if moment == "before" else "delay_reply", "seconds": 2}
    path = "openid_configuration" if moment == "before" else TOKEN
    rule = emulator.fail(path=path, times=1, do=does)
    with process(ask, connection):
        wait_until(lambda: struck(emulator, rule["number"]))
    emulator.clear_faults()

    works(connection)


def test_the_new_refresh_token_is_stored_before_the_access_token_is_used(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    QuickBooks rotates, and the process is killed at the first call that uses the result.
    """
    emulator.switch(rotate_always=True)
    authorizer(connection, FakeClock()).access_token()
    before = store_at(connection["token_store"], "emulator", emulator.realm_id).load()
    rule = emulator.fail(path="/v3/company", times=1, do={"kind": "delay", "seconds": 2})
    with process(ask, connection):
        wait_until(lambda: struck(emulator, rule["number"]))
    after = store_at(connection["token_store"], "emulator", emulator.realm_id).load()

    assert before is not None
    assert after is not None
    assert before.refresh_token != after.refresh_token
    works(connection)


def test_a_lost_reply_is_asked_for_again(emulator: Emulator, connection: dict[str, Any]) -> None:
    """
    Nothing was rotated, or the old refresh token has its day of grace: the second try has it.
    """
    clock = FakeClock()
    tokens = authorizer(connection, clock)
    tokens.access_token()
    emulator.switch(rotate_always=True, old_refresh_token="grace")
    for kind in ("lose_reply", "cut_body", "truncated", "empty_body", "garbage", "status_reply"):
        emulator.fail(path=TOKEN, times=1, do={"kind": kind})
        tokens.refresh()

    works(connection)


def test_a_reply_lost_over_a_rotation_without_grace_says_what_to_run(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    Here nobody can help: the new token was in the lost reply alone, and the old one is dead.
    """
    tokens = authorizer(connection, FakeClock())
    tokens.access_token()
    emulator.switch(rotate_always=True)
    emulator.fail(path=TOKEN, times=1, do={"kind": "lose_reply"})

    with pytest.raises(AuthenticationError, match=r"has ended.*: run `quickbooks auth login`"):
        tokens.refresh()


def test_a_clock_that_jumps_costs_refreshes_not_the_connection(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    Ours forward a day, back two, and the server's forward an hour: every query is answered.
    """
    clock = FakeClock()
    with Client(Settings.from_mapping(connection), clock) as client:
        for ours, theirs in ((0, 0), (DAY_S, 0), (-2 * DAY_S, 0), (0, 3601), (-3600, 0), (0, -60)):
            clock.advance(ours)
            emulator.advance(theirs)
            client.query(COUNT)

    assert {200} == set(refreshes(emulator))
    works(connection)


def test_a_sign_in_replaces_what_there_was(emulator: Emulator, connection: dict[str, Any]) -> None:
    """
    The exchange happens under the lock, and what was in memory is dropped.
    """
    clock = FakeClock()
    tokens = authorizer(connection, clock)
    tokens.access_token()
    emulator.expire_tokens(access=True, refresh=True)
    consent = emulator.consent()
    oauth = authorizer(connection, clock)._oauth
    waiter = store_at(connection["token_store"], "emulator", emulator.realm_id, lock_timeout_s=0.05)
    others: list[str] = []

    def obtain() -> Token:
        with ThreadPoolExecutor(1) as pool, pytest.raises(StoreBusyError) as caught:
            pool.submit(lambda: waiter.lock().__enter__()).result(30)
        others.append(str(caught.value))
        return oauth.refresh(consent)

    token = tokens.connect(obtain)

    assert token.access_token == tokens.access_token()
    assert 1 == len(others)
    works(connection)
