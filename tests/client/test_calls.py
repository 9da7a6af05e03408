"""Calls through the one gate, whatever the other side does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import (
    AuthenticationError,
    BudgetSpentError,
    Client,
    ConnectionLostError,
    DuplicateNameError,
    InvalidQueryError,
    NotFoundError,
    RejectedError,
    ServerError,
    Settings,
    ThrottledError,
    UnexpectedReplyError,
    WrongCompanyError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator
    from tests.client.fakes import FakeClock

COUNT = "SELECT COUNT(*) FROM Customer"
ADA = {"DisplayName": "Ada"}
API = "/v3/company"


def statuses(emulator: Emulator, **wanted: Any) -> list[int]:
    return [call["status"] for call in emulator.calls(**wanted) if API in str(call["path"])]


@pytest.mark.parametrize("body", ["json", "lowercase", "xml", "text"])
def test_a_throttle_storm_only_slows_a_call_down(
    emulator: Emulator, client: Client, clock: FakeClock, body: str
) -> None:
    """
    Three 429 in a row that name no wait: 60, 120 and 240 seconds on our clock, then the answer.
    """
    emulator.throttle(times=3, body=body)

    assert 0 == client.query(COUNT).total_count
    assert [60.0, 120.0, 240.0] == [slept for slept in clock.slept if slept >= 1]
    assert (3, 3, 4) == (
        client.meter.snapshot().throttled,
        client.meter.snapshot().retried,
        client.meter.snapshot().requests,
    )


def test_a_throttle_waits_as_long_as_it_is_told(
    emulator: Emulator, client: Client, clock: FakeClock
) -> None:
    """
    Retry-After in seconds.
    """
    emulator.throttle(times=1, retry_after_s=7)

    client.query(COUNT)

    assert [7.0] == [slept for slept in clock.slept if slept >= 1]


def test_a_throttle_waits_until_the_date_it_is_told(
    emulator: Emulator, client: Client, clock: FakeClock
) -> None:
    """
    Retry-After as a date: of the server's clock, whatever ours says.
    """
    headers = {
        "Date": "Tue, 01 Jan 2030 12:00:00 GMT",
        "Retry-After": "Tue, 01 Jan 2030 12:01:30 GMT",
    }
    emulator.fail(
        path=API, do={"kind": "status", "status": 429, "headers": headers, "body": "json"}
    )

    client.query(COUNT)

    assert [90.0] == [slept for slept in clock.slept if slept >= 1]


def test_a_throttle_without_end_is_given_up_in_bounded_time(
    emulator: Emulator, client: Client, clock: FakeClock
) -> None:
    """
    The error says how long was tried, and that an allowance may be used up.
    """
    emulator.throttle(times=100)
    began = clock.monotonic()

    with pytest.raises(ThrottledError, match=r"Gave up after \d tries") as caught:
        client.query(COUNT)

    assert 600 >= clock.monotonic() - began
    assert "allowance" in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", ["json", "html", "text"])
def test_a_failing_server_gets_three_retries(
    emulator: Emulator, client: Client, clock: FakeClock, status: int, body: str
) -> None:
    """
    With growing delays; the fourth try is answered.
    """
    emulator.fail(
        path=API, times=3, do={"kind": "status", "status": status, "headers": {}, "body": body}
    )

    assert 0 == client.query(COUNT).total_count
    assert [0.5, 1.0, 2.0] == [slept for slept in clock.slept if slept >= 0.5]


def test_a_server_that_stays_down_is_given_up(emulator: Emulator, client: Client) -> None:
    """
    After three retries, with its status and transaction id.
    """
    emulator.fail(path=API, times=9, do={"kind": "status", "status": 503, "body": "html"})

    with pytest.raises(ServerError, match=r"Gave up after 4 tries .*HTTP 503, intuit_tid"):
        client.query(COUNT)

    assert [503] * 4 == statuses(emulator)


@pytest.mark.parametrize("kind", ["reset", "cut_body", "lose_reply"])
def test_a_broken_connection_is_tried_again(emulator: Emulator, client: Client, kind: str) -> None:
    """
    Before the work, in the middle of the reply, or instead of it.
    """
    emulator.create("Customer", ADA)
    emulator.fail(path=API, times=2, do={"kind": kind})

    assert ["Ada"] == [row["DisplayName"] for row in client.find("Customer", "Active = true")]


@pytest.mark.parametrize("kind", ["lose_reply", "cut_body", "reset"])
def test_a_write_whose_reply_is_lost_is_applied_once(
    emulator: Emulator, client: Client, kind: str
) -> None:
    """
    The same requestid goes out again and is answered by the first reply.
    """
    emulator.fail(method="POST", path="customer", times=2, do={"kind": kind})

    reply = client.create("Customer", ADA, request_id="r-1")

    assert ["Ada"] == [row["DisplayName"] for row in emulator.entities("Customer")]
    assert emulator.entities("Customer")[0]["Id"] == reply.entity["Id"]


@pytest.mark.parametrize("status", [200, 400])
def test_a_fault_is_an_error_at_any_status(emulator: Emulator, client: Client, status: int) -> None:
    """
    Also inside HTTP 200.
    """
    emulator.fail(
        path=API,
        do={"kind": "fault", "code": "6240", "message": "m", "detail": "d", "status": status},
    )

    with pytest.raises(DuplicateNameError, match="6240 m"):
        client.create("Customer", ADA, request_id="r-1")


@pytest.mark.parametrize(
    "does",
    [
        {"kind": "status", "status": 403, "body": "json"},
        {"kind": "fault", "code": "3100", "message": "m", "detail": "d", "status": 403},
    ],
)
def test_a_refused_company_names_the_settings(
    emulator: Emulator, client: Client, does: dict[str, Any]
) -> None:
    """
    Wrong environment, wrong realm, or access revoked; once more, for such spells come and go.
    """
    emulator.fail(path=API, times=9, do=does)

    with pytest.raises(WrongCompanyError, match="realm_id, environment"):
        client.query(COUNT)

    assert [403, 403] == statuses(emulator)


def test_another_company_is_not_ours(make_client: Callable[..., Client]) -> None:
    """
    The token is good, the realm is another.
    """
    with pytest.raises(WrongCompanyError, match="realm_id"):
        make_client(realm_id="123").query(COUNT)


def test_a_token_refused_for_ever_is_given_up(emulator: Emulator, client: Client) -> None:
    """
    Refreshed, replayed, and no third time round.
    """
    emulator.fail(path=API, times=9, do={"kind": "status", "status": 401, "body": "lowercase"})

    with pytest.raises(AuthenticationError):
        client.query(COUNT)

    assert 3 >= len(statuses(emulator))


def test_nothing_answers(make_client: Callable[..., Client], clock: FakeClock) -> None:
    """
    The sentence names the host and the settings.
    """
    client = make_client(
        api_url="http://127.0.0.1:9",
        discovery_url="http://127.0.0.1:9/.well-known/openid_configuration",
    )

    with pytest.raises(ConnectionLostError, match=r"Nothing answers at 127\.0\.0\.1:9.*api_url"):
        client.query(COUNT)

    assert [0.5, 1.0, 2.0] == clock.slept


def test_something_else_answers(emulator: Emulator, client: Client) -> None:
    """
    A proxy's page with status 200 is not taken for an answer.
    """
    emulator.fail(path=API, times=9, do={"kind": "status", "status": 404, "body": "html"})

    with pytest.raises(UnexpectedReplyError, match="api_url"):
        client.query(COUNT)


@pytest.mark.parametrize(
    "text", ["12345678901.0123456789", "0.1", "-0.005", "99999999998.000000001"]
)
def test_numbers_arrive_unchanged_both_ways(emulator: Emulator, client: Client, text: str) -> None:
    """
    Never through a float: as Decimal in replies, as the digits themselves in raw records.
    """
    body = {"Name": "Pump", "Type": "Service", "UnitPrice": Decimal(text)}
    account = emulator.create("Account", {"Name": "Till", "AccountType": "Income"})
    body["IncomeAccountRef"] = {"value": account["Id"]}

    reply = client.create("Item", body, request_id="r-1")
    (record,) = client.query("SELECT * FROM Item WHERE Name = 'Pump'").rows
    (found,) = client.find("Item", "Name = 'Pump'")

    assert Decimal(text) == reply.entity["UnitPrice"] == found["UnitPrice"]
    assert isinstance(found["UnitPrice"], Decimal)
    assert text.encode() in record.document


def test_a_number_that_is_none_is_not_sent(client: Client) -> None:
    """
    JSON has no form for it.
    """
    with pytest.raises(ValueError, match="cannot be sent"):
        client.create("Item", {"Line": [{"Amount": Decimal("NaN")}]}, request_id="r-1")


def test_a_reply_tells_the_servers_time(emulator: Emulator, client: Client) -> None:
    """
    Of the envelope, in UTC.
    """
    emulator.set_clock("2026-03-04T09:12:45Z", freeze=True)

    reply = client.create("Customer", ADA, request_id="r-1")

    assert datetime(2026, 3, 4, 9, 12, 45, tzinfo=UTC) == reply.time.replace(microsecond=0)
    assert timedelta(0) == reply.time.utcoffset()
    assert reply.intuit_tid


def test_a_record_tells_when_it_changed_in_utc(emulator: Emulator, client: Client) -> None:
    """
    The company's own offset moves with daylight saving.
    """
    emulator.set_clock("2026-07-04T09:12:45Z", freeze=True)
    emulator.create("Customer", ADA)

    (record,) = client.query("SELECT * FROM Customer").rows

    assert datetime(2026, 7, 4, 9, 12, 45, tzinfo=UTC) == record.last_updated_at
    assert ("0", False) == (record.sync_token, record.is_deleted)


def test_what_does_not_exist_is_not_found(client: Client) -> None:
    """
    By its code, whatever the status.
    """
    with pytest.raises(NotFoundError):
        client.read("Customer", "999999")


def test_a_query_that_cannot_run_is_refused(client: Client) -> None:
    """
    With Intuit's own words.
    """
    with pytest.raises(InvalidQueryError, match="400"):
        client.query("SELECT * FROM Customer WHERE Colour = 'red'")


def test_a_requestid_that_is_too_long_never_leaves(emulator: Emulator, client: Client) -> None:
    """
    QuickBooks takes fifty characters.
    """
    with pytest.raises(RejectedError, match="50"):
        client.create("Customer", ADA, request_id="x" * 51)

    assert [] == emulator.calls(method="POST", entity="Customer")


def test_a_write_carries_its_requestid(emulator: Emulator, client: Client) -> None:
    """
    With it QuickBooks answers a repetition by its first reply.
    """
    client.create("Customer", ADA, request_id="r-1")

    (call,) = emulator.calls(method="POST", entity="Customer")
    assert "r-1" == call["request_id"]


def test_calls_are_counted_as_intuit_counts_them(emulator: Emulator, client: Client) -> None:
    """
    Reads metered, plain writes free, refused calls not counted.
    """
    client.create("Customer", ADA, request_id="r-1")
    client.query(COUNT)
    client.changes(["Customer", "Invoice"], datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(NotFoundError):
        client.read("Customer", "999999")

    usage, seen = client.meter.snapshot(), emulator.usage()
    assert (4, 2, 1) == (usage.requests, usage.metered, usage.free)
    assert (seen["metered"], seen["free"]) == (usage.metered, usage.free)


def test_calls_are_counted_by_scope(client: Client) -> None:
    """
    A stream's own calls, also when scopes nest.
    """
    with client.meter.scope("all") as everything:
        client.query(COUNT)
        with client.meter.scope("items") as items:
            client.query("SELECT COUNT(*) FROM Item")

    assert (2, 1) == (everything.snapshot().metered, items.snapshot().metered)


def test_reads_stop_when_the_months_budget_is_spent(
    make_client: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    """
    Over all processes; plain writes go on; at 80 % there is a warning.
    """
    first, second = make_client(monthly_read_budget=5), make_client(monthly_read_budget=5)
    for client in (first, first, second, second, second):
        client.query(COUNT)

    with pytest.raises(BudgetSpentError, match="monthly_read_budget"):
        first.query(COUNT)
    first.create("Customer", ADA, request_id="r-1")

    assert "4 of the month's 5 metered calls" in caplog.text


def test_a_new_month_begins_with_a_new_budget(
    make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    Calendar months.
    """
    client = make_client(monthly_read_budget=1)
    client.query(COUNT)
    clock.advance(31 * 86_400)

    assert 0 == client.query(COUNT).total_count


def test_two_clients_at_once_are_never_throttled_by_a_strict_server(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    Ten a second, on the machine's own clock: nothing is refused.
    """
    del tmp_path
    emulator.limits(per_minute=500, per_second=10, concurrent=10)
    clients = [Client(Settings.from_mapping(connection)) for _ in range(2)]

    for number in range(24):
        clients[number % 2].query(COUNT)

    assert [] == emulator.calls(status=429)
