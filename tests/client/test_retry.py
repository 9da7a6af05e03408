"""One decision for every reply and error: again, after how long, or not at all."""

from __future__ import annotations

import copy
import logging
import statistics
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from quickbooks_client import errors
from quickbooks_client.answer import Answer, Wanted
from quickbooks_client.retry import Action, Attempts, Terms, caught, decide, persist
from tests.client.fakes import FakeClock

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
READ = Terms("query Item")
WRITE = Terms("write invoice", is_write=True, has_request_id=True)
BARE_WRITE = Terms("write invoice", is_write=True)
GOOD = b'{"Item":{"Id":"1"},"time":"2026-03-04T04:00:00-08:00"}'


def reply(status: int, body: bytes = b"", **headers: str) -> Answer:
    return Answer(status, CaseInsensitiveDict(headers), body)


def fault(code: str, kind: str = "ValidationFault") -> bytes:
    return f'{{"Fault":{{"Error":[{{"Message":"m","code":"{code}"}}],"type":"{kind}"}}}}'.encode()


def judge(
    came: object, attempts: Attempts | None = None, terms: Terms = READ, jitter: float = 0.0
) -> tuple[Action, float]:
    decision = decide(came, attempts or Attempts(), terms, now=NOW, jitter=jitter)
    return decision.action, decision.wait_s


def course(came: object, terms: Terms = READ, jitter: float = 0.0) -> list[float]:
    """The waits of a call that always gets `came`; a renewal that refreshes counts as -1."""
    clock = FakeClock()
    found: list[float] = []

    def renew() -> bool:
        found.append(-1.0)
        return True

    try:
        persist(
            lambda: copy.copy(came),
            terms,
            clock=clock,
            jitter=lambda: jitter,
            told=lambda decision: found.append(decision.wait_s) if decision.wait_s else None,
            renew=renew,
        )
    except errors.QuickBooksError:
        return found
    return [*found, 0.0]


LOST = errors.ConnectionLostError("cut")
FAILURES: list[Any] = [
    reply(500, b"<html>oops</html>"),
    reply(500, fault("10000", "SystemFault")),
    reply(502),
    reply(503, b"<html>maintenance</html>"),
    reply(504, b"stream timeout"),
    reply(400, b"stream timeout"),
    reply(200, fault("10000", "SystemFault")),
    reply(400, fault("10000", "SystemFault")),
    reply(400, fault("99999", "SystemFault")),
    reply(400, fault("140")),
    reply(503, fault("150")),
    reply(400, fault("600")),
    reply(200, b'{"Item": {"Id": "1", '),
    reply(200, b"<html>proxy</html>"),
    reply(200),
    LOST,
]
REFUSALS: list[Any] = [
    reply(401),
    reply(401, fault("3200")),
    reply(400, fault("3200")),
    reply(401, b'{"fault":{"error":[{"code":"3200"}],"type":"AUTHENTICATION"}}'),
]
THROTTLES: list[Any] = [
    reply(429),
    reply(429, b"<html>slow down</html>"),
    reply(200, fault("3001")),
    reply(403, fault("3001")),
    reply(403, b"message=ThrottleExceeded; errorCode=003001; statusCode=403"),
    reply(503, fault("3001")),
    reply(200, b"<html>ThrottleExceeded</html>"),
]
FINAL: list[Any] = [
    reply(400, fault("6000")),
    reply(200, fault("6240")),
    reply(400, fault("5010")),
    reply(400, fault("7777")),
    reply(400, fault("120")),
    reply(400, fault("130")),
    reply(400, fault("6190")),
    reply(400, fault("10200")),
    reply(204),
    reply(302, Location="https://elsewhere.example/"),
    reply(404, b"<html>not found</html>"),
    reply(413),
    errors.ConfigurationError("The certificate is not trusted"),
    errors.AuthenticationError("dead", status=400, code="invalid_grant"),
    errors.InventoryLockedError("locked", status=400),
]


