"""Carrying out the faults that rules command, before and after the work."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from quickbooks_emulator.injection import AFTER, BEFORE
from quickbooks_emulator.messages import Delivery, Reply, refusal
from quickbooks_emulator.problems import Problem, throttled

if TYPE_CHECKING:
    from quickbooks_emulator.injection import Call
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.service import Service

FIRST_FAILURE = 400
STATUS_PROBLEMS = {
    401: Problem("3200", "Token expired: AB0...", status=401, type="AUTHENTICATION"),
    403: Problem("3100", "", status=403, type="SERVICE"),
    429: throttled(),
}
HTML = b"<html><head><title>%d</title></head><body><h1>%d</h1>Try again later</body></html>"
LOST = Reply(0, b"", delivery=Delivery.LOST)


async def before(service: Service, request: Request, call: Call) -> Reply | None:
    """What the faults before the work answer, if they do.

    A rule that cannot be carried out says so to the caller.
    """
    try:
        for does in service.faults.struck_by(call, BEFORE):
            reply = await _strike(service, request, does)
            if reply is not None:
                return reply
    except Problem as problem:
        problem.detail = f"A fault rule was refused: {problem.detail}"
        return refusal(problem, request, service.clock.now())
    return None


async def after(service: Service, call: Call, reply: Reply) -> Reply:
    """The reply as the faults after the work leave it."""
    if reply.status >= FIRST_FAILURE or reply.delivery is not Delivery.WHOLE:
        return reply
    for does in service.faults.struck_by(call, AFTER):
        kind = does["kind"]
        if kind == "delay_reply":
            await asyncio.sleep(float(does.get("seconds", 0)))
        elif kind == "lose_reply":
            reply = replace(reply, delivery=Delivery.LOST)
        elif reply.delivery is Delivery.WHOLE:
            reply = replace(reply, delivery=Delivery.CUT)
    return reply


async def _strike(service: Service, request: Request, does: JsonObject) -> Reply | None:
    kind = does["kind"]
    if kind == "delay":
        await asyncio.sleep(float(does.get("seconds", 0)))
    elif kind == "reset":
        return LOST
    elif kind in {"write", "clock"}:
        _meddle(service, does)
    elif kind == "status":
        return _failure(service, request, does)
    else:
        problem = Problem(
            str(does.get("code", "6000")),
            str(does.get("detail", "")),
            "",
            status=int(does.get("status", FIRST_FAILURE)),
            message=str(does.get("message", "")),
        )
        return refusal(problem, request, service.clock.now())
    return None


def _meddle(service: Service, does: JsonObject) -> None:
    """Move the clock, or write as a person does, just before a call is answered."""
    if does["kind"] == "clock":
        service.clock.advance(float(does.get("advance_s", 0)))
        return
    wanted = {str(does.get("entity")): [does.get("body")]}
    service.write_all(service.company, str(does.get("operation", "")), wanted)


def _failure(service: Service, request: Request, does: JsonObject) -> Reply:
    """A bare HTTP error in one of the shapes that have been seen."""
    status = int(does.get("status", 500))
    headers = {str(name): str(value) for name, value in (does.get("headers") or {}).items()}
    shape = str(does.get("body") or "json")
    problem = STATUS_PROBLEMS.get(status) or Problem(
        "10000",
        "System Failure Error: try again later",
        "",
        status=status,
        type="SystemFault",
    )
    if shape == "html":
        return Reply(status, HTML % (status, status), "text/html;charset=UTF-8", headers)
    if shape == "text":
        return Reply(status, b"stream timeout", "text/plain;charset=UTF-8", headers)
    reply = refusal(problem, request, service.clock.now(), shape=shape)
    reply.headers.update(headers)
    return reply
