"""No token, key, code or header reaches a log, an error, a state or a dump."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest

from quickbooks_client import QuickBooksError, Settings
from quickbooks_client.redact import know, redact
from quickbooks_client.token_store import Token
from quickbooks_emulator.fault_kinds import KINDS
from tests.client import secret_run
from tests.client.fakes import START
from tests.client.scripted import Scripted, reply
from tests.client.token_parts import authorizer, process, store_at

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

APP = "app-of-the-secrets-test"
KEY = 'S3cret/of+the=app&with%odd"letters'
PASSWORD = "Pa55word-of-the-database"
REDIRECT = "http://localhost:8765/callback"
TOKEN = "/oauth2/v1/tokens/bearer"
SHAPES = re.compile(
    r"eyJlbmMi[\w.-]{8}|RT1-[0-9a-f]{8}|AB11[0-9a-f]{8}"  # access and refresh tokens, codes
    r"|(?:Bearer|Basic)\s+(?!\[hidden)[A-Za-z0-9+/=._-]{8}"
)
FAULTS: dict[str, dict[str, Any]] = {
    "status 401": {"kind": "status", "status": 401},
    "status 403": {"kind": "status", "status": 403},
    "status 404 html": {"kind": "status", "status": 404, "body": "html"},
    "status 429": {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}},
    "status 500 xml": {"kind": "status", "status": 500, "body": "xml"},
    "status 503": {"kind": "status", "status": 503},
    "status 504": {"kind": "status", "status": 504},
    "fault": {"kind": "fault", "code": "6000", "message": "m", "detail": "d"},
    "fault in 200": {"kind": "fault", "code": "6000", "message": "m", "detail": "d", "status": 200},
    "html": {"kind": "html"},
    "reset": {"kind": "reset"},
    "hang": {"kind": "hang"},
    "delay": {"kind": "delay", "seconds": 0.01},
    "write": {
        "kind": "write",
        "entity": "Customer",
        "operation": "create",
        "body": {"DisplayName": "B"},
    },
    "clock": {"kind": "clock", "advance_s": 3700},
    "expire": {"kind": "expire", "access": True, "refresh": True},
    "revoke": {"kind": "revoke"},
    "twice": {"kind": "twice"},
    "lose_reply": {"kind": "lose_reply"},
    "hang_reply": {"kind": "hang_reply"},
    "delay_reply": {"kind": "delay_reply", "seconds": 0.01},
    "status_reply": {"kind": "status_reply", "status": 502},
    "fault_reply": {"kind": "fault_reply", "code": "3200", "message": "m", "detail": "d"},
    "html_reply": {"kind": "html_reply"},
    "cut_body": {"kind": "cut_body"},
    "cut_chunk": {"kind": "cut_chunk"},
    "slow_body": {"kind": "slow_body", "seconds": 0.05},
    "content_type": {"kind": "content_type", "value": "text/plain"},
    "empty_body": {"kind": "empty_body"},
    "truncated": {"kind": "truncated"},
    "garbage": {"kind": "garbage"},
    "repeat_rows": {"kind": "repeat_rows", "rows": 1},
    "drop_rows": {"kind": "drop_rows", "rows": 1},
}
"""Every kind of fault the emulator has."""


@pytest.fixture
def connection(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """Settings of an app with a key of its own, connected, every refresh a rotation."""
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path / "project"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    emulator.add_app(client_id=APP, client_secret=KEY, redirect_uris=[REDIRECT], name="Secrets")
    emulator.switch(rotate_always=True)
    return {
        **emulator.settings(),
        "client_id": APP,
        "client_secret": KEY,
        "refresh_token": emulator.consent(client_id=APP),
        "token_store": str(tmp_path / "project" / ".quickbooks" / "tokens.json"),
    }


def forms(secret: str) -> set[str]:
    """The ways a secret is written."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], encoded}