@pytest.mark.parametrize("came", [reply(200, GOOD), object(), None])
def test_what_is_no_error_is_handed_on(came: object) -> None:
    """
    A good reply, and whatever else a caller makes of one.
    """
    assert (Action.ACCEPT, 0.0) == judge(came)


@pytest.mark.parametrize("terms", [READ, WRITE])
@pytest.mark.parametrize("came", FAILURES)
def test_a_failure_gets_three_retries_with_growing_delays(came: object, terms: Terms) -> None:
    """
    Of the server, the gateway or the connection, in every dress: reads, and writes that carry a
    requestid.
    """
    assert [0.75, 1.5, 3.0] == course(came, terms, jitter=0.5)


@pytest.mark.parametrize("came", FAILURES)
def test_a_write_without_a_requestid_is_not_repeated_after_a_failure(came: object) -> None:
    """
    It may have been applied: a repetition could write it twice.
    """
    assert (Action.STOP, 0.0) == judge(came, terms=BARE_WRITE)


@pytest.mark.parametrize("terms", [READ, WRITE, BARE_WRITE])
@pytest.mark.parametrize("came", THROTTLES)
def test_a_throttle_waits_a_minute_and_longer_each_time(came: object, terms: Terms) -> None:
    """
    Intuit advises 60 s; never less, and within the bound for the whole call. Nothing was applied.
    """
    assert [67.5, 135.0, 270.0] == course(came, terms, jitter=0.5)


@pytest.mark.parametrize("terms", [READ, WRITE, BARE_WRITE])
@pytest.mark.parametrize("came", REFUSALS)
def test_a_refused_token_is_refreshed_once(came: object, terms: Terms) -> None:
    """
    One refresh, one replay; a token that is refused straight after a refresh stays refused.
    """
    assert [-1.0] == course(came, terms)


def test_a_token_that_another_process_left_may_be_refused_too() -> None:
    """
    Found in the store and refused: then it is refreshed, once; what is found is not tried for ever.
    """
    refused = reply(401)

    assert Action.RENEW is judge(refused, Attempts(renewals=1))[0]
    assert Action.STOP is judge(refused, Attempts(renewals=1, has_refreshed=True))[0]
    assert Action.STOP is judge(refused, Attempts(renewals=2))[0]


def test_the_refresh_itself_is_not_renewed() -> None:
    """
    A 401 of the token endpoint is about the app's keys.
    """
    terms = Terms("refresh the access token", can_renew=False)

    assert Action.STOP is judge(reply(401), terms=terms)[0]


@pytest.mark.parametrize("terms", [READ, BARE_WRITE])
@pytest.mark.parametrize("came", [reply(403), reply(403, fault("3100"))])
def test_a_company_that_is_refused_gets_one_more_try(came: object, terms: Terms) -> None:
    """
    Such spells come with Intuit's incidents; a wrong setting is told two seconds later.
    """
    assert [1.5] == course(came, terms, jitter=0.5)


@pytest.mark.parametrize("came", FINAL)
def test_everything_else_is_final(came: object) -> None:
    """
    Repeating would end the same way.
    """
    assert [] == course(came)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [
        ("7", 7.5),
        ("7.25", 7.75),
        ("Wed, 04 Mar 2026 12:01:30 GMT", 90.5),
        ("Wed, 04 Mar 2026 11:00:00 GMT", None),
        ("0", None),
        ("-5", None),
    ],
)
def test_a_named_wait_is_kept(status: int, asked: str, wait_s: float | None) -> None:
    """
    In seconds or as a date, and a little more so that all do not come back as one; one that lies
    in the past asks for no wait, and gets a short one: a server is not hammered.
    """
    came = reply(status, **{"Retry-After": asked})

    action, waited = judge(came, jitter=0.5)

    assert Action.WAIT is action
    if wait_s is None:
        assert 0.5 <= waited <= 2
    else:
        assert wait_s == waited


