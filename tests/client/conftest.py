"""A client that talks to the emulator on a clock that waits for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import Client, Settings
from tests.client.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until somebody sleeps."""
    return FakeClock()


@pytest.fixture
def connection(emulator: Emulator, tmp_path: Path) -> dict[str, Any]:
    """Connection settings for the emulator, with a token store of the test's own."""
    return {**emulator.settings(), "token_store": str(tmp_path / "store" / "tokens.json")}


@pytest.fixture
def make_client(connection: dict[str, Any], clock: FakeClock) -> Iterator[Callable[..., Client]]:
    """Makes clients, as several processes would."""
    made: list[Client] = []

    def make(**more: Any) -> Client:
        client = Client(Settings.from_mapping({**connection, **more}), clock, jitter=lambda: 0.0)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    """A client."""
    return make_client()
