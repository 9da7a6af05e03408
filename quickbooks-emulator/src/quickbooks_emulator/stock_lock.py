"""The company-wide lock on inventory: two writes that move stock do not run at the same time.

"At the same time" is from a request's arrival until its reply is on its way, so a latency or a
delay makes it happen. Source: faults of code 6000 as integrators quote them; Intuit does not
document the lock.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator import catalogue
from quickbooks_emulator.json_text import JsonObject, loads
from quickbooks_emulator.messages import Reply, Request, refusal
from quickbooks_emulator.problems import business
from quickbooks_emulator.stock import SIGNS, item_quantities

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target

MOVING = frozenset({*SIGNS, "Item"})
WRITES = frozenset({"create", "update", "delete", "void"})
WORDS = (
    "Another user was creating/editing/deleting a transaction with inventory products at exactly "
    "the same time. Please try again in 30 min."
)


@dataclass(slots=True, eq=False)
class Running:
    """A write that is being worked on; the event is set when it has ended."""

    request: Request
    target: Target
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def turn(service: Service, request: Request, target: Target) -> AsyncIterator[Reply | None]:
    """The time in which a write runs; yields its refusal when another one moves stock."""
    company = service.companies.get(target.realm_id)
    reading = service.switches.inventory_lock
    if company is None or reading == "off" or not _is_write(service, request, target):
        yield None
        return
    others = service.running.setdefault(target.realm_id, [])
    while rival := _rival(company, request, target, others):
        if reading == "refuses":
            yield refusal(business(WORDS), request, service.clock.now())
            return
        await rival.ended.wait()
    own = Running(request, target)
    others.append(own)
    try:
        yield None
    finally:
        others.remove(own)
        own.ended.set()


def _is_write(service: Service, request: Request, target: Target) -> bool:
    """Whether the request is carried out and may move stock; a repeated one is only answered."""
    is_document = target.entity in MOVING and target.operation in WRITES
    may_move = request.method == "POST" and (is_document or target.operation == "batch")
    request_id = request.query.get("requestid", "")
    if not may_move or not request_id:
        return may_move
    replies, now = service.replies_of(target.realm_id), service.clock.epoch()
    return replies.first(request_id, now, service.switches.requestid_retention_s) is None


def _rival(
    company: Company, request: Request, target: Target, others: list[Running]
) -> Running | None:
    """A write that moves stock, when this one does too."""
    if not others or not _moves_stock(company, request, target):
        return None
    return next((one for one in others if _moves_stock(company, one.request, one.target)), None)


def _moves_stock(company: Company, request: Request, target: Target) -> bool:
    """Whether a write moves stock; one whose body cannot be read here is taken to, by its kind."""
    try:
        body = loads(request.body)
    except ValueError:
        return target.entity in SIGNS
    if target.operation != "batch":
        return _is_stock_write(company, target.entity, body)
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    return any(
        _is_stock_write(company, entity.name, content)
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
        for name, content in item.items()
        if (entity := catalogue.named(name)) is not None and entity.name in MOVING
    )


def _is_stock_write(company: Company, entity: str, body: Json) -> bool:
    if not isinstance(body, dict):
        return False
    row = company.row(entity, str(body.get("Id") or ""))
    if entity == "Item":
        is_new = row is None and body.get("Type") == "Inventory" and bool(body.get("QtyOnHand"))
        was_tracked = row is not None and bool(row.body.get("QtyOnHand"))
        return is_new or (was_tracked and body.get("Active") is False)
    return (row is not None and bool(row.moves)) or _names_stock(company, body)


def _names_stock(company: Company, body: JsonObject) -> bool:
    """Whether a line names a tracked item; a body of the wrong shape names none."""
    try:
        for item_id, _ in item_quantities(body.get("Line") or []):
            if (company.body("Item", str(item_id)) or {}).get("Type") == "Inventory":
                return True
    except (AttributeError, TypeError, ValueError, KeyError, ArithmeticError):
        return False
    return False
