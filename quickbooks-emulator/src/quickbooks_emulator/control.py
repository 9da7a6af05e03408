"""The control plane under /_emulator/: what a test or a person may do to the emulator itself.

Nothing here is recorded, limited or authenticated.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator import __version__
from quickbooks_emulator.clock import envelope_text, parse_moment
from quickbooks_emulator.json_text import Json, JsonObject, dumps, loads
from quickbooks_emulator.messages import Reply, Request
from quickbooks_emulator.problems import Problem, fault_body
from quickbooks_emulator.service import Service, entity_of
from quickbooks_emulator.settlement import lines_total

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "/_emulator/"
Handler: TypeAlias = "Callable[[Service, Request, list[str]], Json]"


def answer(service: Service, request: Request) -> Reply:
    """The reply to a call of the control plane."""
    reply = _answer(service, request)
    if service.file is not None:
        service.file.flush()
    return reply


def _answer(service: Service, request: Request) -> Reply:
    name, *rest = [part for part in request.path.removeprefix(PREFIX).split("/") if part] or [""]
    handler = ROUTES.get((request.method, name))
    if handler is None:
        unknown = Problem("610", f"No such control: {request.method} {request.path}", status=404)
        return Reply(unknown.status, dumps(fault_body(unknown, service.clock.now())))
    try:
        return Reply(200, dumps(handler(service, request, rest)))
    except Problem as problem:
        return Reply(problem.status, dumps(fault_body(problem, service.clock.now())))
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        refused = Problem("2010", f"Cannot read the request: {error!r}")
        return Reply(400, dumps(fault_body(refused, service.clock.now())))


def _body(request: Request) -> JsonObject:
    if not request.body:
        return {}
    value = loads(request.body)
    if not isinstance(value, dict):
        raise Problem("2010", "A JSON object is expected")
    return value


def _health(service: Service, _request: Request, _rest: list[str]) -> Json:
    return {
        "status": "ok",
        "version": __version__,
        "seed": service.seed,
        "realm_id": service.company.realm_id,
        "time": envelope_text(service.clock.now()),
    }


def _reset(service: Service, request: Request, _rest: list[str]) -> Json:
    service.reset(str(_body(request).get("seed", "empty")))
    return {"seed": service.seed}


def _clock(service: Service, request: Request, _rest: list[str]) -> Json:
    body = _body(request) if request.method == "POST" else {}
    if "advance_s" in body:
        service.clock.advance(float(body["advance_s"]))
    if "set" in body:
        service.clock.set(parse_moment(str(body["set"])))
    if "freeze" in body:
        service.clock.freeze(is_frozen=bool(body["freeze"]))
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
    return [call.as_json() for call in service.calls.latest]


def _usage(service: Service, _request: Request, _rest: list[str]) -> Json:
    return service.calls.usage()


def _faults(service: Service, request: Request, _rest: list[str]) -> Json:
    if request.method == "POST":
        return service.faults.arm(_body(request)).as_json()
    if request.method == "DELETE":
        service.faults.clear()
    return [rule.as_json() for rule in service.faults.armed]


def _switches(service: Service, request: Request, _rest: list[str]) -> Json:
    if request.method == "POST":
        service.switches.change(_body(request))
        if service.file is not None:
            service.file.keep_settings(service)
    return {name: getattr(service.switches, name) for name in service.switches.__slots__}


def _tokens(service: Service, request: Request, rest: list[str]) -> Json:
    now = service.clock.epoch()
    body = _body(request)
    result: JsonObject = {}
    if rest == ["expire"]:
        service.authority.expire(
            access=bool(body.get("access", True)), refresh=bool(body.get("refresh", False))
        )
    elif rest == ["issue"]:
        realm_id = str(body.get("realm_id") or service.company.realm_id)
        grant = service.authority.issue(now, realm_id, str(body.get("refresh_token") or ""))
        result = {"refresh_token": grant.refresh_token, "realm_id": grant.realm_id}
    else:
        raise Problem("610", "No such control: tokens/expire and tokens/issue are", status=404)
    if service.file is not None:
        service.file.keep_authority(service)
    return result


def _limits(service: Service, request: Request, _rest: list[str]) -> Json:
    limits = service.limits
    body = _body(request) if request.method == "POST" else {}
    for name in ("per_minute", "per_second", "concurrent", "batches_per_minute"):
        if name in body:
            setattr(limits, name, int(body[name]))
    if "enabled" in body:
        limits.is_enabled = bool(body["enabled"])
    if body and service.file is not None:
        service.file.keep_settings(service)
    return {
        "enabled": limits.is_enabled,
        "per_minute": limits.per_minute,
        "per_second": limits.per_second,
        "concurrent": limits.concurrent,
        "batches_per_minute": limits.batches_per_minute,
    }


def _entities(service: Service, _request: Request, rest: list[str]) -> Json:
    company = service.company
    if not rest:
        return {name: len(table.rows) for name, table in company.tables.items()}
    return [row.body for row in company.rows(entity_of(rest[0]).name)]


def _write_entities(service: Service, request: Request, _rest: list[str]) -> Json:
    """All the objects, or on the first refusal none; `operation` as in the API."""
    return service.write_all(
        service.company,
        request.query.get("operation", ""),
        _body(request),
        allows_duplicate_number="allowduplicates" in request.query,
    )


def _movements(service: Service, _request: Request, rest: list[str]) -> Json:
    """Every movement of an item, so that their sum can be held against its quantity."""
    company = service.company
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


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "health"): _health,
    ("POST", "reset"): _reset,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _clock,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _calls,
    ("GET", "usage"): _usage,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _faults,
    ("DELETE", "faults"): _faults,
    ("GET", "switches"): _switches,
    ("POST", "switches"): _switches,
    ("POST", "tokens"): _tokens,
    ("GET", "limits"): _limits,
    ("POST", "limits"): _limits,
    ("GET", "entities"): _entities,
    ("POST", "entities"): _write_entities,
    ("GET", "stock"): _movements,
    ("GET", "seed"): _seed,
}
