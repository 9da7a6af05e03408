"""References: what they name must exist and be active; the reply names it in words.

Source: Intuit, "Error codes" (610, 2500) and recorded faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import INACTIVE, invalid_reference
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.catalogue import Entity
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

WORDS = {
    "Customer": "Names", "Vendor": "Names", "Employee": "Names", "Account": "Accounts",
    "Class": "Klasses", "Item": "Items", "Term": "Terms", "Department": "Departments",
    "PaymentMethod": "PaymentMethods",
}  # fmt: skip

SHIPPING_ITEM = "SHIPPING_ITEM_ID"

LINE_REFERENCES = {
    "AccountRef": "Account", "DiscountAccountRef": "Account", "CustomerRef": "Customer",
    "ClassRef": "Class", "ItemRef": "Item", "GroupItemRef": "Item", "DepartmentRef": "Department",
}  # fmt: skip


def name_of(entity: str, body: JsonObject) -> str:
    """How a reference spells the object it names; accounts by their full name since 2026-04."""
    if entity == "Account":
        return str(body.get("FullyQualifiedName") or body.get("Name"))
    return str(body.get("DisplayName") or body.get("Name") or "")


def resolve(company: Company, holder: JsonObject, name: str, entity: str) -> JsonObject | None:
    """The object that `holder[name]` refers to; the reference's name is filled in.

    Raises Problem 2500 when there is none or it is inactive.
    """
    object_id = reference(holder, name)
    if object_id is None:
        return None
    target = company.body(entity, object_id)
    if target is None:
        raise invalid_reference(
            f"{WORDS.get(entity, entity)} element id {object_id} not found", "Reference Id"
        )
    if target.get("Active") is False:
        raise invalid_reference(INACTIVE)
    holder[name] = {**holder[name], "value": object_id, "name": name_of(entity, target)}
    return target


def resolve_header(company: Company, entity: Entity, body: JsonObject) -> None:
    """All references of the document's head."""
    for name, target in entity.references.items():
        resolve(company, body, name, target)


def resolve_lines(company: Company, lines: list[JsonObject]) -> None:
    """All references of the lines' details."""
    for line in lines:
        for member, detail in line.items():
            if not member.endswith("Detail") or not isinstance(detail, dict):
                continue
            for name, target in LINE_REFERENCES.items():
                if name not in detail or reference(detail, name) == SHIPPING_ITEM:
                    continue
                found = resolve(company, detail, name, target)
                if found and target == "Item" and found.get("Type") == "Category":
                    raise invalid_reference(
                        "An item in this transaction is set up as a category "
                        "instead of a product or service."
                    )
