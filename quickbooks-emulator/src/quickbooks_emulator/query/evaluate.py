"""Queries answered from the stored rows.

Source: Intuit, "Query operations and syntax"; "sortable" on the reference page of each entity;
recorded answers (order and totalCount of unordered rows, the words of refusals).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_emulator import catalogue
from quickbooks_emulator.catalogue import Entity, Kind
from quickbooks_emulator.catalogue.flags import (
    COUNTED,
    ELSEWHERE,
    NAMES,
    UNKNOWN_HERE,
    filterable,
    sortable,
    uncertain,
)
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.query import candidates
from quickbooks_emulator.query.conditions import tests_of
from quickbooks_emulator.query.grammar import DEFAULT_RESULTS, MAX_RESULTS, Query, parse
from quickbooks_emulator.query.readings import Rules
from quickbooks_emulator.query.values import AS_WRITTEN, CREATED, UPDATED, invalid, property_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.rows import Row
    from quickbooks_emulator.store import Company

__all__ = ["Answer", "Rules", "answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a page as JSON texts, or the count."""

    entity: str
    rows: tuple[bytes, ...] = ()
    start_position: int = 1
    count: int | None = None
    total: int | None = None
    """The `totalCount` beside rows, where there is one."""

    def json(self) -> bytes:
        """The text of the `QueryResponse` object."""
        if self.count is not None:
            return b'{"totalCount":%d}' % self.count
        if not self.rows:
            return b"{}"
        return b'{"%s":[%s],"startPosition":%d,"maxResults":%d%s}' % (
            self.entity.encode(),
            b",".join(self.rows),
            self.start_position,
            len(self.rows),
            b"" if self.total is None else b',"totalCount":%d' % self.total,
        )


def answer(company: Company, text: str, rules: Rules) -> Answer:
    """What a query text gives. Raises Problem 4000 or 4001."""
    query = parse(text, reads_bare_numbers=rules.reads_bare_numbers)
    known = catalogue.named(query.entity)
    start, most = _page(query, rules)
    entity = known or _elsewhere(query.entity)
    if entity.name == "InventoryAdjustment" and not rules.is_adjustment_queryable:
        raise invalid(f"Metadata not found for Entity: {entity.name}")
    columns = [property_named(entity, name) for name in query.properties if name != "*"]
    tests = tests_of(entity, query.conditions, rules)
    order = _order(entity, query, rules)
    if known is None:
        return Answer(entity.name, count=0 if query.is_count else None)
    table = company.tables[entity.name]
    if query.is_count:
        return Answer(entity.name, count=candidates.count(table, tests))
    found = candidates.matching(table, candidates.Wanted(tests, order))
    page = found[start - 1 : start - 1 + most]
    rows = _whole(entity, page, rules) if "*" in query.properties else _columns(page, columns)
    return Answer(
        entity.name, tuple(rows), start, total=_total(entity, len(page), len(found), rules)
    )


def _elsewhere(name: str) -> Entity:
    """An entity of which there are no rows. Raises Problem 4001 for others."""
    if name.lower() in UNKNOWN_HERE:
        raise invalid(f"Metadata not found for Entity: {UNKNOWN_HERE[name.lower()]}")
    if name.lower() not in ELSEWHERE:
        raise invalid(f"invalid context declaration: {name}")
    spelling = ELSEWHERE[name.lower()]
    return Entity(
        spelling,
        Kind.READ_ONLY,
        catalogue.COMMON,
        filterable=filterable(spelling),
        sortable=sortable(spelling),
    )


def _page(query: Query, rules: Rules) -> tuple[int, int]:
    for value in (query.start_position, query.max_results):
        if value is not None and value < 1:
            raise invalid(f"value {value} is too small. Min allowed value is 1")
    most = query.max_results or DEFAULT_RESULTS
    if most > MAX_RESULTS and not rules.caps_pages:
        raise invalid(f"value {most} is too large. Max allowed value is {MAX_RESULTS}")
    return query.start_position or 1, min(most, MAX_RESULTS)


def _total(entity: Entity, on_page: int, found: int, rules: Rules) -> int | None:
    if entity.name not in COUNTED or rules.total_count == "absent":
        return None
    return found if rules.total_count == "whole" else on_page


def _order(entity: Entity, query: Query, rules: Rules) -> tuple[tuple[str, bool], ...]:
    """Name and direction of each key. Raises Problem 4001 for one that does not sort."""
    keys = tuple((_sortable(entity, key.property, rules), key.is_descending) for key in query.order)
    if keys or not rules.is_order_recorded:
        return keys
    if entity.kind is Kind.TRANSACTION:
        return ((UPDATED, True), (CREATED, True))
    return ((NAMES.get(entity.name, "Name") + AS_WRITTEN, False),)


def _sortable(entity: Entity, written: str, rules: Rules) -> str:
    name = property_named(entity, written)
    allowed = entity.sortable
    if rules.is_uncertain_queryable:
        allowed = allowed | uncertain(entity.name)
    if entity.name == "InventoryAdjustment" and not rules.is_adjustment_update_queryable:
        allowed = allowed - {UPDATED}
    if name not in allowed:
        raise invalid(f"property '{name}' is not sortable")
    return name


def _whole(entity: Entity, rows: Sequence[Row], rules: Rules) -> Iterable[bytes]:
    if entity.name == "InventoryAdjustment" and not rules.has_adjustment_lines:
        return [
            dumps({key: value for key, value in row.body.items() if key != "Line"}) for row in rows
        ]
    return [row.json() for row in rows]


def _columns(rows: Sequence[Row], names: list[str]) -> Iterable[bytes]:
    return [dumps(_projected(row.body, names)) for row in rows]


def _projected(body: JsonObject, names: list[str]) -> JsonObject:
    """Only the columns asked for; the Id always comes along and the row is marked sparse."""
    chosen: JsonObject = {"Id": body["Id"]}
    for name in names:
        _copy(body, chosen, name.split("."))
    return {**chosen, "domain": "QBO", "sparse": True}


def _copy(source: JsonObject, copy: JsonObject, path: list[str]) -> None:
    """Take what the path leads to along, with the objects round it; a list comes whole."""
    first, *rest = path
    key = next((key for key in source if key.lower() == first.lower()), None)
    if key is None:
        return
    inner: Json = source[key]
    if not rest or not isinstance(inner, dict):
        copy[key] = inner
        return
    known = copy.get(key)
    kept: JsonObject = dict(known) if isinstance(known, dict) and known is not inner else {}
    if known is inner:
        return
    _copy(inner, kept, rest)
    copy[key] = kept
