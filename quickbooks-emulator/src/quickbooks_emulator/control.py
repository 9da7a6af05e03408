"""The control plane under /_emulator/: what a test or a person may do to the emulator itself.

Nothing here is recorded, limited or authenticated.
"""

from __future__ import annotations

from decimal import Decimal
from inspect import isawaitable
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator import __version__, guarding
from quickbooks_emulator.clock import envelope_text, parse_moment
from quickbooks_emulator.expected import (
    MOMENT,
    SHIFT,
    STEP,
    TEXT,
    TRUTH,
    Fields,
    check,
    refused,
)
from quickbooks_emulator.json_text import Json, dumps
from quickbooks_emulator.merging import merge
from quickbooks_emulator.messages import Reply, object_in
from quickbooks_emulator.oauth import controls
from quickbooks_emulator.problems import Problem, fault_body
from quickbooks_emulator.service import Service, entity_of
from quickbooks_emulator.settlement import lines_total
from quickbooks_emulator.webhooks import controls as webhooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.store import Company

PREFIX = "/_emulator/"
CLOCK: Fields = {"advance_s": STEP, "set": MOMENT, "freeze": TRUTH}
Handler: TypeAlias = "Callable[[Service, Request, list[str]], Json]"
"""What answers a call: its value, or (of `webhooks`) an awaitable of it."""


async def answer(service: Service, request: Request) -> Reply:
    """The reply to a call of the control plane."""
    reply = await _answer(service, request)
    if service.file is not None:
        service.file.flush()
    return reply


async def _answer(service: Service, request: Request) -> Reply:
    try:
        guarding.check(request, service.listening_on)
    except Problem as problem:
        return Reply(problem.status, dumps(fault_body(problem, service.clock.now())))
    name, *rest = [part for part in request.path.removeprefix(PREFIX).split("/") if part] or [""]
    handler = ROUTES.get((request.method, name))
    if handler is None:
        unknown = Problem("610", f"No such control: {request.method} {request.path}", status=404)
        return Reply(unknown.status, dumps(fault_body(unknown, service.clock.now())))
    try:
        value = handler(service, request, rest)
        return Reply(200, dumps(await value if isawaitable(value) else value))
    except Problem as problem:
        return Reply(problem.status, dumps(fault_body(problem, service.clock.now())))


def _health(service: Service, _request: Request, _rest: list[str]) -> Json:
    return {
        "status": "ok",
        "version": __version__,
        "seed": service.seed,
        "realm_id": service.company.realm_id,
        "time": envelope_text(service.clock.now()),
    }


def _reset(service: Service, request: Request, _rest: list[str]) -> Json:
    wanted = object_in(request)
    check(wanted, {"seed": TEXT}, "")
    service.reset(wanted.get("seed", "empty"))
    return {"seed": service.seed}


def _clock(service: Service, request: Request, _rest: list[str]) -> Json:
    body = object_in(request) if request.method == "POST" else {}
    check(body, CLOCK, "")
    try:
        if "advance_s" in body:
            service.clock.advance(float(body["advance_s"]))
        if "set" in body:
            service.clock.set(parse_moment(body["set"]))
    except ValueError as error:
        raise Problem("2010", str(error)) from None
    if "freeze" in body:
        service.clock.freeze(is_frozen=body["freeze"])
    if body and service.file is not None:
        service.file.keep_settings(service)
    now = service.clock.now()
    return {
        "time": now.isoformat(timespec="milliseconds"),
        "epoch_s": Decimal(f"{now.timestamp():.6f}"),
    }


def _calls(service: Service, request: Request, _rest: list[str]) -> Json:
    if request.method == "DELETE":
        service.calls.clear()
        if service.file is not None:
            service.file.forget_usage()
    return [call.as_json() for call in service.calls.latest]


def _usage(service: Service, request: Request, _rest: list[str]) -> Json:
    """The sums, or calls and units grouped by what `by` names."""
    by = [name for name in request.query.get("by", "").split(",") if name]
    return service.calls.counted.grouped(by) if by else service.calls.usage()


def _faults(service: Service, request: Request, rest: list[str]) -> Json:
    """The rules; one more; all disarmed, or the one of that number."""
    if request.method == "POST":
        return service.faults.arm(object_in(request)).as_json()
    if request.method == "DELETE" and rest:
        service.faults.disarm(rest[0])
    elif request.method == "DELETE":
        service.faults.clear()
    return [rule.as_json() for rule in service.faults.armed]


