"""The consent page's address and the exchange of a code, which works once."""

from __future__ import annotations

import json
import threading
import traceback
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from typing_extensions import override

from quickbooks_client import (
    AppSettings,
    AuthenticationError,
    ConfigurationError,
    ConnectionLostError,
    QuickBooksError,
    ServerError,
    Settings,
    SignInError,
    ThrottledError,
)
from quickbooks_client.oauth import OAuth
from quickbooks_client.transport import CallLimits
from tests.client.signing_in import TOKEN, exchanges, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator
    from tests.client.fakes import FakeClock


@pytest.fixture
def app(emulator: Emulator) -> dict[str, Any]:
    """What can be set before a company is known."""
    known = emulator.settings()
    emulator.clear_calls()
    return {name: known[name] for name in known if name not in {"realm_id", "refresh_token"}}


@pytest.fixture
def oauth(app: dict[str, Any], clock: FakeClock) -> OAuth:
    return connect(app, clock)


def connect(app: dict[str, Any], clock: FakeClock, **more: Any) -> OAuth:
    return OAuth(AppSettings.from_mapping({**app, **more}), clock, CallLimits(), lambda: 0.0)


def test_an_app_needs_no_company(app: dict[str, Any]) -> None:
    """
    But its keys; and what is set beside them is checked as ever.
    """
    settings = AppSettings.from_mapping(app)

    assert app["redirect_uri"] == settings.redirect_uri
    assert isinstance(Settings.from_mapping({**app, "realm_id": "1"}), AppSettings)
    assert app["client_secret"] not in repr(settings)
    for wrong, words in (
        ({"client_id": ""}, "Setting client_id is missing"),
        ({"realm_id": "abc"}, "Setting realm_id"),
        ({"budget_share": 2}, "Setting budget_share"),
        ({"redirect_uri": "http://localhost:8765/callback?a=1"}, "without user, query"),
        ({"redirect_uri": "http://localhost:x/callback"}, "Setting redirect_uri must be"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            AppSettings.from_mapping({**app, **wrong})
    with pytest.raises(ConfigurationError, match=r"realm_id.*quickbooks auth login"):
        Settings.from_mapping(app)


def test_the_consent_page_is_the_one_of_the_discovery_document(
    emulator: Emulator, app: dict[str, Any], oauth: OAuth
) -> None:
    """
    Asked for a code, for accounting, with our state and address. Source: Intuit, "OAuth 2.0".
    """
    parts = urlsplit(oauth.authorization_url("some-state"))

    assert f"{emulator.url}/connect/oauth2" == parts._replace(query="").geturl()
    assert {
        "client_id": app["client_id"],
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": app["redirect_uri"],
        "state": "some-state",
    } == dict(parse_qsl(parts.query, strict_parsing=True))


def test_a_code_gives_a_token(emulator: Emulator, oauth: OAuth, clock: FakeClock) -> None:
    """
    With the lives that the reply names.
    """
    began_at = clock.now()

    token = oauth.exchange(emulator.consent_code())

    assert [200] == exchanges(emulator)
    assert began_at + timedelta(hours=1) == token.expires_at
    assert token.refresh_expires_at is not None
    assert token.refresh_hard_expires_at is not None
    assert token.access_token
    assert token.refresh_token


def test_a_code_goes_with_the_address_it_was_asked_for_with(
    emulator: Emulator, app: dict[str, Any], clock: FakeClock
) -> None:
    """
    The setting's, unless another is named.
    """
    other = connect(app, clock, redirect_uri="http://localhost:1/other")

    with pytest.raises(SignInError):
        other.exchange(emulator.consent_code())
    assert other.exchange(emulator.consent_code(), app["redirect_uri"]).access_token


@pytest.mark.parametrize(
    "does",
    [
        {"kind": "lose_reply"},
        {"kind": "cut_body"},
        {"kind": "reset"},
        *(
            {"kind": "status", "status": status, "headers": {}, "body": body}
            for status in (500, 502, 503, 504)
            for body in ("json", "html")
        ),
    ],
)
def test_a_code_that_may_be_used_up_is_not_sent_again(
    emulator: Emulator, oauth: OAuth, clock: FakeClock, does: dict[str, Any]
) -> None:
    """
    A second use would end the tokens that the first gave. It says what to do instead.
    """
    code = emulator.consent_code()
    emulator.clear_calls()
    emulator.fail(path=TOKEN, times=None, do=does)

    with pytest.raises(SignInError, match="quickbooks auth login"):
        oauth.exchange(code)

    assert 1 == len(exchanges(emulator))
    assert [] == clock.slept


def test_a_code_that_was_turned_away_unread_is_sent_again(
    emulator: Emulator, oauth: OAuth, clock: FakeClock
) -> None:
    """
    After 429, as long as a code may live.
    """
    code = emulator.consent_code()
    emulator.throttle(path=TOKEN, retry_after_s=5)

    token = oauth.exchange(code)

    assert token.access_token
    assert [5.0] == clock.slept
    assert [429, 200] == exchanges(emulator)


def test_a_wait_longer_than_a_code_lives_is_not_waited(
    emulator: Emulator, oauth: OAuth, clock: FakeClock
) -> None:
    """
    The person is told at once.
    """
    code = emulator.consent_code()
    emulator.throttle(path=TOKEN, retry_after_s=600)

    with pytest.raises(ThrottledError):
        oauth.exchange(code)

    assert [] == clock.slept


def test_the_discovery_document_is_asked_for_again(
    emulator: Emulator, oauth: OAuth, clock: FakeClock
) -> None:
    """
    It is public, and no code is sent before it is there.
    """
    code = emulator.consent_code()
    does = {"kind": "status", "status": 503, "headers": {}, "body": "html"}
    emulator.fail(path="/.well-known", times=2, do=does)

    assert oauth.exchange(code).access_token
    assert [200] == exchanges(emulator)
    assert 2 == len(clock.slept)
    emulator.fail(path="/.well-known", times=None, do=does)
    with pytest.raises(ServerError, match="discovery document"):
        oauth.authorization_url("state")


@pytest.mark.parametrize(
    ("path", "words"),
    [("", "Nothing answers at 127.0.0.1"), ("/", "No OAuth discovery document is at")],
)
def test_a_discovery_document_that_is_not_there(
    emulator: Emulator, app: dict[str, Any], clock: FakeClock, path: str, words: str
) -> None:
    """
    Nobody is there, or nobody who knows it: each says where it was looked for.
    """
    base = emulator.url if path else f"http://127.0.0.1:{free_port()}"
    oauth = connect(app, clock, discovery_url=f"{base}{path or '/.well-known'}")

    with pytest.raises(QuickBooksError, match=words):
        oauth.authorization_url("state")


@contextmanager
def discovery(**changed: str) -> Iterator[str]:
    """The address of a discovery document that says something else."""
    page = {
        name: f"https://intuit.invalid/{name}"
        for name in (
            "authorization_endpoint", "token_endpoint", "revocation_endpoint", "issuer",
            "jwks_uri", "userinfo_endpoint",
        )
    } | changed  # fmt: skip

    class Document(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(page).encode())

        @override
        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Document) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/discovery"
        server.shutdown()
        thread.join()


def test_a_code_that_nobody_took_is_sent_again(app: dict[str, Any], clock: FakeClock) -> None:
    """
    Nothing listens at the token endpoint, so nothing can have been used up.
    """
    with discovery(token_endpoint=f"http://127.0.0.1:{free_port()}/token") as url:
        oauth = connect(app, clock, discovery_url=url)

        with pytest.raises(ConnectionLostError, match="Nothing answers"):
            oauth.exchange("code-of-a-consent")

    assert 3 == len(clock.slept)
    assert sum(clock.slept) < 60


@pytest.mark.parametrize(
    "page",
    ["http://phishing.example/connect", "javascript:alert(1)", "file:///etc/passwd", "", "https:"],
)
def test_no_browser_is_sent_where_it_should_not_go(
    app: dict[str, Any], clock: FakeClock, page: str
) -> None:
    """
    Neither in the clear over the network nor to something that is no page.
    """
    with discovery(authorization_endpoint=page) as url:
        oauth = connect(app, clock, discovery_url=url, environment="sandbox")

        with pytest.raises(ConfigurationError, match="discovery_url"):
            oauth.authorization_url("state")


def test_a_code_works_once(emulator: Emulator, oauth: OAuth) -> None:
    """
    The refusal says so, and what to run.
    """
    code = emulator.consent_code()
    oauth.exchange(code)

    with pytest.raises(SignInError, match=r"works once.*quickbooks auth login") as caught:
        oauth.exchange(code)

    assert "invalid_grant" == caught.value.code
    assert 400 == caught.value.status


def test_a_code_does_not_wait_for_ever(emulator: Emulator, oauth: OAuth) -> None:
    """
    One that is too old is refused as one that was used.
    """
    code = emulator.consent_code()
    emulator.advance(3600)

    with pytest.raises(SignInError, match="for a few minutes"):
        oauth.exchange(code)


def test_wrong_keys_are_named(emulator: Emulator, app: dict[str, Any], clock: FakeClock) -> None:
    """
    They are a setting, so it is the setting that is named.
    """
    oauth = connect(app, clock, client_secret="another")

    with pytest.raises(AuthenticationError, match="client_id and client_secret"):
        oauth.exchange(emulator.consent_code())
    assert 1 == len(exchanges(emulator))


def test_a_scope_there_is_not_and_an_address_that_is_missing(
    app: dict[str, Any], oauth: OAuth, clock: FakeClock
) -> None:
    """
    Each is a sentence.
    """
    with pytest.raises(ConfigurationError, match="no such scope"):
        oauth.authorization_url("state", ("everything",))
    with pytest.raises(ConfigurationError, match="QUICKBOOKS_REDIRECT_URI"):
        connect(app, clock, redirect_uri="").authorization_url("state")


def test_no_failure_of_the_exchange_shows_the_code_or_a_key(
    emulator: Emulator, app: dict[str, Any], oauth: OAuth
) -> None:
    """
    Neither in words nor in what a crash reporter would send.
    """
    said: list[str] = []
    codes: list[str] = []
    for does in (
        {"kind": "lose_reply"},
        {"kind": "cut_body"},
        {"kind": "reset"},
        {"kind": "status", "status": 500, "headers": {}, "body": "html"},
        {"kind": "status", "status": 400, "headers": {}, "body": "json"},
        {"kind": "status", "status": 401, "headers": {}, "body": "lowercase"},
    ):
        emulator.clear_faults()
        codes.append(emulator.consent_code())
        emulator.fail(path=TOKEN, times=1, do=does)
        with pytest.raises(QuickBooksError) as caught:
            oauth.exchange(codes[-1])
        said += [repr(vars(caught.value)), *traceback.format_exception(caught.value)]
        said += [repr(one) for one in (caught.value.__cause__, caught.value.__context__) if one]

    text = "\n".join(said)
    assert [] == [secret for secret in (*codes, app["client_secret"]) if secret in text]
    assert "Basic " not in text


def test_what_has_ended_need_not_be_revoked(emulator: Emulator, oauth: OAuth) -> None:
    """
    Intuit refuses to revoke a dead token; the connection is over all the same.
    """
    token = oauth.exchange(emulator.consent_code())

    assert oauth.revoke(token.refresh_token)
    assert not oauth.revoke(token.refresh_token)


@pytest.mark.parametrize("refused", ["document", "keys", "rate"])
def test_a_refusal_of_something_else_ends_no_token(
    emulator: Emulator, app: dict[str, Any], oauth: OAuth, clock: FakeClock, refused: str
) -> None:
    """
    The discovery document, the app's keys or the rate: said, though all of them come with 400.

    Source: RFC 7009, 2.2.1; RFC 6749, 5.2.
    """
    token = oauth.exchange(emulator.consent_code())
    asking = oauth
    if refused == "keys":
        emulator.switch(invalid_client_status=400)
        asking = connect(app, clock, client_secret="another")
    else:
        path = "openid_configuration" if refused == "document" else "revoke"
        does = {"kind": "status", "status": 400, "code": "3001", "headers": {}, "body": "json"}
        emulator.fail(path=path, times=1, do=does)

    with pytest.raises(QuickBooksError) as caught:
        asking.revoke(token.refresh_token)

    assert 400 == caught.value.status
    assert oauth.revoke(token.refresh_token)
