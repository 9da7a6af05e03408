"""Queries answered from the stored rows, with the checks QuickBooks makes before.

Source: Intuit, "Query operations and syntax" and the "filterable" and "sortable" marks of each
entity's reference page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING

from quickbooks_emulator import catalogue
from quickbooks_emulator.catalogue import Entity, Kind
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.query.candidates import Test, Wanted, matching
from quickbooks_emulator.query.grammar import DEFAULT_RESULTS, MAX_RESULTS, Condition, Query, parse
from quickbooks_emulator.query.values import UPDATED, getter, invalid, literal, property_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.query.values import Comparable
    from quickbooks_emulator.store import Company, Row

COMPARISONS: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "=": eq, "<": lt, ">": gt, "<=": le, ">=": ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """The readings of uncertain facts a query depends on."""

    has_adjustment_lines: bool = True
    is_adjustment_update_queryable: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a page as JSON texts, or the count."""

    entity: str
    rows: tuple[bytes, ...] = ()
    start_position: int = 1
    count: int | None = None

    def json(self) -> bytes:
        """The text of the `QueryResponse` object."""
        if self.count is not None:
            return b'{"totalCount":%d}' % self.count
        if not self.rows:
            return b"{}"
        return b'{"%s":[%s],"startPosition":%d,"maxResults":%d}' % (
            self.entity.encode(),
            b",".join(self.rows),
            self.start_position,
            len(self.rows),
        )


def answer(company: Company, text: str, rules: Rules) -> Answer:
    """What a query text gives. Raises Problem 4000 or 4001."""
    query = parse(text)
    entity = catalogue.named(query.entity)
    if entity is None:
        raise invalid(f"invalid context declaration: {query.entity}")
    start, most = _page(query)
    tests = [_test(entity, condition, rules) for condition in query.conditions]
    order = _keys(entity, query, rules)
    wanted = Wanted((*tests, *_hidden(entity, query)), tuple(order))
    found = matching(company.tables[entity.name], wanted)
    if query.is_count:
        return Answer(entity.name, count=len(found))
    page = found[start - 1 : start - 1 + most]
    return Answer(entity.name, tuple(_texts(entity, query, page, rules)), start)


def _page(query: Query) -> tuple[int, int]:
    for value in (query.start_position, query.max_results):
        if value is not None and value < 1:
            raise invalid(f"value {value} is too small. Min allowed value is 1")
    return query.start_position or 1, min(query.max_results or DEFAULT_RESULTS, MAX_RESULTS)


def _may_filter(entity: Entity, name: str, rules: Rules) -> bool:
    if entity.name == "InventoryAdjustment" and name == UPDATED:
        return rules.is_adjustment_update_queryable
    return name in entity.filterable


def _test(entity: Entity, condition: Condition, rules: Rules) -> Test:
    name = property_named(entity, condition.property)
    if not _may_filter(entity, name, rules):
        if name == "Active" and entity.kind is Kind.TRANSACTION:
            raise invalid(f"Property Active not found for Entity {entity.name}")
        raise invalid(f"property '{name}' is not queryable")
    if name == "Id" and condition.operator not in {"=", "in"}:
        raise invalid(f"operator {condition.operator} is not supported for property Id")
    read = getter(name)
    if condition.operator == "in":
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        chosen = frozenset(literal(entity, name, value) for value in values)
        return Test(name, "in", chosen, lambda row: read(row) in chosen)
    value = condition.value
    if isinstance(value, tuple):
        raise invalid(f"a list needs IN for property {name}")
    if condition.operator == "like":
        return Test(name, "like", str(value).casefold(), _like(read, str(value)))
    if str(value) == " " and not isinstance(value, bool):
        # A blank in quotes stands for null.
        if condition.operator == "=":
            return Test(name, "=", None, lambda row: read(row) is None)
        return Test(name, "is not", None, lambda row: read(row) is not None)
    wanted = literal(entity, name, value)
    compare = COMPARISONS[condition.operator]

    def holds(row: Row) -> bool:
        actual = read(row)
        return actual is not None and compare(actual, wanted)

    return Test(name, condition.operator, wanted, holds)


def _like(read: Callable[[Row], Comparable], pattern: str) -> Callable[[Row], bool]:
    expression = re.compile(
        ".*".join(re.escape(part) for part in pattern.casefold().split("%")), re.DOTALL
    )

    def holds(row: Row) -> bool:
        actual = read(row)
        return actual is not None and expression.fullmatch(str(actual)) is not None

    return holds


def _hidden(entity: Entity, query: Query) -> list[Test]:
    """Inactive rows of lists stay out unless the query speaks of Active."""
    speaks = any(condition.property.lower() == "active" for condition in query.conditions)
    if speaks or entity.name not in catalogue.INACTIVATED_BY_DEFAULT:
        return []
    return [Test("Active", "=", True, getter("Active"))]


def _keys(entity: Entity, query: Query, rules: Rules) -> list[tuple[str, bool]]:
    """Name and direction of each key. Raises Problem 4001 for one that does not sort."""
    keys = []
    for key in query.order:
        name = property_named(entity, key.property)
        if name not in entity.sortable or (
            name == UPDATED and not _may_filter(entity, name, rules)
        ):
            raise invalid(f"property '{name}' is not sortable")
        keys.append((name, key.is_descending))
    return keys


def _texts(entity: Entity, query: Query, rows: Sequence[Row], rules: Rules) -> Iterable[bytes]:
    if "*" in query.properties:
        for name in query.properties:
            if name != "*":
                property_named(entity, name)
        if entity.name == "InventoryAdjustment" and not rules.has_adjustment_lines:
            for row in rows:
                yield dumps({key: value for key, value in row.body.items() if key != "Line"})
            return
        for row in rows:
            yield row.json()
        return
    names = [property_named(entity, name) for name in query.properties]
    for row in rows:
        yield dumps(_projected(row.body, names))


def _projected(body: JsonObject, names: list[str]) -> JsonObject:
    """Only the columns asked for; the Id always comes along and the row is marked sparse."""
    chosen: JsonObject = {"Id": body["Id"], "domain": "QBO", "sparse": True}
    for name in names:
        top, _, inner = name.partition(".")
        if top not in body:
            continue
        if not inner:
            chosen[top] = body[top]
        elif inner in body[top]:
            chosen.setdefault(top, {})[inner] = body[top][inner]
    chosen["sparse"] = True
    return chosen
