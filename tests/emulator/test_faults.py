"""Faults on command: the recorded shapes of failure, and connections that break."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import requests

from quickbooks_emulator.testing import Emulator, EmulatorError
from tests.emulator.conftest import Caller

if TYPE_CHECKING:
    from tests.emulator.conftest import Shop


def test_a_lost_reply_is_a_write_that_happened(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    The connection is reset after the work; with the same requestid the reply can be had.
    Source: Intuit, "Handle errors and exceptions" (timeouts), "Request ID".
    """
    emulator.lose_reply("POST", "invoice")

    with pytest.raises(requests.ConnectionError):
        caller.post("invoice", shop.invoice(DocNumber="1"), requestid="r")
    again = caller.create("Invoice", shop.invoice(DocNumber="1"), requestid="r")

    assert ["1"] == emulator.numbers("Invoice")
    assert again["Id"] == emulator.entities("Invoice")[0]["Id"]
    assert [True, False] == [call["reply_lost"] for call in emulator.calls()]


def test_a_reset_comes_before_the_work(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Handle errors and exceptions".
    """
    emulator.fail(method="POST", path="invoice", do={"kind": "reset"})

    with pytest.raises(requests.ConnectionError):
        caller.post("invoice", shop.invoice())

    assert [] == emulator.entities("Invoice")


def test_a_body_is_cut_in_the_middle(caller: Caller, emulator: Emulator) -> None:
    """
    The head promises more than comes. Source: observed of gateways.
    """
    emulator.fail(operation="query", do={"kind": "cut_body"})

    with pytest.raises(requests.RequestException):
        caller.send("GET", "query", params={"query": "select * from Account"})
    assert 200 == caller.send("GET", "companyinfo/1").status_code


@pytest.mark.parametrize(
    ("status", "shape", "start"),
    [
        (401, "lowercase", '{"warnings":null'),
        (403, "lowercase", '{"warnings":null'),
        (429, "xml", "<?xml"),
        (500, "json", '{"Fault"'),
        (502, "html", "<html>"),
        (503, "html", "<html>"),
        (504, "text", "stream timeout"),
    ],
)
def test_http_errors_come_in_their_shapes(
    caller: Caller, emulator: Emulator, status: int, shape: str, start: str
) -> None:
    """
    Source: Intuit, "Handle errors and exceptions"; recorded answers.
    """
    emulator.fail(path="companyinfo", do={"kind": "status", "status": status, "body": shape})

    reply = caller.send("GET", "companyinfo/1")

    assert status == reply.status_code
    assert reply.text.startswith(start)
    assert 200 == caller.send("GET", "companyinfo/1").status_code


def test_a_fault_inside_200(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Handle errors and exceptions": HTTP 200 may carry a Fault.
    """
    emulator.fail(
        path="Invoice",
        operation="create",
        do={"kind": "fault", "code": "6000", "detail": "locked", "status": 200},
    )

    reply = caller.post("invoice", shop.invoice())

    assert (200, "6000") == (reply.status_code, reply.json()["Fault"]["Error"][0]["code"])
    assert [] == emulator.entities("Invoice")


def test_a_rule_strikes_the_nth_call_so_often(caller: Caller, emulator: Emulator) -> None:
    """
    The second matching call and the one after it; then no more.
    """
    emulator.fail(
        operation="query",
        query="from Item",
        nth=2,
        times=2,
        do={"kind": "status", "status": 503},
    )
    texts = ["select * from Item", "select * from Account", *["select * from Item"] * 4]

    found = [caller.send("GET", "query", params={"query": text}).status_code for text in texts]

    assert [200, 200, 503, 503, 200, 200] == found
    assert [(5, 2)] == [(rule["seen"], rule["struck"]) for rule in emulator.faults()]


def test_a_chance_is_the_same_each_time(caller: Caller, emulator: Emulator) -> None:
    """
    The dice start anew with each reset, so that a test that fails fails again.
    """

    def series() -> list[int]:
        rule = {"kind": "status", "status": 500}
        emulator.fail(operation="read", times=None, probability=0.5, do=rule)
        found = [caller.send("GET", "companyinfo/1").status_code for _ in range(20)]
        emulator.clear_faults()
        return found

    first, second = series(), series()

    assert first == second
    assert {200, 500} == set(first)


def test_a_rule_that_makes_no_sense_is_refused(emulator: Emulator) -> None:
    """
    So that no test believes in a fault that never comes.
    """
    with pytest.raises(EmulatorError, match="Unknown kind"):
        emulator.fail(do={"kind": "explode"})


def test_a_record_changes_between_two_pages(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    A person writes just before the second page is answered: the reader sees the row twice or not
    at all when it pages by position. Source: Intuit, "Query operations and syntax", pagination.
    """
    emulator.create_all("Customer", [{"DisplayName": f"C{n}"} for n in range(3)])
    emulator.advance(5)
    change = {"Id": shop.customer_id, "Notes": "now"}
    does = {"kind": "write", "operation": "update", "entity": "Customer", "body": change}
    emulator.fail(query="from Customer", nth=2, do=does)
    text = "select * from Customer orderby MetaData.LastUpdatedTime startposition {} maxresults 2"

    pages = [caller.query(text.format(start))["Customer"] for start in (1, 3)]

    assert ["Ada", "C0", "C2", "Ada"] == [row["DisplayName"] for page in pages for row in page]


def test_the_clock_jumps_before_a_call(caller: Caller, emulator: Emulator) -> None:
    """
    A token that was good when the run began is not any more. Source: Intuit, "OAuth 2.0".
    """
    emulator.fail(operation="read", nth=2, do={"kind": "clock", "advance_s": 3601})

    assert [200, 401] == [caller.send("GET", "companyinfo/1").status_code for _ in range(2)]


def test_oauth_can_fail_too(caller: Caller, emulator: Emulator) -> None:
    """
    The refresh is applied and its reply lost: the old token is dead.
    Source: Intuit, "OAuth 2.0".
    """
    emulator.lose_reply("POST", "/oauth2/")

    with pytest.raises(requests.ConnectionError):
        caller.token(caller.refresh_token)

    assert 400 == caller.token(caller.refresh_token).status_code


def test_a_caller_who_leaves_during_a_delay_does_not_keep_the_server(shop: Shop) -> None:
    """
    The emulator stops at once although a reply is still being held back.
    """
    with Emulator() as emulator:
        caller = Caller(emulator)
        emulator.fail(path="companyinfo", do={"kind": "delay_reply", "seconds": 600})
        with pytest.raises(requests.Timeout):
            caller.send("GET", "companyinfo/1", timeout=0.2)
        caller.session.close()
        began = time.monotonic()

    assert 20 > time.monotonic() - began
