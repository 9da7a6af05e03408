"""The apps that may ask for consent, and how one proves who it is.

Source: Intuit, "Set redirect URIs" (https, or http on localhost while developing; no IP address, no
query), "Discovery document" (client_secret_basic and client_secret_post).
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlsplit

from quickbooks_emulator.oauth.errors import OAuthError
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quickbooks_emulator.json_text import Json, JsonObject

CLIENT_ID = "emulator-client-id"
CLIENT_SECRET = "emulator-client-secret"  # noqa: S105 - the well-known secret of a local emulator
REDIRECT_URI = "http://localhost:8765/callback"


@dataclass(frozen=True, slots=True)
class App:
    """One registered app."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    name: str

    def as_json(self) -> JsonObject:
        """The app as plain data, its secret included."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uris": list(self.redirect_uris),
            "name": self.name,
        }


def first_app() -> App:
    """The app that every fresh emulator knows."""
    return App(CLIENT_ID, CLIENT_SECRET, (REDIRECT_URI,), "Emulator app")


def app_of(kept: JsonObject) -> App:
    """An app from its plain data."""
    return App(**{**kept, "redirect_uris": tuple(kept["redirect_uris"])})


def app_from(wanted: JsonObject) -> App:
    """The app that `wanted` describes; what is left out is made up. Raises Problem 2010."""
    client_id = str(wanted.get("client_id") or f"AB{secrets.token_hex(24)}")
    if ":" in client_id:
        raise Problem("2010", "A client_id holds no colon", "client_id")
    uris = wanted.get("redirect_uris", [REDIRECT_URI])
    if not isinstance(uris, list):
        raise Problem("2010", "redirect_uris is a list", "redirect_uris")
    return App(
        client_id,
        str(wanted.get("client_secret") or secrets.token_hex(20)),
        tuple(_redirect(uri) for uri in uris),
        str(wanted.get("name") or client_id),
    )


def _redirect(uri: Json) -> str:
    """A redirect URI that Intuit lets an app register. Raises Problem 2010."""
    text = str(uri)
    refused = Problem(
        "2010",
        f"Redirect URI {text!r}: https, or http on localhost; no IP address, no query, no fragment",
        "redirect_uris",
    )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise refused from None
    is_local = parts.scheme == "http" and host == "localhost"
    if not host or not (is_local or parts.scheme == "https") or _is_address(host) or port == 0:
        raise refused
    if not text.isascii() or not text.isprintable() or any(sign in text for sign in "?# "):
        raise refused
    return text


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def identified(
    apps: Mapping[str, App], headers: Mapping[str, str], form: Mapping[str, str], status: int
) -> App:
    """The app that has proved itself in the Authorization header or the form.

    Raises OAuthError `invalid_client` with that status.
    """
    refused = OAuthError(status, "invalid_client")
    app = claimed_app(apps, headers, form)
    if app is None:
        raise refused
    _, secret = _offered(headers, form)
    # RFC 6749, 2.3.1 has both parts form-encoded before they are joined; most clients do not.
    offered = {secret.encode(), unquote_plus(secret).encode()}
    if not any(secrets.compare_digest(app.client_secret.encode(), text) for text in offered):
        raise refused
    return app


def claimed_app(
    apps: Mapping[str, App], headers: Mapping[str, str], form: Mapping[str, str]
) -> App | None:
    """The app that somebody says to be, proved or not."""
    client_id, _ = _offered(headers, form)
    return apps.get(client_id) or apps.get(unquote_plus(client_id))


def _offered(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    """Client id and secret as sent, in the header or else the form; empty when not to be read."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    client_id, _, secret = text.partition(":")
    return client_id, secret
