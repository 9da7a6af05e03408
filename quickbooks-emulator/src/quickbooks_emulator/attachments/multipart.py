"""The parts of a multipart/form-data body, whatever bytes they hold.

Source: RFC 7578, RFC 2046 section 5.1.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from email.message import Message

from quickbooks_emulator.problems import Problem, unsupported_property

MOST_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form."""

    name: str
    file_name: str
    content_type: str
    content: bytes


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """The parts in their order. Raises Problem 1050 for another content type, 2010 for no form."""
    kind = Message()
    kind["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    boundary = kind.get_param("boundary")
    if kind.get_content_type() != "multipart/form-data":
        words = f"Content type {content_type!r} is not supported"
        raise Problem("1050", words, message="Invalid content type")
    if not isinstance(boundary, str) or not boundary:
        raise unsupported_property("boundary of the multipart body: a text is expected,")
    edge = b"--" + boundary.encode(errors="replace")
    # python-quickbooks ends its lines with a line feed alone, and the service takes them.
    ending = b"\n" if b"\n" + edge in body and b"\r\n" + edge not in body else b"\r\n"
    pieces = (ending + body).split(ending + edge)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004 - before, one part, end
        raise unsupported_property("multipart body: its last boundary is missing,")
    if len(pieces) > MOST_PARTS:
        raise unsupported_property(f"multipart body: more than {MOST_PARTS} parts,")
    return [_part(piece, ending) for piece in pieces[1:-1]]


def _part(piece: bytes, ending: bytes) -> Part:
    head, separator, content = piece.partition(ending * 2)
    if not separator:
        raise unsupported_property("multipart body: a part has no blank line after its headers,")
    headers = Message()
    for line in head.decode(errors="replace").splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip().isascii():
            headers[name.strip()] = value.strip()
    if str(headers.get("Content-Transfer-Encoding", "")).lower() == "base64":
        try:
            content = base64.b64decode(content)
        except binascii.Error:
            raise unsupported_property("multipart body: a part is no base64,") from None
    return Part(
        _parameter(headers, "name"),
        _parameter(headers, "filename"),
        headers.get_content_type() if "Content-Type" in headers else "",
        content,
    )


def _parameter(headers: Message, name: str) -> str:
    value = headers.get_param(name, "", "Content-Disposition")
    return value if isinstance(value, str) else value[-1]
