"""The authorisation server's addresses.

Source: Intuit, "OAuth 2.0", "OpenID Connect", "Discovery document".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl

from quickbooks_emulator import guarding
from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.messages import JSON_TYPE, Reply, refusal
from quickbooks_emulator.oauth import authorise, discovery, identity
from quickbooks_emulator.oauth.apps import claimed_app
from quickbooks_emulator.oauth.errors import OAuthError, RedirectedError, ShownError
from quickbooks_emulator.oauth.grants import OPENID
from quickbooks_emulator.pages import consent
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.oauth.authorise import Asked
    from quickbooks_emulator.oauth.authority import Issued
    from quickbooks_emulator.service import Service

Handler: TypeAlias = "Callable[[Service, Request, str], Reply]"

OK = 200
FOUND = 302
BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
FORM_TYPE = "application/x-www-form-urlencoded"
UNKEPT = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}
HARD_LIFE_HEADER = "x-include-refresh-token-hard-expires-in"


def operation_of(request: Request) -> str:
    """`authorise`, `token`, `revoke`, `userinfo`, `jwks`, `discovery`, or `unknown`."""
    return discovery.OPERATIONS.get(request.path.rstrip("/"), "unknown")


def answer(service: Service, request: Request, base: str) -> Reply:
    """The reply of the authorisation server, which the caller finds at `base`.

    The caller keeps what has changed (`service.authority.changed` tells).
    """
    handler = HANDLERS.get((request.method, operation_of(request)))
    if handler is None:
        return refusal(_no_such_place(request.path), request, service.clock.now())
    try:
        if handler is _decide:
            guarding.check_origin(request)
        return handler(service, request, base)
    except Problem as problem:
        return refusal(problem, request, service.clock.now())
    except OAuthError as error:
        return Reply(error.status, dumps(error.body), JSON_TYPE, dict(UNKEPT))


def caller_of(service: Service, request: Request) -> tuple[str, str]:
    """App and company of the caller as far as they can be told, proved or not; else empty."""
    try:
        form = _form(request)
    except OAuthError:
        form = {}
    authority, authorization = service.authority, request.headers.get("authorization", "")
    claimed = claimed_app(authority.apps, request.headers, form)
    client_id = claimed.client_id if claimed else authority.client_of(authorization)
    token = form.get("refresh_token") or form.get("token") or authorization.partition(" ")[2]
    grant = authority.holder(token)
    is_theirs = grant is not None and grant.client_id == client_id
    return client_id, grant.realm_id if grant is not None and is_theirs else ""


def _no_such_place(path: str) -> Problem:
    return Problem(
        "10000",
        f"System Failure Error: Could not find resource for relative : {path}",
        "",
        status=500,
        type="SystemFault",
    )


# -- the person at the browser


def _ask(service: Service, request: Request, _base: str) -> Reply:
    """Put the app's wish before the person."""
    try:
        asked = authorise.asked_from(request.query, service.authority.apps)
    except ShownError as error:
        return consent.refused(error.text)
    except RedirectedError as error:
        return _to(authorise.refused(error.redirect_uri, error.error, error.state))
    return consent.form(asked, _companies(service))


def _decide(service: Service, request: Request, _base: str) -> Reply:
    """Carry the person's answer back to the app."""
    form = {**request.query, **_form(request)}
    try:
        asked = authorise.asked_from(form, service.authority.apps)
    except ShownError as error:
        return consent.refused(error.text)
    except RedirectedError as error:
        return _to(authorise.refused(error.redirect_uri, error.error, error.state))
    decision = form.get("decision", "")
    if decision == consent.REFUSE:
        return _to(authorise.refused(asked.redirect_uri, "access_denied", asked.state))
    realm_id = form.get("realm_id", "") if asked.wants_company else ""
    if decision != consent.CONNECT or (asked.wants_company and realm_id not in service.companies):
        return consent.form(asked, _companies(service), notice="Choose a company to connect.")
    return _to(_granted(service, asked, realm_id))


