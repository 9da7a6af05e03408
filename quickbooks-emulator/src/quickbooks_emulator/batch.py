"""Batches: up to 30 independent writes and queries in one call.

Source: Intuit, "Batch": items are independent, each answers for itself with its own fault, HTTP 200
for the whole; the order of the answers is not promised (here: queries first).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator import catalogue
from quickbooks_emulator.json_text import Json, JsonObject, loads
from quickbooks_emulator.problems import Problem, missing, unsupported_property
from quickbooks_emulator.query import evaluate

if TYPE_CHECKING:
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company

MOST_ITEMS = 30
LONGEST_ID = 10


def answer(
    service: Service, company: Company, body: Json, *, has_request_id: bool
) -> list[JsonObject]:
    """The answers of the items. Raises Problem for a batch that is none."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise missing("BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise Problem("1040", f"Batch size exceeds allowed limit: {MOST_ITEMS}")
    ids = [str(item.get("bId", "")) for item in items]
    if "" in ids or len(set(ids)) != len(ids):
        raise missing("bId")
    if has_request_id and any(len(number) > LONGEST_ID for number in ids):
        raise Problem("2130", f"A bId must not be longer than {LONGEST_ID} characters", "bId")
    answers = [_item(service, company, item) for item in items]
    return sorted(answers, key=lambda entry: "QueryResponse" not in entry)


def _item(service: Service, company: Company, item: JsonObject) -> JsonObject:
    shown: JsonObject = {"bId": str(item["bId"])}
    try:
        shown.update(_answer(service, company, item))
    except Problem as problem:
        shown["Fault"] = problem.fault()
    return shown


def _answer(service: Service, company: Company, item: JsonObject) -> JsonObject:
    if "Query" in item:
        switches = service.switches
        rules = evaluate.Rules(
            switches.adjustment_query_has_lines, switches.adjustment_update_queryable
        )
        found = evaluate.answer(company, str(item["Query"]), rules)
        return {"QueryResponse": loads(found.json())}
    names = [name for name in item if name in catalogue.ENTITIES]
    if len(names) != 1:
        raise unsupported_property("BatchItemRequest: one entity is expected,")
    entity = catalogue.ENTITIES[names[0]]
    operation = str(item.get("operation", "")).lower()
    if operation not in {"create", "update", "delete"}:
        raise Problem("500", f"Operation {operation} is not supported.")
    options = str(item.get("optionsData", "")).lower().split(",")
    if operation == "update" and "void" in options:
        operation = "void"
    writer = service.writer(company, allows_duplicate_number="allowduplicatedocnum" in options)
    stored = service.in_one_piece(
        company, lambda: writer.write(entity, operation, item[entity.name])
    )
    return {entity.name: stored}
