"""Limits and what is counted. Intuit: "API call limits and throttles", App Partner Program."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import requests

from quickbooks_emulator.testing import Emulator, EmulatorError
from tests.emulator.conftest import Caller, Shop
from tests.emulator.test_serving import served

if TYPE_CHECKING:
    from pathlib import Path

OTHER_REALM = "9341452718281828460"
WORDS = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
BATCH = {"BatchItemRequest": [{"bId": "1", "Query": "select count(*) from Item"}]}


def statuses(caller: Caller, count: int, realm_id: str = "") -> list[int]:
    return [caller.send("GET", "preferences", realm_id=realm_id).status_code for _ in range(count)]


def batches(caller: Caller, count: int) -> list[int]:
    return [caller.post("batch", BATCH).status_code for _ in range(count)]


def another_app(emulator: Emulator, realm_id: str = "") -> Caller:
    """A second app with a token of its own."""
    app = {"client_id": "another", "client_secret": "s", "redirect_uris": [], "name": "Another"}
    assert 200 == requests.post(f"{emulator.url}/_emulator/apps", json=app).status_code
    caller = Caller(emulator)
    caller.settings.update(client_id="another", client_secret="s")
    wanted = {"client_id": "another", "realm_id": realm_id or emulator.realm_id}
    issued = requests.post(f"{emulator.url}/_emulator/tokens/issue", json=wanted)
    caller.refresh_token = issued.json()["refresh_token"]
    caller.refresh()
    return caller


def test_ten_a_second_and_no_more(caller: Caller, emulator: Emulator) -> None:
    """
    The eleventh call of a second answers 429; a second later calls pass again. Another app on the
    same company has a second of its own. Source: Intuit, "API call limits and throttles".
    """
    other = another_app(emulator)
    emulator.limits(per_second=10, per_minute=500)

    assert [200] * 10 + [429] == statuses(caller, 11)
    assert [200] * 10 + [429] == statuses(other, 11)
    emulator.advance(1.0)
    assert [200] == statuses(caller, 1)


def test_five_hundred_a_minute_are_shared_by_all_apps(caller: Caller, emulator: Emulator) -> None:
    """
    They belong to the company; another company has its own.
    Source: Intuit, "API call limits and throttles" (per realm).
    """
    company = {"realm_id": OTHER_REALM, "seed": "empty"}
    requests.post(f"{emulator.url}/_emulator/companies", json=company)
    other, elsewhere = another_app(emulator), another_app(emulator, OTHER_REALM)
    emulator.limits(per_second=1000, per_minute=20)

    assert [200] * 15 == statuses(caller, 15)
    assert [200] * 5 + [429] == statuses(other, 6)
    assert [200] * 20 == statuses(elsewhere, 20, OTHER_REALM)
    emulator.advance(60)
    assert [200] == statuses(caller, 1)


def test_eight_hundred_a_minute_of_an_app_altogether(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "API call limits and throttles" (combined, per company and app).
    """
    emulator.limits(per_second=1000, per_minute=1000, combined_per_minute=5)

    assert [200] * 5 + [429] == statuses(caller, 6)
    assert [200] == statuses(another_app(emulator), 1)


def test_the_documented_numbers_are_the_defaults(emulator: Emulator) -> None:
    """
    Source: Intuit, "API call limits and throttles".
    """
    assert {
        "enabled": True,
        "per_minute": 500,
        "per_second": 10,
        "concurrent": 10,
        "batches_per_minute": 40,
        "batches_per_minute_of_realm": 120,
        "combined_per_minute": 800,
        "metered_per_month": 0,
    } == emulator.limits()


@pytest.mark.parametrize("wanted", [{"per_minute": -1}, {"enabled": 1}, {"per_hour": 1}])
def test_a_limit_that_makes_no_sense_is_refused(emulator: Emulator, wanted: dict[str, int]) -> None:
    """
    And changes nothing.
    """
    before = emulator.limits()

    with pytest.raises(EmulatorError, match="2010"):
        emulator.limits(per_second=3, **wanted)

    assert before == emulator.limits()


def test_ten_at_a_time(caller: Caller, emulator: Emulator) -> None:
    """
    The eleventh call while ten are answered is refused, those of another app are not counted.
    Source: Intuit, "API call limits and throttles" (the older rule of concurrent requests).
    """
    emulator.limits(per_second=1000, concurrent=2)
    other = another_app(emulator)
    gate = threading.Barrier(3)
    emulator.switch(latency_ms=600)

    def call(_number: int) -> int:
        headers = {"Authorization": f"Bearer {caller.access_token}"}
        url = f"{emulator.url}/v3/company/{emulator.realm_id}/preferences"
        gate.wait(20)
        return requests.get(url, headers=headers).status_code

    with ThreadPoolExecutor(3) as pool:
        found = sorted(pool.map(call, range(3)))

    emulator.switch(latency_ms=0)
    assert [200, 200, 429] == found
    assert [200] == statuses(caller, 1)
    assert [200] == statuses(other, 1)


