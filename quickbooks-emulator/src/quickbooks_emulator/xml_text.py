"""Replies as XML, which the service speaks to everyone who does not ask for JSON.

Source: Intuit, Finance.xsd: references carry their id as text and their name as an attribute,
`domain`, `sparse` and `status` are attributes, lists are repeated elements.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject

NAMESPACE = "http://schema.intuit.com/finance/v3"
ATTRIBUTES = frozenset({
    "domain", "sparse", "status", "bId", "type", "startPosition", "maxResults", "totalCount",
    "code", "element",
})  # fmt: skip
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CELL = "ColData"
"""A report's cells are attributes only."""
ROW_MARKS = frozenset({"type", "group"})
NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def document(envelope: JsonObject) -> bytes:
    """The `IntuitResponse` of an envelope, or the `Report` of a report, which has none."""
    is_report = "Rows" in envelope and "Columns" in envelope
    root = "Report" if is_report else "IntuitResponse"
    time = f" time={quoteattr(_clean(envelope['time']))}" if "time" in envelope else ""
    inner = "".join(_element(name, value) for name, value in envelope.items() if name != "time")
    return f'{HEAD}<{root}{time} xmlns="{NAMESPACE}">{inner}</{root}>'.encode()


def _element(name: str, value: Json) -> str:
    if not NAME.fullmatch(name):
        return ""  # a member that a caller made up, where any are taken
    if isinstance(value, list):
        return "".join(_element(name, entry) for entry in value)
    if not isinstance(value, dict):
        return f"<{name}>{_text(value)}</{name}>"
    if name != CELL and "value" in value and set(value) <= {"value", "name", "type"}:
        marks = "".join(
            f" {key}={quoteattr(_spelt(value[key]))}" for key in ("name", "type") if key in value
        )
        return f"<{name}{marks}>{_text(value['value'])}</{name}>"
    if "any" in value and isinstance(value["any"], list):
        # Extensions: each entry of `any` names its own element, in a form of Java's.
        return f"<{name}>{''.join(_extension(entry) for entry in value['any'])}</{name}>"
    known = frozenset(value) if name == CELL else ROW_MARKS if name == "Row" else ATTRIBUTES
    marks = "".join(
        f" {key}={quoteattr(_spelt(entry))}"
        for key, entry in value.items()
        if key in known and NAME.fullmatch(key) and isinstance(entry, str | bool | int | Decimal)
    )
    inner = "".join(
        _element(key, entry)
        for key, entry in value.items()
        if key not in known or isinstance(entry, (dict, list))
    )
    return f"<{name}{marks}>{inner}</{name}>" if inner else f"<{name}{marks}/>"


def _extension(entry: Json) -> str:
    if not isinstance(entry, dict) or "value" not in entry:
        return ""
    return _element(str(entry.get("name", "")).rpartition("}")[2], entry["value"])


def _text(value: Json) -> str:
    return escape(_spelt(value))


def _spelt(value: Json) -> str:
    """The value as text that XML can hold, before it is escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else _clean(value)


def _clean(value: Json) -> str:
    return UNPRINTABLE.sub("", str(value))
