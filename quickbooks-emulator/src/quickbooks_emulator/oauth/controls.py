"""What the control plane does to apps, companies and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.expected import TEXT, TEXTS, TRUTH, Fields, check
from quickbooks_emulator.messages import object_in
from quickbooks_emulator.oauth.apps import CLIENT_ID, app_from
from quickbooks_emulator.oauth.authorise import SCOPES
from quickbooks_emulator.oauth.grants import ACCOUNTING
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.service import Service

LONGEST_REALM = 20
APP_FIELDS: Fields = {
    "client_id": TEXT, "client_secret": TEXT, "redirect_uris": TEXTS, "name": TEXT,
}  # fmt: skip
COMPANY_FIELDS: Fields = dict.fromkeys(("realm_id", "seed", "name", "country"), TEXT)
ISSUED = ("client_id", "realm_id", "scope", "user_id", "refresh_token")


def apps(service: Service, _request: Request, _rest: list[str]) -> Json:
    """The registered apps, with their secrets: they are for tests."""
    return [app.as_json() for app in service.authority.apps.values()]


def add_app(service: Service, request: Request, _rest: list[str]) -> Json:
    """Register an app, or change the one of that client_id. Raises Problem 2010."""
    wanted = object_in(request)
    check(wanted, APP_FIELDS, "")
    app = app_from(wanted)
    service.authority.add_app(app)
    service.keep_authority()
    return app.as_json()


def companies(service: Service, _request: Request, _rest: list[str]) -> Json:
    """Every company with its name and the number of its objects."""
    return [
        {
            "realm_id": realm_id,
            "name": str(company.single("CompanyInfo").get("CompanyName") or ""),
            "objects": sum(len(table.rows) for table in company.tables.values()),
        }
        for realm_id, company in service.companies.items()
    ]


def add_company(service: Service, request: Request, _rest: list[str]) -> Json:
    """Another company; the apps are not connected to it. Raises Problem 2010."""
    wanted = object_in(request)
    check(wanted, COMPANY_FIELDS, "")
    highest = max(int(realm_id) for realm_id in service.companies)
    realm_id = str(wanted.get("realm_id") or highest + 1)
    if not (realm_id.isascii() and realm_id.isdecimal() and len(realm_id) <= LONGEST_REALM):
        raise Problem("2010", "A realm_id is made of at most 20 digits", "realm_id")
    if wanted.get("country") not in {None, "", "US"}:
        raise Problem("2010", "Only companies of the US are emulated: tax is theirs", "country")
    seed, name = str(wanted.get("seed") or "empty"), str(wanted.get("name") or "")
    facts = service.open_company(
        realm_id, seed, name=name, country=str(wanted.get("country") or "")
    )
    return {"realm_id": realm_id, "seed": seed, "facts": facts}


def tokens(service: Service, _request: Request, _rest: list[str]) -> Json:
    """Every consent and the lives of its tokens; never a token."""
    now = service.clock.epoch()
    return [grant.as_shown(now) for grant in service.authority.grants]


def change_tokens(service: Service, request: Request, rest: list[str]) -> Json:
    """`expire` tokens, `issue` a consent, `disconnect` a company as its user would."""
    name = "/".join(rest)
    if name not in CHANGES:
        known = ", ".join(f"tokens/{known}" for known in CHANGES)
        raise Problem("610", f"No such control: tokens/{name}. Known: {known}", status=404)
    change, known_fields = CHANGES[name]
    wanted = object_in(request)
    check(wanted, known_fields, "")
    result = change(service, wanted)
    service.keep_authority()
    return result


def _expire(service: Service, wanted: JsonObject) -> JsonObject:
    service.authority.expire(
        access=wanted.get("access", True), refresh=wanted.get("refresh", False)
    )
    return {}


def _issue(service: Service, wanted: JsonObject) -> JsonObject:
    client_id = str(wanted.get("client_id") or CLIENT_ID)
    realm_id = str(wanted.get("realm_id") or service.company.realm_id)
    if client_id not in service.authority.apps or realm_id not in service.companies:
        raise Problem("2010", f"No app {client_id}, or no company {realm_id}")
    scopes = tuple(str(wanted.get("scope") or ACCOUNTING).split())
    if not all(scope in SCOPES for scope in scopes):
        raise Problem("2010", f"Unknown scope among {' '.join(scopes)}", "scope")
    grant = service.authority.issue(
        service.clock.epoch(),
        realm_id,
        str(wanted.get("refresh_token") or ""),
        client_id=client_id,
        user_id=str(wanted.get("user_id") or ""),
        scopes=scopes,
        life_s=service.switches.refresh_life_s,
    )
    return {"refresh_token": grant.refresh_token, "realm_id": grant.realm_id}


def _disconnect(service: Service, wanted: JsonObject) -> JsonObject:
    realm_id = str(wanted.get("realm_id") or service.company.realm_id)
    ended = service.authority.disconnect(realm_id, str(wanted.get("client_id") or ""))
    return {"ended": ended}


CHANGES: dict[str, tuple[Callable[[Service, JsonObject], JsonObject], Fields]] = {
    # what is done, and the fields it takes.
    "expire": (_expire, dict.fromkeys(("access", "refresh"), TRUTH)),
    "issue": (_issue, dict.fromkeys(ISSUED, TEXT)),
    "disconnect": (_disconnect, dict.fromkeys(("realm_id", "client_id"), TEXT)),
}
