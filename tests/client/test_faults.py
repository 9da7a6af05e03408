"""Every shape of a refusal becomes the error that tells what to do next."""

from __future__ import annotations

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


def test_an_unknown_code_is_a_refusal_of_the_record() -> None:
    """
    New codes do not stop a run.
    """
    assert type(judge(400, fault("7777"))) is errors.RejectedError


def test_the_inventory_lock_is_told_from_other_broken_rules() -> None:
    """
    6000 is a catch-all; only the lock is worth another try.
    """
    detail = (
        "Business Validation Error: Another user was editing a transaction with inventory"
        " products at exactly the same time. Try again in 30 minutes."
    )

    assert type(judge(400, fault("6000", detail))) is errors.InventoryLockedError
    assert type(judge(400, fault("6000", "You must set an amount"))) is errors.RejectedError


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
