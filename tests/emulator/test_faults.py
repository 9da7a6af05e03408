"""Faults on command: the recorded shapes of failure, and connections that break."""

from __future__ import annotations

import threading
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
    emulator.switch(rotate_always=True)
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


def test_the_rules_see_class_body_company_and_app(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    All that a rule gives must fit the call. Source: the emulator's README, "Control plane".
    """
    gone = {"kind": "status", "status": 503}
    emulator.fail(body="Struck", do=gone)
    emulator.fail(realm_id="1", do=gone)
    emulator.fail(client_id="another-app", do=gone)
    emulator.fail(entity="Customer", operation="create", class_="free", nth=3, do=gone)

    names = ["First", "Struck", "Third", "Fourth", "Fifth"]
    found = [caller.post("customer", {"DisplayName": name}).status_code for name in names]

    assert [200, 503, 503, 200, 200] == found
    assert [1, 0, 0, 1] == [rule["struck"] for rule in emulator.faults()]


def test_a_rule_with_a_seed_throws_its_own_dice(caller: Caller, emulator: Emulator) -> None:
    """
    Whatever other rules throw, the series is the same.
    """

    def series(*, with_another: bool) -> list[int]:
        emulator.clear_faults()
        does = {"kind": "status", "status": 500}
        if with_another:
            emulator.fail(operation="cdc", times=None, probability=0.5, do=does)
            for _ in range(3):
                caller.send("GET", "cdc?entities=Item&changedSince=2026-01-01")
        emulator.fail(operation="read", times=None, probability=0.5, seed=7, do=does)
        return [caller.send("GET", "companyinfo/1").status_code for _ in range(16)]

    assert series(with_another=False) == series(with_another=True)


@pytest.mark.parametrize(
    ("does", "status", "start"),
    [
        ({"status": 400}, 400, '{"Fault"'),
        ({"status": 401}, 401, '{"warnings":null'),
        ({"status": 403}, 403, '{"warnings":null'),
        ({"status": 403, "code": "3001"}, 403, "<?xml"),
        ({"status": 404}, 404, "<html>"),
        ({"status": 413}, 413, "<html>"),
        ({"status": 429}, 429, "<?xml"),
        ({"status": 500}, 500, '{"Fault"'),
        ({"status": 502}, 502, "<html>"),
        ({"status": 504}, 504, "stream timeout"),
        ({"status": 503, "body": "empty"}, 503, ""),
    ],
)
def test_without_a_shape_an_error_has_the_one_it_was_seen_in(
    caller: Caller, emulator: Emulator, does: dict[str, object], status: int, start: str
) -> None:
    """
    Source: Intuit, "Handle errors and exceptions"; recorded answers.
    """
    emulator.fail(path="companyinfo", do={"kind": "status", **does})

    reply = caller.send("GET", "companyinfo/1")

    assert (status, True) == (reply.status_code, reply.text.startswith(start))
    if status in {401, 403, 429}:
        assert f"statusCode={status}" in reply.text


@pytest.mark.parametrize(
    ("does", "content_type", "body"),
    [
        ({"kind": "html"}, "text/html;charset=UTF-8", b"<html><head><title>200<"),
        ({"kind": "html_reply"}, "text/html;charset=UTF-8", b"<html><head><title>200<"),
        ({"kind": "empty_body"}, "application/json;charset=UTF-8", b""),
        ({"kind": "truncated"}, "application/json;charset=UTF-8", b'{"CompanyInfo":{'),
        ({"kind": "garbage"}, "application/json;charset=UTF-8", b"{'QueryResponse': NaN,\xff"),
        ({"kind": "content_type", "value": "text/plain"}, "text/plain", b'{"CompanyInfo":{'),
        (
            {"kind": "fault_reply", "status": 200, "code": "10000"},
            "application/json;charset=UTF-8",
            b'{"Fault":{"Error":[{"Message":"An application error has occurred',
        ),
    ],
)
def test_200_need_not_mean_json(
    caller: Caller, emulator: Emulator, does: dict[str, object], content_type: str, body: bytes
) -> None:
    """
    Well-formed HTTP with a body that no parser of JSON takes, or a fault in it.
    Source: Intuit, "Handle errors and exceptions"; observed of gateways.
    """
    emulator.fail(path="companyinfo", do=does)

    reply = caller.send("GET", "companyinfo/1")

    assert (200, content_type) == (reply.status_code, reply.headers["Content-Type"])
    assert reply.content.startswith(body)
    if does["kind"] in {"empty_body", "truncated", "garbage", "html"}:
        with pytest.raises(ValueError, match=r".*"):
            reply.json()


def test_a_gateway_fails_after_the_write_was_applied(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    504 and yet the invoice is there. Source: Intuit, "Handle errors and exceptions" (timeouts).
    """
    emulator.fail(path="invoice", do={"kind": "status_reply", "status": 504})

    reply = caller.post("invoice", shop.invoice(DocNumber="1"))

    assert (504, "stream timeout") == (reply.status_code, reply.text)
    assert ["1"] == emulator.numbers("Invoice")
    assert [(200, True)] == [(call["status"], call["reply_lost"]) for call in emulator.calls()]


def test_a_repeating_proxy_writes_twice(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Without a requestid there are two documents, with one there is one.
    Source: Intuit, "Request ID".
    """
    emulator.fail(path="invoice", times=2, do={"kind": "twice"})

    caller.create("Invoice", shop.invoice())
    caller.create("Invoice", shop.invoice(), requestid="r")

    assert 3 == len(emulator.entities("Invoice"))


def test_a_refresh_that_arrives_twice_kills_the_pair(caller: Caller, emulator: Emulator) -> None:
    """
    The second use of the old token revokes its successor. Source: Intuit, "OAuth 2.0".
    """
    emulator.switch(rotate_always=True)
    emulator.fail(class_="auth", do={"kind": "twice"})

    assert 400 == caller.token(caller.refresh_token).status_code
    assert 401 == caller.send("GET", "companyinfo/1").status_code


def test_chunks_stop_coming(caller: Caller, emulator: Emulator) -> None:
    """
    The last chunk never comes. Source: RFC 9112, section 7.1.
    """
    emulator.fail(operation="query", do={"kind": "cut_chunk"})

    reply = caller.send("GET", "query", params={"query": "select * from Account"}, stream=True)

    assert "chunked" == reply.headers["Transfer-Encoding"]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = reply.content
    assert 200 == caller.send("GET", "companyinfo/1").status_code


def test_a_body_dribbles(caller: Caller, emulator: Emulator) -> None:
    """
    It comes whole, only late; who reads with a timeout between bytes never times out.
    """
    emulator.fail(path="companyinfo", do={"kind": "slow_body", "seconds": 0.4})
    began = time.monotonic()

    reply = caller.send("GET", "companyinfo/1", timeout=0.3)

    assert "CompanyInfo" in reply.json()
    assert 0.35 < time.monotonic() - began


@pytest.mark.parametrize("kind", ["hang", "hang_reply"])
def test_a_call_hangs_until_the_caller_gives_up(
    caller: Caller, emulator: Emulator, shop: Shop, kind: str
) -> None:
    """
    Before the work nothing is written, after it the invoice is there.
    Source: Intuit, "Handle errors and exceptions" (timeouts).
    """
    emulator.fail(path="invoice", do={"kind": kind})

    with pytest.raises(requests.Timeout):
        caller.send(
            "POST",
            "invoice",
            json=shop.invoice(),
            timeout=0.2,
        )

    assert (kind == "hang_reply") == bool(emulator.entities("Invoice"))
    assert 200 == caller.send("GET", "companyinfo/1").status_code


def test_rows_come_twice_or_not_yet(caller: Caller, emulator: Emulator) -> None:
    """
    A page repeats rows, or lacks rows that were committed a moment ago.
    Source: Intuit, "Query operations and syntax", pagination; observed by integrators.
    """
    emulator.create_all("Customer", [{"DisplayName": f"C{n}"} for n in range(3)])
    emulator.fail(query="from Customer", do={"kind": "repeat_rows", "rows": 2})
    emulator.fail(query="from Customer", do={"kind": "drop_rows"}, nth=2)

    pages = [caller.query("select * from Customer orderby DisplayName") for _ in range(3)]

    names = [[row["DisplayName"] for row in page["Customer"]] for page in pages]
    assert [["C0", "C1", "C2", "C0", "C1"], ["C0", "C1"], ["C0", "C1", "C2"]] == names
    assert [5, 2, 3] == [page["maxResults"] for page in pages]


def test_many_writes_come_between_two_pages(caller: Caller, emulator: Emulator) -> None:
    """
    A person creates, changes and deletes; what is refused of it is said to the caller.
    Source: Intuit, "Query operations and syntax", pagination.
    """
    ids = [emulator.create("Customer", {"DisplayName": f"C{n}"})["Id"] for n in range(2)]
    note = {"Note": "n", "AttachableRef": [{"EntityRef": {"type": "Customer", "value": ids[0]}}]}
    made = emulator.create("Attachable", note)
    writes = [
        {"entity": "Customer", "operation": "create", "body": {"DisplayName": "New"}},
        {"entity": "Customer", "operation": "update", "body": {"Id": ids[0], "Active": False}},
        {"entity": "Attachable", "operation": "delete", "body": {"Id": made["Id"]}},
    ]
    emulator.fail(query="from Customer", nth=2, do={"kind": "write", "writes": writes})
    bad = {"entity": "Customer", "operation": "update", "body": {"Id": "999"}}
    emulator.fail(query="from Customer", nth=3, do={"kind": "write", **bad})

    first = [row["DisplayName"] for row in caller.rows("Customer", "orderby DisplayName")]
    second = [row["DisplayName"] for row in caller.rows("Customer", "orderby DisplayName")]
    third = caller.send("GET", "query", params={"query": "select * from Customer"})

    assert (["C0", "C1"], ["C1", "New"]) == (first, second)
    assert [] == emulator.entities("Attachable")
    assert "A fault rule was refused" in third.json()["Fault"]["Error"][0]["Detail"]


@pytest.mark.parametrize(
    ("does", "can_refresh"),
    [
        ({"kind": "expire"}, True),
        ({"kind": "expire", "access": True, "refresh": True}, False),
        ({"kind": "revoke"}, False),
    ],
)
def test_the_tokens_end_in_the_middle_of_a_run(
    caller: Caller, emulator: Emulator, does: dict[str, object], *, can_refresh: bool
) -> None:
    """
    The second call finds its token dead; after a revocation the refresh token is dead as well.
    Source: Intuit, "OAuth 2.0".
    """
    emulator.fail(operation="read", nth=2, do=does)

    found = [caller.send("GET", "companyinfo/1").status_code for _ in range(2)]
    refreshed = caller.token(caller.refresh_token)

    assert [200, 401] == found
    assert can_refresh == (refreshed.status_code == 200)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "do: an object"),
        ({"do": "reset"}, "do: an object"),
        ({"do": {"kind": "reset"}, "nht": 2}, "Unknown field nht"),
        ({"do": {"kind": "reset"}, "nth": 0}, "nth: a whole number, 1 or more"),
        ({"do": {"kind": "reset"}, "times": "3"}, "times: a whole number"),
        ({"do": {"kind": "reset"}, "probability": 2}, "probability: a number from 0 to 1"),
        ({"do": {"kind": "reset"}, "class": "x"}, "class: one of metered, free, auth"),
        ({"do": {"kind": "reset", "seconds": 1}}, r"Unknown field do \(reset\) seconds"),
        ({"do": {"kind": "delay"}}, r"do \(delay\) seconds"),
        ({"do": {"kind": "delay", "seconds": -1}}, r"do \(delay\) seconds: a number"),
        ({"do": {"kind": "status", "status": 302}}, "an HTTP status from 400 to 599"),
        ({"do": {"kind": "status", "body": "yaml"}}, "one of recorded, json"),
        ({"do": {"kind": "status", "headers": {"Content-Length": "1"}}}, "header names"),
        ({"do": {"kind": "status", "headers": {"A": "b\r\nC: d"}}}, "ASCII values"),
        ({"do": {"kind": "fault", "code": 6000}}, "a decimal code as a text"),
        ({"do": {"kind": "write", "entity": "Item"}}, r"do \(write\) operation"),
        (
            {"do": {"kind": "write", "writes": [{"entity": "Item", "operation": "x", "body": {}}]}},
            r"writes\[0\] operation",
        ),
        ({"do": {"kind": "clock"}}, "either `advance_s` or `set`"),
        ({"do": {"kind": "clock", "set": "soon"}}, r"do \(clock\) set: a date"),
        ({"do": {"kind": "content_type", "value": "a\nb"}}, "one line of ASCII"),
    ],
)
def test_a_bad_rule_is_refused_by_the_name_of_its_field(
    emulator: Emulator, rule: dict[str, object], words: str
) -> None:
    """
    So that no test believes in a fault that never comes. Source: the README, "Control plane".
    """
    with pytest.raises(EmulatorError, match=words):
        emulator.fail(**rule)

    assert [] == emulator.faults()


def test_one_rule_is_disarmed(caller: Caller, emulator: Emulator) -> None:
    """
    Source: the README, "Control plane".
    """
    numbers = [
        emulator.fail(times=None, do={"kind": "status", "status": status})["number"]
        for status in (502, 503)
    ]

    emulator.clear_faults(numbers[0])

    assert 503 == caller.send("GET", "companyinfo/1").status_code
    with pytest.raises(EmulatorError, match="No fault"):
        emulator.clear_faults(numbers[0])


@pytest.mark.parametrize("kind", ["hang", "hang_reply", "delay_reply", "delay", "slow_body"])
def test_the_server_stops_at_once_whatever_it_holds_back(kind: str) -> None:
    """
    No waiting, and nothing is said of tasks that were destroyed.
    """
    does = {"kind": kind} if kind.startswith("hang") else {"kind": kind, "seconds": 600}
    with Emulator() as emulator:
        caller = Caller(emulator)
        emulator.fail(path="companyinfo", do=does)
        waiting = threading.Thread(target=_ask_and_be_cut_off, args=(caller,))
        waiting.start()
        deadline = time.monotonic() + 20
        while not any(rule["struck"] for rule in emulator.faults()):
            assert waiting.is_alive()
            assert time.monotonic() < deadline
        began = time.monotonic()

    waiting.join(5)
    caller.session.close()
    assert not waiting.is_alive()
    assert 3 > time.monotonic() - began


def _ask_and_be_cut_off(caller: Caller) -> None:
    with pytest.raises(requests.RequestException):
        caller.send("GET", "companyinfo/1")


def test_a_disconnection_on_a_token_call_is_of_the_app_that_calls(
    caller: Caller, emulator: Emulator
) -> None:
    """
    Other apps stay connected, and a call of nobody known disconnects none.
    Source: Intuit, "OAuth 2.0" (disconnect).
    """
    emulator.add_app(client_id="other", client_secret="s")
    other = {"grant_type": "refresh_token", "refresh_token": emulator.consent(client_id="other")}
    address = f"{emulator.url}/oauth2/v1/tokens/bearer"
    emulator.fail(class_="auth", times=2, do={"kind": "revoke"})

    unknown = requests.post(address, other, auth=("nobody", "s"), timeout=20)
    struck = caller.token(caller.refresh_token)
    kept = requests.post(address, other, auth=("other", "s"), timeout=20)

    assert [401, 400, 200] == [unknown.status_code, struck.status_code, kept.status_code]


@pytest.mark.parametrize("kind", ["repeat_rows", "drop_rows"])
def test_an_empty_answer_has_no_rows_to_change(
    caller: Caller, emulator: Emulator, kind: str
) -> None:
    """
    It stays empty. Source: Intuit, "OAuth 2.0" (revoke answers with an empty body).
    """
    emulator.fail(class_="auth", do={"kind": kind})

    reply = requests.post(
        f"{emulator.url}/v2/oauth2/tokens/revoke",
        json={"token": caller.refresh_token},
        auth=(caller.settings["client_id"], caller.settings["client_secret"]),
        timeout=20,
    )

    assert (200, b"") == (reply.status_code, reply.content)