def leaks(text: str) -> list[str]:
    """What of all there is to hide shows in `text`, with what stands around it."""
    known = forms(KEY) | forms(f"{APP}:{KEY}") | forms(PASSWORD)
    places = [text.find(secret) for secret in known if secret in text]
    places += [found.start() for found in SHAPES.finditer(text)]
    return [text[max(0, place - 120) : place + 60] for place in places]


def run(
    emulator: Emulator,
    connection: dict[str, Any],
    folder: Path,
    *,
    has_commands: bool = False,
    hangs: bool = False,
) -> tuple[str, str]:
    """Do everything in another process; return what it wrote, and what its errors hold."""
    code = emulator.consent_code(client_id=APP, redirect_uri=REDIRECT)
    with process(_run, connection, code, str(folder), has_commands, hangs) as child:
        child.join(120)
    assert 0 == child.exitcode, (folder / "output.txt").read_text()[-2000:]
    return (folder / "output.txt").read_text(), (folder / "dumps.txt").read_text()


def _run(*passed: Any) -> None:
    connection, code, folder, has_commands, hangs = passed
    secret_run.run(connection, code, folder, has_commands=has_commands, hangs=hangs)


def left_behind(folder: Path, *, besides: str = "tokens.json") -> dict[str, list[str]]:
    """What shows in files other than the store."""
    found = {
        str(path): leaks(path.read_bytes().decode(errors="replace"))
        for path in folder.rglob("*")
        if path.is_file() and path.name != besides
    }
    return {path: shown for path, shown in found.items() if shown}


def test_every_kind_of_fault_is_tried() -> None:
    """
    Also those that the emulator will learn.
    """
    assert set(KINDS) == {does["kind"] for does in FAULTS.values()}


@pytest.mark.parametrize("place", ["/v3/company", TOKEN, "openid_configuration"])
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_brings_a_secret_to_light(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path, fault: str, place: str
) -> None:
    """
    Reading, writing, sign-in, refresh, revocation, python-quickbooks' objects and the embedded
    class, all at debug level with http.client's own output on: nothing in the output, in errors
    with their chains, traces and local variables, in printed objects, and in files.
    """
    emulator.fail(path=place, times=None, do=FAULTS[fault])

    output, dumps = run(emulator, connection, tmp_path, hangs=fault.startswith("hang"))

    assert [] == leaks(output)
    assert [] == leaks(dumps)
    assert {} == left_behind(tmp_path)
    assert "DEBUG:urllib3" in output
    assert int(re.findall(r"(\d+) errors$", dumps)[-1]) >= 4


@pytest.mark.parametrize("place", ["/v3/company", TOKEN])
@pytest.mark.parametrize("fault", ["none", "status 401", "fault", "garbage", "expire"])
def test_no_command_shows_a_secret(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path, fault: str, place: str
) -> None:
    """
    auth status, refresh, login and revoke, usage, doctor, ledger init.
    """
    if fault != "none":
        emulator.fail(path=place, nth=2, times=1, do=FAULTS[fault])

    output, dumps = run(emulator, connection, tmp_path, has_commands=True)

    assert [] == leaks(output)
    assert [] == leaks(dumps)
    assert {} == left_behind(tmp_path)
    assert "metered" in output