def _granted(service: Service, asked: Asked, realm_id: str) -> str:
    code = service.authority.grant_code(asked, realm_id, service.clock.epoch())
    return authorise.granted(asked, code, realm_id)


def _companies(service: Service) -> list[tuple[str, str]]:
    return [
        (realm_id, str(company.single("CompanyInfo").get("CompanyName") or realm_id))
        for realm_id, company in service.companies.items()
    ]


def _to(location: str) -> Reply:
    return Reply(FOUND, b"", "text/plain;charset=UTF-8", {**UNKEPT, "Location": location})


# -- the app's server


def _token(service: Service, request: Request, base: str) -> Reply:
    if not request.headers.get("content-type", "").lower().startswith(FORM_TYPE):
        raise OAuthError(BAD_REQUEST, "invalid_request")
    authority, now = service.authority, service.clock.epoch()
    issued = authority.token(request.headers, _form(request), now, service.switches)
    body = _pair(issued, now)
    if request.headers.get(HARD_LIFE_HEADER, "").lower() == "true":
        body["x_refresh_token_hard_expires_in"] = int(issued.grant.hard_expires_at - now)
    if issued.is_first and OPENID in issued.grant.scopes:
        issuer = discovery.issuer(base)
        body["id_token"] = identity.id_token(authority.signing_key(), issuer, issued.grant, now)
    return Reply(OK, dumps(body), JSON_TYPE, dict(UNKEPT))


def _pair(issued: Issued, now: float) -> JsonObject:
    grant = issued.grant
    return {
        "token_type": "bearer",
        "access_token": issued.access_token,
        "expires_in": int(grant.access[issued.access_token] - now),
        "refresh_token": grant.refresh_token,
        "x_refresh_token_expires_in": int(grant.expires_at - now),
    }


def _revoke(service: Service, request: Request, _base: str) -> Reply:
    service.authority.revoke(request.headers, _form(request), service.switches)
    return Reply(OK, b"")


def _user_info(service: Service, request: Request, _base: str) -> Reply:
    """Source: Intuit, "OpenID Connect" (user info); refusals by RFC 6750, section 3.1."""
    authorization = request.headers.get("authorization", "")
    try:
        grant = service.authority.living(authorization, service.clock.epoch())
    except Problem:
        return _bearer_refused(UNAUTHORIZED, "invalid_token")
    if OPENID not in grant.scopes:
        return _bearer_refused(FORBIDDEN, "insufficient_scope")
    return Reply(OK, dumps(identity.user_info(grant)))


def _bearer_refused(status: int, error: str) -> Reply:
    headers = {"WWW-Authenticate": f'Bearer realm="Intuit", error="{error}"'}
    return Reply(status, dumps({"error": error}), JSON_TYPE, headers)


def _keys(service: Service, _request: Request, _base: str) -> Reply:
    return Reply(OK, dumps(identity.key_set(service.authority.signing_key())))


def _discovery(_service: Service, _request: Request, base: str) -> Reply:
    return Reply(OK, dumps(discovery.document(base)))


def _form(request: Request) -> dict[str, str]:
    """The fields of a form or of a JSON object. Raises OAuthError."""
    if "json" in request.headers.get("content-type", "").lower():
        try:
            value = loads(request.body)
        except ValueError:
            raise OAuthError(BAD_REQUEST, "invalid_request") from None
        if not isinstance(value, dict):
            raise OAuthError(BAD_REQUEST, "invalid_request")
        return {name: text for name, text in value.items() if isinstance(text, str)}
    text = request.body.decode(errors="replace")
    return dict(parse_qsl(text, keep_blank_values=True))


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "authorise"): _ask,
    ("HEAD", "authorise"): _ask,
    ("POST", "authorise"): _decide,
    ("POST", "token"): _token,
    ("POST", "revoke"): _revoke,
    ("GET", "userinfo"): _user_info,
    ("POST", "userinfo"): _user_info,
    ("GET", "jwks"): _keys,
    ("GET", "discovery"): _discovery,
}
