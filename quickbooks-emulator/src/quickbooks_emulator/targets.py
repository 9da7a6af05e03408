"""What an address of the Accounting API and a method ask for: /v3/company/REALM/….

Source: Intuit, "Basics of the Accounting API" and the reference page of each operation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_emulator import catalogue
from quickbooks_emulator.bodies import has_id
from quickbooks_emulator.query import asked

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Request

COMPANY = "/v3/company/"
ROOT = re.compile(
    r"/v3/company/(?P<realm>[^/]+)/(?P<resource>[^/]+)(?:/(?P<id>[^/]+))?(?:/(?P<more>[^/]+))?/?",
    re.IGNORECASE,
)
QUERIED = re.compile(r"\bfrom\s+(\w+)", re.IGNORECASE)
UNKNOWN = "unknown"
RESOURCES = {
    # resource: operation; these name no entity.
    "query": "query",
    "cdc": "cdc",
    "batch": "batch",
    "reports": "report",
    "upload": "upload",
    "download": "download",
    "taxservice": "taxservice",
    "exchangerate": "exchangerate",
}
PARTS = frozenset({"pdf", "send"})
"""What may follow the id of an object."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an address and a method ask for.

    `object_id` is what follows the resource: an Id, a report's name. `query` is a query's text,
    or the entities of a change data capture.
    """

    realm_id: str
    operation: str
    entity: str = ""
    object_id: str = ""
    query: str = ""


def target_of(request: Request) -> Target | None:
    """What the request asks for; None when its address is none of the API's."""
    if not request.path.lower().startswith(COMPANY):
        return None
    match = ROOT.fullmatch(request.path)
    if match is None:
        return Target(request.path[len(COMPANY) :].partition("/")[0], UNKNOWN)
    realm, resource = match["realm"], match["resource"].lower()
    object_id, part = match["id"] or "", (match["more"] or "").lower()
    operation = RESOURCES.get(resource)
    if operation is not None:
        return _by_resource(request, realm, operation, object_id)
    entity = catalogue.named(resource)
    if entity is None:
        return Target(realm, UNKNOWN, resource, object_id)
    if part:
        return Target(realm, part if part in PARTS else UNKNOWN, entity.name, object_id)
    operation = "read" if request.method == "GET" else _operation(request)
    return Target(realm, operation, entity.name, object_id)


def _by_resource(request: Request, realm: str, operation: str, object_id: str) -> Target:
    if operation == "query" and not object_id:
        text = asked.text_of(request)
        named = QUERIED.search(text)
        entity = catalogue.named(named[1]) if named else None
        return Target(realm, operation, entity.name if entity else "", query=text)
    if operation in {"query", "cdc", "batch"} and object_id:
        return Target(realm, UNKNOWN, operation, object_id)
    return Target(realm, operation, "", object_id, request.query.get("entities", ""))


def _operation(request: Request) -> str:
    """What a write does: named in the address, or told by whether there is an Id."""
    operation = request.query.get("operation", "").lower()
    includes = request.query.get("include", "").lower().split(",")
    if operation == "update" and "void" in includes:
        return "void"
    return operation or ("update" if has_id(request) else "create")
