"""No token, key or header reaches a log, an error, a state or a dump."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import QuickBooksError
from quickbooks_client.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_client import Client
    from quickbooks_emulator.testing import Emulator
    from tests.client.fakes import FakeClock

COUNT = "SELECT COUNT(*) FROM Item"
TOKEN = "/oauth2/v1/tokens/bearer"
DOES: list[dict[str, Any]] = [
    {"kind": "status", "status": status, "headers": {}, "body": body}
    for status in (401, 403, 404, 429, 500, 503)
    for body in ("json", "lowercase", "xml", "html", "text")
] + [
    {"kind": "reset"},
    {"kind": "lose_reply"},
    {"kind": "cut_body"},
    {"kind": "fault", "code": "6000", "message": "m", "detail": "d", "status": 200},
]


def everything_about(error: BaseException) -> str:
    """What a crash reporter would send: texts, traces with their chain, and attributes."""
    said = []
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        said += [str(one), repr(one), repr(vars(one)), *traceback.format_exception(one)]
        pending += [one.__cause__, one.__context__]
    return "\n".join(said)


def test_no_fault_brings_a_secret_to_light(
    emulator: Emulator,
    make_client: Callable[..., Client],
    connection: dict[str, Any],
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """
    Every fault on the API and on the token endpoint, everything logged at debug level.
    """
    caplog.set_level(logging.DEBUG)
    secrets = {connection["client_secret"], connection["refresh_token"]}
    said: list[str] = []
    for path in ("/v3/company", TOKEN):
        for does in DOES:
            client = make_client()
            emulator.clear_faults()
            emulator.fail(path=path, times=None, do=does)
            for call in (
                lambda client=client: client.query(COUNT),
                lambda client=client: client.create(
                    "Customer", {"DisplayName": "A"}, request_id="r"
                ),
            ):
                try:
                    call()
                except QuickBooksError as error:
                    said.append(everything_about(error))
                said += [repr(client), repr(client.settings), repr(vars(client))]
            token = client.store.load()
            if token is not None:
                said.append(repr(token))
                secrets |= {token.access_token, token.refresh_token}
            clock.advance(3600)

    assert 60 < sum("QuickBooks" in one for one in said)
    assert 100 < len(caplog.records)
    for text in (caplog.text, "\n".join(said)):
        assert [] == [secret for secret in secrets if secret in text]
        assert "Bearer ey" not in text
        assert "Basic " not in text


def test_only_the_store_holds_tokens(client: Client, connection: dict[str, Any]) -> None:
    """
    Not the usage, not the budget.
    """
    client.query(COUNT)
    token = client.store.load()
    assert token is not None
    path = Path(connection["token_store"])

    holders = [
        file.name
        for file in path.parent.rglob("*")
        if file.is_file() and token.refresh_token.encode() in file.read_bytes()
    ]

    assert [path.name] == holders


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Token expired: AB01000000000FAKEredacted0redacted", "Token expired: [hidden]"),
        ("Authorization: Bearer abc.def-ghi", "Bearer [hidden]"),
        ("refresh_token=AB11xyzxyzxyz&grant", "refresh_token=[hidden]&grant"),
        ('{"access_token": "opaqueopaque"}', '{"access_token": "[hidden]"}'),
        ("postgresql://user:hush@host/db", "postgresql://user:[hidden]@host/db"),
        ("https://x/callback?code=AB1177&state=1", "code=[hidden]&state=1"),
        ("RT1-123-abcdefgh", "[hidden]"),
        ("Malformed bearer token: too short or too long", "too short or too long"),
        ("This number has already been used. DocNumber=1042", "DocNumber=1042"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, kept: str) -> None:
    """
    And what does not is left to be read.
    """
    assert kept in redact(text)


def test_a_text_of_others_is_one_short_line() -> None:
    """
    A log stays readable.
    """
    assert 601 == len(redact("x\n" * 5000))
    assert "\n" not in redact("a\nb")
