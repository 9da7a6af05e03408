"""Carrying out the faults that rules command, before and after the work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator.clock import parse_moment
from quickbooks_emulator.injection import AUTH
from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.messages import JSON_TYPE, Delivery, Reply, Request, refusal, rendered
from quickbooks_emulator.problems import MESSAGES, Problem, business
from quickbooks_emulator.service import Service

if TYPE_CHECKING:
    from quickbooks_emulator.injection import Call
    from quickbooks_emulator.json_text import Json, JsonObject

OK = 200
FIRST_FAILURE = 400
POLL_S = 0.05
HTML_TYPE = "text/html;charset=UTF-8"
HTML = b"<html><head><title>%d</title></head><body><h1>%d</h1>Try again later</body></html>"
LOST = Reply(0, b"", delivery=Delivery.LOST)
CODES = {401: "3200", 403: "3100", 429: "3001"}
"""The code that comes with a status when the rule names none; others come with 10000."""
NAMES = {
    "3001": ("ThrottleExceeded", "SERVICE", "The request limit was reached.  Try again later"),
    "3100": ("ApplicationAuthorizationFailed", "SERVICE", ""),
    "3200": ("AuthenticationFailed", "AUTHENTICATION", "Token expired: AB0..."),
}
SHAPES = {404: "html", 413: "html", 502: "html", 503: "html", 504: "text"}
"""The bodies that have been seen; the rest are faults."""

Work: TypeAlias = Callable[[], Reply]
Strike: TypeAlias = Callable[[Service, Request, "JsonObject", Reply], Reply]


async def before(service: Service, request: Request, call: Call, work: Work) -> Reply | None:
    """What the faults before the work answer, if they do.

    A rule that cannot be carried out says so to the caller.
    """
    try:
        for does in service.faults.struck_by(call, is_after=False):
            reply = await _strike(service, request, call, does, work)
            if reply is not None:
                return reply
    except Problem as problem:
        problem.detail = f"A fault rule was refused: {problem.detail}"
        return refusal(problem, request, service.clock.now())
    return None


async def after(service: Service, request: Request, call: Call, reply: Reply) -> Reply:
    """The reply in the caller's language, as the faults after the work leave it.

    They strike what has succeeded.
    """
    if reply.status >= FIRST_FAILURE or reply.delivery is not Delivery.WHOLE:
        return reply
    struck = service.faults.struck_by(call, is_after=True)
    for does in struck:
        if does["kind"] in ROWS:
            reply = replace(reply, body=_with_rows(reply, does))
    if call.call_class != AUTH:
        reply = rendered(reply, request)
    for does in struck:
        kind = does["kind"]
        if kind == "delay_reply":
            await asyncio.sleep(float(does["seconds"]))
        elif kind == "hang_reply":
            await _hang(request)
            return LOST
        elif kind in AFTER:
            reply = AFTER[kind](service, request, does, reply)
    return reply


async def _strike(
    service: Service, request: Request, call: Call, does: JsonObject, work: Work
) -> Reply | None:
    kind = does["kind"]
    if kind == "delay":
        await asyncio.sleep(float(does["seconds"]))
    elif kind == "hang":
        await _hang(request)
        return LOST
    elif kind == "reset":
        return LOST
    elif kind == "twice":
        work()
    elif kind in ANSWERS:
        return ANSWERS[kind](service, request, does, LOST)
    else:
        _meddle(service, call, does)
    return None


async def _hang(request: Request) -> None:
    """Until the caller has hung up; the end of the server cancels it."""
    while not request.has_gone():  # noqa: ASYNC110 - aiohttp does not tell when a caller leaves
        await asyncio.sleep(POLL_S)


def _meddle(service: Service, call: Call, does: JsonObject) -> None:
    """Change the world just before a call is answered. Raises Problem."""
    kind = does["kind"]
    if kind == "clock":
        try:
            if "set" in does:
                service.clock.set(parse_moment(does["set"]))
            else:
                service.clock.advance(float(does["advance_s"]))
        except ValueError as error:
            raise business(str(error)) from None
        if service.file is not None:
            service.file.keep_settings(service)
    elif kind == "expire":
        access, refresh = does.get("access", True), does.get("refresh", False)
        service.authority.expire(access=access, refresh=refresh)
        service.keep_authority()
    elif kind == "revoke":
        # Whom a call is of that nobody knows cannot be told: nothing is disconnected then.
        if call.client_id and call.realm_id:
            service.authority.disconnect(call.realm_id, call.client_id)
            service.keep_authority()
    else:
        company = service.companies.get(call.realm_id) or service.company
        for one in does.get("writes", [does]):
            written = {one["entity"]: [one["body"]]}
            shift_s = one.get("shift_s", 0)
            service.write_all(company, one["operation"], written, shift_s=shift_s)


def _failure(service: Service, request: Request, does: JsonObject, _reply: Reply) -> Reply:
    """A bare HTTP error in one of the shapes that have been seen."""
    status = int(does.get("status", 500))
    headers = {name: str(value) for name, value in (does.get("headers") or {}).items()}
    shape = does.get("body", "recorded")
    code = does.get("code") or CODES.get(status, "10000")
    if shape == "recorded":
        throttled = service.switches.throttle_body if code == "3001" else ""
        shape = throttled or SHAPES.get(status, "")
    if shape == "html":
        return Reply(status, HTML % (status, status), HTML_TYPE, headers)
    if shape == "text":
        return Reply(status, b"stream timeout", "text/plain;charset=UTF-8", headers)
    if shape == "empty":
        return Reply(status, b"", headers=headers)
    reply = refusal(_problem(code, status), request, service.clock.now(), shape=shape)
    reply.headers.update(headers)
    return reply


def _problem(code: str, status: int) -> Problem:
    if code in NAMES:
        name, kind, detail = NAMES[code]
        message = f"message={name}; errorCode={code:0>6}; statusCode={status}"
        return Problem(code, detail, None, status=status, type=kind, message=message)
    kind = "SystemFault" if code == "10000" else "ValidationFault"
    detail = "System Failure Error: try again later" if code == "10000" else ""
    return Problem(code, detail, "", status=status, type=kind)


def _fault(service: Service, request: Request, does: JsonObject, _reply: Reply) -> Reply:
    """A fault in the service's own words or the rule's."""
    code = does.get("code", "6000")
    problem = Problem(
        code,
        does.get("detail", ""),
        does.get("element", ""),
        status=int(does.get("status", FIRST_FAILURE)),
        type=does.get("type", "SystemFault" if code == "10000" else "ValidationFault"),
        message=does.get("message", "") or MESSAGES.get(code, ""),
    )
    return refusal(problem, request, service.clock.now())


def _html(_service: Service, _request: Request, does: JsonObject, _reply: Reply) -> Reply:
    status = int(does.get("status", OK))
    return Reply(status, HTML % (status, status), HTML_TYPE)


def _lost(_service: Service, _request: Request, _does: JsonObject, reply: Reply) -> Reply:
    return replace(reply, delivery=Delivery.LOST)


def _cut(_service: Service, _request: Request, _does: JsonObject, reply: Reply) -> Reply:
    return replace(reply, delivery=Delivery.CUT)


def _cut_chunk(_service: Service, _request: Request, _does: JsonObject, reply: Reply) -> Reply:
    return replace(reply, delivery=Delivery.CUT_CHUNK)


def _slow(_service: Service, _request: Request, does: JsonObject, reply: Reply) -> Reply:
    return replace(reply, delivery=Delivery.SLOW, takes_s=float(does["seconds"]))


def _mistyped(_service: Service, _request: Request, does: JsonObject, reply: Reply) -> Reply:
    return replace(reply, content_type=does["value"])


def _empty(_service: Service, _request: Request, _does: JsonObject, reply: Reply) -> Reply:
    return replace(reply, body=b"")


def _truncated(_service: Service, _request: Request, _does: JsonObject, reply: Reply) -> Reply:
    """Half the text under a length that fits it: well-formed HTTP, ill-formed JSON."""
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def _garbage(_service: Service, _request: Request, _does: JsonObject, reply: Reply) -> Reply:
    return replace(reply, body=b"{'QueryResponse': NaN,\xff")


def _with_rows(reply: Reply, does: JsonObject) -> bytes:
    """The text of a query's answer with its first rows once more at the end, or without its last.

    Other replies stay as they are.
    """
    if reply.content_type != JSON_TYPE or not reply.body:
        return reply.body
    envelope: Json = loads(reply.body)
    answer = envelope.get("QueryResponse")
    lists = [rows for rows in (answer or {}).values() if isinstance(rows, list)]
    if len(lists) != 1:
        return reply.body
    rows, count = lists[0], does.get("rows", 1)
    if does["kind"] == "repeat_rows":
        rows.extend(rows[:count])
    else:
        del rows[max(len(rows) - count, 0) :]
    answer["maxResults"] = len(rows)
    return dumps(envelope)


ANSWERS: dict[str, Strike] = {"status": _failure, "fault": _fault, "html": _html}
ROWS = frozenset({"repeat_rows", "drop_rows"})
AFTER: dict[str, Strike] = {
    "lose_reply": _lost,
    "status_reply": _failure,
    "fault_reply": _fault,
    "html_reply": _html,
    "cut_body": _cut,
    "cut_chunk": _cut_chunk,
    "slow_body": _slow,
    "content_type": _mistyped,
    "empty_body": _empty,
    "truncated": _truncated,
    "garbage": _garbage,
}
