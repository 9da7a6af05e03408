"""From the web server's request to ours: path, parameters, headers and body, made clean.

Whatever bytes come, the texts that go on are valid Unicode.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from quickbooks_emulator.messages import Refused, Request

if TYPE_CHECKING:
    from aiohttp import web

LARGEST_UPLOAD = 100 * 1024 * 1024
"""Source: Intuit, "Attachable": a request may hold 100 MB."""
ROOM_FOR_PARTS = 1024 * 1024
PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""Content codings and how zlib is told of them; some senders of `deflate` mean gzip's cousin."""
RAW_DEFLATE = -15


LONGEST_ADDRESS = 8190
"""The most bytes of an address; longer queries are sent by POST."""


class Unreadable(Exception):  # noqa: N818 - an answer, not a failure of ours
    """A request that is not taken."""

    def __init__(self, status: int, reason: str) -> None:
        self.refused = Refused(status, reason)
        super().__init__(reason)


async def request_of(incoming: web.BaseRequest, largest_body: int) -> Request:
    """The request; a body may be `largest_body` bytes, an upload 100 MB.

    One that is not taken comes without its body, and says why.
    """
    path = path_of(incoming.rel_url.raw_path)
    headers = headers_of(incoming)
    most = largest_body
    if path.rstrip("/").lower().endswith("/upload"):
        most = LARGEST_UPLOAD + ROOM_FOR_PARTS
    body, refused = b"", None
    if len(incoming.raw_path) > LONGEST_ADDRESS:
        refused = Refused(414, "Request-URI Too Large")
    try:
        body = unpacked(await _body(incoming, most), headers.get("content-encoding", ""), most)
    except Unreadable as error:
        refused = refused or error.refused
    return Request(
        # To a HEAD everything is answered as to a GET, only that no body goes out.
        "GET" if incoming.method == "HEAD" else incoming.method,
        path,
        parameters_of(clean(incoming.rel_url.raw_query_string)),
        headers,
        body,
        lambda: incoming.transport is None or incoming.transport.is_closing(),
        refused,
    )


def path_of(raw: str) -> str:
    """The path with its escapes read; a slash that was escaped stays so."""
    return "/".join(unquote(clean(part)).replace("/", "%2F") for part in raw.split("/"))


def parameters_of(raw: str) -> dict[str, str]:
    """The parameters of an address or a form; of one that is repeated the first."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        found.setdefault(name, value)
    return found


def headers_of(incoming: web.BaseRequest) -> dict[str, str]:
    """The headers by their names in lower case; of one that is repeated the first."""
    found: dict[str, str] = {}
    for name, value in incoming.headers.items():
        found.setdefault(clean(name).lower(), clean(value))
    return found


def clean(text: str) -> str:
    """The text without what is no Unicode: bytes that were not UTF-8."""
    return text.encode(errors="replace").decode()


async def _body(incoming: web.BaseRequest, most: int) -> bytes:
    """All bytes of the body, as they came. Raises Unreadable."""
    if (incoming.content_length or 0) > most:
        raise Unreadable(413, "Request Entity Too Large")
    parts, size = [], 0
    async for part in incoming.content.iter_any():
        size += len(part)
        if size > most:
            raise Unreadable(413, "Request Entity Too Large")
        parts.append(part)
    return b"".join(parts)


def unpacked(body: bytes, coding: str, most: int) -> bytes:
    """The body without its content coding. Raises Unreadable, also for one that swells too far."""
    name = coding.strip().lower()
    if name in {"", "identity"} or not body:
        return body
    bits = PACKED.get(name)
    if bits is None:
        raise Unreadable(415, "Unsupported Media Type")
    for kind in (bits, RAW_DEFLATE) if name == "deflate" else (bits,):
        unpacker = zlib.decompressobj(kind)
        try:
            plain = unpacker.decompress(body, most + 1)
        except zlib.error:
            continue
        if len(plain) > most:
            raise Unreadable(413, "Request Entity Too Large")
        if unpacker.eof:
            return plain
    raise Unreadable(400, "Bad Request")
