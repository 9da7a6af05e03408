"""The consent page and the code it gives.

Intuit: "Set up OAuth 2.0", "Set redirect URIs", "Scopes"; RFC 6749, section 4.1.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

REDIRECT = "http://localhost:8765/callback"
APP = ("emulator-client-id", "emulator-client-secret")
ACCOUNTING = "com.intuit.quickbooks.accounting"


class Page(HTMLParser):
    """What a browser makes of the page: its form's fields, its elements, its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        if tag in {"input", "button"}:
            self.fields.append((values.get("name") or "", values.get("value") or ""))

    def handle_data(self, data: str) -> None:
        self.text += data

    def form(self, **chosen: str) -> dict[str, str]:
        """The fields that a press on a button sends, with what was chosen."""
        kept = {name: value for name, value in self.fields if name not in {"realm_id", "decision"}}
        return {**kept, **chosen}

    def values(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field == name]


def wish(**changed: str | None) -> dict[str, str]:
    asked = {
        "client_id": APP[0],
        "response_type": "code",
        "scope": ACCOUNTING,
        "redirect_uri": REDIRECT,
        "state": "xyz",
    }
    return {name: value for name, value in (asked | changed).items() if value is not None}


def ask(emulator: Emulator, **changed: str | None) -> requests.Response:
    return requests.get(
        f"{emulator.url}/connect/oauth2", params=wish(**changed), allow_redirects=False
    )


def decide(emulator: Emulator, form: dict[str, str]) -> requests.Response:
    return requests.post(f"{emulator.url}/connect/oauth2", data=form, allow_redirects=False)


def sent_to(reply: requests.Response) -> tuple[str, dict[str, str]]:
    """Where a redirect goes, and what it carries there."""
    assert 302 == reply.status_code, reply.text
    parts = urlsplit(reply.headers["Location"])
    carried = parse_qs(parts.query, strict_parsing=True, keep_blank_values=True)
    return parts._replace(query="").geturl(), {name: value for name, (value,) in carried.items()}


def consented(emulator: Emulator, realm_id: str = "", **changed: str | None) -> str:
    """The code of a person who agreed."""
    page = Page(ask(emulator, **changed).text)
    form = page.form(decision="connect", realm_id=realm_id or emulator.realm_id)
    return sent_to(decide(emulator, form))[1]["code"]


def exchange(
    emulator: Emulator, code: str, *, app: tuple[str, str] = APP, **changed: str
) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    return requests.post(f"{emulator.url}/oauth2/v1/tokens/bearer", data=form | changed, auth=app)


def refresh(emulator: Emulator, token: str, app: tuple[str, str] = APP) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return requests.post(f"{emulator.url}/oauth2/v1/tokens/bearer", data=form, auth=app)


def company_name(emulator: Emulator, access_token: str, realm_id: str = "") -> requests.Response:
    realm = realm_id or emulator.realm_id
    return requests.get(
        f"{emulator.url}/v3/company/{realm}/companyinfo/{realm}",
        headers={"Authorization": f"Bearer {access_token}", "Accept": "application/json"},
    )


def control(emulator: Emulator, path: str, body: Any = None) -> Any:
    url = f"{emulator.url}/_emulator/{path}"
    reply = requests.get(url) if body is None else requests.post(url, json=body)
    assert 200 == reply.status_code, reply.text
    return reply.json()


def test_a_person_connects_an_app_to_a_company(emulator: Emulator) -> None:
    """
    The page names the app and the companies; agreeing sends the browser back with code, state and
    realmId, and the code gives tokens that open that company. Source: Intuit, "Set up OAuth 2.0".
    """
    page = Page(ask(emulator).text)
    form = page.form(decision="connect", realm_id=emulator.realm_id)

    address, carried = sent_to(decide(emulator, form))
    pair = exchange(emulator, carried["code"])

    assert "Emulator app" in page.text
    assert [emulator.realm_id] == page.values("realm_id")
    assert ["connect", "refuse"] == page.values("decision")
    assert REDIRECT == address
    assert {"code", "state", "realmId"} == carried.keys()
    assert ("xyz", emulator.realm_id) == (carried["state"], carried["realmId"])
    assert 200 == pair.status_code
    assert {
        "token_type": "bearer",
        "expires_in": 3600,
        "x_refresh_token_expires_in": 8_726_400,
    } == {name: value for name, value in pair.json().items() if not name.endswith("_token")}
    assert 200 == company_name(emulator, pair.json()["access_token"]).status_code
    assert 200 == refresh(emulator, pair.json()["refresh_token"]).status_code


def test_no_thanks_sends_the_browser_back_with_access_denied(emulator: Emulator) -> None:
    """
    Source: Intuit, "Set up OAuth 2.0" (user denies access).
    """
    form = Page(ask(emulator).text).form(decision="refuse", realm_id=emulator.realm_id)

    address, carried = sent_to(decide(emulator, form))

    assert (REDIRECT, {"error": "access_denied", "state": "xyz"}) == (address, carried)


