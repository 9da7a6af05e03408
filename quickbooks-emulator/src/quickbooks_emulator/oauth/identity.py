"""OpenID Connect: the signed id_token, the keys that prove it, the person behind a consent.

Source: Intuit, "OpenID Connect" (claims, user info), recorded claims; RFC 7517, RFC 7519.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.oauth.grants import Grant

USER_ID = "5f0c2d1e-76d0-4616-9905-e416279ea55e"
"""The person who sits at every browser."""
ID_LIFE_S = 3600
KEY_BITS = 2048
EXPONENT = 65537
PERSON: dict[str, JsonObject] = {
    # scope: what it shows
    "profile": {"givenName": "Alex", "familyName": "Reed"},
    "intuit_name": {"givenName": "Alex", "familyName": "Reed"},
    "email": {"email": "alex.reed@example.com", "emailVerified": True},
    "phone": {"phoneNumber": "+1 5550100199", "phoneNumberVerified": False},
    "address": {
        "address": {
            "streetAddress": "123 Sierra Way",
            "locality": "San Pablo",
            "region": "CA",
            "postalCode": "87999",
            "country": "US",
        }
    },
}


@dataclass(slots=True)
class SigningKey:
    """The key pair of one emulator, made when it is first needed."""

    pem: str = ""
    _private: RSAPrivateKey | None = None

    def private(self) -> RSAPrivateKey:
        """The private key."""
        if self._private is None:
            if self.pem:
                loaded = load_pem_private_key(self.pem.encode(), None)
                if not isinstance(loaded, RSAPrivateKey):
                    raise ValueError("The signing key is no RSA key")
                self._private = loaded
            else:
                self._private = generate_private_key(EXPONENT, KEY_BITS)
                self.pem = self._private.private_bytes(
                    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
                ).decode()
        return self._private

    def name(self) -> str:
        """The key's `kid`."""
        public = self.private().public_key()
        text = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(text).hexdigest()[:32]


def id_token(key: SigningKey, issuer: str, grant: Grant, now: float) -> str:
    """Who has consented, signed for the app."""
    claims: JsonObject = {
        "sub": grant.user_id,
        "aud": [grant.client_id],
        "auth_time": int(grant.consented_at),
        "iss": issuer,
        "exp": int(now) + ID_LIFE_S,
        "iat": int(now),
    }
    if grant.realm_id:
        claims["realmid"] = grant.realm_id
    return jwt.encode(claims, key.private(), "RS256", headers={"kid": key.name()})


def key_set(key: SigningKey) -> JsonObject:
    """The public keys as a JSON Web Key Set."""
    numbers = RSAAlgorithm.to_jwk(key.private().public_key(), as_dict=True)
    return {
        "keys": [
            {
                "kty": "RSA",
                "e": numbers["e"],
                "use": "sig",
                "kid": key.name(),
                "alg": "RS256",
                "n": numbers["n"],
            }
        ]
    }


def user_info(grant: Grant) -> JsonObject:
    """What the scopes of a consent show of the person."""
    shown: JsonObject = {"sub": grant.user_id}
    for scope in grant.scopes:
        shown.update(PERSON.get(scope, {}))
    return shown