def test_forty_batches_a_minute_of_an_app(caller: Caller, emulator: Emulator) -> None:
    """
    And 120 of a company over all apps; other calls do not count, and are let through.
    Source: Intuit, "API call limits and throttles" (batch).
    """
    emulator.switch(throttled_calls_count=False)
    emulator.limits(per_second=1000, batches_per_minute=3, batches_per_minute_of_realm=5)

    assert [200] * 4 == statuses(caller, 4)
    assert [200, 200, 200, 429] == batches(caller, 4)
    assert [200, 200, 429] == batches(another_app(emulator), 3)
    assert [200] == statuses(caller, 1)
    emulator.advance(60)
    assert [200] == batches(caller, 1)


def test_who_hammers_stays_locked_out(caller: Caller, emulator: Emulator) -> None:
    """
    Refused calls fill the window too, unless by switch; who waits 60 seconds is let in.
    Source: Intuit, "API call limits and throttles" (wait 60 seconds).
    """
    emulator.limits(per_second=1000, per_minute=3)
    for _ in range(3):
        statuses(caller, 3)
        emulator.advance(20)
    assert [429] == statuses(caller, 1)
    emulator.advance(60)
    assert [200] == statuses(caller, 1)

    emulator.switch(throttled_calls_count=False)
    statuses(caller, 5)
    emulator.advance(59)
    assert [429] == statuses(caller, 1)
    emulator.advance(1)
    assert [200] == statuses(caller, 1)


def test_a_fixed_window_begins_anew_on_the_minute(caller: Caller, emulator: Emulator) -> None:
    """
    Twice the calls within seconds, which a sliding window never lets through: that is the stricter
    reading and the default. Source: Intuit, "API call limits and throttles" (window not said).
    """
    emulator.switch(throttled_calls_count=False, limit_window="fixed")
    emulator.limits(per_second=1000, per_minute=4)
    statuses(caller, 5)
    while statuses(caller, 1) == [429]:
        emulator.advance(1)

    # A minute has just begun: its end is a minute less some seconds away.
    emulator.advance(60 + 50)
    assert [200] * 4 + [429] == statuses(caller, 5)
    emulator.advance(15)
    emulator.switch(limit_window="sliding")
    assert [429] == statuses(caller, 1)
    emulator.switch(limit_window="fixed")
    assert [200] * 4 + [429] == statuses(caller, 5)


def test_a_throttled_reply_comes_in_each_recorded_shape(caller: Caller, emulator: Emulator) -> None:
    """
    XML even to JSON callers by default, lower case or JSON by switch; Retry-After only by switch.
    Source: recorded answers.
    """
    emulator.limits(per_minute=0)

    xml = caller.send("GET", "companyinfo/1")
    emulator.switch(throttle_body="lowercase", retry_after_s=7)
    lower = caller.send("GET", "companyinfo/1")
    emulator.switch(throttle_body="json")
    upper = caller.send("GET", "companyinfo/1")

    assert f'<Fault type="SERVICE"><Error code="3001"><Message>{WORDS}' in xml.text
    assert "Retry-After" not in xml.headers
    assert ("3001", "7") == (
        lower.json()["fault"]["error"][0]["code"],
        lower.headers["Retry-After"],
    )
    assert WORDS == upper.json()["Fault"]["Error"][0]["Message"]
    assert upper.json()["Fault"]["Error"][0]["element"] is None


def test_it_was_a_403_once(caller: Caller, emulator: Emulator) -> None:
    """
    Of the same code, and counted as throttled. Source: recorded answers of 2016.
    """
    emulator.limits(per_minute=0)
    emulator.switch(throttle_status=403)

    reply = caller.send("GET", "preferences")

    space = "{http://schema.intuit.com/finance/v3}"
    error = ET.fromstring(reply.content).find(f"{space}Fault/{space}Error")
    assert (403, "3001") == (reply.status_code, error.get("code"))
    assert WORDS.replace("429", "403") == error.findtext(f"{space}Message")
    assert 1 == emulator.usage()["throttled"]


