"""Tokens under any sequence of what may befall them. Intuit: "OAuth 2.0"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emulator.test_oauth_consent import APP, company_name, consented, exchange, refresh

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

ACCESS_LIFE_S = 3600
REFRESH_LIFE_S = 8_726_400
STEPS = st.one_of(
    st.just(("connect", 0)),
    st.tuples(st.sampled_from(["refresh", "reuse", "revoke", "reread"]), st.integers(0, 2)),
    st.tuples(st.just("wait"), st.sampled_from([60, 1800, 3600, 86_400, 8_000_000, 8_726_400])),
)


@dataclass
class Consent:
    """What a careful reader of the documentation would expect of one consent."""

    refresh: str
    refresh_ends: int
    code: str
    access: dict[str, int] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    is_alive: bool = True


class World:
    """The consents of one person for one company, and the seconds that have passed."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.consents: list[Consent] = []
        self.now = 0

    def step(self, name: str, number: int) -> None:
        if name == "connect":
            self.connect()
        elif name == "wait":
            self.emulator.advance(number)
            self.now += number
        elif self.consents:
            getattr(self, name)(self.consents[-1 - number % len(self.consents)])

    def connect(self) -> None:
        code = consented(self.emulator)
        pair = exchange(self.emulator, code).json()
        for earlier in self.consents:
            earlier.is_alive = False
        ends = self.now + REFRESH_LIFE_S
        consent = Consent(pair["refresh_token"], ends, code)
        consent.access[pair["access_token"]] = self.now + ACCESS_LIFE_S
        self.consents.append(consent)

    def refresh(self, consent: Consent) -> None:
        reply = refresh(self.emulator, consent.refresh)
        lives = consent.is_alive and self.now < consent.refresh_ends
        assert lives == (200 == reply.status_code), reply.text
        if lives:
            if reply.json()["refresh_token"] != consent.refresh:
                consent.used.append(consent.refresh)
            consent.refresh = reply.json()["refresh_token"]
            consent.refresh_ends = self.now + reply.json()["x_refresh_token_expires_in"]
            consent.access[reply.json()["access_token"]] = self.now + ACCESS_LIFE_S

    def reuse(self, consent: Consent) -> None:
        if consent.used:
            assert 400 == refresh(self.emulator, consent.used[0]).status_code
            consent.is_alive = False

    def reread(self, consent: Consent) -> None:
        assert 400 == exchange(self.emulator, consent.code).status_code
        consent.is_alive = False

    def revoke(self, consent: Consent) -> None:
        reply = requests.post(
            f"{self.emulator.url}/v2/oauth2/tokens/revoke",
            auth=APP,
            json={"token": consent.refresh},
        )
        assert consent.is_alive == (200 == reply.status_code)
        consent.is_alive = False


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, min_size=3, max_size=14), rotates_always=st.booleans())
def test_a_token_works_exactly_as_long_as_its_consent(
    emulator: Emulator, steps: list[tuple[str, int]], *, rotates_always: bool
) -> None:
    """
    After any sequence of connecting, refreshing, using a token or a code twice, revoking and
    waiting, the tokens that open the company are those that the documentation says.
    """
    emulator.reset()
    emulator.switch(rotate_always=rotates_always)
    emulator.set_clock("2026-03-04T12:00:00Z", freeze=True)
    world = World(emulator)

    world.connect()
    for name, number in steps:
        world.step(name, number)

    for consent in world.consents:
        for token, ends in consent.access.items():
            lives = consent.is_alive and world.now < ends
            assert (200 if lives else 401) == company_name(emulator, token).status_code
