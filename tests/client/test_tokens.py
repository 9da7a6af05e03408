"""Tokens: refreshed by themselves, by one at a time, and never lost."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import (
    AuthenticationError,
    Client,
    ConfigurationError,
    ServerError,
    Settings,
)
from quickbooks_client.auth import Authorizer
from quickbooks_client.file_store import FileTokenStore
from quickbooks_client.token_store import Token
from tests.client.fakes import START

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.testing import Emulator
    from tests.client.fakes import FakeClock

COUNT = "SELECT COUNT(*) FROM Item"
TOKEN = "/oauth2/v1/tokens/bearer"


def refreshes(emulator: Emulator) -> list[int]:
    return [call["status"] for call in emulator.calls(class_="auth") if TOKEN in str(call["path"])]


def stored(connection: dict[str, Any]) -> dict[str, str]:
    content = json.loads(Path(connection["token_store"]).read_text())
    (token,) = content["tokens"].values()
    return token


def test_the_first_refresh_token_fills_an_empty_store(
    emulator: Emulator, client: Client, connection: dict[str, Any]
) -> None:
    """
    One refresh, and the store holds what came; only its owner can read it.
    """
    client.query(COUNT)
    client.query(COUNT)

    path = Path(connection["token_store"])
    assert [200] == refreshes(emulator)
    assert stored(connection)["refresh_token"]
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_a_token_that_expires_in_the_middle_of_a_run_is_refreshed_silently(
    emulator: Emulator, client: Client
) -> None:
    """
    The server refuses it before our clock knew: one refresh, one replay.
    """
    client.query(COUNT)
    emulator.expire_tokens()

    client.query(COUNT)

    assert [200, 200] == refreshes(emulator)
    assert 2 == client.meter.snapshot().refreshed


def test_a_token_is_renewed_before_it_ends(
    emulator: Emulator, client: Client, clock: FakeClock
) -> None:
    """
    Five minutes ahead, so that no call meets the end: no 401 is seen.
    """
    client.query(COUNT)
    clock.advance(3600 - 299)
    client.query(COUNT)

    assert [200, 200] == refreshes(emulator)
    assert [] == emulator.calls(status=401)


def test_the_rotated_refresh_token_is_kept_and_the_old_one_dead(
    emulator: Emulator,
    make_client: Callable[..., Client],
    connection: dict[str, Any],
    clock: FakeClock,
) -> None:
    """
    After a day QuickBooks gives a new one; another process carries on with it.
    """
    make_client().query(COUNT)
    first = stored(connection)["refresh_token"]
    emulator.advance(25 * 3600)
    clock.advance(25 * 3600)

    make_client().query(COUNT)
    second = stored(connection)["refresh_token"]
    clock.advance(3600)
    make_client().query(COUNT)

    assert first != second
    assert [200, 200, 200] == refreshes(emulator)


def test_a_dead_refresh_token_ends_in_one_sentence(
    emulator: Emulator, make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    It says which company, and what to run; it shows no token.
    """
    client = make_client()
    client.query(COUNT)
    emulator.expire_tokens(access=True, refresh=True)
    clock.advance(3600)

    with pytest.raises(AuthenticationError) as caught:
        client.query(COUNT)

    sentence = str(caught.value)
    assert "company 9341452718281828459 (emulator) has ended" in sentence
    assert "run `quickbooks auth login`" in sentence
    assert caught.value.code == "invalid_grant"
    assert "\n" not in sentence


