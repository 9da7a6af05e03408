"""intuit-oauth, Intuit's own client, unmodified, through the whole life of a consent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from intuitlib.utils import validate_id_token

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

REDIRECT = "http://localhost:8765/callback"
# The library asks datetime.utcnow() for the time, which newer Pythons discourage.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


def client_of(
    emulator: Emulator, document: str = "openid_configuration", **more: str
) -> AuthClient:
    keys = {"client_id": "emulator-client-id", "client_secret": "emulator-client-secret"}
    return AuthClient(
        **{**keys, **more},
        redirect_uri=REDIRECT,
        environment=f"{emulator.url}/.well-known/{document}",
    )


def connected(emulator: Emulator, *scopes: Scopes, **more: str) -> AuthClient:
    """A client after a person has agreed."""
    client = client_of(emulator, **more)
    address = urlsplit(client.get_authorization_url(list(scopes)))
    form = {name: value for name, (value,) in parse_qs(address.query).items()}
    reply = requests.post(
        address._replace(query="").geturl(),
        data={**form, "decision": "connect", "realm_id": emulator.realm_id},
        allow_redirects=False,
    )
    carried = parse_qs(urlsplit(reply.headers["Location"]).query)
    assert [client.state_token] == carried["state"]
    client.get_bearer_token(carried["code"][0], realm_id=carried["realmId"][0])
    return client


def status_of_books(emulator: Emulator, client: AuthClient) -> int:
    return requests.get(
        f"{emulator.url}/v3/company/{client.realm_id}/companyinfo/{client.realm_id}",
        headers={"Authorization": f"Bearer {client.access_token}", "Accept": "application/json"},
    ).status_code


@pytest.mark.parametrize(
    "document", ["openid_configuration", "openid_sandbox_configuration", "openid_configuration/"]
)
def test_the_discovery_documents_are_understood(emulator: Emulator, document: str) -> None:
    """
    Source: Intuit, "Discovery document".
    """
    client = client_of(emulator, document)

    assert f"{emulator.url}/connect/oauth2" == client.auth_endpoint
    assert f"{emulator.url}/op/v1" == client.issuer_uri


def test_the_authorisation_address_shows_the_consent_page(emulator: Emulator) -> None:
    """
    Source: Intuit, "Set up OAuth 2.0".
    """
    url = client_of(emulator).get_authorization_url([Scopes.ACCOUNTING, Scopes.OPENID])

    reply = requests.get(url)

    assert 200 == reply.status_code
    assert 'name="decision"' in reply.text


def test_code_refresh_and_revocation(emulator: Emulator) -> None:
    """
    The pair of a code opens the company, a refresh replaces it, a revocation ends it.
    Source: Intuit, "OAuth 2.0".
    """
    client = connected(emulator, Scopes.ACCOUNTING)
    first = client.refresh_token
    assert 200 == status_of_books(emulator, client)
    emulator.switch(rotate_always=True)

    client.refresh()

    assert first != client.refresh_token
    assert (3600, 8_726_400) == (client.expires_in, client.x_refresh_token_expires_in)
    assert 200 == status_of_books(emulator, client)

    assert client.revoke()

    assert 401 == status_of_books(emulator, client)
    with pytest.raises(AuthClientError) as refused:
        client.refresh()
    assert (400, "invalid_grant") == (
        refused.value.status_code,
        json.loads(refused.value.content)["error"],
    )
    assert refused.value.intuit_tid


def test_the_library_accepts_the_id_token(emulator: Emulator) -> None:
    """
    Its own check of signature, issuer, audience and end passes, and fails for another client or
    after the token was touched. Source: Intuit, "OpenID Connect".
    """
    client = connected(emulator, Scopes.ACCOUNTING, Scopes.OPENID)

    assert client.id_token
    head, body, signature = client.id_token.split(".")
    forged = ".".join((head, body, signature[::-1]))
    judged = [
        validate_id_token(text, client_id, client.issuer_uri, client.jwks_uri)
        for text, client_id in (
            (client.id_token, client.client_id),
            (client.id_token, "another"),
            (forged, client.client_id),
        )
    ]
    assert [True, False, False] == judged


def test_the_library_reads_user_info(emulator: Emulator) -> None:
    """
    Source: Intuit, "OpenID Connect" (user info).
    """
    client = connected(emulator, Scopes.ACCOUNTING, Scopes.OPENID, Scopes.PROFILE, Scopes.EMAIL)

    shown = client.get_user_info().json()

    assert "@" in shown["email"]
    assert shown["givenName"]


def test_the_library_reports_refusals(emulator: Emulator) -> None:
    """
    A wrong secret is 401, a used code 400, user info without the scope is refused.
    Source: Intuit, "OAuth 2.0" (errors).
    """
    stranger = client_of(emulator, client_secret="guess")
    with pytest.raises(AuthClientError) as wrong_secret:
        stranger.refresh(emulator.consent())
    client = connected(emulator, Scopes.ACCOUNTING)
    with pytest.raises(AuthClientError) as no_scope:
        client.get_user_info()
    with pytest.raises(AuthClientError) as no_code:
        client.get_bearer_token("AB11used")

    assert [401, 403, 400] == [
        caught.value.status_code for caught in (wrong_secret, no_scope, no_code)
    ]
