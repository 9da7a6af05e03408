"""The addresses of OAuth 2.0: discovery, token and revocation endpoints.

Source: Intuit, "OAuth 2.0", "Discovery document".
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from quickbooks_emulator import oauth
from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.messages import JSON_TYPE, Reply, refusal
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.service import Service

OPERATIONS = {
    "/oauth2/v1/tokens/bearer": "token",
    "/v2/oauth2/tokens/revoke": "revoke",
    "/.well-known/openid_configuration": "discovery",
    "/.well-known/openid_sandbox_configuration": "discovery",
}
OK = 200


def operation_of(request: Request) -> str:
    """`token`, `revoke`, `discovery`, or `unknown`."""
    return OPERATIONS.get(request.path.rstrip("/"), "unknown")


def answer(service: Service, request: Request, base: str) -> Reply:
    """The reply to a call of the authorisation server, which is found at `base`."""
    authority, now = service.authority, service.clock.epoch()
    operation = operation_of(request)
    try:
        if operation == "discovery" and request.method == "GET":
            return Reply(OK, dumps(oauth.discovery(base)))
        if operation == "token" and request.method == "POST":
            form = dict(parse_qsl(request.body.decode(errors="replace")))
            granted = authority.token(request.headers, form, now, service.switches)
            headers = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}
            return Reply(OK, dumps(granted), JSON_TYPE, headers)
        if operation == "revoke" and request.method == "POST":
            authority.revoke(request.headers, _token_in(request))
            return Reply(OK, b"")
    except oauth.OAuthError as error:
        return Reply(error.status, dumps(error.body))
    problem = Problem(
        "10000",
        f"System Failure Error: Could not find resource for relative : {request.path}",
        "",
        status=500,
        type="SystemFault",
    )
    return refusal(problem, request, service.clock.now())


def _token_in(request: Request) -> str:
    """The token of a revocation, from a JSON or a form body. Raises OAuthError."""
    if "json" in request.headers.get("content-type", ""):
        try:
            value = loads(request.body)
        except ValueError:
            raise oauth.OAuthError(400, "invalid_request") from None
        return str(value.get("token", "")) if isinstance(value, dict) else ""
    return dict(parse_qsl(request.body.decode(errors="replace"))).get("token", "")
