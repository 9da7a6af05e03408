"""Replies on the wire: whole, or in one of the ways in which they go astray."""

from __future__ import annotations

import asyncio
import socket
import struct

from aiohttp import HttpVersion11, web

from quickbooks_emulator.messages import Delivery, Reply, transaction_id

WORTH_PACKING = 1024
PIECES = 40
OK = 200


async def send(incoming: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """The response to hand to the web server; what goes astray has been sent already."""
    way = reply.delivery
    if way is Delivery.LOST:
        break_off(incoming)
        return web.Response(status=OK)
    if way is Delivery.WHOLE or incoming.method == "HEAD":
        return _whole(incoming, reply)
    is_chunked = way is Delivery.CUT_CHUNK and incoming.version >= HttpVersion11
    response = web.StreamResponse(status=reply.status, headers=_headers(reply))
    if is_chunked:
        response.enable_chunked_encoding()
    else:
        response.content_length = len(reply.body)
    await response.prepare(incoming)
    if way is Delivery.SLOW:
        await _dribble(response, reply)
        return response
    await response.write(reply.body[: len(reply.body) // 2])
    if incoming.transport is not None:
        incoming.transport.close()
    return response


def break_off(incoming: web.BaseRequest) -> None:
    """Reset the connection: no reply, no farewell."""
    transport = incoming.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _whole(incoming: web.BaseRequest, reply: Reply) -> web.Response:
    response = web.Response(status=reply.status, body=reply.body, headers=_headers(reply))
    accepted = incoming.headers.get("Accept-Encoding", "").lower()
    if len(reply.body) >= WORTH_PACKING:
        for coding in (web.ContentCoding.gzip, web.ContentCoding.deflate):
            if coding.value in accepted:
                response.enable_compression(coding)
                break
    return response


def _headers(reply: Reply) -> dict[str, str]:
    return {
        "intuit_tid": transaction_id(),
        "QBO-Version": "2000.100",
        "Content-Type": reply.content_type,
        **reply.headers,
    }


async def _dribble(response: web.StreamResponse, reply: Reply) -> None:
    """Send in small pieces with pauses, until the caller has gone."""
    size = max(-(-len(reply.body) // PIECES), 1)
    pause_s = reply.takes_s * size / max(len(reply.body), 1)
    for start in range(0, len(reply.body), size):
        await asyncio.sleep(pause_s)
        await response.write(reply.body[start : start + size])
