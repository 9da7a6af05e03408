"""How long a call may take, with all that it waits for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import (
    AuthenticationError,
    BudgetBusyError,
    Client,
    RetriableError,
    ServerError,
    Settings,
    ThrottledError,
)
from quickbooks_client.transport import CallLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.testing import Emulator
    from tests.client.fakes import FakeClock

API = "/v3/company"
TOKEN = "/oauth2/v1/tokens/bearer"
COUNT = "SELECT COUNT(*) FROM Customer"
TOTAL_S = CallLimits().total_s


def calls(emulator: Emulator, path: str = API) -> int:
    return sum(path in str(call["path"]) for call in emulator.calls())


def held_back(client: Client, seconds: float) -> None:
    """Another process was told that there are too many calls."""
    client._throttle.pause(seconds)


def test_the_wait_for_the_budget_counts(
    emulator: Emulator, make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    300 s for the others' throttle and 180 s for our own: the next, of 240 s, is not begun.
    """
    client, other = make_client(), make_client()
    emulator.throttle(times=None)
    held_back(other, 300)
    began = clock.monotonic()

    with pytest.raises(ThrottledError, match="Gave up after 3 tries in 480 s"):
        client.query(COUNT)

    assert 480 <= clock.monotonic() - began <= TOTAL_S
    assert 3 == calls(emulator)


def test_a_budget_that_comes_too_late_is_not_waited_for(
    emulator: Emulator, make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    Nothing is sent, nothing is waited for, nobody else is held back for it.
    """
    client, other = make_client(), make_client()
    held_back(other, TOTAL_S + 60)
    began = clock.monotonic()

    with pytest.raises(BudgetBusyError):
        client.query(COUNT)

    assert 0 == calls(emulator)
    assert clock.monotonic() - began <= TOTAL_S
    clock.advance(TOTAL_S + 61)
    assert 0 == client.query(COUNT).total_count


def test_a_refresh_counts(emulator: Emulator, client: Client, clock: FakeClock) -> None:
    """
    A token endpoint that throttles takes its part of the call's time.
    """
    emulator.fail(path=TOKEN, times=1, do={"kind": "status", "status": 429, "body": "json"})
    emulator.throttle(times=None)

    with pytest.raises(ThrottledError, match=r"in 480 s|in 481 s"):
        client.query(COUNT)

    slept = [one for one in clock.slept if one >= 1]
    assert [60.0, 60.0, 120.0, 240.0] == slept


def test_a_refresh_does_not_take_all_of_it(
    emulator: Emulator, client: Client, clock: FakeClock
) -> None:
    """
    It has its own, shorter bound, and tells its own story.
    """
    emulator.fail(path=TOKEN, times=None, do={"kind": "status", "status": 429, "body": "json"})
    began = clock.monotonic()

    with pytest.raises(ThrottledError, match=r"refresh the access token: .*Gave up after 3 tries"):
        client.query(COUNT)

    assert clock.monotonic() - began <= CallLimits().refresh_s
    assert 0 == calls(emulator)


def test_a_throttle_that_is_given_up_holds_the_others_back(
    emulator: Emulator, make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    They need not learn it by a 429 of their own; but not for longer than a call may take.
    """
    client, other = make_client(), make_client()
    emulator.throttle(times=1, retry_after_s=1_000_000)
    with pytest.raises(ThrottledError, match="asks to wait 1000000 s"):
        client.query(COUNT)
    began = clock.monotonic()

    assert 0 == other.query(COUNT).total_count
    assert TOTAL_S - 1 <= clock.monotonic() - began <= TOTAL_S + 1


@pytest.mark.parametrize("total_s", [1.0, 5.0, 60.0])
def test_a_shorter_bound_is_kept_too(
    emulator: Emulator, connection: dict[str, Any], clock: FakeClock, total_s: float
) -> None:
    """
    Whatever comes in turn: no try begins after it.
    """
    for nth, status in enumerate((503, 429, 500, 429) * 5, 1):
        emulator.fail(path=API, nth=nth, times=1, do={"kind": "status", "status": status})
    began = clock.monotonic()

    with (
        Client(
            Settings.from_mapping(connection),
            clock,
            limits=CallLimits(total_s=total_s),
            jitter=lambda: 0.9,
        ) as client,
        pytest.raises(RetriableError),
    ):
        client.query(COUNT)

    assert clock.monotonic() - began <= total_s


def test_503_with_a_named_wait_is_honoured(
    emulator: Emulator, client: Client, clock: FakeClock
) -> None:
    """
    Maintenance that says how long it takes.
    """
    headers = {"Retry-After": "45"}
    emulator.fail(path=API, do={"kind": "status", "status": 503, "headers": headers})

    client.query(COUNT)

    assert [45.0] == [slept for slept in clock.slept if slept >= 1]


def test_a_token_is_refreshed_once_for_a_call(emulator: Emulator, client: Client) -> None:
    """
    Refused for ever: one refresh, one replay.
    """
    client.query(COUNT)
    emulator.clear_calls()
    emulator.fail(path=API, times=None, do={"kind": "status", "status": 401})

    with pytest.raises(AuthenticationError, match="Gave up after 2 tries"):
        client.query(COUNT)

    assert (2, 1) == (calls(emulator), calls(emulator, TOKEN))


def test_a_stream_that_waits_says_so(
    emulator: Emulator, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """
    With its name and for how long, as a warning; nothing hangs in silence.
    """
    caplog.set_level(logging.INFO)
    emulator.throttle(times=1)

    with client.meter.scope("items"):
        client.query(COUNT)

    (said,) = [one for one in caplog.records if "Sent again" in one.getMessage()]
    assert "WARNING" == said.levelname
    assert said.getMessage().startswith("items: query Customer: ")
    assert said.getMessage().endswith("Sent again in 60.0 s (try 2).")


def test_what_was_tried_is_told(emulator: Emulator, client: Client) -> None:
    """
    As attributes too, for programs.
    """
    emulator.fail(path=API, times=None, do={"kind": "status", "status": 503})

    with pytest.raises(ServerError) as caught:
        client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    assert (4, True) == (caught.value.tries, caught.value.may_be_applied)
    assert 3.5 <= caught.value.elapsed_s < 5
