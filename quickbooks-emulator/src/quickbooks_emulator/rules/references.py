"""References: what they name must exist and be active; the reply names it in words.

Source: Intuit, "Error codes" (610, 2030, 2500) and recorded faults; which references come back
without a name as recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import INACTIVE, invalid_reference
from quickbooks_emulator.rules.shape import check_id, reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quickbooks_emulator.catalogue import Entity
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

WORDS = {
    "Customer": "Names", "Vendor": "Names", "Employee": "Names", "Account": "Accounts",
    "Class": "Klasses", "Item": "Items", "Term": "Terms", "Department": "Departments",
    "PaymentMethod": "PaymentMethods", "TaxCode": "TaxCodes",
}  # fmt: skip

SHIPPING_ITEM = "SHIPPING_ITEM_ID"

LINE_REFERENCES = {
    "AccountRef": "Account", "DiscountAccountRef": "Account", "CustomerRef": "Customer",
    "ClassRef": "Class", "ItemRef": "Item", "GroupItemRef": "Item", "DepartmentRef": "Department",
    "ItemAccountRef": "Account", "PaymentMethodRef": "PaymentMethod",
}  # fmt: skip

NAMELESS = frozenset({
    ("Payment", "DepositToAccountRef"), ("Payment", "PaymentMethodRef"), ("Bill", "SalesTermRef"),
    ("Customer", "ParentRef"), ("Account", "ParentRef"), ("Vendor", "TermRef"),
    ("Customer", "DefaultTaxCodeRef"),
})  # fmt: skip
"""References that come back as a bare value."""

FULLY_NAMED = frozenset({"Account", "Item", "Class", "Department"})
"""Lists whose objects a reference spells with their parents."""
PARTY_TYPES = frozenset({"Customer", "Vendor", "Employee"})


def name_of(entity: str, body: JsonObject) -> str:
    """How a reference spells the object it names; accounts by their full name since 2026-04."""
    if entity in FULLY_NAMED:
        return str(body.get("FullyQualifiedName") or body.get("Name"))
    return str(body.get("DisplayName") or body.get("Name") or "")


def resolve(company: Company, holder: JsonObject, name: str, entity: str) -> JsonObject | None:
    """The object that `holder[name]` refers to; the reference's name is filled in.

    Raises Problem 2500 when there is none or it is inactive, 2030 when the id is no number.
    """
    object_id = reference(holder, name)
    if object_id is None:
        holder.pop(name, None)
        return None
    target = company.body(entity, object_id) if entity in company.tables else None
    if target is None:
        check_id(object_id, name)
        raise invalid_reference(
            f"{WORDS.get(entity, entity)} element id {object_id} not found", "Reference Id"
        )
    if target.get("Active") is False:
        raise invalid_reference(INACTIVE)
    holder[name] = {**holder[name], "value": object_id, "name": name_of(entity, target)}
    return target


def resolve_header(company: Company, entity: Entity, body: JsonObject) -> None:
    """All references of the object's head. Raises Problem."""
    for name, target in entity.references.items():
        if name not in body:
            continue
        found = resolve(company, body, name, target)
        if found is not None and (entity.name, name) in NAMELESS:
            body[name] = {"value": body[name]["value"]}
    if "EntityRef" in body:
        resolve_party(company, body, "EntityRef")


def resolve_party(company: Company, holder: JsonObject, name: str, kind: str = "") -> None:
    """A reference to a customer, vendor or employee, with its type. Raises Problem 2500."""
    object_id = reference(holder, name)
    if object_id is None:
        holder.pop(name, None)
        return
    wanted = str(kind or holder[name].get("type") or "").capitalize()
    kinds = [wanted] if wanted in PARTY_TYPES else ["Vendor", "Customer", "Employee"]
    entity = next((one for one in kinds if company.body(one, object_id)), kinds[0])
    resolve(company, holder, name, entity)
    if not kind:
        holder[name]["type"] = entity


def details_of(lines: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """The detail of each line, and those of a bundle's parts."""
    for line in lines:
        for member, detail in line.items():
            if member.endswith("Detail") and isinstance(detail, dict):
                yield detail
                yield from details_of(detail.get("Line") or [])


def resolve_details(company: Company, details: Iterable[JsonObject]) -> None:
    """All references of the lines' details. Raises Problem."""
    for detail in details:
        for name, target in LINE_REFERENCES.items():
            if name not in detail or reference(detail, name) == SHIPPING_ITEM:
                continue
            found = resolve(company, detail, name, target)
            if found is not None and name == "PaymentMethodRef" and "AccountRef" not in detail:
                # So in a deposit's lines that only link a payment.
                detail[name] = {"value": detail[name]["value"]}
            if found and target == "Item" and found.get("Type") == "Category":
                raise invalid_reference(
                    "An item in this transaction is set up as a category "
                    "instead of a product or service."
                )
            if found and name == "ItemRef" and found.get("Type") == "Group":
                raise invalid_reference(f"{found['Name']} is a bundle: it takes a line of its own")
        entity = detail.get("Entity")
        if isinstance(entity, dict) and entity.get("EntityRef"):
            resolve_party(company, entity, "EntityRef", str(entity.get("Type") or ""))
            entity.setdefault("Type", "Customer")
        elif isinstance(entity, dict) and entity.get("value"):
            resolve_party(company, detail, "Entity")
