"""Where a request for the query endpoint has its text.

By GET it stands in the address. By POST it is the body, bare or as a form's field `query`.
Source: Intuit, "Query operations and syntax" (application/text); text/plain and forms have been
seen to work too, JSON has not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Request

FORM = "application/x-www-form-urlencoded"
KINDS = frozenset({"", "application/text", "text/plain", FORM})
"""The content types a query may be posted as."""


def text_of(request: Request) -> str:
    """The query's text; empty when there is none. Unreadable bytes are replaced."""
    if request.method == "GET" or not request.body:
        return request.query.get("query", "")
    body = request.body.decode(errors="replace")
    if _content_type(request) != FORM:
        return body
    return parse_qs(body).get("query", [""])[-1]


def check(request: Request) -> None:
    """Refuse what is not posted as a query. Raises Problem 1050, or 500 for bytes not UTF-8."""
    if request.method == "GET" or not request.body:
        return
    if _content_type(request) not in KINDS:
        raise Problem(
            "1050",
            f"Content type '{_content_type(request)}' is not supported",
            message="Invalid content type",
        )
    try:
        request.body.decode()
    except UnicodeDecodeError as error:
        raise Problem(
            "500", f"Operation MalformedByteSequence: {error.reason} is not supported."
        ) from None


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