def test_a_database_shows_neither_its_password_nor_the_tokens_in_it(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path, database_url: str
) -> None:
    """
    Reached, and with a wrong port, a wrong name and a password that is written as it is.
    """
    url = re.sub(r"//[^@]*@", f"//postgres:{PASSWORD}@", database_url)
    broken = f"postgresql://me:{PASSWORD}@127.0.0.1:9/db"
    for number, place in enumerate((url, f"{url}&port=9", broken, broken.replace("5", "@"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        given = {
            **connection,
            "token_store": place,
            "refresh_token": emulator.consent(client_id=APP),
        }
        output, dumps = run(emulator, given, folder, has_commands=True)

        assert [] == leaks(output)
        assert [] == leaks(dumps)
    assert {} == left_behind(tmp_path)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 503])
def test_secrets_that_a_server_throws_back_are_not_passed_on(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path, status: int
) -> None:
    """
    In every field of a fault and in a header, plain and encoded.
    """
    authorizer(connection, secret_run.FakeClock()).access_token()
    token = store_at(connection["token_store"], "emulator", emulator.realm_id).load()
    assert token is not None
    secrets = (KEY, f"{APP}:{KEY}", token.access_token, token.refresh_token)
    echoed = " ".join(form for secret in secrets for form in sorted(forms(secret)))
    fault = {
        "message": f"{token.refresh_token} is no good",
        "code": token.refresh_token,
        "detail": echoed,
        "element": KEY,
    }
    body = json.dumps({"Fault": {"Error": [fault], "type": quote(KEY)}, "error": KEY}).encode()
    headers = {"intuit_tid": token.refresh_token, "Retry_After": "0"}
    with Scripted(reply(body, f"{status} {token.refresh_token}", **headers)) as hostile:
        given = {**connection, "api_url": hostile.url}
        output, dumps = run(emulator, given, tmp_path)

    assert [] == leaks(output)
    assert [] == leaks(dumps)
    assert {} == left_behind(tmp_path)
    # What a 429 says is quoted nowhere.
    assert ("[hidden]" in dumps) is (status != 429)


def test_a_token_endpoint_that_throws_secrets_back_is_not_quoted(
    connection: dict[str, Any], emulator: Emulator
) -> None:
    """
    In the place of the error's name, which is shown otherwise.
    """
    sent = connection["refresh_token"]
    with Scripted(reply(b"{}")) as hostile:
        document = {
            name: f"{hostile.url}/{name}"
            for name in (
                "authorization_endpoint",
                "token_endpoint",
                "revocation_endpoint",
                "issuer",
                "jwks_uri",
                "userinfo_endpoint",
            )
        }
        hostile.replies = [
            reply(json.dumps(document).encode()),
            reply(json.dumps({"error": sent}).encode(), "400 Bad", intuit_tid=sent),
        ]
        tokens = authorizer({**connection, "discovery_url": hostile.url}, secret_run.FakeClock())

        with pytest.raises(QuickBooksError) as caught:
            tokens.refresh()

    assert [] == leaks(secret_run.everything_about(caught.value))


def test_only_the_store_holds_tokens(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    The search that finds nothing elsewhere finds them there.
    """
    run(emulator, {**connection, "realm_id": emulator.realm_id}, tmp_path)
    authorizer(
        {**connection, "refresh_token": emulator.consent(client_id=APP)}, secret_run.FakeClock()
    ).access_token()

    assert [connection["token_store"]] == list(left_behind(tmp_path, besides=""))


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
        ("Setting token_store: /srv/books/tokens.json is damaged", "/srv/books/tokens.json is"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, kept: str) -> None:
    """
    And what does not is left to be read.
    """
    assert kept in redact(text)


def test_what_is_known_to_be_a_secret_is_hidden_however_it_is_written() -> None:
    """
    Keys and tokens of any shape, from the moment the process has them; short words are spared.
    """
    Settings("an-app", KEY, "1", refresh_token="opaque/refresh/token==")
    Token("opaque/access/token==", "another/refresh/token==", START)
    know("short")
    secrets = (KEY, f"an-app:{KEY}", "opaque/refresh/token==", "opaque/access/token==")
    texts = [form for secret in secrets for form in forms(secret)]
    texts += [
        re.sub("%..", lambda found: found[0].lower(), quote(KEY, safe="")),
        "another/refresh/token==",
    ]

    assert {"a [hidden] b"} == {redact(f"a {text} b").replace("=", "") for text in texts}
    assert "a short word" == redact("a short word")
    assert "[hidden] refused" == str(QuickBooksError(f"{KEY} refused"))


def test_a_text_of_others_is_one_short_line() -> None:
    """
    A log stays readable.
    """
    assert 601 == len(redact("x\n" * 5000))
    assert "\n" not in redact("a\nb")
