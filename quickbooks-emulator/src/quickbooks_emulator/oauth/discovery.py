"""The discovery document. Source: Intuit, "Discovery document"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject

AUTHORISE = "/connect/oauth2"
TOKEN = "/oauth2/v1/tokens/bearer"  # noqa: S105 - a path
REVOKE = "/v2/oauth2/tokens/revoke"
USER_INFO = "/v1/openid_connect/userinfo"
KEYS = "/op/v1/jwks"
OPERATIONS = {
    AUTHORISE: "authorise",
    TOKEN: "token",
    REVOKE: "revoke",
    USER_INFO: "userinfo",
    KEYS: "jwks",
    "/.well-known/openid_configuration": "discovery",
    "/.well-known/openid_sandbox_configuration": "discovery",
}


def issuer(base: str) -> str:
    """The name under which a server at `base` signs."""
    return f"{base}/op/v1"


def document(base: str) -> JsonObject:
    """The document of a server at `base`; production's and the sandbox's name the same places."""
    return {
        "issuer": issuer(base),
        "authorization_endpoint": f"{base}{AUTHORISE}",
        "token_endpoint": f"{base}{TOKEN}",
        "userinfo_endpoint": f"{base}{USER_INFO}",
        "revocation_endpoint": f"{base}{REVOKE}",
        "jwks_uri": f"{base}{KEYS}",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud", "exp", "iat", "iss", "realmid", "sub",
        ],
    }  # fmt: skip
