"""The Accounting API: /v3/company/REALM/…, one function per kind of call.

Source: Intuit, "Basics of the Accounting API" and the reference page of each operation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_emulator import batch, catalogue, cdc
from quickbooks_emulator.catalogue import Kind
from quickbooks_emulator.clock import envelope_text
from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.messages import Reply, Request, refusal, rendered
from quickbooks_emulator.problems import Problem, missing, not_found, unsupported_property
from quickbooks_emulator.query import evaluate
from quickbooks_emulator.replay import check_length

if TYPE_CHECKING:
    from quickbooks_emulator.catalogue import Entity
    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company

COMPANY = "/v3/company/"
ROOT = re.compile(r"/v3/company/(?P<realm>[^/]+)/(?P<resource>[^/]+)(?:/(?P<id>[^/]+))?/?")
QUERIED = re.compile(r"\bfrom\s+(\w+)", re.IGNORECASE)
OK = 200
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Target:
    """What an address and a method ask for."""

    realm_id: str
    operation: str
    entity: str = ""
    object_id: str = ""
    query: str = ""


def target_of(request: Request) -> Target | None:
    """What the request asks for; None when its address is none of the API's."""
    if not request.path.startswith(COMPANY):
        return None
    match = ROOT.fullmatch(request.path)
    if match is None:
        return Target(request.path.removeprefix(COMPANY).partition("/")[0], "unknown")
    realm, resource = match["realm"], match["resource"].lower()
    object_id = match["id"] or ""
    if resource == "query" and not object_id:
        text = _query_text(request)
        named = QUERIED.search(text)
        entity = catalogue.named(named[1]) if named else None
        return Target(realm, "query", entity.name if entity else "", query=text)
    if resource in {"cdc", "batch"} and not object_id:
        return Target(realm, resource, query=request.query.get("entities", ""))
    entity = catalogue.named(resource)
    if entity is None:
        return Target(realm, "report" if resource == "reports" else "unknown", resource)
    operation = "read" if request.method == "GET" else _operation(request)
    return Target(realm, operation, entity.name, object_id)


def _operation(request: Request) -> str:
    """What a write does: named in the address, or told by whether there is an Id."""
    operation = request.query.get("operation", "").lower()
    includes = request.query.get("include", "").lower().split(",")
    if operation == "update" and "void" in includes:
        return "void"
    return operation or ("update" if _has_id(request.body) else "create")


def _has_id(body: bytes) -> bool:
    try:
        value = loads(body)
    except ValueError:
        return False
    return isinstance(value, dict) and bool(value.get("Id"))


def _query_text(request: Request) -> str:
    if request.method == "GET" or "query" in request.query:
        return request.query.get("query", "")
    return request.body.decode(errors="replace")


def answer(service: Service, request: Request, target: Target) -> Reply:
    """The reply to an API call that the gateway has let in."""
    now = service.clock.now()
    try:
        service.authority.check(
            request.headers.get("authorization", ""), target.realm_id, now.timestamp()
        )
        company = service.companies.get(target.realm_id)
        if company is None:
            raise not_found()
        return rendered(_answer(service, company, request, target), request)
    except Problem as problem:
        return refusal(problem, request, now)


def _answer(service: Service, company: Company, request: Request, target: Target) -> Reply:
    if target.operation == "query" and request.method in {"GET", "POST"}:
        return _enveloped(service, b"QueryResponse", _query(service, company, target.query))
    if target.operation == "cdc" and request.method == "GET":
        text = cdc.changes(
            company,
            target.query,
            request.query.get("changedSince", request.query.get("changedsince", "")),
            service.clock.now(),
            service.switches,
        )
        return _enveloped(service, b"CDCResponse", text)
    if target.operation == "batch" and request.method == "POST":
        return _once(service, company, request, target)
    if target.operation == "read" and request.method == "GET":
        return _read(service, company, target)
    if request.method == "POST" and target.entity in catalogue.ENTITIES and not target.object_id:
        return _once(service, company, request, target)
    raise Problem(
        "500",
        f"Operation Could not find resource for relative : {request.path} is not supported.",
        status=SERVER_ERROR,
    )


def _query(service: Service, company: Company, text: str) -> bytes:
    if not text.strip():
        raise missing("query")
    return evaluate.answer(company, text, query_rules(service)).json()


def query_rules(service: Service) -> evaluate.Rules:
    """The switches a query depends on."""
    switches = service.switches
    return evaluate.Rules(switches.adjustment_query_has_lines, switches.adjustment_update_queryable)


def _enveloped(service: Service, name: bytes, text: bytes) -> Reply:
    time = envelope_text(service.clock.now()).encode()
    return Reply(OK, b'{"%s":%s,"time":"%s"}' % (name, text, time))


def _read(service: Service, company: Company, target: Target) -> Reply:
    entity = catalogue.ENTITIES[target.entity]
    if entity.kind is Kind.SINGLE:
        rows = list(company.rows(entity.name))
        known = {"", "1", company.realm_id}
        if not rows or target.object_id not in known:
            raise not_found()
        return _enveloped(service, entity.name.encode(), rows[0].json())
    if not target.object_id:
        raise Problem(
            "500",
            f"Operation Could not find resource for relative : {entity.path} is not supported.",
            status=SERVER_ERROR,
        )
    if not target.object_id.isdecimal():
        raise Problem(
            "2030", f"Id should be a valid number. Supplied value:{target.object_id}", "Id"
        )
    row = company.row(entity.name, target.object_id)
    if row is None:
        raise not_found()
    return _enveloped(service, entity.name.encode(), row.json())


def _once(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """Carry out a write unless its requestid has been answered before."""
    request_id = request.query.get("requestid", "")
    replies = service.replies_of(company.realm_id)
    now = service.clock.epoch()
    if request_id:
        check_length(request_id, is_batch=target.operation == "batch")
        first = replies.first(request_id, now, service.switches.requestid_retention_s)
        if first is not None:
            if service.switches.requestid_replay == "refused":
                raise Problem("600", f"The request id {request_id} has been used.", "requestid")
            return first
    try:
        reply = _write(service, company, request, target)
    except Problem as problem:
        if request_id and service.switches.requestid_replays_faults:
            fault = refusal(problem, request, service.clock.now(), shape="json")
            replies.remember(request_id, fault, now)
        raise
    if request_id:
        replies.remember(request_id, reply, now)
    return reply


def _write(service: Service, company: Company, request: Request, target: Target) -> Reply:
    body = parsed(request)
    if target.operation == "batch":
        items = batch.answer(service, company, body, has_request_id="requestid" in request.query)
        return _enveloped(service, b"BatchItemResponse", dumps(items))
    includes = request.query.get("include", "").lower().split(",")
    entity: Entity = catalogue.ENTITIES[target.entity]
    writer = service.writer(company, allows_duplicate_number="allowduplicatedocnum" in includes)
    stored = service.in_one_piece(company, lambda: writer.write(entity, target.operation, body))
    return _enveloped(service, entity.name.encode(), dumps(stored))


def parsed(request: Request) -> Json:
    """The request's JSON body. Raises Problem 1050, 500 or 2010."""
    if "json" not in request.headers.get("content-type", "").lower():
        raise Problem(
            "1050",
            f"Content type {request.headers.get('content-type', '')!r} is not supported",
            message="Invalid content type",
        )
    try:
        text = request.body.decode()
    except UnicodeDecodeError as error:
        raise Problem(
            "500", f"Operation MalformedByteSequence: {error.reason} is not supported."
        ) from None
    try:
        return loads(text)
    except ValueError as error:
        raise unsupported_property(f"failed to parse json object: {error}") from None
