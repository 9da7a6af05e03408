"""Batches: up to 30 independent writes, queries and change data captures in one call.

Source: Intuit, "Batch": items are independent, each answers for itself with its own fault, HTTP 200
for the whole; neither the order in which they are carried out nor that of the answers is promised.
The members of an item are those of `BatchItemRequest` in Finance.xsd, without reports.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from quickbooks_emulator import catalogue, cdc, replay
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.messages import Reply
from quickbooks_emulator.problems import Problem, missing, unsupported_property
from quickbooks_emulator.query import evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company

MOST_ITEMS = 30
MOST_OBJECTS = 1000
LONGEST_ID = 10
WRITES = frozenset({"create", "update", "delete"})
TIMEOUT = Reply(504, b"stream timeout", "text/plain;charset=UTF-8")
"""What a gateway answers that does not wait any longer; what was done stays done."""


def answer(
    service: Service, company: Company, body: Json, request_id: str, rules: evaluate.Rules
) -> list[bytes] | Reply:
    """The answers of the items as JSON texts, or the gateway's word that it took too long.

    Raises Problem for a batch that is none.
    """
    items = _items(body, has_request_id=bool(request_id))
    batch = _Batch(service, company, rules)
    answers: dict[int, bytes] = {}
    done = 0
    for place in _order(service, items, "carried out"):
        item = items[place]
        if 0 < service.switches.batch_breaks_after <= done:
            return TIMEOUT
        work = partial(batch.item, item)
        try:
            answers[place], is_replay = replay.item_once(
                service, company, request_id, str(item["bId"]), work
            )
        except Problem as problem:
            answers[place], is_replay = _answered(item, "Fault", dumps(problem.fault())), True
        done += not is_replay
    return [answers[place] for place in _order(service, items, "answered")]


def _items(body: Json, *, has_request_id: bool) -> list[JsonObject]:
    """The items of a batch. Raises Problem 1040, 2010, 2020, 2130."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        raise missing("BatchItemRequest")
    if not all(isinstance(item, dict) for item in items):
        raise unsupported_property("failed to parse json object: BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise Problem("1040", f"Batch size exceeds allowed limit: {MOST_ITEMS}")
    seen: set[str] = set()
    for item in items:
        given = item.get("bId")
        if given is None or given == "":
            raise missing("bId")
        if isinstance(given, (dict, list, bool)):
            raise unsupported_property("failed to parse json object: bId")
        if str(given) in seen:
            raise unsupported_property(f"bId {given} is not unique in the batch,")
        if has_request_id and len(str(given)) > LONGEST_ID:
            raise Problem("2130", f"A bId must not be longer than {LONGEST_ID} characters", "bId")
        seen.add(str(given))
    return items


def _order(service: Service, items: Sequence[JsonObject], purpose: str) -> list[int]:
    """The places of the items in the order of a purpose; the same for the same batch."""
    places = list(range(len(items)))
    if service.switches.batch_order == "shuffled":
        seed = "\n".join([purpose, *(str(item["bId"]) for item in items)])
        random.Random(seed).shuffle(places)  # noqa: S311 - not a secret
    return places


def _answered(item: JsonObject, name: str, text: bytes) -> bytes:
    return b'{"%s":%s,"bId":%s}' % (name.encode(), text, dumps(str(item["bId"])))


class _Batch:
    """One batch while it is carried out."""

    def __init__(self, service: Service, company: Company, rules: evaluate.Rules) -> None:
        self._service = service
        self._company = company
        self._rules = rules
        self._left = MOST_OBJECTS

    def item(self, item: JsonObject) -> bytes:
        """The text of an item's answer."""
        try:
            name, text = self._answer(item)
        except Problem as problem:
            name, text = "Fault", dumps(problem.fault())
        return _answered(item, name, text)

    def _answer(self, item: JsonObject) -> tuple[str, bytes]:
        asked = [name for name in ("Query", "CDCQuery") if name in item]
        entities = [name for name in item if name in catalogue.ENTITIES]
        if len(asked) + len(entities) != 1:
            raise unsupported_property("BatchItemRequest: one entity or query is expected,")
        if asked == ["Query"]:
            return "QueryResponse", self._query(item["Query"])
        if asked:
            return "CDCResponse", self._changes(item["CDCQuery"])
        return entities[0], self._write(entities[0], item)

    def _query(self, text: Json) -> bytes:
        if not isinstance(text, str) or not text.strip():
            raise missing("Query")
        self._show_balances(text)
        found = evaluate.answer(self._company, text, self._rules)
        if self._service.switches.batch_cap == "response":
            found = replace(found, rows=found.rows[: self._left])
            self._left -= len(found.rows)
        return found.json()

    def _changes(self, asked: Json) -> bytes:
        if not isinstance(asked, dict):
            raise unsupported_property("failed to parse json object: CDCQuery")
        wanted = {name.lower(): str(value) for name, value in asked.items()}
        self._show_balances(wanted.get("entities", ""))
        return cdc.changes(
            self._company,
            wanted.get("entities", ""),
            wanted.get("changedsince", ""),
            self._service.clock.now(),
            self._service.switches,
        )

    def _write(self, name: str, item: JsonObject) -> bytes:
        operation = str(item.get("operation") or "").lower()
        if not operation:
            raise missing("operation")
        if operation not in WRITES:
            raise Problem("500", f"Operation {operation} is not supported.")
        options = [part.strip() for part in str(item.get("optionsData") or "").lower().split(",")]
        if operation == "update" and "void" in options:
            operation = "void"
        self._show_balances(name)
        writer = self._service.writer(
            self._company, allows_duplicate_number="allowduplicatedocnum" in options
        )
        entity = catalogue.ENTITIES[name]
        stored = self._service.in_one_piece(
            self._company, lambda: writer.write(entity, operation, item[name])
        )
        return dumps(stored)

    def _show_balances(self, asked: str) -> None:
        """Have accounts show what the items before have made of them, where they are asked for."""
        if "account" in asked.lower():
            self._service.show_balances(self._company)
