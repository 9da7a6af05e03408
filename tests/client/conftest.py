"""A client that talks to the emulator on a clock that waits for nobody."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import Client, QuickBooksIntegration, Settings
from quickbooks_client.push.ledger import create_ledger
from tests.client.fakes import FakeClock
from tests.client.programs import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator


HAS_BROWSER = bool(shutil.which("chromium") and shutil.which("chromedriver"))

collect_ignore = [] if HAS_BROWSER else ["test_browser_signin.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tried here."""
    if not HAS_BROWSER:
        terminalreporter.write_line(
            "Nobody signed in with a real browser: chromium and chromedriver are not here."
        )


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


@pytest.fixture
def make_integration(
    emulator: Emulator, connection: dict[str, Any]
) -> Callable[..., QuickBooksIntegration]:
    """Makes the face for programs; a company that is named by `realm_id` has consented already."""

    def make(clock: FakeClock | None = None, **more: Any) -> QuickBooksIntegration:
        names = ("api_url", "discovery_url", *(("refresh_token",) if "realm_id" in more else ()))
        return QuickBooksIntegration(
            connection["client_id"],
            connection["client_secret"],
            connection["redirect_uri"],
            "emulator",
            token_store=connection["token_store"],
            connection={name: connection[name] for name in names},
            clock=clock or FakeClock(),
            **more,
        )

    return make


@pytest.fixture
def program(
    emulator: Emulator, make_integration: Callable[..., QuickBooksIntegration], tmp_path: Path
) -> Program:
    """A program whose ledger lies beside its tokens."""
    return Program(emulator, make_integration, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, program: Program) -> Program:
    """The program, on each kind of ledger."""
    if request.param == "postgresql":
        program.ledger_url = request.getfixturevalue("database_url")
        create_ledger(str(program.ledger_url))
    return program
