"""The body of a write, in JSON or XML, as the value both stand for.

Source: Intuit, "Basics of the Accounting API" (content types); "Error codes" (500, 1050, 2010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator import xml_request
from quickbooks_emulator.json_text import loads
from quickbooks_emulator.problems import Problem, unsupported_property

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.messages import Request


def parsed(request: Request, root: str = "") -> Json:
    """The value of the body; in XML its root must be `root`. Raises Problem 1050, 500 or 2010."""
    kind = content_type(request)
    if "json" not in kind and "xml" not in kind:
        raise Problem(
            "1050",
            f"Content type {request.headers.get('content-type', '')!r} is not supported",
            message="Invalid content type",
        )
    try:
        text = request.body.decode()
    except UnicodeDecodeError as error:
        raise Problem(
            "500", f"Operation MalformedByteSequence: {error.reason} is not supported."
        ) from None
    if "json" not in kind:
        name, value = xml_request.read(request.body)
        if root and name != root:
            raise unsupported_property(f"failed to parse xml object: {name[:80]} is no {root},")
        return value
    try:
        return loads(text)
    except ValueError as error:
        raise unsupported_property(f"failed to parse json object: {error}") from None


def content_type(request: Request) -> str:
    """The content type in lower case, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def has_id(request: Request) -> bool:
    """Whether the body names an object that is there already."""
    try:
        value = parsed(request)
    except Problem:
        return False
    return isinstance(value, dict) and bool(value.get("Id"))
