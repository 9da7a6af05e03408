"""What an update makes of the stored object and the sent one, before any rule looks at it.

Source: Intuit, "Full update", "Sparse update" on the reference pages; that an update which says
nothing new leaves SyncToken and time alone is recorded (account, item, purchase order, May 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import COMMON, Kind

if TYPE_CHECKING:
    from quickbooks_emulator.catalogue import Entity
    from quickbooks_emulator.json_text import Json, JsonObject

KEPT_ON_UPDATE = {
    "Item": ("QtyOnHand", "InvStartDate"),
    "InventoryAdjustment": (),
}
"""What no update of an object that has it changes: quantities move by documents."""


def writable(entity: Entity, given: JsonObject, *, is_by_hand: bool) -> JsonObject:
    """What a caller may set of what was sent."""
    left_out = COMMON if is_by_hand and entity.kind is Kind.SINGLE else COMMON | entity.made
    return {name: value for name, value in given.items() if name not in left_out}


def new(given: JsonObject) -> JsonObject:
    """A new object's properties: nulls and empties are as good as absent."""
    return {name: value for name, value in given.items() if not _is_nothing(value)}


def merged(entity: Entity, old: JsonObject, given: JsonObject, *, is_sparse: bool) -> JsonObject:
    """The object an update asks for: sparse keeps what is not named, full drops it."""
    if is_sparse or entity.kind is Kind.SINGLE:
        body = _sparse(entity, old, given)
    else:
        body = new(given)
        body.update({name: old[name] for name in entity.made if name in old})
    for name in KEPT_ON_UPDATE.get(entity.name, ()):
        if name in old:
            body[name] = old[name]
    if "Line" in given and "TxnTaxDetail" not in given and "TxnTaxDetail" in body:
        # Tax is worked out again for the new lines.
        code = body["TxnTaxDetail"].get("TxnTaxCodeRef")
        body["TxnTaxDetail"] = {"TxnTaxCodeRef": code} if code else {}
    for name in COMMON:
        body.pop(name, None)
    body["Id"] = old["Id"]
    return body


def _is_nothing(value: Json) -> bool:
    return value is None or value in ("", {})


def _sparse(entity: Entity, old: JsonObject, given: JsonObject) -> JsonObject:
    """Only what is given changes: null is ignored, "" and {} clear, preferences merge inside.

    The company shows what it has none of as {}.
    """
    body = dict(old)
    for name, value in given.items():
        if value is None:
            continue
        if value == {} and entity.kind is Kind.SINGLE:
            body[name] = {}
        elif _is_nothing(value):
            body.pop(name, None)
        elif name.endswith("Prefs") and isinstance(body.get(name), dict):
            body[name] = {**body[name], **value}
        else:
            body[name] = value
    return body


def says_the_same(old: Json, new: Json) -> bool:
    """Whether `new` says nothing that `old` does not; names and line numbers do not count."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(
            says_the_same(old.get(name), value)
            for name, value in new.items()
            if name not in {"name", "LineNum", "LineEx"}
        )
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(says_the_same, old, new))
    return bool(old == new)


def is_unchanged(old: JsonObject, body: JsonObject) -> bool:
    """Whether the object that would be stored is the stored one, marks apart."""
    return {k: v for k, v in old.items() if k not in COMMON} == {
        k: v for k, v in body.items() if k not in COMMON
    }