def _switches(service: Service, request: Request, _rest: list[str]) -> Json:
    if request.method == "POST":
        service.switches.change(object_in(request))
        if service.file is not None:
            service.file.keep_settings(service)
    return {name: getattr(service.switches, name) for name in service.switches.__slots__}


def _limits(service: Service, request: Request, _rest: list[str]) -> Json:
    if request.method == "POST":
        service.limits.change(object_in(request))
        if service.file is not None:
            service.file.keep_settings(service)
    return service.limits.as_json()


def _company(service: Service, request: Request) -> Company:
    """The company that `realm_id` names, by default the first, as of today. Raises Problem 610."""
    realm_id = request.query.get("realm_id", "")
    company = service.companies.get(realm_id) if realm_id else service.company
    if company is None:
        raise Problem("610", f"No company {realm_id}", "realm_id", status=404)
    service.let_fall_due(company)
    return company


def _entities(service: Service, request: Request, rest: list[str]) -> Json:
    company = _company(service, request)
    if not rest:
        return {name: len(table.rows) for name, table in company.tables.items()}
    if rest[0] == "Account":
        service.show_balances(company)
    return [row.body for row in company.rows(entity_of(rest[0]).name)]


def _write_entities(service: Service, request: Request, _rest: list[str]) -> Json:
    """All the objects, or on the first refusal none; `operation` as in the API.

    `shift_s` dates what is written so many seconds before (below nought) or after the clock.
    """
    return service.write_all(
        _company(service, request),
        request.query.get("operation", ""),
        object_in(request),
        allows_duplicate_number="allowduplicates" in request.query,
        shift_s=_shift(request.query.get("shift_s", "0")),
    )


def _shift(text: str) -> int:
    """Whole seconds. Raises Problem 2010 for anything else."""
    try:
        shift = int(text)
    except ValueError:
        raise refused("shift_s", SHIFT.words) from None
    check({"shift_s": shift}, {"shift_s": SHIFT}, "")
    return shift


def _movements(service: Service, request: Request, rest: list[str]) -> Json:
    """Every movement of an item, so that their sum can be held against its quantity."""
    company = _company(service, request)
    item_id = rest[0] if rest else ""
    item = company.body("Item", item_id)
    if item is None:
        raise Problem("610", f"No item {item_id}", status=404)
    documents = [
        {"entity": name, "id": row.id, "quantity": change}
        for name, table in company.tables.items()
        for row in table.rows.values()
        for moved, change in row.moves
        if moved == item_id
    ]
    moved = lines_total({"Line": [{"Amount": entry["quantity"]} for entry in documents]})
    quantity = Decimal(item.get("QtyOnHand", 0))
    return {"quantity": quantity, "opening": quantity - moved, "documents": documents}


def _seed(service: Service, _request: Request, _rest: list[str]) -> Json:
    return service.facts


def _merge(service: Service, request: Request, _rest: list[str]) -> Json:
    return merge(service, _company(service, request), object_in(request))


def _webhooks(service: Service, request: Request, rest: list[str]) -> Json:
    if request.method == "GET":
        return webhooks.shown(service)
    if request.method == "DELETE":
        return webhooks.unsubscribed(service, rest)
    if rest == ["deliver"]:
        return webhooks.delivered(service)
    return webhooks.subscribed(service, object_in(request))


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "health"): _health,
    ("POST", "reset"): _reset,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _clock,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _calls,
    ("GET", "usage"): _usage,
    ("POST", "merge"): _merge,
    ("GET", "webhooks"): _webhooks,
    ("POST", "webhooks"): _webhooks,
    ("DELETE", "webhooks"): _webhooks,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _faults,
    ("DELETE", "faults"): _faults,
    ("GET", "switches"): _switches,
    ("POST", "switches"): _switches,
    ("GET", "tokens"): controls.tokens,
    ("POST", "tokens"): controls.change_tokens,
    ("GET", "apps"): controls.apps,
    ("POST", "apps"): controls.add_app,
    ("GET", "companies"): controls.companies,
    ("POST", "companies"): controls.add_company,
    ("GET", "limits"): _limits,
    ("POST", "limits"): _limits,
    ("GET", "entities"): _entities,
    ("POST", "entities"): _write_entities,
    ("GET", "stock"): _movements,
    ("GET", "seed"): _seed,
}
