"""The web server: lets requests through the gates, sends replies or breaks them off."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aiohttp import web

from quickbooks_emulator import api, control, oauth, page
from quickbooks_emulator.calls import Recorded, class_of
from quickbooks_emulator.clock import envelope_text
from quickbooks_emulator.injection import AFTER, BEFORE, Call
from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.messages import JSON_TYPE, Reply, Request, refusal, transaction_id
from quickbooks_emulator.problems import Problem, throttled

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.service import Service

MOST_BYTES = 256 * 1024 * 1024
WORTH_PACKING = 1024
DISCOVERY = frozenset({"openid_configuration", "openid_sandbox_configuration"})
TOKEN_PATH = "/oauth2/v1/tokens/bearer"  # noqa: S105 - a path
REVOKE_PATH = "/v2/oauth2/tokens/revoke"
OK = 200
FIRST_FAILURE = 400
STATUS_PROBLEMS = {
    401: Problem("3200", "Token expired: AB0...", status=401, type="AUTHENTICATION"),
    403: Problem("3100", "", status=403, type="SERVICE"),
    429: throttled(),
}
HTML = b"<html><head><title>%d</title></head><body><h1>%d</h1>Try again later</body></html>"


class Cut(Exception):  # noqa: N818 - not an error of ours: the connection is broken off on purpose
    """The connection is to be broken off without a reply."""


class Server:
    """One service behind HTTP."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def application(self) -> web.Application:
        """The web application: one handler, which does its own routing."""
        application = web.Application(client_max_size=MOST_BYTES)
        application.router.add_route("*", "/{path:.*}", self.handle)
        return application

    async def handle(self, incoming: web.Request) -> web.StreamResponse:
        """Answer one request."""
        request = Request(
            incoming.method,
            incoming.path,
            dict(parse_qsl(incoming.rel_url.raw_query_string, keep_blank_values=True)),
            {name.lower(): value for name, value in incoming.headers.items()},
            await incoming.read(),
        )
        try:
            reply = await self._reply(incoming, request)
        except Cut:
            _break_off(incoming)
            return web.Response(status=OK)
        if isinstance(reply, web.StreamResponse):
            return reply
        return self._response(incoming, reply)

    async def _reply(self, incoming: web.Request, request: Request) -> Reply | web.StreamResponse:
        if request.path.startswith(control.PREFIX):
            return control.answer(self.service, request)
        if request.path == "/" and request.method in {"GET", "HEAD"}:
            return Reply(OK, page.html(self.service), "text/html;charset=UTF-8")
        target = api.target_of(request)
        if target is not None:
            return await self._api(incoming, request, target)
        return await self._oauth(incoming, request)

    def _response(self, incoming: web.Request, reply: Reply) -> web.Response:
        content_type, _, charset = reply.content_type.partition(";charset=")
        response = web.Response(
            status=reply.status,
            body=reply.body,
            content_type=content_type,
            charset=charset or None,
            headers={"intuit_tid": transaction_id(), "QBO-Version": "2000.100", **reply.headers},
        )
        if len(reply.body) >= WORTH_PACKING and "gzip" in incoming.headers.get(
            "Accept-Encoding", ""
        ):
            response.enable_compression(web.ContentCoding.gzip)
        return response

    # -- the Accounting API

    async def _api(
        self, incoming: web.Request, request: Request, target: api.Target
    ) -> Reply | web.StreamResponse:
        service = self.service
        call = Call(request.method, request.path, target.entity, target.operation, target.query)
        record = self._record(request, call, class_of(target.operation))
        meter = service.meter_of(target.realm_id)
        is_batch = target.operation == "batch"
        if not meter.admit(service.limits, service.clock.passed(), is_batch=is_batch):
            service.calls.end(record, 429)
            return self._throttled(request)
        try:
            reply = await self._prevented(request, call)
            if service.switches.latency_ms:
                await asyncio.sleep(service.switches.latency_ms / 1000)
            if reply is None:
                reply = api.answer(service, request, target)
                self._keep(target.realm_id)
            return await self._after(incoming, call, record, reply)
        except Cut:
            if not record.status:
                service.calls.end(record, 0, is_lost=True)
            raise
        finally:
            meter.leave()

    def _keep(self, realm_id: str) -> None:
        if self.service.file is not None:
            self.service.file.keep_replies(realm_id, self.service.replies_of(realm_id))
            self.service.file.flush()

    def _record(self, request: Request, call: Call, call_class: str) -> Recorded:
        return self.service.calls.begin(
            Recorded(
                0,
                envelope_text(self.service.clock.now()),
                request.method,
                request.path,
                call.entity,
                call.operation,
                call_class,
                call.query,
                request.query.get("requestid", ""),
            )
        )

    def _throttled(self, request: Request) -> Reply:
        switches = self.service.switches
        reply = refusal(
            throttled(), request, self.service.clock.now(), shape=switches.throttle_body
        )
        if switches.retry_after_s:
            reply.headers["Retry-After"] = str(switches.retry_after_s)
        return reply

    async def _prevented(self, request: Request, call: Call) -> Reply | None:
        """What the faults before the work answer; a rule that cannot be carried out says so."""
        try:
            return await self._before(request, call)
        except Problem as problem:
            problem.detail = f"A fault rule was refused: {problem.detail}"
            return refusal(problem, request, self.service.clock.now())

    async def _before(self, request: Request, call: Call) -> Reply | None:
        """The faults that come before the work; a reply when one of them answers."""
        for does in self.service.faults.struck_by(call, BEFORE):
            kind = does["kind"]
            if kind == "delay":
                await asyncio.sleep(float(does.get("seconds", 0)))
            elif kind == "reset":
                raise Cut
            elif kind in {"write", "clock"}:
                self._meddle(does)
            elif kind == "status":
                return self._failure(request, does)
            else:
                problem = Problem(
                    str(does.get("code", "6000")),
                    str(does.get("detail", "")),
                    "",
                    status=int(does.get("status", FIRST_FAILURE)),
                    message=str(does.get("message", "")),
                )
                return refusal(problem, request, self.service.clock.now())
        return None

    def _meddle(self, does: JsonObject) -> None:
        """Move the clock, or write as a person does, just before a call is answered."""
        service = self.service
        if does["kind"] == "clock":
            service.clock.advance(float(does.get("advance_s", 0)))
            return
        wanted = {str(does.get("entity")): [does.get("body")]}
        service.write_all(service.company, str(does.get("operation", "")), wanted)

    def _failure(self, request: Request, does: JsonObject) -> Reply:
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
        reply = refusal(problem, request, self.service.clock.now(), shape=shape)
        reply.headers.update(headers)
        return reply

    async def _after(
        self, incoming: web.Request, call: Call, record: Recorded, reply: Reply
    ) -> Reply | web.StreamResponse:
        """The faults that come after the work."""
        done = reply.status < FIRST_FAILURE
        faults = self.service.faults.struck_by(call, AFTER) if done else []
        kinds = {does["kind"] for does in faults}
        is_lost = not kinds.isdisjoint({"lose_reply", "cut_body"})
        self.service.calls.end(record, reply.status, is_lost=is_lost)
        for does in faults:
            if does["kind"] == "delay_reply":
                await asyncio.sleep(float(does.get("seconds", 0)))
        if "lose_reply" in kinds:
            raise Cut
        if "cut_body" in kinds:
            return await _half(incoming, reply)
        return reply

    # -- OAuth

    async def _oauth(self, incoming: web.Request, request: Request) -> Reply | web.StreamResponse:
        path = request.path.rstrip("/")
        known = {TOKEN_PATH: "token", REVOKE_PATH: "revoke"}
        if path.removeprefix("/.well-known/") in DISCOVERY:
            known[path] = "discovery"
        call = Call(request.method, request.path, "oauth", known.get(path, "unknown"), "")
        record = self._record(request, call, "auth")
        try:
            reply = await self._prevented(request, call)
            if reply is None:
                reply = self._authorise(incoming, request, call.operation)
                if self.service.file is not None:
                    self.service.file.keep_authority(self.service)
                    self.service.file.flush()
            return await self._after(incoming, call, record, reply)
        except Cut:
            if not record.status:
                self.service.calls.end(record, 0, is_lost=True)
            raise

    def _authorise(self, incoming: web.Request, request: Request, operation: str) -> Reply:
        authority, now = self.service.authority, self.service.clock.epoch()
        try:
            if operation == "discovery" and request.method == "GET":
                base = f"{incoming.scheme}://{incoming.host}"
                return Reply(OK, dumps(oauth.discovery(base)))
            if operation == "token" and request.method == "POST":
                form = dict(parse_qsl(request.body.decode(errors="replace")))
                answer = authority.token(request.headers, form, now, self.service.switches)
                headers = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}
                return Reply(OK, dumps(answer), JSON_TYPE, headers)
            if operation == "revoke" and request.method == "POST":
                authority.revoke(request.headers, _token_in(request))
                return Reply(OK, b"")
        except oauth.OAuthError as error:
            return Reply(error.status, dumps(error.body))
        problem = Problem(
            "10000",
            f"System Failure Error: Could not find resource for relative : {request.path}",
            "",
            status=500,
            type="SystemFault",
        )
        return refusal(problem, request, self.service.clock.now())


def _token_in(request: Request) -> str:
    """The token of a revocation, from a JSON or a form body. Raises OAuthError."""
    if "json" in request.headers.get("content-type", ""):
        try:
            value = loads(request.body)
        except ValueError:
            raise oauth.OAuthError(400, "invalid_request") from None
        return str(value.get("token", "")) if isinstance(value, dict) else ""
    return dict(parse_qsl(request.body.decode(errors="replace"))).get("token", "")


def _break_off(incoming: web.Request) -> None:
    """Reset the connection: no reply, no farewell."""
    transport = incoming.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _half(incoming: web.Request, reply: Reply) -> web.StreamResponse:
    """Send the head and half the body, then break off."""
    response = web.StreamResponse(
        status=reply.status,
        headers={"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))},
    )
    await response.prepare(incoming)
    await response.write(reply.body[: len(reply.body) // 2])
    if incoming.transport is not None:
        incoming.transport.close()
    return response


async def start(server: Server, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Listen; returns the runner to clean up and the port it got."""
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    return runner, int(runner.addresses[0][1])
