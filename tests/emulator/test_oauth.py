"""Tokens. Intuit: "OAuth 2.0", "Discovery document", "Handle errors and exceptions"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt
import pytest
import requests

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller


def test_the_discovery_document_names_this_server(emulator: Emulator) -> None:
    """
    Both environments' documents are served, with and without a slash at the end, and every
    endpoint in them is here. Source: Intuit, "Discovery document".
    """
    for name in ("openid_configuration", "openid_configuration/", "openid_sandbox_configuration/"):
        document = requests.get(f"{emulator.url}/.well-known/{name}").json()

        assert f"{emulator.url}/oauth2/v1/tokens/bearer" == document["token_endpoint"]
        assert f"{emulator.url}/v2/oauth2/tokens/revoke" == document["revocation_endpoint"]


@pytest.mark.parametrize("occasion", ["a day passes", "each time by switch"])
def test_a_refresh_gives_a_pair_and_the_old_token_dies(
    caller: Caller, emulator: Emulator, occasion: str
) -> None:
    """
    The reply has Intuit's fields; the token it replaces is refused from then on.
    Source: Intuit, "OAuth 2.0", refreshing the access token.
    """
    emulator.switch(rotate_always=occasion == "each time by switch")
    if occasion == "a day passes":
        emulator.advance(86_400)
    old = caller.refresh_token

    reply = caller.refresh()
    again = caller.token(old)

    assert "bearer" == reply["token_type"]
    assert 3600 == reply["expires_in"]
    assert 8_726_400 == reply["x_refresh_token_expires_in"]
    assert old != reply["refresh_token"]
    assert (400, "invalid_grant") == (again.status_code, again.json()["error"])


def test_within_a_day_a_refresh_gives_the_same_token_again(
    caller: Caller, emulator: Emulator
) -> None:
    """
    Its remaining life counts down and nothing dies of it.
    Source: Intuit, "OAuth 2.0", refreshing the access token.
    """
    emulator.set_clock("2026-03-04T12:00:00Z", freeze=True)
    caller.refresh_token = old = emulator.consent()
    lives = []
    for _ in range(3):
        emulator.advance(8 * 3600 - 1)
        reply = caller.token(old).json()
        assert old == reply["refresh_token"]
        lives.append(reply["x_refresh_token_expires_in"])

    assert [8_726_400 - n * (8 * 3600 - 1) for n in (1, 2, 3)] == lives

    emulator.advance(3)
    rotated = caller.token(old).json()
    assert old != rotated["refresh_token"]
    assert 8_726_400 == rotated["x_refresh_token_expires_in"]


def test_a_dead_refresh_token_takes_its_successor_along(caller: Caller, emulator: Emulator) -> None:
    """
    A second use of a rotated token revokes the pair, unless the switch says otherwise.
    Source: Intuit, "OAuth 2.0".
    """
    emulator.switch(rotate_always=True)
    old = caller.refresh_token
    caller.refresh()

    caller.token(old)

    assert 400 == caller.token(caller.refresh_token).status_code


def test_the_kind_readings_of_rotation_can_be_switched_on(
    caller: Caller, emulator: Emulator
) -> None:
    """
    With the switches the old token lives on for a day, and rotates only once a day.
    Source: Intuit, "OAuth 2.0" (support answers differ).
    """
    emulator.switch(old_refresh_token="grace", rotate_always=False)
    first = caller.refresh_token

    assert first == caller.refresh()["refresh_token"]
    emulator.advance(86_401)
    assert first != caller.refresh()["refresh_token"]
    assert 200 == caller.token(first).status_code


def test_secrets_are_checked_in_the_header_and_in_the_body(
    caller: Caller, emulator: Emulator
) -> None:
    """
    Basic authentication and a form body both identify the app; a wrong secret is invalid_client.
    Source: Intuit, "Discovery document" (token_endpoint_auth_methods_supported).
    """
    url = f"{emulator.url}/oauth2/v1/tokens/bearer"
    form = {"grant_type": "refresh_token", "refresh_token": caller.refresh_token}
    app = {"client_id": "emulator-client-id", "client_secret": "emulator-client-secret"}

    wrong = requests.post(url, data=form, auth=("emulator-client-id", "guess"))
    right = requests.post(url, data={**form, **app})

    assert (401, {"error": "invalid_client"}) == (wrong.status_code, wrong.json())
    assert 200 == right.status_code


def test_an_access_token_lives_an_hour(caller: Caller, emulator: Emulator) -> None:
    """
    After 3600 seconds the gateway answers 401 in its own dialect, even though JSON was asked.
    Source: Intuit, "OAuth 2.0"; recorded answer.
    """
    assert 200 == caller.send("GET", "companyinfo/1").status_code

    emulator.advance(3601)
    reply = caller.send("GET", "companyinfo/1")

    error = reply.json()["fault"]["error"][0]
    assert 401 == reply.status_code
    assert ("3200", "AUTHENTICATION") == (error["code"], reply.json()["fault"]["type"])
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    assert isinstance(reply.json()["time"], int)


def test_a_refresh_token_has_an_end(caller: Caller, emulator: Emulator) -> None:
    """
    Unused for 101 days it is refused. Source: Intuit, "OAuth 2.0".
    """
    emulator.advance(8_726_401)

    assert "invalid_grant" == caller.token(caller.refresh_token).json()["error"]


def test_another_company_is_forbidden(caller: Caller) -> None:
    """
    A living token for another realm answers 403 with code 3100.
    Source: Intuit, "Handle errors and exceptions"; recorded answer.
    """
    reply = caller.send("GET", "companyinfo/1", realm_id="1")

    assert 403 == reply.status_code
    assert "3100" == reply.json()["fault"]["error"][0]["code"]


def test_revoking_either_token_disconnects_the_app(caller: Caller, emulator: Emulator) -> None:
    """
    After a revocation with the access token both tokens are dead; a second one is refused.
    Source: Intuit, "OAuth 2.0", revoking access.
    """
    url = f"{emulator.url}/v2/oauth2/tokens/revoke"
    app = ("emulator-client-id", "emulator-client-secret")

    first = requests.post(url, json={"token": caller.access_token}, auth=app)
    second = requests.post(url, json={"token": caller.access_token}, auth=app)

    assert (200, b"") == (first.status_code, first.content)
    assert 400 == second.status_code
    assert 401 == caller.send("GET", "companyinfo/1").status_code
    assert 400 == caller.token(caller.refresh_token).status_code


def test_oauth_calls_are_recorded_but_never_metered(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, App Partner Program FAQ: OAuth does not count.
    """
    caller.refresh()

    assert ["auth"] == [call["class"] for call in emulator.calls()]
    assert {"metered": 0, "free": 0, "throttled": 0, "calls": 1} == emulator.usage()


