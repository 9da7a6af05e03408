"""Tokens. Intuit: "OAuth 2.0", "Discovery document", "Handle errors and exceptions"."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def test_a_refresh_gives_a_pair_and_the_old_token_dies(caller: Caller) -> None:
    """
    The reply has Intuit's fields; the token it replaces is refused from then on.
    Source: Intuit, "OAuth 2.0", refreshing the access token.
    """
    old = caller.refresh_token

    reply = caller.refresh()
    again = caller.token(old)

    assert "bearer" == reply["token_type"]
    assert 3600 == reply["expires_in"]
    assert 8_726_400 == reply["x_refresh_token_expires_in"]
    assert old != reply["refresh_token"]
    assert (400, "invalid_grant") == (again.status_code, again.json()["error"])


def test_a_dead_refresh_token_takes_its_successor_along(caller: Caller) -> None:
    """
    A second use of a rotated token revokes the pair, unless the switch says otherwise.
    Source: Intuit, "OAuth 2.0".
    """
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
