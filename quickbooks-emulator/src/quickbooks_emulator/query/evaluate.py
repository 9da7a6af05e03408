"""Queries answered from the stored rows, with the checks QuickBooks makes before.

Source: Intuit, "Query operations and syntax" and the "filterable" and "sortable" marks of each
entity's reference page.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING, Any, TypeAlias

from quickbooks_emulator import catalogue
from quickbooks_emulator.catalogue import BOOLEANS, DATES, MOMENTS, NUMBERS, Entity, Kind
from quickbooks_emulator.clock import parse_moment
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.query.grammar import DEFAULT_RESULTS, MAX_RESULTS, Condition, Query, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company, Row

Comparable: TypeAlias = Any
"""A value of a property: text, number, truth or epoch seconds; each property has one kind."""

COMPARISONS: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "=": eq, "<": lt, ">": gt, "<=": le, ">=": ge,
}  # fmt: skip

UPDATED = "MetaData.LastUpdatedTime"


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
        raise _invalid(f"invalid context declaration: {query.entity}")
    start, most = _page(query)
    tests = [(_is_span(one), _test(entity, one, rules)) for one in query.conditions]
    open_tests = [test for is_span, test in tests if not is_span] + _hidden(entity, query)
    rows = _candidates(company, entity, query)
    found: Iterator[Row] = (row for row in rows if all(test(row) for test in open_tests))
    if query.is_count:
        return Answer(entity.name, count=sum(1 for _ in found))
    keys = _keys(entity, query, rules)
    if keys and not _is_by_update(query):
        found = iter(_sorted(list(found), keys))
    page = list(islice(found, start - 1, start - 1 + most))
    return Answer(entity.name, tuple(_texts(entity, query, page, rules)), start)


def _invalid(detail: str) -> Problem:
    return Problem("4001", f"QueryValidationError: {detail}")


def _page(query: Query) -> tuple[int, int]:
    for value in (query.start_position, query.max_results):
        if value is not None and value < 1:
            raise _invalid(f"value {value} is too small. Min allowed value is 1")
    return query.start_position or 1, min(query.max_results or DEFAULT_RESULTS, MAX_RESULTS)


def property_named(entity: Entity, name: str) -> str:
    """The property's own spelling. Raises Problem 4001 when the entity has no such property."""
    folded = name.lower()
    spelling = _spellings(entity).get(folded)
    if spelling is None:
        raise _invalid(f"Property {name} not found for Entity {entity.name}")
    return spelling


def _spellings(entity: Entity) -> dict[str, str]:
    cached = _SPELLINGS.get(entity.name)
    if cached is None:
        names = entity.properties | MOMENTS
        cached = _SPELLINGS[entity.name] = {name.lower(): name for name in names}
    return cached


_SPELLINGS: dict[str, dict[str, str]] = {}


def _may_filter(entity: Entity, name: str, rules: Rules) -> bool:
    if entity.name == "InventoryAdjustment" and name == UPDATED:
        return rules.is_adjustment_update_queryable
    return name in entity.filterable


def _getter(name: str) -> Callable[[Row], Comparable]:
    """How a row's value of a property is read, as something that compares."""
    if name in MOMENTS:
        is_update = name == UPDATED
        return lambda row: row.updated_at if is_update else row.created_at
    if name.endswith("Ref"):
        return lambda row: (row.body.get(name) or {}).get("value")
    if name in BOOLEANS:
        return lambda row: bool(row.body.get(name, name == "Active"))
    if name in NUMBERS or name in DATES:
        return lambda row: row.body.get(name)
    if name == "PrimaryEmailAddr":
        return lambda row: _folded((row.body.get(name) or {}).get("Address"))
    return lambda row: _folded(row.body.get(name))


def _folded(value: object) -> str | None:
    return None if value is None else str(value).casefold()


def _literal(entity: Entity, name: str, value: str | bool) -> Comparable:  # noqa: FBT001 - a value
    """The literal in the property's kind. Raises Problem 4001 when it is none."""
    try:
        if name in MOMENTS:
            return parse_moment(str(value)).timestamp()
        if name in DATES:
            return parse_moment(str(value)).date().isoformat()
        if name in NUMBERS:
            return _finite(str(value))
    except (ValueError, InvalidOperation, OverflowError):
        raise _invalid(f"Invalid value {value!r} for property {name} of {entity.name}") from None
    if name in BOOLEANS:
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if name == "Id" or name.endswith("Ref"):
        return str(value)
    return str(value).casefold()


def _finite(text: str) -> Decimal:
    number = Decimal(text.strip())
    if not number.is_finite():
        raise ValueError(text)
    return number