@pytest.mark.parametrize(
    "state", ["a b+c&d=e%20", "日本", '"><script>alert(1)</script>', "'`{{7*7}}"]
)
def test_state_comes_back_as_it_was_sent(emulator: Emulator, state: str) -> None:
    """
    Whatever it holds, through the page and back. Source: Intuit, "Set up OAuth 2.0" (state).
    """
    page = Page(ask(emulator, state=state).text)

    carried = sent_to(decide(emulator, page.form(decision="connect", realm_id=emulator.realm_id)))

    assert state == carried[1]["state"]
    assert "script" not in page.tags


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"client_id": "somebody"}, "client_id"),
        ({"client_id": None}, "client_id"),
        ({"redirect_uri": "http://localhost:8765/callback/"}, "redirect_uri"),
        ({"redirect_uri": "http://localhost:8765/CALLBACK"}, "redirect_uri"),
        ({"redirect_uri": "http://localhost:8765/callback?x=1"}, "redirect_uri"),
        ({"redirect_uri": "https://elsewhere.example/callback"}, "redirect_uri"),
        ({"redirect_uri": None}, "redirect_uri"),
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_apps(
    emulator: Emulator, changed: dict[str, str | None], named: str
) -> None:
    """
    An unknown app or redirect address is said on the page, on asking and on answering.
    Source: Intuit, "Set redirect URIs"; RFC 6749, 4.1.2.1.
    """
    form = {**wish(**changed), "decision": "connect", "realm_id": emulator.realm_id}

    for reply in (ask(emulator, **changed), decide(emulator, form)):
        assert 400 == reply.status_code
        assert "Location" not in reply.headers
        assert named in Page(reply.text).text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": f"{ACCOUNTING} everything"}, "invalid_scope"),
        ({"scope": "com.intuit.quickbooks.payroll"}, "invalid_scope"),
        ({"state": None}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
    ],
)
def test_other_mistakes_go_back_to_the_app(
    emulator: Emulator, changed: dict[str, str | None], error: str
) -> None:
    """
    Source: Intuit, "Set up OAuth 2.0" (error responses), "Scopes"; RFC 6749, 4.1.2.1.
    """
    state = {"state": "xyz"} if "state" not in changed else {}

    assert (REDIRECT, {"error": error, **state}) == sent_to(ask(emulator, **changed))


@pytest.mark.parametrize(
    "chosen", [{}, {"decision": "connect"}, {"decision": "connect", "realm_id": "1"}]
)
def test_an_unfinished_answer_shows_the_page_again(
    emulator: Emulator, chosen: dict[str, str]
) -> None:
    """
    No company, an unknown company or no decision give no code.
    Source: Intuit, "Set up OAuth 2.0" (the user picks one company).
    """
    reply = decide(emulator, Page(ask(emulator).text).form(**chosen))

    assert 400 == reply.status_code
    assert [emulator.realm_id] == Page(reply.text).values("realm_id")


def test_names_on_the_page_are_text(emulator: Emulator) -> None:
    """
    A script in an app's or a company's name stays text. Source: none; the page is ours.
    """
    evil = "<script>alert('x')</script><img src=x onerror=alert(1)>"
    control(emulator, "apps", {"client_id": "evil", "name": evil})
    control(emulator, "companies", {"realm_id": "77", "name": evil})

    reply = ask(emulator, client_id="evil")
    page = Page(reply.text)

    assert evil in page.text
    assert set(page.tags).isdisjoint({"script", "img"})
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


def test_a_code_is_good_once_and_takes_its_pair_along(emulator: Emulator) -> None:
    """
    The second use is refused, and by default the pair that the first use gave dies.
    Source: Intuit, "OAuth 2.0" (concurrent use: the first wins, the pair may be revoked);
    RFC 6749, 4.1.2.
    """
    code = consented(emulator)
    pair = exchange(emulator, code).json()

    again = exchange(emulator, code)

    assert (400, {"error": "invalid_grant"}) == (again.status_code, again.json())
    assert 401 == company_name(emulator, pair["access_token"]).status_code
    assert "invalid_grant" == refresh(emulator, pair["refresh_token"]).json()["error"]


def test_the_kind_reading_of_a_used_code_lets_the_pair_live(emulator: Emulator) -> None:
    """
    Source: Intuit, "OAuth 2.0" (switch `code_reuse`).
    """
    emulator.switch(code_reuse="refused")
    code = consented(emulator)
    pair = exchange(emulator, code).json()

    assert 400 == exchange(emulator, code).status_code
    assert 200 == company_name(emulator, pair["access_token"]).status_code


