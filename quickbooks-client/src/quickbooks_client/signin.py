"""What a sign-in decides: which redirect belongs to it, and where it can be received. Pure.

A redirect is believed for its `state` alone: a text of this sign-in's own that nobody else has seen
but the consent page. Whatever comes without it is refused and changes nothing, so that a page of
somebody else's can neither end a sign-in nor put another company in its place.
Source: Intuit, "Set up OAuth 2.0" (the redirect), "Set redirect URIs"; RFC 6749, 4.1.2 and 10.12.
"""

from __future__ import annotations

import dataclasses
import re
import secrets
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from quickbooks_client.errors import (
    ConfigurationError,
    ConsentRefusedError,
    ForgedRedirectError,
    SignInError,
)
from quickbooks_client.shield import shielded
from quickbooks_client.transport import LOOPBACK

AGAIN = "sign in again (`quickbooks auth login`)"
_MAX_FIELDS = 32
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclasses.dataclass(frozen=True, slots=True)
class Redirect:
    """What the consent page sends back when the user said yes."""

    code: str = dataclasses.field(repr=False)
    """To be exchanged, once, within minutes."""
    realm_id: str
    """The company that the user chose."""


class Place(NamedTuple):
    """Where redirects to this machine arrive."""

    host: str
    port: int
    path: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses a browser may mean by the host; both, or a stranger could sit on one."""
        return ("127.0.0.1", "::1") if self.host == "localhost" else (self.host,)

    @property
    def names(self) -> frozenset[str]:
        """The `Host` headers of a browser that was sent here; any other was led here by a trick."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return frozenset({f"{name}:{self.port}"} | ({name} if self.port == 80 else set()))  # noqa: PLR2004 - http's own port


def new_state() -> str:
    """Return a text that nobody can guess, for one sign-in."""
    return secrets.token_urlsafe(32)


@shielded
def read_redirect(url: str, expected_state: str, redirect_uri: str) -> Redirect:
    """Return what a redirect brought.

    Args:
        url: The redirect's whole address; without its scheme, as browsers show it, will do.
        expected_state: The state of the sign-in that waits.
        redirect_uri: The address the sign-in named.

    Raises:
        ForgedRedirectError: It is no answer to this sign-in, which may go on waiting.
        ConsentRefusedError: The user said no.
        SignInError: Intuit refused, or sent no code or no company.
    """
    fields = _fields(url, redirect_uri)
    # Not only the state: with two codes, whoever added one would choose which is taken.
    if any(len(values) > 1 for values in fields.values()):
        raise _forged("it names something twice")
    state = fields.get("state", [""])[0]
    if not secrets.compare_digest(state.encode(errors="replace"), expected_state.encode()):
        raise _forged("its state is not this sign-in's" if state else "it has no state")
    error = fields.get("error", [""])[0]
    if error:
        raise _refused(error)
    code = fields.get("code", [""])[0]
    if not re.fullmatch(r"[!-~]{1,2048}", code):
        raise SignInError(f"The redirect brought no code; {AGAIN}.")
    realm_id = fields.get("realmId", [""])[0]
    if not re.fullmatch(r"[0-9]{1,20}", realm_id):
        raise SignInError(
            f"The redirect names no company; choose one on the consent page: {AGAIN}."
        )
    return Redirect(code, realm_id)


def check_company(redirect: Redirect, realm_id: str | None) -> None:
    """Refuse a company other than the one that is set; its code is never exchanged.

    Raises:
        SignInError: Names both.
    """
    if realm_id is not None and redirect.realm_id != realm_id:
        raise SignInError(
            f"You chose company {redirect.realm_id}, but setting realm_id is {realm_id}: nothing"
            " was stored and no token was asked for; sign in again and choose that company, or"
            f" set QUICKBOOKS_REALM_ID={redirect.realm_id}."
        )


def place_of(redirect_uri: str) -> Place:
    """Return where this machine receives redirects to `redirect_uri`.

    Raises:
        ConfigurationError: They do not come to this machine in the clear.
    """
    parts = urlsplit(redirect_uri)
    host = parts.hostname or ""
    if parts.scheme != "http" or host not in LOOPBACK:
        raise ConfigurationError(
            f"Redirects to {redirect_uri} (setting redirect_uri) do not come to this command, which"
            " listens at http://localhost only: run `quickbooks auth login --manual` and paste the"
            " address that the browser ends on."
        )
    return Place(host, parts.port or _DEFAULT_PORTS["http"], parts.path or "/")


def _fields(url: str, redirect_uri: str) -> dict[str, list[str]]:
    """Return the query of a redirect, which must lead to `redirect_uri`."""
    url = url.strip().strip("<>\"'")
    expected = urlsplit(redirect_uri)
    if "://" not in url.partition("?")[0]:
        url = f"{expected.scheme}://{url}"
    try:
        parts = urlsplit(url)
        is_ours = _goes_to(url) == _goes_to(redirect_uri)
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise _forged("it cannot be read") from None
    if not is_ours:
        raise _forged(f"it does not begin with {redirect_uri}")
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _goes_to(url: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path or "/"


def _refused(error: str) -> SignInError:
    if error == "access_denied":
        return ConsentRefusedError(
            "The user said no on the consent page: nothing is connected and nothing was stored;"
            f" if that was a slip, {AGAIN}."
        )
    # What Intuit wrote, if it is a word at all.
    shown = error if re.fullmatch(r"[a-z_]{1,40}", error) else "an unknown error"
    advice = {
        "invalid_scope": "the app is not registered for accounting: add that scope to it",
        "server_error": f"Intuit failed: {AGAIN}",
        "temporarily_unavailable": f"Intuit is busy: {AGAIN} later",
    }.get(shown, "check the app's keys and setting redirect_uri")
    return SignInError(f"The consent page answered {shown}: {advice}. Nothing was stored.")


def _forged(reason: str) -> ForgedRedirectError:
    return ForgedRedirectError(f"This address is no answer to the sign-in that waits: {reason}.")
