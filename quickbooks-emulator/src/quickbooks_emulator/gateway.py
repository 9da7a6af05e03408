"""What every request passes: the record of calls, the limits, the faults; then who answers."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from quickbooks_emulator import api, control, replay, stock_lock, striking
from quickbooks_emulator.attachments import links
from quickbooks_emulator.calls import Recorded, class_of
from quickbooks_emulator.clock import envelope_text
from quickbooks_emulator.injection import AUTH, Call
from quickbooks_emulator.messages import Delivery, Reply, refusal, untaken
from quickbooks_emulator.oauth import routes
from quickbooks_emulator.pages import people
from quickbooks_emulator.problems import Problem, throttled
from quickbooks_emulator.targets import target_of

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.targets import Target

OK = 200
LONGEST_TEXT = 8192
"""What the record of calls keeps of a query or an address."""


async def answer(service: Service, request: Request, base: str) -> Reply:
    """The reply to any request; `base` is the address under which the caller found the server."""
    try:
        return await _routed(service, request, base)
    except Problem as problem:
        # What was done could not be kept in the emulator's file.
        return refusal(problem, request, service.clock.now())


async def _routed(service: Service, request: Request, base: str) -> Reply:
    target = target_of(request)
    if target is not None:
        return await _api(service, request, target)
    if request.refused is not None:
        return untaken(request.refused)
    if request.path.startswith(control.PREFIX):
        return await control.answer(service, request)
    if request.path == "/" and request.method in {"GET", "HEAD"}:
        return people.answer(service, request)
    if request.path.startswith(links.PREFIX) and request.method == "GET":
        return links.answer(service, request)
    return await _oauth(service, request, base)


async def _api(service: Service, request: Request, target: Target) -> Reply:
    call = Call(
        request.method,
        request.path,
        target.entity,
        target.operation,
        target.query,
        class_of(target.operation, is_sending_metered=service.switches.send_is_metered),
        target.realm_id,
        service.authority.client_of(request.headers.get("authorization", "")),
        request.body,
    )
    record = _record(service, request, call)
    if not service.admit(record):
        reply = _throttled(service, request)
        service.end_call(record, reply, is_throttled=True)
        return reply
    try:
        if request.refused is not None:
            return await _ended(service, request, call, record, untaken(request.refused))
        async with AsyncExitStack() as until_the_end:
            async with replay.turn(service, request, target) as (admitted, clash):
                lock = stock_lock.turn(service, admitted, target)
                refused = clash or await until_the_end.enter_async_context(lock)
                reply = refused or await _worked(service, admitted, target, call)
            return await _ended(service, request, call, record, reply)
    finally:
        service.leave(record)


async def _worked(service: Service, request: Request, target: Target, call: Call) -> Reply:
    """The reply after the faults that precede the work, its delay and the work itself."""

    def work() -> Reply:
        reply = api.answer(service, request, target)
        service.keep_replies(target.realm_id)
        if service.file is not None:
            service.file.flush()
        return reply

    struck = await striking.before(service, request, call, work)
    if service.switches.latency_ms:
        await asyncio.sleep(service.switches.latency_ms / 1000)
    return struck or work()


async def _oauth(service: Service, request: Request, base: str) -> Reply:
    operation = routes.operation_of(request)
    client_id, realm_id = routes.caller_of(service, request)
    call = Call(
        request.method, request.path, "oauth", operation, "", AUTH, realm_id, client_id,
        request.body,
    )  # fmt: skip
    record = _record(service, request, call)

    def work() -> Reply:
        reply = routes.answer(service, request, base)
        service.keep_authority()
        if service.file is not None:
            service.file.flush()
        return reply

    reply = await striking.before(service, request, call, work) or work()
    return await _ended(service, request, call, record, reply)


async def _ended(
    service: Service, request: Request, call: Call, record: Recorded, reply: Reply
) -> Reply:
    """The reply after the faults that follow the work; the call's record is closed."""
    service.end_call(record, reply)
    struck = await striking.after(service, request, call, reply)
    if struck.status != reply.status or struck.delivery not in {Delivery.WHOLE, Delivery.SLOW}:
        record.reply_lost = True
    return struck


def _record(service: Service, request: Request, call: Call) -> Recorded:
    is_api = call.call_class != AUTH
    return service.calls.begin(
        Recorded(
            0,
            envelope_text(service.clock.now()),
            request.method,
            request.path[:LONGEST_TEXT],
            call.entity[:LONGEST_TEXT],
            call.operation[:LONGEST_TEXT],
            call.call_class,
            call.query[:LONGEST_TEXT],
            request.query.get("requestid", "")[:LONGEST_TEXT],
            # OAuth is counted for no company and no app.
            realm_id=call.realm_id if is_api and call.realm_id in service.companies else "",
            app=call.client_id if is_api else "",
        )
    )


def _throttled(service: Service, request: Request) -> Reply:
    switches = service.switches
    problem = throttled(switches.throttle_status)
    reply = refusal(problem, request, service.clock.now(), shape=switches.throttle_body)
    if switches.retry_after_s:
        reply.headers["Retry-After"] = str(switches.retry_after_s)
    return reply