def test_the_life_of_a_refresh_token_counts_down(caller: Caller, emulator: Emulator) -> None:
    """
    Within a day of the last rotation the same value comes back with less life; the absolute end is
    told only to those who ask, and five years after the consent nothing helps.
    Source: Intuit, "OAuth 2.0"; "Refresh token policy".
    """
    emulator.switch(rotate_always=False)
    emulator.set_clock("2026-03-04T12:00:00Z", freeze=True)
    caller.refresh_token = emulator.consent()
    first = caller.refresh()
    emulator.advance(3600)
    second = caller.refresh()

    assert first["refresh_token"] == second["refresh_token"]
    assert 8_726_400 - 3600 == second["x_refresh_token_expires_in"]
    assert "x_refresh_token_hard_expires_in" not in second

    told = [
        refreshed_with_hard_life(caller)["x_refresh_token_hard_expires_in"],
    ]
    for _ in range(18):
        emulator.advance(8_640_000)
        reply = refreshed_with_hard_life(caller)
        told.append(reply["x_refresh_token_hard_expires_in"])
    last = reply["x_refresh_token_expires_in"]

    assert 157_680_000 - 3600 == told[0]
    assert 157_680_000 - 3600 - 18 * 8_640_000 == told[-1] == last
    emulator.advance(last)
    assert "invalid_grant" == caller.token(caller.refresh_token).json()["error"]


def refreshed_with_hard_life(caller: Caller) -> dict[str, int]:
    reply = requests.post(
        f"{caller.emulator.url}/oauth2/v1/tokens/bearer",
        auth=("emulator-client-id", "emulator-client-secret"),
        data={"grant_type": "refresh_token", "refresh_token": caller.refresh_token},
        headers={"x-include-refresh-token-hard-expires-in": "true"},
    ).json()
    caller.refresh_token = reply["refresh_token"]
    return reply


