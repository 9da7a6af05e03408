"""Document numbers: given by the service, kept, or refused when they are taken.

Source: Intuit, "Preferences" (CustomTxnNumbers, WarnDuplicateBillNumber); "Error codes" (6140);
recorded answers of May 2026: estimates may share a number, journal entries get none, and a full
update without a number leaves a sales form the one it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import SALES_FORMS
from quickbooks_emulator.problems import Problem, missing
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

NUMBERED = frozenset({*SALES_FORMS, "Estimate", "PurchaseOrder", "InventoryAdjustment"})
"""Documents that get the next number of their series when they name none."""
UNIQUE = frozenset({*SALES_FORMS, "InventoryAdjustment", "Bill"})


def settle(
    company: Company,
    entity: str,
    body: JsonObject,
    old: JsonObject | None,
    around: Circumstances,
) -> None:
    """Fill or check the document's number. Raises Problem 6140."""
    preferences = company.single("Preferences")
    if body.get("DocNumber"):
        if not around.allows_duplicate_number and around.switches.warn_duplicate_numbers:
            _check_unique(company, entity, body, preferences)
        return
    body.pop("DocNumber", None)
    is_required = around.switches.adjustment_number == "required" and not around.is_by_hand
    if entity == "InventoryAdjustment" and old is None and is_required:
        raise missing("DocNumber")
    if (preferences.get("SalesFormsPrefs") or {}).get("CustomTxnNumbers"):
        return
    if old is None and entity in NUMBERED:
        body["DocNumber"] = company.next_number(entity)
    elif old is not None and entity in SALES_FORMS and old.get("DocNumber"):
        body["DocNumber"] = old["DocNumber"]


def _check_unique(company: Company, entity: str, body: JsonObject, preferences: JsonObject) -> None:
    if entity not in UNIQUE or (entity == "Bill" and not _warns_of_bills(preferences)):
        return
    own = (entity, body.get("Id"))
    for kind, object_id in company.owners_of_number(entity, str(body["DocNumber"])):
        if (kind, object_id) == own:
            continue
        if entity == "Bill" and not _is_same_vendor(company, object_id, body):
            continue
        raise Problem(
            "6140",
            "Duplicate Document Number Error : You must specify a different number. "
            "This number has already been used. "
            f"DocNumber={body['DocNumber']} is assigned to TxnType={kind} with TxnId={object_id}",
            "",
        )


def _is_same_vendor(company: Company, bill_id: str, body: JsonObject) -> bool:
    other = company.body("Bill", bill_id) or {}
    return reference(other, "VendorRef") == reference(body, "VendorRef")


def _warns_of_bills(preferences: JsonObject) -> bool:
    pairs = (preferences.get("OtherPrefs") or {}).get("NameValue") or []
    said = {
        str(pair.get("Name", "")).replace(" ", ""): pair.get("Value")
        for pair in pairs
        if isinstance(pair, dict)
    }
    return said.get("WarnDuplicateBillNumber") != "false"
