"""OAuth 2.0: discovery, tokens that expire and rotate, revocation.

Source: Intuit, "OAuth 2.0", "Discovery document"; the shapes of errors as recorded. The state is
plain data, so that it can be kept in the emulator's file.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import unauthenticated, unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.switches import Switches

CLIENT_ID = "emulator-client-id"
CLIENT_SECRET = "emulator-client-secret"  # noqa: S105 - the well-known secret of a local emulator
REFRESH_TOKEN = "emulator-refresh-token"  # noqa: S105 - the first token of every fresh emulator
REALM_ID = "9341452718281828459"
REDIRECT_URI = "http://localhost:8765/callback"

ACCESS_LIFE_S = 3600
REFRESH_LIFE_S = 8_726_400
HARD_LIFE_S = 157_680_000
ROTATION_S = 86_400
GRACE_S = 86_400
SHORTEST_TOKEN = 10

GRACE = "grace"
REVOKES = "revokes"


class OAuthError(Exception):
    """A refusal of the token endpoint, in the words of RFC 6749."""

    def __init__(self, status: int, error: str, description: str = "") -> None:
        self.status = status
        self.body: JsonObject = {"error": error}
        if description:
            self.body["error_description"] = description
        super().__init__(error)


@dataclass(slots=True)
class Grant:
    """One user's consent for one app and company: the pair of tokens alive now."""

    client_id: str
    realm_id: str
    refresh_token: str
    rotated_at: float
    expires_at: float
    hard_expires_at: float
    previous: dict[str, float] = field(default_factory=dict)
    """Rotated refresh tokens and when each was rotated away."""
    access: dict[str, float] = field(default_factory=dict)
    """Access tokens and when each ends."""
    is_revoked: bool = False


