"""What a query's conditions mean: tests of rows, after the checks QuickBooks makes before.

Source: Intuit, "Query operations and syntax"; "filterable" on the reference page of each entity;
release notes on filters by Id (2025-10).
"""

from __future__ import annotations

from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import BOOLEANS, INACTIVATED_BY_DEFAULT, MOMENTS, NUMBERS
from quickbooks_emulator.catalogue.flags import uncertain
from quickbooks_emulator.query.candidates import Test
from quickbooks_emulator.query.values import (
    NULL,
    UPDATED,
    getter,
    invalid,
    listed,
    literal,
    property_named,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.catalogue import Entity
    from quickbooks_emulator.query.grammar import Condition, Value
    from quickbooks_emulator.query.readings import Rules
    from quickbooks_emulator.query.values import Comparable
    from quickbooks_emulator.rows import Readable

COMPARISONS: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "=": eq, "<": lt, ">": gt, "<=": le, ">=": ge,
}  # fmt: skip

PATTERNLESS = NUMBERS | BOOLEANS | MOMENTS
"""Properties that LIKE cannot be asked of."""


def tests_of(entity: Entity, conditions: tuple[Condition, ...], rules: Rules) -> tuple[Test, ...]:
    """The tests of all conditions. Raises Problem 4001.

    Inactive rows of lists stay out unless a condition speaks of Active.
    """
    tests = [test_of(entity, condition, rules) for condition in conditions]
    speaks = any(condition.property.lower() == "active" for condition in conditions)
    if not speaks and entity.name in INACTIVATED_BY_DEFAULT:
        tests.append(Test("Active", "=", literal=True, holds=getter("Active")))
    return tuple(tests)


def test_of(entity: Entity, condition: Condition, rules: Rules) -> Test:
    """The test of one condition. Raises Problem 4001."""
    name = _queryable(entity, condition.property, rules)
    operator = condition.operator
    is_key = name == "Id" or name.endswith("Ref")
    may_not = (is_key and operator not in {"=", "in"}) or (
        operator == "like" and name in PATTERNLESS
    )
    if may_not:
        raise invalid(f"operator {operator.upper()} is not supported for property '{name}'")
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    wanted: Comparable
    fits: Callable[[Comparable], bool]
    if operator == "like":
        wanted = str(values[0]).casefold()
        fits = _pattern(wanted)
    elif operator == "in":
        wanted = frozenset(_literal(entity, name, value, rules) for value in values)
        fits = wanted.__contains__
    else:
        is_equal = operator == "="
        wanted = (_literal if is_equal else _bound)(entity, name, values[0], rules)
        fits = _comparison(operator, wanted)
    if "." in name and name not in MOMENTS:
        return _any(name, operator, wanted, fits)
    read = getter(name)
    return Test(name, operator, wanted, lambda row: fits(read(row)))


def _queryable(entity: Entity, written: str, rules: Rules) -> str:
    """The property's own spelling, when a condition may name it. Raises Problem 4001."""
    name = property_named(entity, written)
    allowed = entity.filterable
    if rules.is_uncertain_queryable:
        allowed = allowed | uncertain(entity.name)
    if entity.name == "InventoryAdjustment" and not rules.is_adjustment_update_queryable:
        allowed = allowed - {UPDATED}
    if not rules.is_sku_queryable:
        allowed = allowed - {"Sku"}
    if rules.is_reference_value_queryable and name.endswith("Ref.value"):
        name = name.removesuffix(".value")
    if name not in allowed:
        raise invalid(f"property '{name}' is not queryable")
    return name


def _literal(entity: Entity, name: str, value: Value, rules: Rules) -> Comparable:
    """The literal, or None for null."""
    return None if value == NULL else _bound(entity, name, value, rules)


def _bound(entity: Entity, name: str, value: Value, rules: Rules) -> Comparable:
    return literal(entity, name, value, rules)


def _comparison(operator: str, wanted: Comparable) -> Callable[[Comparable], bool]:
    if wanted is None:
        return lambda actual: actual is None
    compare = COMPARISONS[operator]
    return lambda actual: actual is not None and compare(actual, wanted)


def _any(name: str, operator: str, wanted: Comparable, fits: Callable[[Comparable], bool]) -> Test:
    """The test that one of the values of a listed property fits."""
    read = listed(name)

    def holds(row: Readable) -> bool:
        return any(fits(actual) for actual in read(row))

    return Test(name, f"any {operator}", wanted, holds)


def _pattern(pattern: str) -> Callable[[Comparable], bool]:
    """Whether a text is like the pattern; each % stands for any text, in linear time."""
    first, *rest = pattern.split("%")
    if not rest:
        return lambda actual: actual is not None and str(actual) == pattern
    *middle, last = rest

    def fits(actual: Comparable) -> bool:
        if actual is None:
            return False
        text = str(actual).casefold()
        if not text.startswith(first):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return at <= end and text.endswith(last)

    return fits
