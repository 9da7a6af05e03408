"""Temporary links to attached files, good for 15 minutes by the emulator's clock.

The links are signed with a well-known key: they keep no secret, they only end.
Source: Intuit, "Attachable", download; the form of the recorded links.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from quickbooks_emulator.envelopes import enveloped
from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.messages import Reply

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company

PREFIX = "/attachments/"
LIFE_S = 900
KEY = b"an emulator keeps no secret"
MOMENT = "%Y%m%dT%H%M%SZ"
DENIED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>AccessDenied</Code><Message>{}</Message></Error>"
)
GUARDS = {
    # What somebody uploaded must not act as a page of this server.
    "Content-Disposition": "attachment",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",
}
OK = 200
FORBIDDEN = 403


def link(request: Request, realm_id: str, body: JsonObject, now: float) -> str:
    """The link to the file of an Attachable, from now on good for 15 minutes."""
    moment = datetime.fromtimestamp(now, UTC).strftime(MOMENT)
    name = quote(str(body.get("FileName") or "file"), safe="")
    path = f"{PREFIX}{realm_id}/{body['Id']}/{name}"
    host = request.headers.get("host", "localhost")
    asked = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": moment,
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Expires": LIFE_S,
        "X-Amz-Signature": _signature(realm_id, str(body["Id"]), moment),
    }
    return f"http://{host}{path}?{urlencode(asked)}"


def shown(request: Request, realm_id: str, body: JsonObject, now: float) -> JsonObject:
    """The Attachable with its link, when there is a file."""
    if "FileAccessUri" not in body or "Id" not in body:
        return body
    linked: JsonObject = {}
    for name, value in body.items():
        linked[name] = value
        if name == "FileAccessUri":
            linked["TempDownloadUri"] = link(request, realm_id, body, now)
    return linked


def with_links(service: Service, company: Company, request: Request, text: bytes) -> Reply:
    """The answer of a query over Attachable with a link beside each file."""
    rows = loads(text)
    now = service.clock.epoch()
    if "Attachable" in rows:
        linked = [shown(request, company.realm_id, body, now) for body in rows["Attachable"]]
        rows["Attachable"] = linked
    return enveloped(service, "QueryResponse", dumps(rows))


def answer(service: Service, request: Request) -> Reply:
    """The file behind a link, or why there is none (403, as the store of files would say)."""
    realm_id, object_id, *_ = [*request.path.removeprefix(PREFIX).split("/"), "", ""]
    moment = request.query.get("X-Amz-Date", "")
    signature = request.query.get("X-Amz-Signature", "")
    expected = _signature(realm_id, object_id, moment)
    company = service.companies.get(realm_id)
    row = company.row("Attachable", object_id) if company else None
    if company is None or row is None or object_id not in company.contents:
        return _denied("Access Denied")
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return _denied("The request signature does not match")
    try:
        issued = datetime.strptime(moment, MOMENT).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return _denied("X-Amz-Date must be in the ISO8601 Long Format")
    if not issued <= service.clock.epoch() < issued + LIFE_S:
        return _denied("Request has expired")
    content_type = str(row.body.get("ContentType") or "application/octet-stream")
    return Reply(OK, company.contents[object_id], _as_header(content_type), dict(GUARDS))


def _signature(realm_id: str, object_id: str, moment: str) -> str:
    text = f"{realm_id}/{object_id}/{moment}".encode()
    return hmac.new(KEY, text, hashlib.sha256).hexdigest()


def _denied(message: str) -> Reply:
    return Reply(FORBIDDEN, DENIED.format(message).encode(), "application/xml")


def _as_header(text: str) -> str:
    """The text if it can be a header's value."""
    return text if text.isascii() and text.isprintable() else "application/octet-stream"
