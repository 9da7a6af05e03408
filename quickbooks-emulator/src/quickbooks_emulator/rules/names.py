"""Name lists: which rules an object of each goes through.

Source: Intuit, the reference page of each list; "Error codes" (5030, 6240).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import business, missing
from quickbooks_emulator.registers import PEOPLE
from quickbooks_emulator.rules import accounts, features, hierarchy, items, people, small_lists

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

    Rule = Callable[[Company, JsonObject, JsonObject | None, Circumstances], None]

HAS_NO_ACTIVE = frozenset({"TimeActivity", "Attachable"})

RULES: dict[str, Rule] = {
    "Item": items.prepare,
    "Account": lambda company, body, old, _: accounts.prepare(company, body, old),
    "Term": lambda _, body, __, ___: small_lists.term(body),
    "PaymentMethod": lambda _, body, __, ___: small_lists.payment_method(body),
    "CompanyCurrency": lambda company, body, _, __: small_lists.company_currency(company, body),
    "TimeActivity": lambda _, body, __, around: small_lists.time_activity(body, around),
}


def prepare(
    company: Company,
    entity: str,
    body: JsonObject,
    old: JsonObject | None,
    around: Circumstances,
) -> None:
    """Check a list object and fill what the service fills. Raises Problem."""
    features.check_list(company, entity, body)
    if old is not None and old.get("Active") is False and body.get("Active") is False:
        raise business("You cannot modify a list element that has been deleted.")
    if entity not in PEOPLE and not str(body.get("Name", entity)).strip():
        raise missing("Name")
    if entity in PEOPLE:
        people.prepare(company, entity, body, old, around)
    elif entity in RULES:
        RULES[entity](company, body, old, around)
    elif "Name" in body:
        body["Name"] = hierarchy.checked_name(str(body["Name"]), "Name")
    if entity in HAS_NO_ACTIVE:
        return
    body.setdefault("Active", True)
    hierarchy.inactivate(company, entity, body, old, around.switches)
    hierarchy.place(company, entity, body)
    hierarchy.check_unique(company, entity, body, around.switches)
