"""Rules of attachments: a file or a note, linked to what there is.

Source: Intuit, "Attachable"; the refusal of a link as recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import named
from quickbooks_emulator.problems import Problem, business, missing, unsupported_property

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.store import Company

CATEGORIES = frozenset({
    "Contact Photo", "Document", "Image", "Receipt", "Signature", "Sound", "Other",
})  # fmt: skip


def prepare(company: Company, body: JsonObject) -> None:
    """Check an Attachable and complete its links. Raises Problem 2020, 2170 or 6000."""
    if not body.get("FileName") and not body.get("Note"):
        raise missing("Note")
    category = body.get("Category")
    if category and category not in CATEGORIES:
        raise Problem("2170", f"Invalid Enumeration : {category}", "Category")
    links = body.get("AttachableRef")
    if links is None:
        return
    if not isinstance(links, list):
        raise unsupported_property("AttachableRef: a list is expected,")
    body["AttachableRef"] = [_linked(company, entry) for entry in links]


def _linked(company: Company, entry: Json) -> JsonObject:
    link = entry.get("EntityRef") if isinstance(entry, dict) else None
    if link is None and isinstance(entry, dict):
        return {"IncludeOnSend": False, **entry}
    if not isinstance(link, dict):
        raise unsupported_property("AttachableRef: an object with an EntityRef is expected,")
    kind, object_id = str(link.get("type", "")), str(link.get("value", ""))
    entity = named(kind)
    if entity is None or company.row(entity.name, object_id) is None:
        words = f"The entity {kind} {object_id} that you are trying to link does not exist."
        raise business(f"{words} {kind} {object_id}")
    rest = {key: value for key, value in entry.items() if key != "EntityRef"}
    return {
        "EntityRef": {"value": object_id, "type": entity.name},
        "IncludeOnSend": False,
        **rest,
    }