@dataclass(slots=True)
class Authority:
    """Apps and grants."""

    apps: dict[str, str] = field(default_factory=lambda: {CLIENT_ID: CLIENT_SECRET})
    grants: list[Grant] = field(default_factory=list)
    version: int = 0

    def issue(self, now: float, realm_id: str = REALM_ID, refresh_token: str = "") -> Grant:
        """A new consent, as if a user had connected the app."""
        grant = Grant(
            CLIENT_ID,
            realm_id,
            refresh_token or _refresh_text(),
            now,
            now + REFRESH_LIFE_S,
            now + HARD_LIFE_S,
        )
        self.grants.append(grant)
        self.version += 1
        return grant

    def token(
        self, headers: Mapping[str, str], form: Mapping[str, str], now: float, switches: Switches
    ) -> JsonObject:
        """The token endpoint's answer. Raises OAuthError."""
        client_id = self._client(headers, form)
        kind = form.get("grant_type")
        if not kind:
            raise OAuthError(400, "invalid_request", "grant_type is missing")
        if kind == "authorization_code":
            raise OAuthError(400, "invalid_grant", "Invalid authorization code")
        if kind != "refresh_token":
            raise OAuthError(400, "unsupported_grant_type")
        grant = self._refreshable(client_id, form.get("refresh_token", ""), now, switches)
        if switches.rotate_always or now - grant.rotated_at >= ROTATION_S:
            grant.previous[grant.refresh_token] = now
            grant.refresh_token = _refresh_text()
            grant.rotated_at = now
            grant.expires_at = min(now + REFRESH_LIFE_S, grant.hard_expires_at)
        access = _access_text()
        grant.access = {token: end for token, end in grant.access.items() if end > now}
        grant.access[access] = now + ACCESS_LIFE_S
        self.version += 1
        answer: JsonObject = {
            "token_type": "bearer",
            "access_token": access,
            "expires_in": ACCESS_LIFE_S,
            "refresh_token": grant.refresh_token,
            "x_refresh_token_expires_in": int(grant.expires_at - now),
        }
        wants_hard = headers.get("x-include-refresh-token-hard-expires-in", "")
        if wants_hard.lower() == "true":
            answer["x_refresh_token_hard_expires_in"] = int(grant.hard_expires_at - now)
        return answer

    def _client(self, headers: Mapping[str, str], form: Mapping[str, str]) -> str:
        scheme, _, encoded = headers.get("authorization", "").partition(" ")
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if scheme.lower() == "basic":
            try:
                text = base64.b64decode(encoded, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise OAuthError(401, "invalid_client") from None
            client_id, _, secret = text.partition(":")
        expected = self.apps.get(client_id)
        if expected is None or not secrets.compare_digest(expected.encode(), secret.encode()):
            raise OAuthError(401, "invalid_client")
        return client_id

    def _refreshable(self, client_id: str, token: str, now: float, switches: Switches) -> Grant:
        refused = OAuthError(400, "invalid_grant", "Incorrect or invalid refresh token")
        for grant in self.grants:
            if grant.client_id != client_id or grant.is_revoked:
                continue
            if grant.refresh_token == token:
                if grant.expires_at <= now:
                    raise refused
                return grant
            if token in grant.previous:
                in_grace = now - grant.previous[token] < GRACE_S
                if switches.old_refresh_token == GRACE and in_grace:
                    return grant
                if switches.refresh_token_reuse == REVOKES:
                    grant.is_revoked = True
                    self.version += 1
                raise refused
        raise refused

    def revoke(self, headers: Mapping[str, str], token: str) -> None:
        """Disconnect the app from the company: both tokens die. Raises OAuthError."""
        client_id = self._client(headers, {})
        for grant in self.grants:
            knows = token == grant.refresh_token or token in grant.access
            if grant.client_id == client_id and knows and not grant.is_revoked:
                grant.is_revoked = True
                self.version += 1
                return
        raise OAuthError(400, "invalid_request", "The token is unknown or already revoked")

    def check(self, authorization: str, realm_id: str, now: float) -> None:
        """Raises Problem 3200 for a token that does not live, 3100 for another company's."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or len(token) < SHORTEST_TOKEN:
            raise unauthenticated("Malformed bearer token: too short or too long")
        for grant in self.grants:
            end = grant.access.get(token)
            if end is None:
                continue
            if end <= now or grant.is_revoked:
                raise unauthenticated(f"Token expired: {token[:6]}...")
            if grant.realm_id != realm_id:
                raise unauthorized()
            return
        raise unauthenticated(f"Token expired: {token[:6]}...")

    def expire(self, *, access: bool, refresh: bool) -> None:
        """End the tokens of every grant at once."""
        for grant in self.grants:
            if access:
                grant.access = dict.fromkeys(grant.access, 0.0)
            if refresh:
                grant.expires_at = 0.0
        self.version += 1

    def as_json(self) -> JsonObject:
        """The state as plain data."""
        return {"apps": self.apps, "grants": [asdict(grant) for grant in self.grants]}

    def restore(self, state: JsonObject) -> None:
        """Take up a kept state."""
        self.apps = dict(state["apps"])
        self.grants = [Grant(**_floats(grant)) for grant in state["grants"]]


def _floats(grant: JsonObject) -> JsonObject:
    kept = dict(grant)
    for name in ("rotated_at", "expires_at", "hard_expires_at"):
        kept[name] = float(kept[name])
    for name in ("previous", "access"):
        kept[name] = {token: float(moment) for token, moment in kept[name].items()}
    return kept


def _refresh_text() -> str:
    return f"RT1-{secrets.token_hex(24)}"


def _access_text() -> str:
    return f"eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..{secrets.token_urlsafe(96)}"


def discovery(base: str) -> JsonObject:
    """The discovery document of a server at `base`."""
    return {
        "issuer": f"{base}/op/v1",
        "authorization_endpoint": f"{base}/connect/oauth2",
        "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{base}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud", "exp", "iat", "iss", "realmid", "sub",
        ],
    }  # fmt: skip