def test_an_access_token_survives_a_refresh(caller: Caller) -> None:
    """
    The earlier access token lives out its hour. Source: Intuit, "OAuth 2.0".
    """
    earlier = caller.access_token
    caller.refresh()
    caller.access_token = earlier

    assert 200 == caller.send("GET", "companyinfo/1").status_code


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_request"),
    ],
)
def test_the_token_endpoint_says_what_is_wrong(
    emulator: Emulator, form: dict[str, str], status: int, error: str
) -> None:
    """
    Source: Intuit, "OAuth 2.0" (errors); RFC 6749, section 5.2.
    """
    reply = requests.post(
        f"{emulator.url}/oauth2/v1/tokens/bearer",
        auth=("emulator-client-id", "emulator-client-secret"),
        data=form,
    )

    assert (status, {"error": error}) == (reply.status_code, reply.json())
    assert "no-store" in reply.headers["Cache-Control"]


@pytest.mark.parametrize(
    "authorization", ["", "Basic", "Basic !!", "Basic bm9jb2xvbg==", "Basic /w==", "Bearer x"]
)
def test_an_app_that_cannot_prove_itself_gets_nothing(
    emulator: Emulator, authorization: str
) -> None:
    """
    A missing or broken header is invalid_client; the status follows the switch.
    Source: Intuit, "OAuth 2.0" (errors).
    """
    url = f"{emulator.url}/oauth2/v1/tokens/bearer"
    form = {"grant_type": "refresh_token", "refresh_token": emulator.consent()}
    headers = {"Authorization": authorization}

    first = requests.post(url, data=form, headers=headers)
    emulator.switch(invalid_client_status=400)
    second = requests.post(url, data=form, headers=headers)

    assert (401, {"error": "invalid_client"}) == (first.status_code, first.json())
    assert (400, {"error": "invalid_client"}) == (second.status_code, second.json())


def test_a_form_must_be_sent_as_a_form(emulator: Emulator) -> None:
    """
    Source: Intuit, "OAuth 2.0" (Content-Type of the token request).
    """
    reply = requests.post(
        f"{emulator.url}/oauth2/v1/tokens/bearer",
        auth=("emulator-client-id", "emulator-client-secret"),
        json={"grant_type": "refresh_token", "refresh_token": emulator.consent()},
    )

    assert (400, {"error": "invalid_request"}) == (reply.status_code, reply.json())


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        ("none", None),
        ("short", "Token invalid"),
        ("long", "Incorrect or invalid refresh token"),
    ],
)
def test_an_invalid_grant_comes_with_the_words_that_were_seen(
    caller: Caller, emulator: Emulator, reading: str, words: str | None
) -> None:
    """
    Source: recorded answers of the token endpoint (switch `invalid_grant_description`).
    """
    emulator.switch(invalid_grant_description=reading)

    assert words == caller.token("stale").json().get("error_description")


@pytest.mark.parametrize("kind", ["json", "data"])
@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
def test_either_token_can_be_revoked_in_either_form(caller: Caller, kind: str, token: str) -> None:
    """
    JSON or form, refresh or access token: 200 without a body, and both are dead.
    Source: Intuit, "OAuth 2.0", revoking access.
    """
    reply = requests.post(
        f"{caller.emulator.url}/v2/oauth2/tokens/revoke",
        auth=("emulator-client-id", "emulator-client-secret"),
        **{kind: {"token": getattr(caller, token)}},
    )

    assert (200, b"") == (reply.status_code, reply.content)
    assert 401 == caller.send("GET", "companyinfo/1").status_code
    assert 400 == caller.token(caller.refresh_token).status_code


def test_only_its_own_app_can_revoke_a_token(caller: Caller, emulator: Emulator) -> None:
    """
    A wrong secret is 401, another app's token 400. Source: Intuit, "OAuth 2.0", revoking access.
    """
    url = f"{emulator.url}/v2/oauth2/tokens/revoke"
    other = {"client_id": "other", "client_secret": "s"}
    requests.post(f"{emulator.url}/_emulator/apps", json=other)
    token = {"token": caller.refresh_token}

    assert 401 == requests.post(url, json=token, auth=("other", "guess")).status_code
    assert 400 == requests.post(url, json=token, auth=("other", "s")).status_code
    assert 200 == caller.send("GET", "companyinfo/1").status_code


