"""HTTP as it comes: verbs, addresses, encodings, sizes, connections."""

from __future__ import annotations

import gzip
import socket
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from quickbooks_emulator.json_text import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

JSON = {"Content-Type": "application/json"}


def raw(caller: Caller, *requests_: bytes, answers: int = 1) -> list[bytes]:
    """Answers to bytes on one connection, each up to the length it promises."""
    parts = urlsplit(caller.emulator.url)
    found = []
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        for sent in requests_:
            connection.sendall(sent)
        stream = connection.makefile("rb")
        for _ in range(answers):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = stream.readline()
                if not line:
                    return found
                head += line
            length = 0
            for line in head.lower().splitlines():
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            found.append(head + stream.read(length))
        stream.close()
    return found


def head_of(caller: Caller, line: str, *headers: str) -> bytes:
    token = f"Authorization: Bearer {caller.access_token}"
    lines = [line, "Host: localhost", token, "Accept: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def company(caller: Caller) -> str:
    return f"/v3/company/{caller.emulator.realm_id}"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda text: zlib.compress(text, wbits=-15)),
        ("identity", bytes),
    ],
)
def test_a_request_may_be_packed(
    caller: Caller, emulator: Emulator, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    """
    Source: Intuit, "Basics of the Accounting API" (gzip and deflate).
    """
    body = pack(dumps({"DisplayName": "Ada"}))

    reply = caller.send("POST", "customer", data=body, headers={**JSON, "Content-Encoding": coding})

    assert 200 == reply.status_code, reply.text
    assert ["Ada"] == [row["DisplayName"] for row in emulator.entities("Customer")]


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        ("gzip", b"no gzip", 400),
        ("gzip", gzip.compress(b"{}")[:-9], 400),
        ("br", b"{}", 415),
        ("gzip", gzip.compress(b"0" * 20_000_000), 413),
    ],
)
def test_a_badly_packed_request_is_refused(
    caller: Caller, emulator: Emulator, coding: str, body: bytes, status: int
) -> None:
    """
    Also one that swells beyond what a request may be. Source: RFC 9110, section 8.4.
    """
    reply = caller.send("POST", "customer", data=body, headers={**JSON, "Content-Encoding": coding})

    assert status == reply.status_code
    assert [] == emulator.entities("Customer")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_long_reply_is_packed_on_request(caller: Caller, coding: str) -> None:
    """
    Source: Intuit, "Basics of the Accounting API" (gzip and deflate).
    """
    path = "query?query=select * from Account"

    packed = caller.send("GET", path, headers={"Accept-Encoding": coding})
    plain = caller.send("GET", path, headers={"Accept-Encoding": "identity"})

    assert (coding, None) == tuple(
        reply.headers.get("Content-Encoding") for reply in (packed, plain)
    )
    assert loads(plain.content)["QueryResponse"] == loads(packed.content)["QueryResponse"]


def test_a_head_is_a_get_without_a_body(caller: Caller) -> None:
    """
    Source: RFC 9110, section 9.3.2.
    """
    get = caller.send("GET", "companyinfo/1", headers={"Accept-Encoding": "identity"})
    head = caller.send("HEAD", "companyinfo/1", headers={"Accept-Encoding": "identity"})

    assert (200, b"") == (head.status_code, head.content)
    assert abs(int(head.headers["Content-Length"]) - len(get.content)) <= 4


def test_options_name_the_verbs(caller: Caller) -> None:
    """
    Source: RFC 9110, section 9.3.7.
    """
    reply = caller.send("OPTIONS", "customer")

    assert (200, "GET, HEAD, POST, OPTIONS") == (reply.status_code, reply.headers["Allow"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "PROPFIND"])