def test_a_date_is_taken_by_the_clock_that_wrote_it() -> None:
    """
    Ours may be hours off; the reply's own Date is not.
    """
    headers = {
        "Date": "Tue, 01 Jan 2030 12:00:00 GMT",
        "Retry-After": "Tue, 01 Jan 2030 12:00:20 GMT",
    }

    assert (Action.WAIT, 20.0) == judge(reply(429, **headers))


def test_no_wait_at_all_is_asked_for_over_and_over() -> None:
    """
    The pauses grow all the same: ten tries within the ten minutes, not ten thousand.
    """
    found = course(reply(429, **{"Retry-After": "0"}))

    assert [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0] == found


@pytest.mark.parametrize("asked", ["1000000000", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_an_absurd_wait_is_not_begun_and_is_told(asked: str) -> None:
    """
    The error says what was asked for and what a call may take.
    """
    came = reply(429, **{"Retry-After": asked})

    with pytest.raises(errors.ThrottledError, match=r"asks to wait \d{9,} s, more than .* 600 s"):
        persist(lambda: came, READ, clock=FakeClock(), jitter=lambda: 0.0)


def test_a_wait_beyond_the_bound_is_not_begun() -> None:
    """
    What has been spent already counts, whatever it was spent on.
    """
    spent = Attempts(throttles=1, elapsed_s=481)

    assert Action.STOP is judge(reply(429), spent)[0]
    assert Action.STOP is judge(reply(503), Attempts(elapsed_s=600))[0]
    assert Action.STOP is judge(reply(401), Attempts(elapsed_s=601))[0]


def test_what_was_asked_for_decides_what_is_good() -> None:
    """
    A page of HTML is no PDF, half a PDF's name is one, and a plain address may be wanted.
    """
    pdf, page = reply(200, b"%PDF-1.4 \xff"), reply(200, b"<html>proxy</html>")

    assert Action.ACCEPT is judge(pdf, terms=Terms("read", wanted=Wanted.PDF))[0]
    assert Action.WAIT is judge(page, terms=Terms("read", wanted=Wanted.PDF))[0]
    assert Action.WAIT is judge(pdf, terms=READ)[0]
    assert Action.ACCEPT is judge(page, terms=Terms("read", wanted=Wanted.ANYTHING))[0]


def test_many_callers_do_not_come_back_as_one() -> None:
    """
    The waits after the same failure are spread over half a second, after a throttle over fifteen.
    """
    jitters = [number / 100 for number in range(100)]

    failed = [judge(reply(503), jitter=jitter)[1] for jitter in jitters]
    throttled = [judge(reply(429), jitter=jitter)[1] for jitter in jitters]

    assert 100 == len(set(failed)) == len(set(throttled))
    assert 0.14 < statistics.pstdev(failed)
    assert 4 < statistics.pstdev(throttled)
    assert 60 <= min(throttled)


@given(
    kinds=st.lists(
        st.sampled_from([*FAILURES[:3], *THROTTLES[:2], reply(401), reply(403), LOST]),
        min_size=40,
        max_size=40,
    ),
    jitter=st.floats(0, 1, exclude_max=True),
    takes_s=st.floats(0, 200),
)
def test_no_mixture_of_failures_goes_on_for_ever(
    kinds: list[Any], jitter: float, takes_s: float
) -> None:
    """
    No try begins after the bound, however long each took; the error tells tries and seconds.
    """
    clock, pending, begun = FakeClock(), iter(kinds), []

    def send() -> object:
        begun.append(clock.monotonic())
        clock.advance(takes_s)
        return copy.copy(next(pending))

    with pytest.raises(errors.QuickBooksError) as caught_error:
        persist(send, READ, clock=clock, jitter=lambda: jitter, renew=lambda: False)

    assert 600 >= begun[-1] - begun[0]
    assert len(begun) == caught_error.value.tries
    assert len(begun) < 12
    if len(begun) > 1:
        assert f"Gave up after {len(begun)} tries in" in str(caught_error.value)


def test_a_write_that_may_be_applied_says_so() -> None:
    """
    With what to do about it: the same requestid, or a look.
    """
    for terms, words in ((WRITE, "same requestid only"), (BARE_WRITE, "look in QuickBooks")):
        with pytest.raises(errors.ServerError, match=words) as caught_error:
            persist(lambda: reply(503), terms, clock=FakeClock(), jitter=lambda: 0.0)

        assert caught_error.value.may_be_applied


@pytest.mark.parametrize("came", [reply(429), reply(401), reply(403), reply(400, fault("6000"))])
def test_a_write_that_was_refused_is_not_said_to_be_applied(came: object) -> None:
    """
    QuickBooks did not begin it.
    """
    with pytest.raises(errors.QuickBooksError) as caught_error:
        persist(lambda: came, WRITE, clock=FakeClock(), jitter=lambda: 0.0, renew=lambda: True)

    assert not caught_error.value.may_be_applied
    assert "applied" not in str(caught_error.value)


def test_a_write_that_never_left_is_not_said_to_be_applied() -> None:
    """
    No connection came about.
    """
    unsent = errors.ConnectionLostError("Nothing answers")
    unsent.is_sent = False

    with pytest.raises(errors.ConnectionLostError) as caught_error:
        persist(lambda: unsent, WRITE, clock=FakeClock(), jitter=lambda: 0.0)

    assert not caught_error.value.may_be_applied


def test_an_earlier_doubt_is_not_forgotten() -> None:
    """
    The first try was lost, the second is refused, or cannot even begin: it may be applied.
    """
    for last in (reply(400, fault("6140")), errors.AuthenticationError("ended")):
        pending = iter([copy.copy(LOST), last])

        with pytest.raises(errors.QuickBooksError, match="may have been applied") as caught_error:
            persist(lambda: next(pending), WRITE, clock=FakeClock(), jitter=lambda: 0.0)  # noqa: B023

        assert caught_error.value.may_be_applied


def test_what_ends_a_call_keeps_its_own_story() -> None:
    """
    What is raised, not returned, is final: a refresh that has had its own tries tells of these.
    """

    def refresh() -> object:
        return persist(
            caught(lambda: (_ for _ in ()).throw(errors.ServerError("down", status=503))),
            Terms("refresh the access token", can_renew=False),
            clock=FakeClock(),
            jitter=lambda: 0.0,
        )

    with pytest.raises(errors.ServerError, match="Gave up after 4 tries in 4 s") as caught_error:
        persist(refresh, READ, clock=FakeClock(), jitter=lambda: 0.0)

    assert 4 == caught_error.value.tries


def test_every_retry_is_told_with_its_wait(caplog: pytest.LogCaptureFixture) -> None:
    """
    One line each, with the stream; a wait that a person would notice is a warning.
    """
    caplog.set_level(logging.INFO)
    pending = iter([reply(503), reply(429), reply(401), reply(200, GOOD)])

    persist(
        lambda: next(pending),
        READ,
        clock=FakeClock(),
        jitter=lambda: 0.0,
        renew=lambda: True,
        scope="items",
    )

    found = [(one.levelname, one.getMessage()) for one in caplog.records]
    assert ["INFO", "WARNING", "INFO"] == [level for level, _ in found]
    assert all(text.startswith("items: query Item: ") for _, text in found)
    assert ["0.5 s (try 2)", "60.0 s (try 3)", "another token (try 4)"] == [
        text.rpartition("again ")[2].removeprefix("in ").removeprefix("with ").rstrip(".")
        for _, text in found
    ]


@pytest.mark.parametrize("stops", [KeyboardInterrupt, SystemExit])
def test_a_person_who_stops_it_does_not_wait(stops: type[BaseException]) -> None:
    """
    Ctrl-C and SIGTERM end a wait at once; nothing is sent again.
    """
    sent = []

    class Interrupted(FakeClock):
        def sleep(self, seconds: float) -> None:
            raise stops

    with pytest.raises(stops):
        persist(
            lambda: sent.append(1) or reply(429),  # type: ignore[func-returns-value]
            READ,
            clock=Interrupted(),
            jitter=lambda: 0.0,
        )

    assert [1] == sent
