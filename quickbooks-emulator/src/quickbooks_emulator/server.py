"""The web server: HTTP in, HTTP out, and connections broken off when a reply is to be lost."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aiohttp import web

from quickbooks_emulator import gateway
from quickbooks_emulator.messages import Delivery, Reply, Request, transaction_id

if TYPE_CHECKING:
    from quickbooks_emulator.service import Service

MOST_BYTES = 256 * 1024 * 1024
WORTH_PACKING = 1024
OK = 200


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
        base = f"{incoming.scheme}://{incoming.host}"
        reply = await gateway.answer(self.service, request, base)
        if reply.delivery is Delivery.LOST:
            _break_off(incoming)
            return web.Response(status=OK)
        if reply.delivery is Delivery.CUT:
            return await _half(incoming, reply)
        return _response(incoming, reply)


def _response(incoming: web.Request, reply: Reply) -> web.Response:
    content_type, _, charset = reply.content_type.partition(";charset=")
    response = web.Response(
        status=reply.status,
        body=reply.body,
        content_type=content_type,
        charset=charset or None,
        headers={"intuit_tid": transaction_id(), "QBO-Version": "2000.100", **reply.headers},
    )
    accepted = incoming.headers.get("Accept-Encoding", "")
    if len(reply.body) >= WORTH_PACKING and "gzip" in accepted:
        response.enable_compression(web.ContentCoding.gzip)
    return response


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
