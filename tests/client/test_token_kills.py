"""kill -9 before every single line of a refresh: what can be recovered is recovered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import AuthenticationError
from tests.client.fakes import FakeClock
from tests.client.token_parts import authorizer, die_at, lines_of_a_refresh, tokens_beside, works

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator


@pytest.fixture(params=["file", "postgresql"])
def connection(
    request: pytest.FixtureRequest,
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:
    """Settings for the emulator, whose every refresh rotates, with either store."""
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    emulator.switch(rotate_always=True)
    place = str(tmp_path / "store" / "tokens.json")
    if request.param == "postgresql":
        place = request.getfixturevalue("database_url")
    return {**emulator.settings(), "token_store": place}


def rotations(emulator: Emulator) -> int:
    """How many refresh tokens have been replaced since the last consent."""
    return int(emulator._ask("GET", "tokens")[-1]["rotations"])


def ending(connection: dict[str, Any]) -> str | None:
    """What the next process is told; nothing when it works."""
    try:
        works(connection)
    except AuthenticationError as error:
        return str(error)
    return None


def test_a_kill_at_any_line_loses_nothing_where_the_old_token_has_its_grace(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    No lock stays, no file is half, and the next process refreshes with what is stored.
    """
    emulator.switch(old_refresh_token="grace")
    authorizer(connection, FakeClock()).access_token()
    kills = 0
    for line in range(1, lines_of_a_refresh(connection), 5):
        kills += die_at(line, connection)
        works(connection)

    assert kills > 20


def test_a_kill_at_any_line_loses_only_what_never_reached_the_disk(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    Between QuickBooks' answer and the disk the token is in the process alone, and the old one is
    dead: then the next process says what to run. Everywhere else it goes on by itself.
    """
    place = connection["token_store"]
    authorizer(connection, FakeClock()).access_token()
    lost = kills = 0
    for line in range(3, lines_of_a_refresh(connection), 5):
        before = set() if place.startswith("postgres") else tokens_beside(place)
        rotated = rotations(emulator)
        kills += die_at(line, connection)
        is_rotated = rotations(emulator) > rotated
        is_kept = not place.startswith("postgres") and bool(tokens_beside(place) - before)
        words = ending(connection)
        if words is not None:
            assert "run `quickbooks auth login`" in words
            assert is_rotated
            assert not is_kept
            lost += 1
            again = {**connection, "refresh_token": emulator.consent()}
            authorizer(again, FakeClock()).refresh()

    assert kills > 20
    assert 0 < lost < kills / 2
