"""Names in a list: parents, levels, the suffix of inactive ones, and that each is there once.

Source: Intuit, "Item", "Customer", "Account", "Class", "Department"; "Error codes" (700, 800, 900,
2020, 6180, 6220, 6240).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem, missing
from quickbooks_emulator.registers import PEOPLE
from quickbooks_emulator.rules.finding import referring
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.switches import Switches

DELETED_SUFFIX = re.compile(r" \(deleted(?: \d+)?\)$")
MOST_LEVELS = 5
CHILD_MARK = {
    "Item": "SubItem", "Customer": "Job", "Account": "SubAccount", "Class": "SubClass",
    "Department": "SubDepartment",
}  # fmt: skip
"""Lists that have parents → the property that says an object has one."""
LEVELLED = frozenset({"Item", "Customer"})
BALANCES = {"Account": "CurrentBalance", "Customer": "Balance", "Vendor": "Balance"}
BARRED = re.compile(r"[:\t\n\r]")


def name_field(entity: str) -> str:
    """The property that holds the name."""
    return "DisplayName" if entity in PEOPLE else "Name"


def checked_name(name: str, field: str) -> str:
    """The name without blanks round it. Raises Problem 2040 for what a name must not hold."""
    if BARRED.search(name):
        raise Problem("2040", f"{field} must not hold a colon, a tab or a line break", field)
    return name.strip()


def place(company: Company, entity: str, body: JsonObject) -> None:
    """Fill FullyQualifiedName, Level and the mark of a child. Raises Problem."""
    mark = CHILD_MARK.get(entity)
    if mark is None:
        return
    own = str(body[name_field(entity)])
    parent_id = reference(body, "ParentRef")
    if parent_id is None:
        body.pop("ParentRef", None)
        if body.get(mark):
            raise missing("ParentRef")
        body["FullyQualifiedName"] = own
        if entity != "Item":
            body[mark] = False
        body.pop("Level", None)
        return
    _check_ancestors(company, entity, body)
    parent = company.body(entity, parent_id) or {}
    _check_parent(entity, body, parent)
    body[mark] = True
    body.update(_under(entity, own, parent))


def _under(entity: str, own: str, parent: JsonObject) -> JsonObject:
    """What an object's place under its parent makes of it."""
    placed: JsonObject = {"FullyQualifiedName": f"{parent.get('FullyQualifiedName', '')}:{own}"}
    if entity in LEVELLED:
        placed["Level"] = parent.get("Level", 0) + 1
    return placed


def place_below(company: Company, entity: str, parent: JsonObject) -> None:
    """Redo the full names and levels below an object that was renamed or moved.

    Neither SyncToken nor LastUpdatedTime change: nobody wrote these objects.
    """
    if entity not in CHILD_MARK:
        return
    for child in list(referring(company, entity, "ParentRef", parent["Id"])):
        above = child.body["ParentRef"]
        if "name" in above:
            above = {**above, "name": parent["FullyQualifiedName"]}
        placed = _under(entity, str(child.body[name_field(entity)]), parent)
        body = {**child.body, "ParentRef": above, **placed}
        if body != child.body:
            company.put(entity, child.with_body(body))
            place_below(company, entity, body)


def ancestors(company: Company, entity: str, object_id: str) -> Iterator[str]:
    """The object's parent, the parent's parent and so on."""
    above = reference(company.body(entity, object_id) or {}, "ParentRef")
    while above is not None:
        yield above
        above = reference(company.body(entity, above) or {}, "ParentRef")


def _levels_below(company: Company, entity: str, object_id: str) -> int:
    children = referring(company, entity, "ParentRef", object_id)
    return max((1 + _levels_below(company, entity, child.id) for child in children), default=0)


def _check_parent(entity: str, body: JsonObject, parent: JsonObject) -> None:
    """Raises Problem 700 for a parent that cannot have this child."""
    if entity == "Account" and parent.get("AccountType") != body.get("AccountType"):
        raise Problem("700", "The parent account must be of the same type", "ParentRef")
    if entity == "Item" and body.get("Type") == "Category" and parent.get("Type") != "Category":
        raise Problem("700", "The parent of a category must be a category", "ParentRef")


def _check_ancestors(company: Company, entity: str, body: JsonObject) -> None:
    """Raises Problem 900 for an object that is its own ancestor, 6180 beyond five levels."""
    own, parent = body.get("Id"), reference(body, "ParentRef") or ""
    above = [parent, *ancestors(company, entity, parent)]
    if own in above:
        raise Problem("900", "An object cannot be its own parent", "ParentRef")
    levels = 1 + len(above)
    if own is not None and parent != reference(company.body(entity, own) or {}, "ParentRef"):
        levels += _levels_below(company, entity, own)
    if levels > MOST_LEVELS:
        raise Problem("6180", f"No more than {MOST_LEVELS} levels are allowed", "ParentRef")


def inactivate(
    company: Company,
    entity: str,
    body: JsonObject,
    old: JsonObject | None,
    switches: Switches,
) -> None:
    """An object that goes inactive frees its name: " (deleted)" is appended, and stays.

    A second one of the name gets " (deleted 1)". Raises Problem 800 when active objects hang on it,
    6220 when it has a balance.
    """
    if body["Active"] or (old is not None and old.get("Active") is False):
        return
    if old is not None:
        _check_dependants(company, entity, old)
        if switches.inactive_with_balance == "refused":
            _check_balance(entity, old)
    field = name_field(entity)
    name = str(body.get(field, ""))
    if not name or DELETED_SUFFIX.search(name):
        return
    body[field] = f"{name} (deleted)"
    number = 1
    while _is_taken(company, entity, body):
        body[field] = f"{name} (deleted {number})"
        number += 1


def _check_balance(entity: str, old: JsonObject) -> None:
    balance = old.get(BALANCES.get(entity, ""), 0)
    if balance and Decimal(balance):
        raise Problem("6220", f"{old[name_field(entity)]} has a balance of {balance}", "")


def _check_dependants(company: Company, entity: str, old: JsonObject) -> None:
    if entity not in CHILD_MARK:
        return
    for row in referring(company, entity, "ParentRef", old["Id"]):
        child = row.body
        if child.get("Active", True):
            raise Problem(
                "800", f"{old[name_field(entity)]} is the parent of {child[name_field(entity)]}", ""
            )


def _is_taken(company: Company, entity: str, body: JsonObject) -> bool:
    owner = company.owner_of_name(entity, body)
    return owner is not None and owner != (entity, body.get("Id"))


def check_unique(company: Company, entity: str, body: JsonObject, switches: Switches) -> None:
    """Raises Problem 6240 when somebody has the name."""
    owner = company.owner_of_name(entity, body)
    if owner is None or owner == (entity, body.get("Id")):
        return
    said: str = f"Id={owner[1]}"
    if entity in PEOPLE:
        said = (
            "Another customer, vendor or employee is already using this name. "
            "Please use a different name."
        )
    if entity in PEOPLE and switches.duplicate_name_detail == "null":
        raise Problem("6240", "The name supplied already exists. : null")
    raise Problem("6240", f"The name supplied already exists. : {said}", "")