@pytest.mark.parametrize(
    ("token", "detail"),
    [
        ("short", "Malformed bearer token: too short or too long"),
        ("x" * 4097, "Malformed bearer token: too short or too long"),
        ("eyJhbGciOi.unknown.token", "Token expired: eyJhbG..."),
    ],
)
def test_a_token_that_is_none_is_answered_by_the_gateway(
    caller: Caller, token: str, detail: str
) -> None:
    """
    Source: recorded answers of the gateway (401, code 3200).
    """
    caller.access_token = token

    reply = caller.send("GET", "companyinfo/1")

    body = reply.json()
    assert 401 == reply.status_code
    assert 'Bearer realm="Intuit", error="invalid_token"' == reply.headers["WWW-Authenticate"]
    assert (
        "message=AuthenticationFailed; errorCode=003200; statusCode=401"
        == (body["fault"]["error"][0]["message"])
    )
    assert detail == body["fault"]["error"][0]["detail"]
    nothing = {
        "warnings", "intuitObject", "report", "queryResponse", "syncErrorResponse", "requestId",
        "status",
    }  # fmt: skip
    assert {None} == {body[name] for name in nothing}
    assert [[], [], []] == [
        body[name] for name in ("batchItemResponse", "attachableResponse", "cdcresponse")
    ]


def test_disconnecting_in_quickbooks_ends_both_tokens(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "OAuth 2.0" (the user disconnects the app).
    """
    shown = requests.get(f"{emulator.url}/_emulator/tokens")
    requests.post(f"{emulator.url}/_emulator/tokens/disconnect", json={})

    assert caller.access_token not in shown.text
    assert caller.refresh_token not in shown.text
    assert 401 == caller.send("GET", "companyinfo/1").status_code
    assert "invalid_grant" == caller.token(caller.refresh_token).json()["error"]


def identified(emulator: Emulator, scope: str) -> dict[str, str]:
    """The tokens of a person who agreed to these scopes."""
    redirect = "http://localhost:8765/callback"
    form = {
        "client_id": "emulator-client-id",
        "response_type": "code",
        "scope": scope,
        "redirect_uri": redirect,
        "state": "s",
        "decision": "connect",
        "realm_id": emulator.realm_id,
    }
    sent = requests.post(f"{emulator.url}/connect/oauth2", data=form, allow_redirects=False)
    code = sent.headers["Location"].partition("code=")[2].partition("&")[0]
    return requests.post(
        f"{emulator.url}/oauth2/v1/tokens/bearer",
        auth=("emulator-client-id", "emulator-client-secret"),
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": redirect},
    ).json()


def test_the_id_token_is_signed_by_the_published_key(emulator: Emulator) -> None:
    """
    With the scope openid an RS256 token says who consented for which app and company; a refresh
    brings none. Source: Intuit, "OpenID Connect"; recorded claims.
    """
    discovery = requests.get(emulator.discovery_url).json()

    pair = identified(emulator, "openid com.intuit.quickbooks.accounting")
    keys = jwt.PyJWKClient(discovery["jwks_uri"])
    claims = jwt.decode(
        pair["id_token"],
        keys.get_signing_key_from_jwt(pair["id_token"]).key,
        algorithms=["RS256"],
        audience="emulator-client-id",
        issuer=discovery["issuer"],
    )
    later = requests.post(
        discovery["token_endpoint"],
        auth=("emulator-client-id", "emulator-client-secret"),
        data={"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]},
    ).json()

    assert {"sub", "aud", "realmid", "auth_time", "iss", "exp", "iat"} == claims.keys()
    assert (["emulator-client-id"], emulator.realm_id) == (claims["aud"], claims["realmid"])
    assert "id_token" not in later
    assert "id_token" not in identified(emulator, "com.intuit.quickbooks.accounting")


def test_user_info_shows_what_the_scopes_allow(emulator: Emulator, caller: Caller) -> None:
    """
    Source: Intuit, "OpenID Connect" (user info, scopes); RFC 6750, section 3.1.
    """
    url = requests.get(emulator.discovery_url).json()["userinfo_endpoint"]

    def shown(token: str) -> requests.Response:
        return requests.get(url, headers={"Authorization": f"Bearer {token}"})

    some = shown(identified(emulator, "openid email")["access_token"])
    everything = identified(emulator, "openid profile email phone address")["access_token"]
    whole = shown(everything)
    books_only = shown(caller.access_token)
    nobody = shown("nobody-at-all")

    assert {"sub", "email", "emailVerified"} == some.json().keys()
    assert {
        "sub", "email", "emailVerified", "givenName", "familyName", "phoneNumber",
        "phoneNumberVerified", "address",
    } == whole.json().keys()  # fmt: skip
    assert (403, "insufficient_scope") == (books_only.status_code, books_only.json()["error"])
    assert 401 == nobody.status_code
    assert 'error="invalid_token"' in nobody.headers["WWW-Authenticate"]
