"""Consents, codes and the lives of their tokens.

Source: Intuit, "OAuth 2.0": access tokens 3600 s; refresh tokens 101 days, counted anew with each
new value; five years from the consent as the cap; a new refresh token about once a day.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject

ACCESS_LIFE_S = 3600
REFRESH_LIFE_S = 8_726_400
HARD_LIFE_S = 157_680_000
ROTATION_S = 86_400
GRACE_S = 86_400

ACCOUNTING = "com.intuit.quickbooks.accounting"
PAYMENT = "com.intuit.quickbooks.payment"
OPENID = "openid"


@dataclass(slots=True)
class Grant:
    """One user's consent for one app and company: the pair of tokens alive now.

    Moments are seconds since 1970 by the emulator's clock. `realm_id` is empty when no scope of a
    company was asked for.
    """

    number: int
    client_id: str
    realm_id: str
    user_id: str
    scopes: tuple[str, ...]
    refresh_token: str
    consented_at: float
    rotated_at: float
    expires_at: float
    hard_expires_at: float
    previous: dict[str, float] = field(default_factory=dict)
    """Rotated refresh tokens and when each was rotated away."""
    access: dict[str, float] = field(default_factory=dict)
    """Access tokens and when each ends."""
    is_revoked: bool = False

    def rotate(self, now: float, life_s: int) -> None:
        """Put a new refresh token in the place of the old one."""
        self.previous[self.refresh_token] = now
        self.refresh_token = refresh_text()
        self.rotated_at = now
        self.expires_at = min(now + life_s, self.hard_expires_at)

    def add_access(self, now: float) -> str:
        """A new access token; those that have ended are forgotten."""
        token = access_text()
        self.access = {known: end for known, end in self.access.items() if end > now}
        self.access[token] = now + ACCESS_LIFE_S
        return token

    def is_of(self, client_id: str, user_id: str, realm_id: str) -> bool:
        """Whether it is the living consent of that user for that app and company."""
        mine = (self.client_id, self.user_id, self.realm_id)
        return not self.is_revoked and mine == (client_id, user_id, realm_id)

    def as_shown(self, now: float) -> JsonObject:
        """What may be seen of it: everything but the tokens."""
        living = [end for end in self.access.values() if end > now]
        is_alive = not self.is_revoked
        return {
            "client_id": self.client_id,
            "realm_id": self.realm_id,
            "user_id": self.user_id,
            "scopes": list(self.scopes),
            "revoked": self.is_revoked,
            "access_tokens": len(living) if is_alive else 0,
            "access_expires_in": int(max(living) - now) if living and is_alive else 0,
            "refresh_expires_in": max(int(self.expires_at - now), 0) if is_alive else 0,
            "refresh_hard_expires_in": max(int(self.hard_expires_at - now), 0) if is_alive else 0,
            "rotations": len(self.previous),
        }


@dataclass(slots=True)
class Code:
    """One authorisation code and what it stands for."""

    client_id: str
    redirect_uri: str
    realm_id: str
    user_id: str
    scopes: tuple[str, ...]
    issued_at: float
    grant_number: int | None = None
    """The consent that it has been exchanged for."""


def grant_from(kept: JsonObject) -> Grant:
    """A consent from plain data."""
    whole = {**kept, "scopes": tuple(kept["scopes"])}
    for name in ("consented_at", "rotated_at", "expires_at", "hard_expires_at"):
        whole[name] = float(kept[name])
    for name in ("previous", "access"):
        whole[name] = {token: float(moment) for token, moment in kept[name].items()}
    return Grant(**whole)


def code_from(kept: JsonObject) -> Code:
    """A code from plain data."""
    changed = {"scopes": tuple(kept["scopes"]), "issued_at": float(kept["issued_at"])}
    return Code(**{**kept, **changed})


def plain(value: Grant | Code) -> JsonObject:
    """The value as plain data."""
    return asdict(value)


def code_text() -> str:
    """A fresh authorisation code."""
    return f"AB11{secrets.token_hex(24)}"


def refresh_text() -> str:
    """A fresh refresh token."""
    return f"RT1-{secrets.token_hex(24)}"


def access_text() -> str:
    """A fresh access token, opaque to everybody; it looks like an encrypted one."""
    return f"eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..{secrets.token_urlsafe(96)}"
