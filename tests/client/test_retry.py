"""One decision for every failure: again, after how long, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickbooks_client import errors
from quickbooks_client.retry import Action, Attempts, decide, persist
from tests.client.fakes import FakeClock

SERVER = errors.ServerError("down", status=503)
LOST = errors.ConnectionLostError("cut")
THROTTLED = errors.ThrottledError("slow down", status=429)
REFUSED = errors.AuthenticationError("expired", status=401)
FINAL = [
    errors.RejectedError("no", status=400),
    errors.InventoryLockedError("locked", status=400),
    errors.WrongCompanyError("not yours", status=403),
    errors.AuthenticationError("dead", status=400),
    errors.UnexpectedReplyError("what?", status=404),
    errors.BudgetSpentError("spent"),
]


def waits(error: errors.QuickBooksError, *, can_repeat: bool = True) -> list[float]:
    """The waits between tries when every try ends in `error`, up to the end."""
    attempts, found = Attempts(), []
    while True:
        attempts.add(error)
        decision = decide(error, attempts, can_repeat=can_repeat, total_s=600, jitter=0.5)
        if decision.action is not Action.WAIT:
            return found
        found.append(decision.wait_s)
        attempts.elapsed_s += decision.wait_s


@pytest.mark.parametrize("error", [SERVER, LOST, errors.RequestInProgressError("600")])
def test_a_failing_server_gets_three_retries_with_growing_delays(
    error: errors.QuickBooksError,
) -> None:
    """
    Reads, and writes with a requestid.
    """
    assert [0.75, 1.5, 3.0] == waits(error)


@pytest.mark.parametrize("error", [SERVER, LOST])
def test_a_write_without_a_requestid_is_not_repeated(error: errors.QuickBooksError) -> None:
    """
    It may have been applied: a repetition could write it twice.
    """
    assert [] == waits(error, can_repeat=False)


def test_a_throttle_waits_a_minute_and_longer_each_time() -> None:
    """
    Intuit advises 60 s; never less, and within the bound for the whole call.
    """
    found = waits(THROTTLED)

    assert [67.5, 135.0, 270.0] == found
    assert waits(THROTTLED, can_repeat=False) == found


def test_a_throttle_that_names_its_wait_gets_it() -> None:
    """
    Retry-After, and a little more so that all do not come back as one.
    """
    error = errors.ThrottledError("slow down", status=429)
    error.retry_after_s = 5.0

    assert 5.5 == waits(error)[0]


def test_a_wait_beyond_the_bound_is_not_begun() -> None:
    """
    A day's Retry-After ends the call at once.
    """
    error = errors.ThrottledError("slow down", status=429)
    error.retry_after_s = 86_400.0

    assert [] == waits(error)


def test_a_refused_token_is_renewed_and_then_given_up() -> None:
    """
    The first refusal may be of a token that another process has replaced already.
    """
    attempts, actions = Attempts(), []
    for _ in range(3):
        attempts.add(REFUSED)
        decision = decide(REFUSED, attempts, can_repeat=False, total_s=600, jitter=0)
        actions.append(decision.action)

    assert [Action.RENEW, Action.RENEW, Action.STOP] == actions


@pytest.mark.parametrize("error", FINAL)
def test_everything_else_is_final(error: errors.QuickBooksError) -> None:
    """
    Repeating would end the same way.
    """
    assert [] == waits(error)


@given(
    kinds=st.lists(st.sampled_from([SERVER, LOST, THROTTLED]), min_size=30, max_size=30),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_no_mixture_of_failures_goes_on_for_ever(
    kinds: list[errors.QuickBooksError], jitter: float
) -> None:
    """
    The whole call ends within its bound.
    """
    clock, pending = FakeClock(), iter(kinds)
    began = clock.monotonic()

    def send() -> None:
        raise type(error := next(pending))(error.reason, status=error.status)

    with pytest.raises(errors.RetriableError, match="Gave up after"):
        persist(send, can_repeat=True, clock=clock, total_s=600, jitter=lambda: jitter)

    assert 600 >= clock.monotonic() - began
