"""The command `quickbooks`, as a person or a job runs it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import Client, Settings
from quickbooks_client.token_store import Token
from tests.client.commands import run
from tests.client.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

COUNT = "SELECT COUNT(*) FROM Item"


def test_missing_settings_end_in_one_sentence(tmp_path: Path) -> None:
    """
    It names the settings and where to set them; no traceback.
    """
    done = run("auth", "status", folder=tmp_path)

    assert 1 == done.returncode
    assert 1 == len(done.stderr.splitlines())
    assert "client_id, client_secret and realm_id are missing" in done.stderr


def test_settings_come_from_a_file_the_environment_and_dot_env(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    The environment goes before the plugins' JSON, and that before `.env`.
    """
    (tmp_path / ".env").write_text(
        "# connection\nexport QUICKBOOKS_REALM_ID='42'\nQUICKBOOKS_CLIENT_ID=from-dot-env\n"
    )
    config = tmp_path / "config.json"
    config.write_text(json.dumps({**connection, "realm_id": "43", "streams": ["items"]}))

    done = run(
        "--config", str(config), "auth", "status", "--json",
        folder=tmp_path, variables={"realm_id": "44"},
    )  # fmt: skip

    assert "44" == json.loads(done.stdout)["realm_id"]
    assert emulator.url


def test_a_folder_below_the_project_means_the_same_project(
    connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    `.env` and the token store are those of the folder that holds `meltano.yml`, also from below.
    """
    (tmp_path / "meltano.yml").touch()
    (tmp_path / ".env").write_text("QUICKBOOKS_REALM_ID=4711 # the company\n")
    below = tmp_path / "transform"
    below.mkdir()
    rest = {name: value for name, value in connection.items() if name != "realm_id"}

    done = run("auth", "status", "--json", folder=below, variables=rest)

    assert "4711" == json.loads(done.stdout)["realm_id"]


def test_status_shows_lives_and_never_tokens(connection: dict[str, Any], tmp_path: Path) -> None:
    """
    Exit status 0 once a company is connected, 1 before.
    """
    # The command looks at the machine's clock.
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    client = Client(Settings.from_mapping(connection), clock)
    before = run("auth", "status", folder=tmp_path, variables=connection)
    client.query(COUNT)
    after = run("auth", "status", folder=tmp_path, variables=connection)

    token = client.store.load()
    assert token is not None
    assert (1, 0) == (before.returncode, after.returncode)
    assert "run `quickbooks auth login`" in before.stderr
    assert "is_connected: True" in after.stdout
    ends_at = (clock.now() + timedelta(hours=1)).isoformat()
    assert f"access_token_expires_at: {ends_at}" in after.stdout
    assert "days_left: 100" in after.stdout
    assert "" == after.stderr
    assert token.access_token not in after.stdout
    assert token.refresh_token not in after.stdout


@pytest.mark.parametrize(
    ("days", "status", "words"),
    [(101, 0, ""), (13, 0, "ends on"), (-1, 1, "ended on")],
)
def test_status_tells_when_the_connection_ends(
    connection: dict[str, Any], tmp_path: Path, days: int, status: int, words: str
) -> None:
    """
    A fortnight before the end it warns; after it the exit status is 1. Both say what to run.
    """
    now = datetime.now(UTC)
    client = Client(Settings.from_mapping(connection))
    ends_at = now + timedelta(days=days, hours=1)
    client.authorizer.connect(lambda: Token("a", "r", now, refresh_hard_expires_at=ends_at))

    done = run("auth", "status", "--json", folder=tmp_path, variables=connection)

    assert status == done.returncode
    assert max(days, 0) == json.loads(done.stdout)["days_left"]
    assert words in done.stderr
    assert bool(words) == ("quickbooks auth login" in done.stderr)


def test_refresh_and_revoke(
    emulator: Emulator, client: Client, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    Each says what it did.
    """
    client.query(COUNT)

    refreshed = run("auth", "refresh", folder=tmp_path, variables=connection)
    revoked = run("auth", "revoke", folder=tmp_path, variables=connection)
    again = run("auth", "revoke", folder=tmp_path, variables=connection)

    assert (0, 0, 1) == (refreshed.returncode, revoked.returncode, again.returncode)
    assert "lasts until" in refreshed.stdout
    assert "No token" in again.stderr
    assert emulator.url


def test_what_had_ended_is_not_called_revoked(
    client: Client, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    Somebody disconnected the app at Intuit: the tokens are forgotten, and that is what is said.
    """
    client.query(COUNT)
    token = client.store.load()
    assert token is not None
    client.oauth.revoke(token.refresh_token)

    done = run("auth", "revoke", folder=tmp_path, variables=connection)

    assert 0 == done.returncode
    assert "had ended already" in done.stdout
    assert client.store.load() is None


def test_the_ledger_is_made_where_it_is_named(tmp_path: Path) -> None:
    """
    Without a connection to QuickBooks, twice without harm.
    """
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"

    done = [run("ledger", "init", "--ledger-url", url, folder=tmp_path) for _ in range(2)]

    assert [0, 0] == [one.returncode for one in done], done[0].stderr
    assert (tmp_path / "ledger.sqlite3").stat().st_size
    unnamed = run("ledger", "init", folder=tmp_path)
    assert "--ledger-url" in unnamed.stderr


@pytest.mark.parametrize("content", ["{", "[1]"])
def test_a_config_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    """
    One sentence.
    """
    (tmp_path / "config.json").write_text(content)

    before = run("--config", "config.json", "auth", "status", folder=tmp_path)
    after = run("auth", "status", "--config", "config.json", folder=tmp_path)

    assert (1, 1) == (before.returncode, after.returncode)
    assert "--config" in before.stderr
    assert before.stderr == after.stderr
