"""Requests and replies, free of any web server."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import JsonObject, dumps, loads
from quickbooks_emulator.problems import Problem, fault_body, gateway_body
from quickbooks_emulator.xml_text import document

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

JSON_TYPE = "application/json;charset=UTF-8"
HTML_TYPE = "text/html;charset=UTF-8"
XML_TYPE = "application/xml;charset=UTF-8"
GATEWAY_TYPES = frozenset({"SERVICE", "AUTHENTICATION"})
WEIGHT = re.compile(r"q=\s*([01](?:\.[0-9]{0,3})?)")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not taken, before anybody has looked at what it asks for."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """What came in; header names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""
    has_gone: Callable[[], bool] = field(default=lambda: False, compare=False)
    """Whether the caller has hung up meanwhile."""
    refused: Refused | None = None
    """Why its body was not taken, if it was not."""

    @property
    def wants_json(self) -> bool:
        """JSON only comes to those who ask for it; XML is what the service speaks by itself."""
        wanted = self.query.get("format", "").lower()
        if wanted in {"json", "xml"}:
            return wanted == "json"
        return _prefers_json(self.headers.get("accept", "").lower())


class Delivery(Enum):
    """How a reply travels."""

    WHOLE = "whole"
    LOST = "lost"
    """Not at all: the connection is reset."""
    CUT = "cut"
    """Half of it, under a Content-Length for all."""
    CUT_CHUNK = "cut_chunk"
    """Half of it, in chunks of which the last never comes."""
    SLOW = "slow"
    """In many small pieces."""


@dataclass(slots=True)
class Reply:
    """What goes out."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE
    takes_s: float = 0.0
    """How long a slow reply takes."""
    units: int = 1
    """What the call counts for where it is metered."""


def object_in(request: Request) -> JsonObject:
    """The JSON object of a control's body; without one an empty object. Raises Problem 2010."""
    try:
        value = loads(request.body) if request.body else {}
    except ValueError as error:
        raise Problem("2010", f"A JSON object is expected: {error}") from None
    if not isinstance(value, dict):
        raise Problem("2010", "A JSON object is expected")
    return value


def _prefers_json(accept: str) -> bool:
    """Whether JSON is named, and not after XML or with less weight."""
    weights = {"json": 0.0, "xml": 0.0}
    for choice in accept.split(","):
        name, _, rest = choice.partition(";")
        found = WEIGHT.search(rest)
        weight = float(found[1]) if found else 1.0
        for language, known in weights.items():
            if language in name:
                weights[language] = max(known, weight)
    json, xml = weights["json"], weights["xml"]
    return json > xml or (0 < json == xml and accept.index("json") < accept.index("xml"))


def transaction_id() -> str:
    """A fresh value for `intuit_tid`."""
    return f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"


def refusal(problem: Problem, request: Request, now: datetime, *, shape: str = "") -> Reply:
    """A fault in the dialect of whoever sends it: the service's own, or the gateway's.

    `shape` forces `json`, `lowercase` or `xml`.
    """
    is_gateway = problem.type in GATEWAY_TYPES
    chosen = shape or ("lowercase" if is_gateway else "json")
    if not shape and not request.wants_json:
        chosen = "xml"
    headers = {}
    if problem.status == 401:  # noqa: PLR2004 - HTTP's number
        headers["WWW-Authenticate"] = 'Bearer realm="Intuit", error="invalid_token"'
    if chosen == "xml":
        body = document(fault_body(problem, now))
        return Reply(problem.status, body, XML_TYPE, headers)
    make = gateway_body if chosen == "lowercase" else fault_body
    return Reply(problem.status, dumps(make(problem, now)), JSON_TYPE, headers)


def untaken(refused: Refused) -> Reply:
    """The page of the gateway for a request that is not taken."""
    text = f"<html><body><h1>{refused.status} {refused.reason}</h1></body></html>"
    return Reply(refused.status, text.encode(), HTML_TYPE)


def rendered(reply: Reply, request: Request) -> Reply:
    """The reply in the language the caller accepts."""
    if request.wants_json or reply.content_type != JSON_TYPE or not reply.body:
        return reply
    value: JsonObject = loads(reply.body)
    return replace(reply, body=document(value), content_type=XML_TYPE)
