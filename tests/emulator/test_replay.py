"""`requestid`. Intuit: "Request ID", "Error codes" (600, 2130)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.testing import Emulator
from tests.emulator.conftest import Caller, Shop
from tests.emulator.test_serving import served

if TYPE_CHECKING:
    from pathlib import Path

OTHER_REALM = "9341452718281828460"
SPACE = "{http://schema.intuit.com/finance/v3}"


def test_a_repeated_id_gives_the_first_reply(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Byte for byte, with the same time, also for another body; nothing is done twice.
    Source: Intuit, "Request ID".
    """
    first = caller.post("invoice", shop.invoice(DocNumber="1"), requestid="job-1")
    emulator.advance(60)
    second = caller.post("invoice", shop.invoice(DocNumber="1"), requestid="job-1")
    third = caller.post("invoice", shop.invoice(DocNumber="2"), requestid="job-1")

    assert first.content == second.content == third.content
    assert ["1"] == emulator.numbers("Invoice")
    assert 38 == emulator.quantity(shop.item_id)


@pytest.mark.parametrize("operation", ["update", "delete", "void"])
def test_it_holds_for_every_kind_of_write(
    caller: Caller, emulator: Emulator, shop: Shop, operation: str
) -> None:
    """
    Though its SyncToken is stale by then. Source: Intuit, "Request ID".
    """
    made = caller.create("Invoice", shop.invoice())
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "changed"}

    first, second = (
        caller.post("invoice", body, operation=operation, requestid="r") for _ in range(2)
    )

    assert (200, first.content) == (first.status_code, second.content)
    assert ["1"] == [row["SyncToken"] for row in emulator.entities("Invoice")] or (
        operation == "delete"
    )


