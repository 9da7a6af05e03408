"""The authorisation server's state and decisions: who may have which token.

Source: Intuit, "OAuth 2.0". The state is plain data, so that it can be kept in a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator.oauth.apps import CLIENT_ID, App, app_of, first_app, identified
from quickbooks_emulator.oauth.errors import OAuthError
from quickbooks_emulator.oauth.grants import (
    ACCOUNTING,
    GRACE_S,
    HARD_LIFE_S,
    REFRESH_LIFE_S,
    ROTATION_S,
    Code,
    Grant,
    code_from,
    code_text,
    grant_from,
    plain,
    refresh_text,
)
from quickbooks_emulator.oauth.identity import USER_ID, SigningKey
from quickbooks_emulator.problems import unauthenticated, unauthorized

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.oauth.authorise import Asked
    from quickbooks_emulator.switches import Switches

REALM_ID = "9341452718281828459"
REFRESH_TOKEN = "emulator-refresh-token"  # noqa: S105 - the first token of every fresh emulator
SHORTEST_TOKEN = 10
LONGEST_TOKEN = 4096
CODES_KEPT_S = 86_400
BAD_REQUEST = 400
APP, GRANT, CODE, KEY = "app", "grant", "code", "key"

GRACE = "grace"
REVOKES = "revokes"
REPLACES = "replaces"
TOKEN_WORDS = {
    "none": "",
    "short": "Token invalid",
    "long": "Incorrect or invalid refresh token",
}
CODE_WORDS = {"none": "", "short": "Token invalid", "long": "Invalid authorization code"}


@dataclass(frozen=True, slots=True)
class Issued:
    """What the token endpoint gives."""

    grant: Grant
    access_token: str
    is_first: bool
    """Whether a code was exchanged, rather than a token refreshed."""


@dataclass(slots=True)
class Authority:
    """Apps, codes and consents."""

    apps: dict[str, App] = field(default_factory=lambda: {CLIENT_ID: first_app()})
    grants: list[Grant] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    key: SigningKey = field(default_factory=SigningKey)
    changed: set[tuple[str, str]] = field(default_factory=set)
    """What is not yet written to the emulator's file: kind and name."""
    _by_access: dict[str, Grant] = field(default_factory=dict)
    _by_refresh: dict[str, Grant] = field(default_factory=dict)
    """Consents by every refresh token they ever had."""

    def add_app(self, app: App) -> None:
        """Register an app, or change the one of that client_id."""
        self.apps[app.client_id] = app
        self.changed.add((APP, app.client_id))

    def signing_key(self) -> SigningKey:
        """The key, which is made when it is first used, and has to outlive the process then."""
        if not self.key.pem:
            self.changed.add((KEY, ""))
        return self.key

    # -- consent

    def issue(
        self,
        now: float,
        realm_id: str = REALM_ID,
        refresh_token: str = "",
        *,
        client_id: str = CLIENT_ID,
        user_id: str = "",
        scopes: tuple[str, ...] = (ACCOUNTING,),
        life_s: int = REFRESH_LIFE_S,
    ) -> Grant:
        """A consent as if a user, by default a new one, had connected the app."""
        number = len(self.grants) + 1
        grant = Grant(
            number,
            client_id,
            realm_id,
            user_id or f"emulator-user-{number}",
            scopes,
            refresh_token or refresh_text(),
            consented_at=now,
            rotated_at=now,
            expires_at=now + life_s,
            hard_expires_at=now + HARD_LIFE_S,
        )
        self.grants.append(grant)
        self._by_refresh[grant.refresh_token] = grant
        self._note(grant)
        return grant

    def grant_code(self, asked: Asked, realm_id: str, now: float) -> str:
        """A code for what the person at the browser has agreed to."""
        # Used codes are kept: a second use has consequences. Others are forgotten in the end.
        ended = [
            text
            for text, code in self.codes.items()
            if code.grant_number is None and now - code.issued_at >= CODES_KEPT_S
        ]
        for text in ended:
            del self.codes[text]
        text = code_text()
        self.changed.update((CODE, name) for name in (*ended, text))
        self.codes[text] = Code(
            asked.app.client_id, asked.redirect_uri, realm_id, USER_ID, asked.scopes, now
        )
        return text

    # -- the token endpoint

    def token(
        self, headers: Mapping[str, str], form: Mapping[str, str], now: float, switches: Switches
    ) -> Issued:
        """What a code or a refresh token is exchanged for. Raises OAuthError."""
        app = identified(self.apps, headers, form, switches.invalid_client_status)
        kind = form.get("grant_type")
        if not kind:
            raise OAuthError(BAD_REQUEST, "invalid_request")
        if kind == "authorization_code":
            return self._exchanged(app, form, now, switches)
        if kind != "refresh_token":
            raise OAuthError(BAD_REQUEST, "unsupported_grant_type")
        if not form.get("refresh_token"):
            raise OAuthError(BAD_REQUEST, "invalid_request")
        return self._refreshed(app, form["refresh_token"], now, switches)

    def _exchanged(
        self, app: App, form: Mapping[str, str], now: float, switches: Switches
    ) -> Issued:
        if not form.get("code") or not form.get("redirect_uri"):
            raise OAuthError(BAD_REQUEST, "invalid_request")
        words = CODE_WORDS[switches.invalid_grant_description]
        refused = OAuthError(BAD_REQUEST, "invalid_grant", words)
        code = self.codes.get(form["code"])
        if code is None or code.client_id != app.client_id:
            raise refused
        if code.grant_number is not None:
            if switches.code_reuse == REVOKES:
                self._end(self.grants[code.grant_number - 1])
            raise refused
        if form["redirect_uri"] != code.redirect_uri:
            # Whoever tries it there may have stolen it.
            del self.codes[form["code"]]
            self.changed.add((CODE, form["code"]))
            raise refused
        if now - code.issued_at >= switches.code_life_s:
            raise refused
        if switches.reconnect == REPLACES:
            for grant in self.grants:
                if grant.is_of(code.client_id, code.user_id, code.realm_id):
                    self._end(grant)
        grant = self.issue(
            now,
            code.realm_id,
            client_id=code.client_id,
            user_id=code.user_id,
            scopes=code.scopes,
            life_s=switches.refresh_life_s,
        )
        code.grant_number = grant.number
        self.changed.add((CODE, form["code"]))
        return self._issued(grant, now, is_first=True)

    def _refreshed(self, app: App, token: str, now: float, switches: Switches) -> Issued:
        grant = self._refreshable(app.client_id, token, now, switches)
        if switches.rotate_always or now - grant.rotated_at >= ROTATION_S:
            grant.rotate(now, switches.refresh_life_s)
            self._by_refresh[grant.refresh_token] = grant
        return self._issued(grant, now, is_first=False)

    def _refreshable(self, client_id: str, token: str, now: float, switches: Switches) -> Grant:
        words = TOKEN_WORDS[switches.invalid_grant_description]
        refused = OAuthError(BAD_REQUEST, "invalid_grant", words)
        grant = self._by_refresh.get(token)
        if grant is None or grant.client_id != client_id or grant.is_revoked:
            raise refused
        if grant.refresh_token == token:
            if grant.expires_at <= now:
                raise refused
            return grant
        in_grace = now - grant.previous[token] < GRACE_S and grant.expires_at > now
        if switches.old_refresh_token == GRACE and in_grace:
            return grant
        if switches.refresh_token_reuse == REVOKES:
            self._end(grant)
        raise refused

    def _issued(self, grant: Grant, now: float, *, is_first: bool) -> Issued:
        known = set(grant.access)
        token = grant.add_access(now)
        for ended in known.difference(grant.access):
            self._by_access.pop(ended, None)
        self._by_access[token] = grant
        self._note(grant)
        return Issued(grant, token, is_first)

    # -- the end of consents

    def revoke(
        self, headers: Mapping[str, str], form: Mapping[str, str], switches: Switches
    ) -> None:
        """Disconnect the app from the company: both tokens die. Raises OAuthError."""
        app = identified(self.apps, headers, form, switches.invalid_client_status)
        token = form.get("token", "")
        grant = self.holder(token)
        if grant is None or grant.client_id != app.client_id or grant.is_revoked:
            raise OAuthError(BAD_REQUEST, "invalid_request")
        if token != grant.refresh_token and token not in grant.access:
            raise OAuthError(BAD_REQUEST, "invalid_request")
        self._end(grant)

    def disconnect(self, realm_id: str, client_id: str) -> int:
        """End every consent of a company (for one app, or for all); returns how many."""
        ended = [
            grant
            for grant in self.grants
            if grant.realm_id == realm_id
            and client_id in {"", grant.client_id}
            and not grant.is_revoked
        ]
        for grant in ended:
            self._end(grant)
        return len(ended)

    def _end(self, grant: Grant) -> None:
        grant.is_revoked = True
        self._note(grant)

    def _note(self, grant: Grant) -> None:
        self.changed.add((GRANT, str(grant.number)))

    def expire(self, *, access: bool, refresh: bool) -> None:
        """End the tokens of every grant at once."""
        for grant in self.grants:
            if access:
                grant.access = dict.fromkeys(grant.access, 0.0)
            if refresh:
                grant.expires_at = 0.0
            self._note(grant)

    # -- the bearer of a token

    def living(self, authorization: str, now: float) -> Grant:
        """The consent behind an access token. Raises Problem 3200 unless it lives."""
        scheme, _, token = authorization.partition(" ")
        is_long_enough = SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN
        if scheme.lower() != "bearer" or not is_long_enough:
            raise unauthenticated("Malformed bearer token: too short or too long")
        grant = self._by_access.get(token)
        if grant is None or grant.is_revoked or grant.access.get(token, 0.0) <= now:
            raise unauthenticated(f"Token expired: {token[:6]}...")
        return grant

    def check(self, authorization: str, realm_id: str, now: float) -> None:
        """Raises Problem 3200 for a token that does not live, 3100 for another company's."""
        grant = self.living(authorization, now)
        if grant.realm_id != realm_id or ACCOUNTING not in grant.scopes:
            raise unauthorized()

    def holder(self, token: str) -> Grant | None:
        """The consent that an access or refresh token is or was of."""
        return self._by_access.get(token) or self._by_refresh.get(token)

    def client_of(self, authorization: str) -> str:
        """The client_id of whoever holds that access token, alive or not; empty if unknown."""
        grant = self._by_access.get(authorization.partition(" ")[2])
        return grant.client_id if grant else ""

    def realms_of(self, client_id: str) -> set[str]:
        """The companies that an app is connected to."""
        return {
            grant.realm_id
            for grant in self.grants
            if grant.client_id == client_id and grant.realm_id and not grant.is_revoked
        }

    # -- plain data

    def note_all(self) -> None:
        """Everything is to be written."""
        self.changed = {(KEY, ""), *((APP, name) for name in self.apps)}
        self.changed.update((GRANT, str(grant.number)) for grant in self.grants)
        self.changed.update((CODE, text) for text in self.codes)

    def changes(self) -> Iterator[tuple[str, str, Json]]:
        """Kind, name and data (None: gone) of what is not yet written, the oldest first."""
        for kind, name in sorted(self.changed, key=_in_order):
            yield kind, name, self._value(kind, name)

    def _value(self, kind: str, name: str) -> Json:
        if kind == GRANT:
            return plain(self.grants[int(name) - 1])
        if kind == CODE:
            return plain(self.codes[name]) if name in self.codes else None
        return self.apps[name].as_json() if kind == APP else self.key.pem

    def restore(self, kept: Iterable[tuple[str, str, Json]]) -> None:
        """Take up a kept state in place of this one: kind, name and data."""
        self.apps = {}
        for kind, name, value in kept:
            if kind == APP:
                self.apps[name] = app_of(value)
            elif kind == GRANT:
                self.grants.append(grant_from(value))
            elif kind == CODE:
                self.codes[name] = code_from(value)
            else:
                self.key = SigningKey(value)
        for grant in self.grants:
            self._by_access.update(dict.fromkeys(grant.access, grant))
            self._by_refresh.update(dict.fromkeys((*grant.previous, grant.refresh_token), grant))


def _in_order(change: tuple[str, str]) -> tuple[str, int]:
    """By kind, and consents by their number."""
    kind, name = change
    return kind, int(name) if kind == GRANT else 0