def test_a_verb_that_there_is_not(caller: Caller, emulator: Emulator, method: str) -> None:
    """
    500 with code 10000; 405 by switch. Source: Intuit, "Error codes" (10000); recorded answers.
    """
    before = caller.send(method, "customer/1")
    emulator.switch(unknown_verb=405)
    after = caller.send(method, "customer/1")

    assert (500, 405) == (before.status_code, after.status_code)
    for reply in (before, after):
        fault = reply.json()["Fault"]
        assert ("SystemFault", "10000") == (fault["type"], fault["Error"][0]["code"])
        assert "Could not find resource for relative : /v3/company/" in reply.text


@pytest.mark.parametrize(
    "path",
    ["customer/1/5", "nothing", "customer//1", "/customer/1", "customer", "1/2/3"],
)
def test_an_address_that_there_is_not(caller: Caller, emulator: Emulator, path: str) -> None:
    """
    400 with code 500, as recorded; 500 with code 10000 by switch.
    Source: Intuit, "Error codes" (500).
    """
    before = caller.send("GET", path)
    emulator.switch(unknown_address="system")
    after = caller.send("GET", path)

    error = before.json()["Fault"]["Error"][0]
    assert (400, "500", "Unsupported Operation") == (
        before.status_code,
        error["code"],
        error["Message"],
    )
    words = f"Operation Could not find resource for relative : {company(caller)}/{path}"
    assert error["Detail"].startswith(words)
    assert error["Detail"].endswith("is not supported.")
    assert "element" not in error
    assert (500, "10000") == (after.status_code, after.json()["Fault"]["Error"][0]["code"])


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("customer/{id}/", None),
        ("CUSTOMER/{id}", None),
        ("Customer/{id}?minorversion=abc", None),
        ("customer/{id}?minorversion=-1&minorversion=75&x=", None),
        ("%63ustomer/{id}", None),
        ("customer/%2F{id}", "2030"),
        ("customer/{id}%00", "2030"),
        ("customer/%FF", "2030"),
        ("customer/99999999999999999999", "610"),
        ("customer/-1", "2030"),
        ("customer/1.5", "2030"),
        ("customer/%D9%A1", "610"),
    ],
)
def test_an_address_is_read_with_patience(
    caller: Caller, shop: Shop, path: str, code: str | None
) -> None:
    """
    Any case, a slash at the end, escapes; ids are decimal.
    Source: Intuit, "Basics of the Accounting API"; recorded refusal 2030.
    """
    reply = caller.send("GET", path.format(id=shop.customer_id))

    found = reply.json()
    assert (200 if code is None else 400) == reply.status_code
    assert code == (found["Fault"]["Error"][0]["code"] if "Fault" in found else None)
    assert code != "2030" or "time" not in found


def test_mixed_case_before_the_realm(caller: Caller) -> None:
    """
    Source: Intuit, "Basics of the Accounting API".
    """
    url = f"{caller.emulator.url}/V3/Company/{caller.emulator.realm_id}/CompanyInfo/1"
    headers = {"Authorization": f"Bearer {caller.access_token}", "Accept": "application/json"}

    assert 200 == requests.get(url, headers=headers).status_code


@pytest.mark.parametrize("realm_id", ["1", "x", "%00", "123146420719144", "-COMPANY_ID-"])
def test_another_realm_is_forbidden(caller: Caller, realm_id: str) -> None:
    """
    403 with code 3100 in the gateway's dialect. Source: Intuit, "Error codes" (3100); recorded.
    """
    reply = caller.send("GET", "companyinfo/1", realm_id=realm_id)

    assert (403, "3100") == (reply.status_code, reply.json()["fault"]["error"][0]["code"])