def test_the_id_belongs_to_the_company_whatever_the_call_was(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Used for another entity it answers what it answered first; in another company it is new.
    Source: Intuit, "Request ID" (unique within a realm).
    """
    company = {"realm_id": OTHER_REALM, "seed": "empty"}
    requests.post(f"{emulator.url}/_emulator/companies", json=company)
    first = caller.post("customer", {"DisplayName": "Bea"}, requestid="r")

    second = caller.post("vendor", {"DisplayName": "Cy"}, requestid="r")
    caller.refresh_token = emulator.consent(OTHER_REALM)
    caller.refresh()
    third = caller.send(
        "POST",
        "customer",
        realm_id=OTHER_REALM,
        params={"requestid": "r"},
        json={"DisplayName": "Dee"},
    )

    assert first.content == second.content
    assert ["Wholesale"] == [row["DisplayName"] for row in emulator.entities("Vendor")]
    assert "Dee" == third.json()["Customer"]["DisplayName"]


def test_a_fault_is_remembered_too_unless_switched(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Uncertain; hostile by default: a corrected body needs a new id. Source: Intuit, "Request ID".
    """
    bad = shop.invoice(Colour="red")

    first = caller.post("invoice", bad, requestid="a")
    emulator.advance(60)
    assert (400, first.content) == (
        first.status_code,
        caller.post("invoice", shop.invoice(), requestid="a").content,
    )

    emulator.switch(requestid_replays_faults=False)
    assert (400, "2010") == caller.fault("Invoice", bad, requestid="b")
    caller.create("Invoice", shop.invoice(), requestid="b")


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_what_never_reached_the_books_is_not_remembered(
    caller: Caller, emulator: Emulator, status: int
) -> None:
    """
    A gateway's refusal is no first reply. Source: Intuit, "Request ID".
    """
    emulator.fail(method="POST", do={"kind": "status", "status": status})
    assert status == caller.post("customer", {"DisplayName": "A"}, requestid="r").status_code

    assert 200 == caller.post("customer", {"DisplayName": "A"}, requestid="r").status_code


def test_it_is_forgotten_after_a_day(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    How long is not documented; a switch says. Source: Intuit, "Request ID".
    """
    caller.create("Invoice", shop.invoice(), requestid="a")
    emulator.advance(86_399)
    caller.refresh()
    caller.create("Invoice", shop.invoice(), requestid="a")
    assert 1 == len(emulator.entities("Invoice"))

    emulator.advance(2)
    caller.create("Invoice", shop.invoice(), requestid="a")
    assert 2 == len(emulator.entities("Invoice"))

    emulator.switch(requestid_retention_s=60)
    emulator.advance(61)
    caller.create("Invoice", shop.invoice(), requestid="a")
    assert 3 == len(emulator.entities("Invoice"))


def test_a_used_id_can_be_refused_by_switch(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Error codes" (600).
    """
    emulator.switch(requestid_replay="refused")
    caller.create("Invoice", shop.invoice(), requestid="a")

    assert (400, "600") == caller.fault("Invoice", shop.invoice(), requestid="a")


def test_an_id_is_at_most_50_characters_long(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    And printable; an empty one is none. Source: Intuit, "Request ID"; "Error codes" (2130).
    """
    caller.create("Invoice", shop.invoice(), requestid="é" * 50)

    assert (400, "2130") == caller.fault("Invoice", shop.invoice(), requestid="r" * 51)
    assert (400, "2130") == caller.fault("Invoice", shop.invoice(), requestid="a\x1fb")
    assert 1 == len(emulator.entities("Invoice"))
    for _ in range(2):
        caller.create("Invoice", shop.invoice(), requestid="")
    assert 3 == len(emulator.entities("Invoice"))


def test_reads_pay_no_heed_to_it(caller: Caller, emulator: Emulator) -> None:
    """
    Neither does a query by POST, nor the header Request-Id. Source: Intuit, "Request ID" (writes).
    """
    text = "select count(*) from Customer"

    def count() -> int:
        headers = {"Content-Type": "application/text"}
        reply = caller.send(
            "POST", "query", params={"requestid": "r" * 60}, data=text, headers=headers
        )
        return reply.json()["QueryResponse"]["totalCount"]

    assert 0 == count()
    for name in ("Ada", "Ben"):
        headers = {"Request-Id": "r"}
        caller.send("POST", "customer", json={"DisplayName": name}, headers=headers)
    assert 2 == count()


def test_the_first_reply_comes_in_the_form_that_is_asked_for(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    First as JSON and then as XML, and the other way round; faults too.
    Source: Intuit, "Request ID"; "Basics of the Accounting API" (JSON and XML).
    """
    body, bad = shop.invoice(), shop.invoice(Colour="red")

    def xml(body: dict[str, Any], request_id: str) -> ET.Element:
        headers = {"Content-Type": "application/json", "Accept": "application/xml"}
        reply = caller.send(
            "POST", "invoice", params={"requestid": request_id}, data=dumps(body), headers=headers
        )
        return ET.fromstring(reply.content)

    first = caller.create("Invoice", body, requestid="a")
    assert first["Id"] == xml(body, "a").findtext(f"{SPACE}Invoice/{SPACE}Id")
    second = xml(body, "b").findtext(f"{SPACE}Invoice/{SPACE}Id")
    assert second == caller.create("Invoice", body, requestid="b")["Id"]
    assert "2010" == xml(bad, "c").find(f"{SPACE}Fault/{SPACE}Error").get("code")
    assert (400, "2010") == caller.fault("Invoice", bad, requestid="c")
    assert 2 == len(emulator.entities("Invoice"))


def at_once(caller: Caller, emulator: Emulator, count: int) -> list[tuple[int, str]]:
    """Status and code or id of identical requests, of which the first is still running."""
    emulator.switch(latency_ms=300)
    gate = threading.Barrier(count)

    def call(_number: int) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {caller.access_token}", "Accept": "application/json"}
        url = f"{emulator.url}/v3/company/{emulator.realm_id}/customer?requestid=r"
        gate.wait(20)
        reply = requests.post(url, headers=headers, json={"DisplayName": "Ada"})
        body = loads(reply.content)
        if "Fault" in body:
            return reply.status_code, body["Fault"]["Error"][0]["code"]
        return reply.status_code, body["Customer"]["Id"]

    with ThreadPoolExecutor(count) as pool:
        found = sorted(pool.map(call, range(count)))
    emulator.switch(latency_ms=0)
    return found


def test_a_repetition_while_the_first_still_runs_is_refused(
    caller: Caller, emulator: Emulator
) -> None:
    """
    With 600; nothing is done twice, and once the first is through its reply is given.
    Source: Intuit, "Error codes" (600); "Request ID".
    """
    found = at_once(caller, emulator, 3)

    (customer,) = emulator.entities("Customer")
    assert [(200, customer["Id"]), (400, "600"), (400, "600")] == found
    again = caller.create("Customer", {"DisplayName": "Ada"}, requestid="r")
    assert customer["Id"] == again["Id"]


def test_a_repetition_may_wait_for_the_first(caller: Caller, emulator: Emulator) -> None:
    """
    By switch: then both have the same reply. Source: Intuit, "Request ID".
    """
    emulator.switch(requestid_running="waits")

    found = at_once(caller, emulator, 3)

    (customer,) = emulator.entities("Customer")
    assert [(200, customer["Id"])] * 3 == found


def test_a_repetition_may_be_carried_out_too(caller: Caller, emulator: Emulator) -> None:
    """
    By switch: here the name is taken the second time. Source: Intuit, "Request ID" (not said).
    """
    emulator.switch(requestid_running="executed")

    statuses = [status for status, _ in at_once(caller, emulator, 2)]

    assert [200, 400] == statuses
    assert 1 == len(emulator.entities("Customer"))


def test_a_first_reply_survives_a_kill(tmp_path: Path) -> None:
    """
    It is kept together with what was written: after kill -9 the repetition finds both.
    Source: Intuit, "Request ID".
    """
    data = ("--data", str(tmp_path / "emulator.db"), "--seed", "empty")
    with served(*data) as (process, url):
        emulator = Emulator.attach(url)
        emulator.limits(enabled=False)
        caller, shop = Caller(emulator), Shop(emulator)
        first = caller.post("invoice", shop.invoice(), requestid="a")
        emulator.lose_reply("POST", "invoice")
        with pytest.raises(requests.ConnectionError):
            caller.post("invoice", shop.invoice(), requestid="b")
        bad = caller.post("invoice", shop.invoice(s="?"), requestid="c")
        items = {
            "BatchItemRequest": [
                {"bId": "1", "operation": "create", "Customer": {"DisplayName": "Ben"}}
            ]
        }
        batch = caller.post("batch", items, requestid="d").json()
        emulator.close()
        process.kill()
        process.wait(timeout=20)

    with served(*data) as (_, url):
        emulator = Emulator.attach(url)
        caller.emulator = emulator
        caller.session.close()
        assert first.content == caller.post("invoice", shop.invoice(), requestid="a").content
        assert 200 == caller.post("invoice", shop.invoice(), requestid="b").status_code
        assert bad.content == caller.post("invoice", shop.invoice(), requestid="c").content
        again = caller.post("batch", items, requestid="d").json()
        assert batch["BatchItemResponse"] == again["BatchItemResponse"]
        assert (2, 2) == (len(emulator.entities("Invoice")), len(emulator.entities("Customer")))
        emulator.close()
        caller.session.close()


def test_a_kill_in_the_middle_of_writing_makes_no_two(tmp_path: Path) -> None:
    """
    A write and its first reply are kept together or not at all: after kill -9 under way every
    job is sent again, and each is there once. Source: Intuit, "Request ID".
    """
    data = ("--data", str(tmp_path / "emulator.db"), "--seed", "empty")
    jobs = [f"job-{n}" for n in range(400)]

    def send(job: str) -> None:
        memo = {"value": job}
        caller.post("salesreceipt", {"Line": [line], "CustomerMemo": memo}, requestid=job)

    def made(emulator: Emulator) -> list[str]:
        return [row["CustomerMemo"]["value"] for row in emulator.entities("SalesReceipt")]

    with served(*data) as (process, url):
        emulator = Emulator.attach(url)
        emulator.limits(enabled=False)
        caller, line = Caller(emulator), Shop(emulator).line()
        emulator.close()
        answered = threading.Event()
        killer = threading.Thread(target=lambda: (answered.wait(20), process.kill()))
        killer.start()
        with pytest.raises(requests.RequestException):  # noqa: PT012 - which call it is, is chance
            for number, job in enumerate(jobs * 100):
                send(f"{job}-{number // len(jobs)}")
                if number == 40:
                    answered.set()
        killer.join()
        process.wait(timeout=20)
        caller.session.close()

    with served(*data) as (_, url):
        caller.emulator = emulator = Emulator.attach(url)
        done = made(emulator)
        for number in range(len(done) + 1):
            send(f"{jobs[number % len(jobs)]}-{number // len(jobs)}")
        again = made(emulator)
        emulator.close()
        caller.session.close()

    assert len(done) > 40
    assert len(done) + 1 == len(again) == len(set(again))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["", "lose_reply", "cut_body", "reset", "status", "batch", "half"]),
    ),
    min_size=1,
    max_size=12,
)