def _test(entity: Entity, condition: Condition, rules: Rules) -> Callable[[Row], bool]:
    name = property_named(entity, condition.property)
    if not _may_filter(entity, name, rules):
        if name == "Active" and entity.kind is Kind.TRANSACTION:
            raise _invalid(f"Property Active not found for Entity {entity.name}")
        raise _invalid(f"property '{name}' is not queryable")
    if name == "Id" and condition.operator not in {"=", "in"}:
        raise _invalid(f"operator {condition.operator} is not supported for property Id")
    read = _getter(name) if name != "Id" else _read_id
    if condition.operator == "in":
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        wanted = frozenset(_literal(entity, name, value) for value in values)
        return lambda row: read(row) in wanted
    value = condition.value
    if isinstance(value, tuple):
        raise _invalid(f"a list needs IN for property {name}")
    if condition.operator == "like":
        return _like(read, str(value))
    if str(value) == " " and not isinstance(value, bool):
        # A blank in quotes stands for null.
        is_equal = condition.operator == "="
        return lambda row: (read(row) is None) == is_equal
    literal = _literal(entity, name, value)
    compare = COMPARISONS[condition.operator]

    def holds(row: Row) -> bool:
        actual = read(row)
        return actual is not None and compare(actual, literal)

    return holds


def _read_id(row: Row) -> str:
    return row.id


def _like(read: Callable[[Row], Comparable], pattern: str) -> Callable[[Row], bool]:
    expression = re.compile(
        ".*".join(re.escape(part) for part in pattern.casefold().split("%")), re.DOTALL
    )

    def holds(row: Row) -> bool:
        actual = read(row)
        return actual is not None and expression.fullmatch(str(actual)) is not None

    return holds


def _hidden(entity: Entity, query: Query) -> list[Callable[[Row], bool]]:
    """Inactive rows of lists stay out unless the query speaks of Active."""
    speaks = any(condition.property.lower() == "active" for condition in query.conditions)
    if speaks or entity.name not in catalogue.INACTIVATED_BY_DEFAULT:
        return []
    return [lambda row: row.body.get("Active", True) is not False]


def _is_span(condition: Condition) -> bool:
    """Whether the condition is a bound on the time of change, which bisection answers."""
    is_update = condition.property.lower() == UPDATED.lower()
    return is_update and condition.operator in COMPARISONS and isinstance(condition.value, str)


def _is_by_update(query: Query) -> bool:
    """Whether the only key is the time of change, ascending: the order the table keeps."""
    keys = [(key.property.lower(), key.is_descending) for key in query.order]
    return keys == [(UPDATED.lower(), False)]


def _candidates(company: Company, entity: Entity, query: Query) -> Iterable[Row]:
    """The rows a query has to look at, only those in the span of time it asks for."""
    table = company.tables[entity.name]
    bounds = [
        (condition.operator, condition.value)
        for condition in query.conditions
        if _is_span(condition)
    ]
    if not bounds and not _is_by_update(query):
        return table.rows.values()
    rows = table.by_update()
    low, high = 0, len(rows)
    for operator, value in bounds:
        moment = _literal(entity, UPDATED, str(value))
        first = bisect_left(rows, moment, key=lambda row: row.updated_at)
        behind = bisect_right(rows, moment, key=lambda row: row.updated_at)
        if operator in {">=", "="}:
            low = max(low, first)
        if operator == ">":
            low = max(low, behind)
        if operator in {"<=", "="}:
            high = min(high, behind)
        if operator == "<":
            high = min(high, first)
    span = rows[low:high]
    return span if _is_by_update(query) else sorted(span, key=lambda row: row.created_at)


def _keys(entity: Entity, query: Query, rules: Rules) -> list[tuple[str, bool]]:
    """Name and direction of each key. Raises Problem 4001 for one that does not sort."""
    keys = []
    for key in query.order:
        name = property_named(entity, key.property)
        if name not in entity.sortable or (
            name == UPDATED and not _may_filter(entity, name, rules)
        ):
            raise _invalid(f"property '{name}' is not sortable")
        keys.append((name, key.is_descending))
    return keys


def _sorted(rows: list[Row], keys: list[tuple[str, bool]]) -> list[Row]:
    """The rows in order; a missing value comes before all others."""
    for name, is_descending in reversed(keys):
        read = _getter(name)

        def rank(row: Row, read: Callable[[Row], Comparable] = read) -> tuple[bool, Comparable]:
            value = read(row)
            return value is not None, value if value is not None else 0

        rows = sorted(rows, key=rank, reverse=is_descending)
    return rows


def _texts(entity: Entity, query: Query, rows: list[Row], rules: Rules) -> Iterable[bytes]:
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