def test_of_a_repeated_parameter_the_first_counts(caller: Caller) -> None:
    """
    Source: none of Intuit's; the emulator's own choice.
    """
    path = "query?query=select count(*) from Account&query=select count(*) from Nothing"

    assert 200 == caller.send("GET", path).status_code


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_a_write_needs_a_content_type(
    caller: Caller, emulator: Emulator, content_type: str
) -> None:
    """
    Source: Intuit, "Error codes" (1050).
    """
    reply = caller.send(
        "POST", "customer", data=b'{"DisplayName": "Ada"}', headers={"Content-Type": content_type}
    )

    assert (400, "1050") == (reply.status_code, reply.json()["Fault"]["Error"][0]["code"])
    assert [] == emulator.entities("Customer")


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_request_can_be_too_large(
    caller: Caller, emulator: Emulator, *, is_chunked: bool
) -> None:
    """
    413 from the gateway, whose page is HTML. Source: Intuit, "Handle errors and exceptions".
    """
    emulator.switch(largest_body=1000)
    body = dumps({"DisplayName": "Ada", "Notes": "x" * 2000})
    data = iter([body[:500], body[500:]]) if is_chunked else body

    reply = caller.send("POST", "customer", data=data, headers=JSON)

    assert (413, "text/html;charset=UTF-8") == (
        reply.status_code,
        reply.headers["Content-Type"],
    )
    assert [] == emulator.entities("Customer")


def test_a_request_may_come_in_chunks(caller: Caller, emulator: Emulator) -> None:
    """
    Source: RFC 9112, section 7.1.
    """
    parts = iter([b'{"Displ', b'ayName": "A', b'da"}'])

    assert 200 == caller.send("POST", "customer", data=parts, headers=JSON).status_code
    assert 1 == len(emulator.entities("Customer"))


def test_two_requests_are_sent_before_the_first_answer(caller: Caller) -> None:
    """
    Pipelined, both are answered in order over one connection. Source: RFC 9112, section 9.3.2.
    """
    first = head_of(caller, f"GET {company(caller)}/companyinfo/1 HTTP/1.1")
    second = head_of(caller, f"GET {company(caller)}/customer/99 HTTP/1.1")

    answers = raw(caller, first + second, answers=2)

    assert [b"HTTP/1.1 200", b"HTTP/1.1 400"] == [answer[:12] for answer in answers]


def test_a_caller_waits_to_be_asked_for_the_body(caller: Caller, emulator: Emulator) -> None:
    """
    Source: RFC 9110, section 10.1.1 (Expect: 100-continue).
    """
    body = b'{"DisplayName": "Ada"}'
    head = head_of(
        caller,
        f"POST {company(caller)}/customer HTTP/1.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
    )

    answers = raw(caller, head, body, answers=2)

    assert [b"HTTP/1.1 100", b"HTTP/1.1 200"] == [answer[:12] for answer in answers]
    assert 1 == len(emulator.entities("Customer"))


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_a_bad_request(caller: Caller, sent: bytes) -> None:
    """
    Too long lines and too many headers as well. Source: RFC 9112.
    """
    (answer,) = raw(caller, sent)

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 431", b"HTTP/1.1 414"))


@pytest.mark.parametrize(
    "header",
    [
        b"Host: a\r\nAuthorization: Bearer \xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe",
        b"Host: a\r\nContent-Type: \xff",
        b"Host: \xff",
    ],
)
def test_headers_need_not_be_text(caller: Caller, header: bytes) -> None:
    """
    Bytes that are no UTF-8 are refused like any others. Source: RFC 9110, section 5.5.
    """
    line = f"POST {company(caller)}/customer HTTP/1.1\r\n".encode()

    (answer,) = raw(caller, line + header + b"\r\nContent-Length: 2\r\n\r\n{}")

    assert answer.startswith(b"HTTP/1.1 401"), answer


def test_every_reply_names_its_transaction(caller: Caller) -> None:
    """
    Refusals and faults too; the content type is written as the service writes it.
    Source: Intuit, "Basics of the Accounting API" (intuit_tid).
    """
    replies = [
        caller.send("GET", "companyinfo/1"),
        caller.send("GET", "customer/99"),
        caller.send("GET", "companyinfo/1", realm_id="1"),
    ]

    numbers = {reply.headers["intuit_tid"] for reply in replies}
    assert 3 == len(numbers)
    assert {"application/json;charset=UTF-8"} == {
        reply.headers["Content-Type"] for reply in replies
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
    ],
)
def test_pages_of_others_have_no_control(emulator: Emulator, headers: dict[str, str]) -> None:
    """
    Neither by a request across origins nor by a name that was made to lead here; nor do they press
    Connect. Source: Fetch Standard, "Origin header".
    """
    reply = requests.post(f"{emulator.url}/_emulator/reset", headers=headers, timeout=20)

    assert 403 == reply.status_code
    assert "Fault" in reply.json()
    if "Origin" in headers:
        form = {"decision": "connect", "realm_id": emulator.realm_id}
        pressed = requests.post(f"{emulator.url}/connect/oauth2", form, headers=headers, timeout=20)
        assert 403 == pressed.status_code


