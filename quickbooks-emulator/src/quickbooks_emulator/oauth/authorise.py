"""The authorise request: what an app asks a person for, and the addresses the answer goes to.

Source: Intuit, "Set up OAuth 2.0" (request parameters, redirects), "Scopes"; RFC 6749, 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from quickbooks_emulator.oauth.errors import RedirectedError, ShownError
from quickbooks_emulator.oauth.grants import ACCOUNTING, OPENID, PAYMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quickbooks_emulator.oauth.apps import App

COMPANY_SCOPES = {
    ACCOUNTING: "Read and change the books: customers, documents, items, reports",
    PAYMENT: "Charge cards and bank accounts",
}
PERSON_SCOPES = {
    OPENID: "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "phone": "See your telephone number",
    "address": "See your address",
    "intuit_name": "See your name",
}
SCOPES = COMPANY_SCOPES | PERSON_SCOPES
"""Every scope that any app may ask for; those of payroll and the like are for chosen partners."""

PARAMETERS = ("client_id", "response_type", "scope", "redirect_uri", "state")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be put before a person."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str

    @property
    def wants_company(self) -> bool:
        """Whether a company is to be chosen."""
        return any(scope in COMPANY_SCOPES for scope in self.scopes)


def asked_from(parameters: Mapping[str, str], apps: Mapping[str, App]) -> Asked:
    """The request in the address or in the form that was posted back.

    Raises ShownError when app or redirect address are not known (nobody may be sent to an address
    that is not the app's), RedirectedError for everything else.
    """
    app = apps.get(parameters.get("client_id", ""))
    if app is None:
        raise ShownError(_complaint("client_id", parameters))
    redirect_uri = parameters.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris:
        raise ShownError(
            f"{_complaint('redirect_uri', parameters)} It must be the same, letter for letter, as"
            " one that is registered with the app."
        )
    state = parameters.get("state", "")
    scopes = tuple(dict.fromkeys(parameters.get("scope", "").split()))
    error = ""
    if not parameters.get("response_type") or not state:
        error = "invalid_request"
    elif parameters["response_type"] != "code":
        error = "unsupported_response_type"
    elif not scopes or not all(scope in SCOPES for scope in scopes):
        error = "invalid_scope"
    if error:
        raise RedirectedError(redirect_uri, error, state)
    return Asked(app, redirect_uri, scopes, state)


def _complaint(name: str, parameters: Mapping[str, str]) -> str:
    fault = "value is invalid" if parameters.get(name) else "is missing"
    return f"The {name} query parameter {fault}."


def granted(asked: Asked, code: str, realm_id: str) -> str:
    """The address that takes code, state and company to the app."""
    answer = {"code": code, "state": asked.state}
    if asked.wants_company:
        answer["realmId"] = realm_id
    return f"{asked.redirect_uri}?{urlencode(answer)}"


def refused(redirect_uri: str, error: str, state: str) -> str:
    """The address that takes a refusal to the app."""
    answer = {"error": error, "state": state} if state else {"error": error}
    return f"{redirect_uri}?{urlencode(answer)}"
