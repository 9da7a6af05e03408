"""Whatever happens to the tokens in whatever order, the store keeps one that QuickBooks accepts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from quickbooks_client import Client, Settings
from tests.client.fakes import FakeClock
from tests.client.token_parts import (
    COUNT,
    TOKEN,
    die_at,
    lines_of_a_refresh,
    refreshes,
    store_at,
    works,
)

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

NUMBERS = st.integers(0, 2)
HOURS = st.sampled_from([0.1, 0.95, 1, 3, 12, 25])


class Connection(RuleBasedStateMachine):
    """Three processes of one machine on one store; refresh tokens rotate, the old have a day."""

    emulator: Emulator
    connection: dict[str, Any]
    lines: int

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.emulator.switch(old_refresh_token="grace")
        self.clock = FakeClock()
        store = store_at(self.connection["token_store"], "emulator", self.emulator.realm_id)
        with store.lock():
            store.forget()
        self.given = {**self.connection, "refresh_token": self.emulator.consent()}
        self.clients = [self._client() for _ in range(3)]
        self.clients[0].query(COUNT)
        self.is_settled = True
        """Nothing was rotated away without being stored: then time may pass without a run."""

    def _client(self) -> Client:
        return Client(Settings.from_mapping(self.given), self.clock, jitter=lambda: 0.0)

    @rule(number=NUMBERS)
    def ask(self, number: int) -> None:
        """A process needs a token."""
        self.clients[number].query(COUNT)

    @rule()
    def ask_together(self) -> None:
        """All need one at the same moment: that costs one refresh at most."""
        self.emulator.clear_faults()
        before = len(refreshes(self.emulator))
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda client: client.query(COUNT), self.clients * 2))
        assert len(refreshes(self.emulator)) - before <= 1

    @rule(number=NUMBERS)
    def refresh(self, number: int) -> None:
        """Somebody runs `quickbooks auth refresh`."""
        self.clients[number].authorizer.refresh()
        self.is_settled = True

    @rule(number=NUMBERS)
    def restart(self, number: int) -> None:
        """A run ends, another begins."""
        self.clients[number].close()
        self.clients[number] = self._client()

    @rule(share=st.floats(0, 1))
    def kill(self, share: float) -> None:
        """A process is killed in the middle of a refresh."""
        die_at(max(1, int(self.lines * share)), self.given)
        self.is_settled = False

    @rule(rotates=st.booleans())
    def rotation(self, rotates: bool) -> None:  # noqa: FBT001 - hypothesis passes it by name
        """QuickBooks rotates at each refresh, or once a day."""
        self.emulator.switch(rotate_always=rotates)

    @rule()
    def expire(self) -> None:
        """QuickBooks ends the access tokens before their time."""
        self.emulator.expire_tokens()

    @rule(kind=st.sampled_from(["lose_reply", "reset", "cut_body", "empty_body", "garbage"]))
    def lose(self, kind: str) -> None:
        """The next answer of the token endpoint does not arrive."""
        self.emulator.clear_faults()
        self.emulator.fail(path=TOKEN, times=1, do={"kind": kind})

    @precondition(lambda self: self.is_settled)
    @rule(hours=HOURS)
    def pass_time(self, hours: float) -> None:
        """Time passes, for all."""
        self.clock.advance(hours * 3600)
        self.emulator.advance(hours * 3600)

    @rule(hours=st.sampled_from([-25, -1, 1, 25]))
    def set_clock(self, hours: int) -> None:
        """This machine's clock jumps."""
        self.clock.advance(hours * 3600)

    @rule()
    def sign_in(self) -> None:
        """A person connects the company anew, which ends the earlier consent."""
        self.emulator.clear_faults()
        consent = self.emulator.consent()
        client = self.clients[0]
        client.authorizer.connect(lambda: client.oauth.refresh(consent))
        self.is_settled = True

    def teardown(self) -> None:
        """Who comes next refreshes with what is stored, and it is accepted."""
        self.emulator.clear_faults()
        try:
            works(self.given)
        finally:
            for client in self.clients:
                client.close()


@pytest.mark.parametrize("kind", ["file", "postgresql"])
def test_any_sequence_leaves_a_token_that_quickbooks_accepts(
    emulator: Emulator,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    """
    Refreshes, expiries, kills, lost answers, clocks that jump, sign-ins, several processes.
    """
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    place = str(tmp_path / "store" / "tokens.json")
    if kind == "postgresql":
        place = request.getfixturevalue("database_url")
    connection = {**emulator.settings(), "token_store": place}
    works_once = Client(Settings.from_mapping(connection), FakeClock())
    works_once.query(COUNT)
    works_once.close()
    machine = type(
        "AnyConnection",
        (Connection,),
        {"emulator": emulator, "connection": connection, "lines": lines_of_a_refresh(connection)},
    )
    run_state_machine_as_test(  # type: ignore[no-untyped-call] - hypothesis leaves it untyped
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
