"""Merging two objects of a list, as a person in QuickBooks does by giving one the other's name.

Documents of the one that goes now name the one that stays, its open balance moves along, and it is
left behind inactive. The API has no such operation, but it sees the result: changed documents and a
Merge event. Source: Intuit, "Webhooks" (Merge, deletedId).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quickbooks_emulator.catalogue import ENTITIES
from quickbooks_emulator.expected import TEXT, check
from quickbooks_emulator.problems import Problem, business
from quickbooks_emulator.rules import hierarchy
from quickbooks_emulator.rules.references import LINE_REFERENCES, name_of

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company

MERGEABLE = frozenset({"Customer", "Vendor", "Class", "Department", "Term", "PaymentMethod"})
"""Lists without quantities and postings of their own, which would have to be merged too."""


class Merged(NamedTuple):
    """The entity, the id that goes and the id that stays."""

    entity: str
    gone: str
    kept: str


def merge(service: Service, company: Company, wanted: JsonObject) -> JsonObject:
    """The object that stays; `wanted` holds entity, id and into. Raises Problem."""
    check(wanted, dict.fromkeys(("entity", "id", "into"), TEXT), "")
    merged = Merged(*(wanted.get(name, "") for name in ("entity", "id", "into")))
    if merged.entity not in MERGEABLE:
        raise Problem("2010", f"What can be merged are {', '.join(sorted(MERGEABLE))}", "entity")
    if merged.gone == merged.kept:
        raise Problem("2010", "An object cannot be merged into itself", "into")
    for object_id in (merged.gone, merged.kept):
        if company.row(merged.entity, object_id) is None:
            raise Problem("610", f"No {merged.entity} {object_id}", status=404)
    if merged.gone in hierarchy.ancestors(company, merged.entity, merged.kept):
        raise business("An object cannot be merged into one that is below it.")
    kept: JsonObject = service.in_one_piece(
        company, lambda: _merge(service, company, merged), merged
    )
    return kept


def _merge(service: Service, company: Company, merged: Merged) -> JsonObject:
    writer = service.writer(company)
    staying = company.body(merged.entity, merged.kept) or {}
    reference = {"value": merged.kept, "name": name_of(merged.entity, staying)}
    mark = b'"value":"%s"' % merged.gone.encode()
    for name, entity in ENTITIES.items():
        targets = {**LINE_REFERENCES, **entity.references}
        for object_id in [row.id for row in company.rows(name) if mark in row.json()]:
            row = company.row(name, object_id)
            changed = _renamed(row.body, targets, merged, reference) if row is not None else {}
            if row is None or changed == row.body:
                continue
            if name == merged.entity:
                hierarchy.place(company, name, changed)
                hierarchy.check_unique(company, name, changed, service.switches)
            writer.effects.touch(name, row, changed)
            if name == merged.entity:
                writer.effects.replace(name, row.body, changed)
    writer.effects.inherit(merged.entity, merged.gone, merged.kept)
    kept, gone = (company.row(merged.entity, key) for key in (merged.kept, merged.gone))
    if kept is not None and gone is not None:
        writer.effects.touch(merged.entity, kept, kept.body)
        token = gone.body["SyncToken"]
        inactive = {"Id": merged.gone, "SyncToken": token, "sparse": True, "Active": False}
        writer.write(ENTITIES[merged.entity], "update", inactive)
    return company.body(merged.entity, merged.kept) or staying


def _renamed(value: Json, targets: dict[str, str], merged: Merged, reference: JsonObject) -> Json:
    """The same value, its references to what goes naming what stays."""
    if isinstance(value, list):
        return [_renamed(entry, targets, merged, reference) for entry in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, entry in value.items():
        kind = targets.get(name) or str(value.get("Type") if name == "EntityRef" else "")
        is_meant = isinstance(entry, dict) and entry.get("value") == merged.gone
        if is_meant and kind == merged.entity:
            changed[name] = {**entry, **{key: reference[key] for key in reference if key in entry}}
        else:
            changed[name] = _renamed(entry, targets, merged, reference)
    return changed