@given(steps=STEPS)
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_sequence_of_retries_makes_two(
    emulator_server: Emulator, steps: list[tuple[str, str]]
) -> None:
    """
    Whatever is lost on the way, a job that is sent again under its id is there at most once, and
    exactly once when any of its calls was carried out. Source: Intuit, "Request ID".
    """
    emulator = emulator_server
    emulator.reset(seed="empty")
    caller, shop = Caller(emulator), Shop(emulator)
    sure, never = set(), {"reset", "status"}
    for job, happens in steps:
        if happens in {"batch", "half"}:
            emulator.switch(batch_breaks_after=1 if happens == "half" else 0)
            items = [
                {"bId": x, "operation": "create", "Term": {"Name": x, "DueDays": 9}} for x in "xyz"
            ]
            reply = caller.post("batch", {"BatchItemRequest": items}, requestid="batch")
            sure |= set("xyz") if reply.status_code == 200 else set()
            continue
        if happens:
            status = {"status": 503} if happens == "status" else {}
            emulator.fail(method="POST", do={"kind": happens, **status})
        try:
            body = {"Line": [shop.line()], "CustomerMemo": {"value": job}}
            caller.post("salesreceipt", body, requestid=job)
        except requests.RequestException:
            assert happens
        sure |= set() if happens in never else {job}
    caller.session.close()

    made = [row["CustomerMemo"]["value"] for row in emulator.entities("SalesReceipt")]
    made += [row["Name"] for row in emulator.entities("Term") if len(row["Name"]) == 1]
    assert len(made) == len(set(made))
    assert sure <= set(made)


def test_a_batch_cannot_have_the_id_of_a_single_write(caller: Caller) -> None:
    """
    A requestid is unique within a company. Source: Intuit, "Request ID"; "Error codes" (600).
    """
    assert 200 == caller.post("customer", {"DisplayName": "Ada"}, requestid="once").status_code
    batch = {"BatchItemRequest": [{"bId": "1", "Query": "select * from Item"}]}

    reply = caller.post("batch", batch, requestid="once")

    assert (400, "600") == (reply.status_code, reply.json()["Fault"]["Error"][0]["code"])
    assert 200 == caller.post("batch", batch, requestid="twice").status_code