@pytest.mark.parametrize(("passed_s", "status"), [(59, 200), (60, 400)])
def test_a_code_lives_for_a_minute(emulator: Emulator, passed_s: int, status: int) -> None:
    """
    Source: Intuit, "OAuth 2.0": codes are short-lived (switch `code_life_s`).
    """
    emulator.set_clock("2026-03-04T12:00:00Z", freeze=True)
    code = consented(emulator)

    emulator.advance(passed_s)

    assert status == exchange(emulator, code).status_code


def test_a_code_needs_its_own_app_and_redirect_address(emulator: Emulator) -> None:
    """
    Another redirect address, another app or an invented code is invalid_grant, and a code that was
    tried with another address is good for nothing any more. Source: Intuit, "OAuth 2.0" (errors).
    """
    control(emulator, "apps", {"client_id": "other", "client_secret": "s"})
    code, burnt = consented(emulator), consented(emulator)

    wrong = [
        exchange(emulator, code, app=("other", "s")),
        exchange(emulator, "AB11invented"),
        exchange(emulator, burnt, redirect_uri="http://localhost:8765/other"),
        exchange(emulator, burnt),
    ]

    assert [(400, "invalid_grant")] * 4 == [
        (reply.status_code, reply.json()["error"]) for reply in wrong
    ]
    assert 200 == exchange(emulator, code).status_code


def test_connecting_again_replaces_the_earlier_consent(emulator: Emulator) -> None:
    """
    One refresh token per app, user and company; with the switch both live.
    Source: Intuit, "OAuth 2.0" (switch `reconnect`).
    """
    first = exchange(emulator, consented(emulator)).json()
    second = exchange(emulator, consented(emulator)).json()

    assert 400 == refresh(emulator, first["refresh_token"]).status_code
    assert 401 == company_name(emulator, first["access_token"]).status_code
    assert 200 == refresh(emulator, second["refresh_token"]).status_code

    emulator.switch(reconnect="adds")
    third = exchange(emulator, consented(emulator)).json()

    assert 200 == company_name(emulator, second["access_token"]).status_code
    assert 200 == company_name(emulator, third["access_token"]).status_code


def test_each_app_and_company_has_tokens_of_its_own(emulator: Emulator) -> None:
    """
    A token opens the company it was given for and no other (403, 3100); a refresh token is its
    app's alone. Source: Intuit, "OAuth 2.0"; recorded answer for code 3100.
    """
    redirect = "https://app.example/callback"
    control(
        emulator,
        "apps",
        {"client_id": "second", "client_secret": "s", "redirect_uris": [redirect], "name": "Two"},
    )
    control(emulator, "companies", {"realm_id": "4620816365012345670", "name": "Second Company"})
    code = consented(emulator, "4620816365012345670", client_id="second", redirect_uri=redirect)

    pair = exchange(emulator, code, app=("second", "s"), redirect_uri=redirect).json()
    mine = company_name(emulator, pair["access_token"], "4620816365012345670")
    other = company_name(emulator, pair["access_token"])

    assert "Second Company" == mine.json()["CompanyInfo"]["CompanyName"]
    error = other.json()["fault"]["error"][0]
    assert (403, "3100", None) == (other.status_code, error["code"], error["detail"])
    assert (
        "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
        == (error["message"])
    )
    assert "invalid_grant" == refresh(emulator, pair["refresh_token"]).json()["error"]
    assert 200 == refresh(emulator, pair["refresh_token"], ("second", "s")).status_code


def test_without_a_scope_of_the_books_no_company_is_chosen_or_opened(emulator: Emulator) -> None:
    """
    realmId comes only with the accounting or payments scope.
    Source: Intuit, "Set up OAuth 2.0" (realmId), "Scopes".
    """
    page = Page(ask(emulator, scope="openid email").text)

    _, carried = sent_to(decide(emulator, page.form(decision="connect")))
    pair = exchange(emulator, carried["code"]).json()

    assert [] == page.values("realm_id")
    assert {"code", "state"} == carried.keys()
    assert 403 == company_name(emulator, pair["access_token"]).status_code


def test_the_scope_of_payments_does_not_open_the_books(emulator: Emulator) -> None:
    """
    A company is chosen, but the Accounting API answers 403. Source: Intuit, "Scopes".
    """
    code = consented(emulator, scope="com.intuit.quickbooks.payment")

    pair = exchange(emulator, code).json()

    assert 403 == company_name(emulator, pair["access_token"]).status_code


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example/callback",
        "https://192.0.2.7/callback",
        "http://127.0.0.1:8765/callback",
        "https://app.example/callback?x=1",
        "https://app.example/callback#x",
        "https://app.example/call back",
        "https://app.example/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "https://[::1",
        "callback",
        "",
    ],
)
def test_an_address_that_intuit_would_not_register_is_refused(emulator: Emulator, uri: str) -> None:
    """
    Source: Intuit, "Set redirect URIs".
    """
    reply = requests.post(f"{emulator.url}/_emulator/apps", json={"redirect_uris": [uri]})

    assert 400 == reply.status_code