@pytest.mark.parametrize("host", ["localhost:1", "127.3.4.5", "[::1]:80", "LOCALHOST"])
def test_this_machine_has_control(emulator: Emulator, host: str) -> None:
    """
    Under each of its names. Source: the README, "Control plane".
    """
    reply = requests.get(f"{emulator.url}/_emulator/health", headers={"Host": host}, timeout=20)
    own = requests.get(
        f"{emulator.url}/_emulator/health", headers={"Origin": emulator.url}, timeout=20
    )

    assert [200, 200] == [reply.status_code, own.status_code]


def test_an_address_that_is_too_long_is_refused(caller: Caller, emulator: Emulator) -> None:
    """
    414 of the gateway with intuit_tid, recorded like any call; a long token is read and refused.
    Source: Intuit, "Query operations and syntax" (long queries are sent by POST).
    """
    reply = caller.send("GET", "query", params={"query": "x" * 9000})
    token = caller.send("GET", "companyinfo/1", headers={"Authorization": "Bearer " + "x" * 20_000})

    assert 414 == reply.status_code
    assert reply.headers["intuit_tid"]
    assert 401 == token.status_code
    assert [414, 401] == [call["status"] for call in emulator.calls()]
    assert all(len(call["query"]) <= 8192 for call in emulator.calls())


def test_a_body_that_is_not_taken_is_recorded_and_limited(
    caller: Caller, emulator: Emulator
) -> None:
    """
    413 and 415 are calls too. Source: Intuit, "Handle errors and exceptions"; "API call limits".
    """
    emulator.switch(largest_body=1000)
    large = caller.send("POST", "customer", data=b"x" * 1001)
    coded = caller.send("POST", "customer", data=b"x", headers={"Content-Encoding": "br"})
    emulator.limits(per_second=2)
    again = caller.send("POST", "customer", data=b"x" * 1001)

    assert [413, 415, 429] == [large.status_code, coded.status_code, again.status_code]
    assert [413, 415, 429] == [call["status"] for call in emulator.calls()]


def test_strangers_do_not_use_up_a_company(caller: Caller, emulator: Emulator) -> None:
    """
    Calls without a token that was ever given fill no window. Source: Intuit, "API call limits".
    """
    emulator.limits(per_minute=3)
    stranger = {"Authorization": "Bearer of-no-token-of-ours"}
    for _ in range(5):
        refused = caller.send("GET", "companyinfo/1", headers=stranger)
        assert 401 == refused.status_code

    assert 200 == caller.send("GET", "companyinfo/1").status_code


def test_company_information_has_an_address_with_an_id(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "CompanyInfo" (/companyinfo/<realmId>), "Preferences" (/preferences).
    """
    found = [
        caller.send("GET", path).status_code
        for path in ("companyinfo", f"companyinfo/{emulator.realm_id}", "preferences")
    ]

    assert [400, 200, 200] == found


def test_numbers_of_any_length_are_refused(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "AgedReceivables" (aging_period); the README, "Control plane" (webhooks).
    """
    digits = "9" * 5000
    report = caller.send("GET", "reports/AgedReceivables", params={"aging_period": digits})
    webhook = requests.delete(f"{emulator.url}/_emulator/webhooks/{digits}", timeout=20)

    assert [400, 404] == [report.status_code, webhook.status_code]
