"""Replies as XML, which the service speaks to everyone who does not ask for JSON.

Source: Intuit, Finance.xsd: references carry their id as text and their name as an attribute,
`domain`, `sparse` and `status` are attributes, lists are repeated elements.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject

NAMESPACE = "http://schema.intuit.com/finance/v3"
ATTRIBUTES = frozenset({
    "domain", "sparse", "status", "bId", "type", "startPosition", "maxResults", "totalCount",
    "code", "element",
})  # fmt: skip
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def document(envelope: JsonObject) -> bytes:
    """The `IntuitResponse` of an envelope."""
    time = envelope.get("time", "")
    inner = "".join(_element(name, value) for name, value in envelope.items() if name != "time")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<IntuitResponse time={quoteattr(str(time))} xmlns="{NAMESPACE}">{inner}</IntuitResponse>'
    ).encode()


def _element(name: str, value: Json) -> str:
    if isinstance(value, list):
        return "".join(_element(name, entry) for entry in value)
    if not isinstance(value, dict):
        return f"<{name}>{_text(value)}</{name}>"
    if "value" in value and set(value) <= {"value", "name", "type"}:
        marks = "".join(
            f" {key}={quoteattr(_clean(value[key]))}" for key in ("name", "type") if key in value
        )
        return f"<{name}{marks}>{_text(value['value'])}</{name}>"
    marks = "".join(
        f" {key}={quoteattr(_text(entry))}"
        for key, entry in value.items()
        if key in ATTRIBUTES and not isinstance(entry, (dict, list))
    )
    inner = "".join(
        _element(key, entry)
        for key, entry in value.items()
        if key not in ATTRIBUTES or isinstance(entry, (dict, list))
    )
    return f"<{name}{marks}>{inner}</{name}>" if inner else f"<{name}{marks}/>"


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else escape(_clean(value))


def _clean(value: Json) -> str:
    return UNPRINTABLE.sub("", str(value))