def test_a_new_refresh_token_replaces_a_dead_one(
    emulator: Emulator, make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    The setting is used when the store holds none that works.
    """
    make_client().query(COUNT)
    emulator.expire_tokens(access=True, refresh=True)
    clock.advance(3600)

    make_client(refresh_token=emulator.consent()).query(COUNT)

    assert 200 == refreshes(emulator)[-1]


def test_a_stored_token_goes_before_the_setting(
    emulator: Emulator, make_client: Callable[..., Client]
) -> None:
    """
    The setting is a first token only: a rotated one is never overwritten by it.
    """
    make_client().query(COUNT)

    make_client(refresh_token="something-else").query(COUNT)

    assert [200] == refreshes(emulator)


def test_without_any_token_the_sentence_says_where_one_was_looked_for(
    make_client: Callable[..., Client],
) -> None:
    """
    A new installation.
    """
    with pytest.raises(AuthenticationError, match=r"No token for company .* is in .*tokens\.json"):
        make_client(refresh_token="").query(COUNT)


def test_wrong_keys_name_their_settings(make_client: Callable[..., Client]) -> None:
    """
    The app's secret is wrong: the refresh token is not blamed, nothing is retried.
    """
    with pytest.raises(AuthenticationError, match="client_id and client_secret") as caught:
        make_client(client_secret="not-the-secret").query(COUNT)

    assert "not-the-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "kind"), [("/nothing", ServerError), ("/_emulator/health", ConfigurationError)]
)
def test_a_wrong_discovery_address_is_named(
    emulator: Emulator, make_client: Callable[..., Client], url: str, kind: type[Exception]
) -> None:
    """
    No document there, or another.
    """
    with pytest.raises(kind, match="discovery_url"):
        make_client(discovery_url=emulator.url + url).query(COUNT)


def test_a_token_that_still_lives_is_used_when_the_endpoint_fails(
    emulator: Emulator, client: Client, clock: FakeClock
) -> None:
    """
    Renewing ahead of time must not turn an outage of the endpoint into one of ours.
    """
    client.query(COUNT)
    clock.advance(3600 - 200)
    emulator.fail(path=TOKEN, times=None, do={"kind": "status", "status": 503, "body": "html"})

    client.query(COUNT)

    assert 2 == client.meter.snapshot().requests


def test_an_endpoint_that_fails_is_tried_three_times_more(
    emulator: Emulator, client: Client
) -> None:
    """
    Then the call fails as retriable, and says how often it was tried.
    """
    emulator.fail(path=TOKEN, times=None, do={"kind": "status", "status": 503, "body": "text"})

    with pytest.raises(ServerError, match="Gave up after 4 tries"):
        client.query(COUNT)


class _Exchanges:
    """A token endpoint that looks into the store when it is asked."""

    def __init__(self, token: Token) -> None:
        self.token = token

    def refresh(self, refresh_token: str) -> Token:
        """Exchange anything for the same token."""
        del refresh_token
        return self.token


def test_a_connection_that_ends_soon_is_announced(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """
    A fortnight before, once a run; and the new token is on disk before it is given out.
    """
    token = Token(
        "access",
        "refresh",
        expires_at=START + timedelta(hours=1),
        refresh_expires_at=START + timedelta(days=90),
        refresh_hard_expires_at=START + timedelta(days=13),
    )
    store = FileTokenStore(tmp_path / "tokens.json", "sandbox", "1")
    durable: list[Token | None] = []
    authorizer = Authorizer(
        Settings("app", "key", "1", refresh_token="first"),
        store,
        _Exchanges(token),  # type: ignore[arg-type]
        clock,
        total_s=600,
        jitter=lambda: 0.0,
        on_refresh=lambda: durable.append(store.load()),
    )

    authorizer.access_token()
    authorizer.refresh()

    assert [token, token] == durable
    assert 1 == caplog.text.count("company 1 ends on 2026-03-17")


def test_many_threads_make_one_refresh(emulator: Emulator, client: Client) -> None:
    """
    All start at once on an empty store.
    """
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.query(COUNT), range(8)))

    assert [200] == refreshes(emulator)


def test_revoking_disconnects_and_forgets(
    make_client: Callable[..., Client], connection: dict[str, Any]
) -> None:
    """
    Afterwards there is no token, here or there.
    """
    client = make_client()
    client.query(COUNT)

    assert client.authorizer.revoke()

    assert {} == json.loads(Path(connection["token_store"]).read_text())["tokens"]
    with pytest.raises(AuthenticationError):
        client.query(COUNT)


def test_a_token_that_could_not_be_revoked_is_kept(
    emulator: Emulator, make_client: Callable[..., Client], connection: dict[str, Any]
) -> None:
    """
    The connection lives on, and so does what is needed to end it.
    """
    client = make_client()
    client.query(COUNT)
    kept = stored(connection)
    does = {"kind": "status", "status": 400, "headers": {}, "body": "html"}
    emulator.fail(path="openid_configuration", times=1, do=does)

    with pytest.raises(ConfigurationError, match="discovery"):
        client.authorizer.revoke()

    assert kept == stored(connection)
    assert client.authorizer.revoke()
