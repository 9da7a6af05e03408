"""Any bytes on any route: an answer that QuickBooks would give, and no harm done."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.testing import Emulator
from tests.emulator import fuzzing
from tests.emulator.conftest import Caller, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = 150
HURRY = settings(
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Place:
    """A server, somebody who may call it, and what it says of its own failures."""

    def __init__(self, emulator: Emulator, failures: fuzzing.Failures) -> None:
        self.emulator = emulator
        self.failures = failures
        self.shop = Shop(emulator)
        caller = Caller(emulator)
        self.token = caller.access_token
        invoice = caller.create("Invoice", self.shop.invoice(DocNumber="1"))
        caller.session.close()
        self.valid = fuzzing.valid_bodies(self.shop, invoice["Id"])

    def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Status and all bytes of the answer, which is HTTP and no failure of the server's."""
        answer = fuzzing.exchange(self.emulator.url, sent)
        assert [] == self.failures.taken()
        assert answer.startswith(b"HTTP/1."), answer[:100]
        return int(answer.split(b" ", 2)[1]), answer

    def books(self) -> list[bytes]:
        """All that the companies hold."""
        counts = self.emulator.counts()
        return [dumps(self.emulator.entities(name)) for name in counts]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    failures = fuzzing.Failures()
    logs = [logging.getLogger(name) for name in ("quickbooks_emulator", "asyncio", "aiohttp")]
    for log in logs:
        log.addHandler(failures)
    try:
        with Emulator() as emulator:
            yield Place(emulator, failures)
    finally:
        for log in logs:
            log.removeHandler(failures)
    assert [] == failures.taken()


def is_system_fault(answer: bytes) -> bool:
    """The one 500 that the service gives: code 10000 for a verb that there is not."""
    return b"10000" in answer and b"Could not find resource for relative" in answer


@given(st.data())
@HURRY
def test_any_request_gets_an_answer_and_a_refused_one_changes_nothing(
    place: Place, data: st.DataObject
) -> None:
    """
    Never a crash, never a 500 that the service would not give; what is refused leaves the books as
    they were. Source: Intuit, "Handle errors and exceptions".
    """
    realm_id, token = place.emulator.realm_id, place.token
    sent = data.draw(
        fuzzing.writes(place.valid, realm_id, token)
        | fuzzing.reads(realm_id, token)
        | fuzzing.requests_of_the_api(place.valid, realm_id, token)
    )
    before = place.books()

    status, answer = place.ask(sent)

    assert status < 500 or is_system_fault(answer) or sent.startswith(b"HEAD"), answer
    if status >= 400:
        assert before == place.books()


@given(st.data())
@HURRY
def test_any_bytes_on_the_socket_are_survived(place: Place, data: st.DataObject) -> None:
    """
    Cut, doubled and mangled requests, and bytes that are no HTTP at all.
    Source: RFC 9112 (a server answers 400 or closes).
    """
    realm_id = place.emulator.realm_id
    whole = data.draw(fuzzing.requests_of_the_api(place.valid, realm_id, place.token))
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=20))
    sent = data.draw(
        st.sampled_from([
            junk,
            whole[:at],
            whole[:at] + junk + whole[at:],
            whole.replace(b"Connection: close", b"Transfer-Encoding: chunked"),
            whole.replace(b"Connection: close", b"Expect: 100-continue"),
            whole.replace(b"Connection: close\r\n", b"") + whole,
            whole.replace(b"HTTP/1.1", b"HTTP/1.0"),
        ])
    )  # fmt: skip

    answer = fuzzing.exchange(place.emulator.url, sent, hangs_up=True)

    assert [] == place.failures.taken()
    assert not answer or answer.startswith(b"HTTP/1.")
    assert "ok" == health(place)


@given(st.data())
@HURRY
def test_any_request_to_the_controls_gets_an_answer(place: Place, data: st.DataObject) -> None:
    """
    Control calls are answered or refused, a refused one changes no setting, and the emulator can
    always be brought back. Source: the emulator's README, "Control plane".
    """
    emulator = place.emulator
    emulator.reset()
    before = settings_of(emulator)

    status, answer = place.ask(data.draw(fuzzing.requests_of_the_controls()))

    assert status < 500, answer
    if status >= 400:
        assert before == settings_of(emulator)
    assert "ok" == health(place)
    emulator.clear_faults()


def health(place: Place) -> str:
    status, answer = place.ask(fuzzing.request_bytes("GET", "/_emulator/health", {}, b""))
    assert 200 == status
    return str(loads(answer.partition(b"\r\n\r\n")[2])["status"])


def settings_of(emulator: Emulator) -> list[object]:
    """What controls set, and how much the company holds."""
    return [emulator.switch(), emulator.faults(), emulator.counts(), emulator.limits(enabled=False)]