def test_a_month_of_the_builder_tier_is_used_up(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    All calls are refused until the month ends, or by switch only the metered ones; failed calls
    are not counted. Source: Intuit, App Partner Program (Builder tier).
    """
    emulator.set_clock("2027-01-31T12:00:00-08:00")
    caller.refresh()
    emulator.limits(metered_per_month=3, per_second=1000)

    caller.send("GET", "item/999")
    assert [200, 200, 200, 429] == statuses(caller, 4)
    assert 429 == caller.post("customer", {"DisplayName": "A"}).status_code

    emulator.switch(builder_block="metered")
    assert 200 == caller.post("customer", {"DisplayName": "A"}).status_code
    assert [429] == statuses(caller, 1)

    emulator.set_clock("2027-01-31T23:59:00-08:00")
    caller.refresh()
    assert [429] == statuses(caller, 1)
    emulator.advance(61)
    assert [200, 200, 200, 429] == statuses(caller, 4)


def test_reads_are_metered_and_writes_are_free(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Only what succeeded counts; the control plane is invisible.
    Source: Intuit, App Partner Program FAQ.
    """
    caller.rows("Item")
    caller.send("GET", f"item/{shop.item_id}")
    caller.send("GET", "item/999")
    caller.create("Invoice", shop.invoice())

    assert {"metered": 2, "free": 1, "throttled": 0, "calls": 4} == emulator.usage()
    last = emulator.calls()[-1]
    assert ("POST", "Invoice", "create", "free", 200) == (
        last["method"],
        last["entity"],
        last["operation"],
        last["class"],
        last["status"],
    )


@pytest.mark.parametrize(
    ("method", "path", "class_"),
    [
        ("GET", "query?query=select * from Item", "metered"),
        ("GET", "cdc?entities=Item&changedSince=2026-01-01", "metered"),
        ("GET", "preferences", "metered"),
        ("POST", "customer", "free"),
        ("POST", "customer?operation=delete", "failed"),
        ("GET", "customer/77", "failed"),
        ("GET", "nowhere", "failed"),
    ],
)
def test_every_call_has_its_class(
    caller: Caller, emulator: Emulator, method: str, path: str, class_: str
) -> None:
    """
    Source: Intuit, App Partner Program (classification of calls).
    """
    caller.send(method, path, json={"DisplayName": "A"} if method == "POST" else None)

    assert [{"class": class_, "calls": 1, "units": 1}] == emulator.usage_by("class")


def test_usage_is_counted_by_month_company_app_class_and_entity(
    caller: Caller, emulator: Emulator
) -> None:
    """
    Refreshing a token is counted as neither metered nor free.
    Source: Intuit, App Partner Program (per workspace and month; OAuth is never counted).
    """
    emulator.set_clock("2027-01-31T12:00:00-08:00")
    other = another_app(emulator)
    emulator.clear_calls()
    caller.refresh()
    other.rows("Customer")
    caller.rows("Customer")
    caller.send("GET", "item/999")
    emulator.advance(86_400)
    caller.refresh()
    caller.rows("Customer")
    caller.create("Customer", {"DisplayName": "Ada"})

    found = emulator.usage_by("month", "app", "class", "entity")

    mine = "emulator-client-id"
    api = [tuple(row.values())[:5] for row in found if row["class"] != "auth"]
    assert [
        ("2027-01", "another", "metered", "Customer", 1),
        ("2027-01", mine, "failed", "Item", 1),
        ("2027-01", mine, "metered", "Customer", 1),
        ("2027-02", mine, "free", "Customer", 1),
        ("2027-02", mine, "metered", "Customer", 1),
    ] == api
    assert 2 == sum(row["calls"] for row in found if row["class"] == "auth")
    assert {emulator.realm_id, ""} == {row["realm_id"] for row in emulator.usage_by("realm_id")}
    assert 400 == requests.get(f"{emulator.url}/_emulator/usage?by=colour").status_code


def test_unknown_companies_are_not_counted_apart(caller: Caller, emulator: Emulator) -> None:
    """
    Whatever is asked, what is remembered stays small.
    """
    for number in range(20):
        caller.send("GET", f"thing{number}", realm_id=str(number))

    assert 1 == len(emulator.usage_by("month", "realm_id", "app", "class", "entity"))


def test_usage_survives_a_kill(tmp_path: Path) -> None:
    """
    What has been used of the month stays used. Source: Intuit, App Partner Program.
    """
    data = ("--data", str(tmp_path / "emulator.db"), "--seed", "empty")
    with served(*data) as (process, url):
        emulator = Emulator.attach(url)
        emulator.limits(metered_per_month=2)
        caller = Caller(emulator)
        assert [200, 200, 429] == statuses(caller, 3)
        before = emulator.usage_by("realm_id", "app", "class", "entity")
        emulator.close()
        process.kill()
        process.wait(timeout=20)

    with served(*data) as (_, url):
        emulator = Emulator.attach(url)
        caller.emulator = emulator
        assert before == emulator.usage_by("realm_id", "app", "class", "entity")
        assert [429] == statuses(caller, 1)
        emulator.clear_calls()
        emulator.close()

    with served(*data) as (_, url):
        emulator = Emulator.attach(url)
        assert {"metered": 0, "free": 0, "throttled": 0, "calls": 0} == emulator.usage()
        emulator.close()
