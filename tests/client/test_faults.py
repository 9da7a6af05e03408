"""Every shape of a refusal becomes the error that tells what to do next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from quickbooks_client import errors
from quickbooks_client.answer import Answer, retry_after_s
from quickbooks_client.explanations import EXPLANATIONS
from quickbooks_client.faults import from_answer

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TOKEN_401 = (
    b'{"warnings":null,"fault":{"error":[{"message":"message=AuthenticationFailed;'
    b' errorCode=003200; statusCode=401","detail":"Token expired: AB01000000000FAKEtoken",'
    b'"code":"3200","element":null}],"type":"AUTHENTICATION"},"time":1772644365085}'
)
THROTTLE_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><IntuitResponse time="2016-12-07T15:27:09.527-08:00"'
    b' xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE"><Error code="3001">'
    b"<Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>"
    b"<Detail>The request limit was reached.  Try again later</Detail></Error></Fault>"
    b"</IntuitResponse>"
)


def judge(status: int, body: bytes, **headers: str) -> errors.QuickBooksError | None:
    answer = Answer(
        status,
        CaseInsensitiveDict({"intuit_tid": "1-tid", **headers}),
        body,
    )
    return from_answer(answer, attempted="write invoice", now=NOW)


def fault(code: str, detail: str = "words", **more: Any) -> bytes:
    return (
        '{{"Fault":{{"Error":[{{"Message":"said","Detail":"{}","code":"{}","element":"{}"}}],'
        '"type":"ValidationFault"}},"time":"2026-03-04T04:00:00-08:00"}}'.format(
            detail, code, more.get("element", "")
        )
    ).encode()


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
@pytest.mark.parametrize("status", [200, 400])
def test_a_code_becomes_its_class_at_any_status(code: str, status: int) -> None:
    """
    Codes decide, not statuses: a Fault inside 200 is an error as well.
    """
    error = judge(status, fault(code))

    assert type(error) is EXPLANATIONS[code].error
    if code != "3001":
        assert EXPLANATIONS[code].cause in str(error)
    assert code in str(error)
    assert "1-tid" in str(error)


@pytest.mark.parametrize(
    ("codes", "decisive"),
    [
        (["7777", "6240"], "6240"),
        (["6000", "6240"], "6240"),
        (["2020", "2500"], "2500"),
        (["2010", "2020"], "2010"),
        (["10000", "2020"], "2020"),
        (["7777", "10000"], "10000"),
        (["2020", "6190"], "6190"),
        (["6240", "3001"], "3001"),
        (["6240", "6140"], "6240"),
    ],
)
def test_of_several_entries_the_one_that_says_most_decides(codes: list[str], decisive: str) -> None:
    """
    What concerns every call, then what can be acted on in a way of its own, then the first; the
    message names them all.
    """
    entries = ",".join(f'{{"Message":"said {code}","code":"{code}"}}' for code in codes)

    error = judge(400, f'{{"Fault":{{"Error":[{entries}],"type":"ValidationFault"}}}}'.encode())

    assert error is not None
    assert EXPLANATIONS[decisive].error is type(error)
    if decisive != "3001":
        assert decisive == error.code
        assert all(f"said {code}" in str(error) for code in codes)


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "SystemFault", errors.ServerError),
        (200, "SystemFault", errors.ServerError),
        (400, "AuthenticationFault", errors.AuthenticationError),
        (400, "AUTHENTICATION", errors.AuthenticationError),
        (400, "AuthorizationFault", errors.WrongCompanyError),
        (400, "ValidationFault", errors.RejectedError),
        (400, "SERVICE", errors.RejectedError),
        (401, "ValidationFault", errors.AuthenticationError),
        (403, "ValidationFault", errors.WrongCompanyError),
        (500, "ValidationFault", errors.ServerError),
    ],
)
@pytest.mark.parametrize("code", ["", "88888"])
def test_a_fault_without_a_known_code_is_judged_by_status_and_type(
    status: int, kind: str, error: type[errors.QuickBooksError], code: str
) -> None:
    """
    A failure of the system is none of the record's.
    """
    body = f'{{"Fault":{{"Error":[{{"Message":"m","code":"{code}"}}],"type":"{kind}"}}}}'

    assert error is type(judge(status, body.encode()))


@pytest.mark.parametrize(
    "code", [6240, " 6240 ", "6240"], ids=["a number", "with blanks", "as documented"]
)
def test_a_code_is_read_however_it_is_written(code: object) -> None:
    """
    JSON numbers have been seen.
    """
    body = json.dumps({"Fault": {"Error": [{"Message": "m", "code": code}]}})

    assert errors.DuplicateNameError is type(judge(400, body.encode()))


def test_a_code_or_id_that_is_none_is_left_out() -> None:
    """
    Whatever a gateway puts there, it is short, and no token.
    """
    body = json.dumps({"Fault": {"Error": [{"Message": "m", "code": "x" * 5000}]}})

    error = judge(400, body.encode(), intuit_tid="eyJhbGciOi<script>" * 9)

    assert error is not None
    assert (None, None) == (error.code, error.intuit_tid)
    assert len(str(error)) < 400


def test_a_file_that_was_refused_is_an_error() -> None:
    """
    Uploads answer per file, with their Faults inside HTTP 200.
    """
    refused = b'{"AttachableResponse":[{"Fault":{"Error":[{"Message":"m","code":"6030"}]}}]}'
    stored = b'{"AttachableResponse":[{"Attachable":{"Id":"1"}}]}'

    assert "100 MB" in str(judge(200, refused))
    assert judge(200, stored) is None


def test_a_refusal_tells_everything_a_reviewer_needs() -> None:
    """
    Intuit's words, the field, a cause and an action.
    """
    error = judge(400, fault("6140", "DocNumber=1042 is assigned", element="DocNumber"))

    assert isinstance(error, errors.DuplicateNumberError)
    assert ("6140", 400, "1-tid") == (error.code, error.status, error.intuit_tid)
    assert ("said", "DocNumber=1042 is assigned", "DocNumber") == (
        error.message,
        error.detail,
        error.element,
    )
    assert str(error).startswith("write invoice: QuickBooks refused it: 6140 said")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, b""),
        (429, b"Too many"),
        (429, THROTTLE_XML),
        (403, THROTTLE_XML.replace(b"429", b"403")),
        (429, fault("3001")),
        (403, b"message=ThrottleExceeded; errorCode=003001; statusCode=403"),
        (429, b'{"fault":{"error":[{"code":"3001","message":"m"}],"type":"SERVICE"}}'),
        (200, fault("3001")),
    ],
)
def test_a_throttle_is_known_in_every_dress(status: int, body: bytes) -> None:
    """
    JSON in both casings, XML, text, nothing; 429, and 403 as years ago.
    """
    assert type(judge(status, body)) is errors.ThrottledError


def test_a_refused_token_is_known_in_lower_case_and_not_repeated() -> None:
    """
    Intuit quotes the token it refused; we do not.
    """
    error = judge(401, TOKEN_401)

    assert type(error) is errors.AuthenticationError
    assert "AB01" not in str(error)
    assert "[hidden]" in str(error)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, b"<html>oops</html>", errors.ServerError),
        (502, b"", errors.ServerError),
        (503, b'{"state":"down"}', errors.ServerError),
        (504, b"stream timeout", errors.ServerError),
        (400, b"stream timeout", errors.ServerError),
        (500, fault("500"), errors.ServerError),
        (400, fault("500"), errors.RejectedError),
        (200, b'{"Item": {"Id": "1", ', errors.ConnectionLostError),
        (200, b"<html>proxy</html>", errors.ConnectionLostError),
        (200, b'{"Fault":{}}', errors.RejectedError),
        (401, b"", errors.AuthenticationError),
        (403, b"", errors.WrongCompanyError),
        (404, b"<html>not found</html>", errors.UnexpectedReplyError),
        (302, b"", errors.UnexpectedReplyError),
        (204, b"", errors.UnexpectedReplyError),
        (408, b"", errors.ServerError),
        (413, b"", errors.RejectedError),
        (599, b"", errors.ServerError),
        (799, b"", errors.ServerError),
        (200, b"", errors.ConnectionLostError),
        (200, b"[]", errors.ConnectionLostError),
        (200, b"<IntuitResponse/>", errors.ConnectionLostError),
        (400, b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", errors.UnexpectedReplyError),
    ],
)
def test_replies_without_a_known_fault_are_judged_by_status(
    status: int, body: bytes, kind: type[errors.QuickBooksError]
) -> None:
    """
    Text, HTML, half a body: each has its right reaction.
    """
    assert type(judge(status, body)) is kind


def test_a_good_reply_is_no_error() -> None:
    """
    A null fault, as the gateway's replies carry it, is none either.
    """
    assert judge(200, b'{"Item":{"Id":"1"},"time":"2026-03-04T04:00:00-08:00"}') is None
    assert judge(200, b'{"Item":{"Id":"1"},"fault":null}') is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Wed, 04 Mar 2026 12:01:30 GMT", 90.0),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0.0),
        ("Wed, 04 Mar 2026 13:01:30 +0100", 90.0),
        ("Wed, 04 Mar 2026 12:01:30", 90.0),
        ("7.5", 7.5),
        ("1e9", 1e9),
        ("1e999", None),
        ("nan", None),
        ("Wed, 99 Mar 2026 12:01:30 GMT", None),
        ("Wed, 04 Mar 99999 12:01:30 GMT", None),
        ("Wed, 04 Mar 2026 12:01:30 +9999", None),
        ("soon", None),
        ("inf", None),
        ("-3", 0.0),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, seconds: float | None) -> None:
    """
    Seconds or a date; what is neither counts as absent.
    """
    assert seconds == retry_after_s(value, NOW)
    assert timedelta(0) == NOW.utcoffset()
