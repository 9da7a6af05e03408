"""The Accounting API: one handler per kind of call.

Source: Intuit, "Basics of the Accounting API" and the reference page of each operation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator import (
    batch,
    catalogue,
    cdc,
    exchange,
    handing_over,
    replay,
    tax_service,
    xml_request,
)
from quickbooks_emulator.addresses import ALLOWED, no_such_resource, no_such_verb
from quickbooks_emulator.attachments import links, upload
from quickbooks_emulator.bodies import parsed
from quickbooks_emulator.catalogue import Kind
from quickbooks_emulator.envelopes import enveloped
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.messages import Reply, Request, refusal, rendered
from quickbooks_emulator.problems import Problem, not_found, unauthorized
from quickbooks_emulator.query import asked, evaluate
from quickbooks_emulator.reports import routes as reports
from quickbooks_emulator.rules import replies, voiding
from quickbooks_emulator.service import Service
from quickbooks_emulator.store import Company
from quickbooks_emulator.targets import UNKNOWN, Target, target_of

if TYPE_CHECKING:
    from quickbooks_emulator.catalogue import Entity
    from quickbooks_emulator.store import Row
    from quickbooks_emulator.switches import Switches

__all__ = ["answer", "target_of"]

Handler: TypeAlias = Callable[[Service, Company, Request, Target], Reply]
OK = 200
FIRST_FAILURE = 400


def answer(service: Service, request: Request, target: Target) -> Reply:
    """The reply to an API call that the gateway has let in; what succeeds is JSON as yet."""
    now = service.clock.now()
    try:
        service.authority.check(
            request.headers.get("authorization", ""), target.realm_id, service.clock.epoch()
        )
        company = service.companies.get(target.realm_id)
        if company is None:
            raise unauthorized()
        handler = _handler(request, target, service.switches)
        service.let_fall_due(company)
        if _reads_accounts(target):
            service.show_balances(company)
        reply = handler(service, company, request, target)
        return reply if reply.status < FIRST_FAILURE else rendered(reply, request)
    except Problem as problem:
        return refusal(problem, request, now)


def _reads_accounts(target: Target) -> bool:
    """Whether the answer may show accounts, whose balances are worked out when they are read.

    A batch sees to it item by item.
    """
    return target.entity == "Account" or "account" in target.query.lower()


def _handler(request: Request, target: Target, switches: Switches) -> Handler:
    """Who answers. Raises Problem for an address or a verb that nobody does."""
    if request.method == "OPTIONS":
        return allowed
    handler = HANDLERS.get((request.method, target.operation))
    if handler is not None:
        return handler
    if request.method == "POST" and target.entity in catalogue.ENTITIES and not target.object_id:
        return written  # the writer refuses operations that there are not
    if target.operation == UNKNOWN or request.method in {"GET", "POST"}:
        raise no_such_resource(request, switches)
    raise no_such_verb(request, switches)


def allowed(_service: Service, _company: Company, _request: Request, _target: Target) -> Reply:
    """Which verbs there are, to one who asks by OPTIONS."""
    return Reply(OK, b"", headers={"Allow": ALLOWED})


def queried(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """A query's rows or count."""
    asked.check(request)
    rows = evaluate.answer(company, target.query, query_rules(service))
    if target.entity == "Attachable":
        return links.with_links(service, company, request, rows.json())
    return enveloped(service, "QueryResponse", rows.json())


def query_rules(service: Service) -> evaluate.Rules:
    """The switches a query depends on."""
    return evaluate.Rules.of(service.switches, service.clock.today())


def captured(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """What has changed since a moment."""
    since = request.query.get("changedSince", request.query.get("changedsince", ""))
    now = service.clock.now()
    text = cdc.changes(company, target.query, since, now, service.switches)
    return enveloped(service, "CDCResponse", text)


def read(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """One object."""
    entity = catalogue.ENTITIES[target.entity]
    if entity.kind is Kind.SINGLE:
        rows = list(company.rows(entity.name))
        if not target.object_id and entity.name == "CompanyInfo":
            raise no_such_resource(request, service.switches)
        # The page has /companyinfo/REALM, clients read it by its own Id too, as all else.
        known = {"", "1", company.realm_id}
        if not rows or target.object_id not in known:
            raise not_found()
        return enveloped(service, entity.name, rows[0].json())
    if not target.object_id:
        raise no_such_resource(request, service.switches)
    row = found(company, entity.name, target.object_id)
    body = replies.shown(company, entity.name, row.body)
    if entity.name == "Attachable":
        body = links.shown(request, company.realm_id, body, service.clock.epoch())
    if entity.name == "Invoice" and "invoicelink" in _includes(request):
        body = handing_over.with_link(body, company.realm_id)
    return enveloped(service, entity.name, dumps(body))


def found(company: Company, entity: str, object_id: str) -> Row:
    """The row that an address names. Raises Problem 2030 or 610."""
    if not object_id.isdecimal():
        words = f"Id should be a valid number. Supplied value:{object_id}"
        # This refusal was recorded without a time beside it.
        raise Problem("2030", words, "Id", has_time=False)
    row = company.row(entity, object_id)
    if row is None:
        raise not_found()
    return row


def _includes(request: Request) -> list[str]:
    return request.query.get("include", "").lower().split(",")


def written(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """One write, carried out once per requestid."""
    if target.object_id:
        raise no_such_resource(request, service.switches)

    def work() -> Reply:
        entity: Entity = catalogue.ENTITIES[target.entity]
        body = parsed(request, entity.name)
        if target.operation == "void":
            asked_for = request.query.get("operation", "").lower()
            voiding.check_form(entity.name, asked_for, body, service.switches)
        allows = "allowduplicatedocnum" in _includes(request)
        writer = service.writer(company, allows_duplicate_number=allows)
        stored = service.in_one_piece(company, lambda: writer.write(entity, target.operation, body))
        return enveloped(service, entity.name, dumps(stored))

    return replay.once(service, company, request, target, work)


def batched(service: Service, company: Company, request: Request, _target: Target) -> Reply:
    """The answers of a batch's items, each carried out once per requestid and bId."""
    request_id = request.query.get("requestid", "")
    if request_id:
        replay.check(request_id, is_batch=True)
        replay.check_free(service, company, request_id)
    body = parsed(request, xml_request.BATCH)
    answers = batch.answer(service, company, body, request_id, query_rules(service))
    if isinstance(answers, Reply):
        return answers
    reply = enveloped(service, "BatchItemResponse", b"[%s]" % b",".join(answers))
    if service.switches.batch_metering == "item":
        reply.units = len(answers)
    return reply


HANDLERS: dict[tuple[str, str], Handler] = {
    # (method, operation): who answers. A new kind of call is one line here and, when its address
    # has a form of its own, one in targets.RESOURCES.
    ("GET", "query"): queried,
    ("POST", "query"): queried,
    ("GET", "cdc"): captured,
    ("GET", "read"): read,
    ("POST", "create"): written,
    ("POST", "update"): written,
    ("POST", "delete"): written,
    ("POST", "void"): written,
    ("POST", "batch"): batched,
    ("GET", "report"): reports.answer,
    ("POST", "upload"): upload.uploaded,
    ("GET", "download"): upload.downloaded,
    ("GET", "pdf"): handing_over.as_pdf,
    ("POST", "send"): handing_over.sent,
    ("GET", "exchangerate"): exchange.exchanged,
    ("POST", "taxservice"): tax_service.created,
}
