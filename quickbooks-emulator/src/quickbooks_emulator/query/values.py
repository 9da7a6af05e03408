"""The values of a row's properties and of a query's literals, as things that compare.

Source: Intuit, "Query operations and syntax" and the reference page of each entity.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from quickbooks_emulator.catalogue import BOOLEANS, DATES, MOMENTS, NUMBERS
from quickbooks_emulator.clock import parse_moment
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.catalogue import Entity
    from quickbooks_emulator.store import Row

Comparable: TypeAlias = Any
"""A value of a property: text, number, truth or epoch seconds; each property has one kind."""

UPDATED = "MetaData.LastUpdatedTime"


def invalid(detail: str) -> Problem:
    """A query that is refused for what it asks."""
    return Problem("4001", f"QueryValidationError: {detail}")


def property_named(entity: Entity, name: str) -> str:
    """The property's own spelling. Raises Problem 4001 when the entity has no such property."""
    folded = name.lower()
    spelling = _spellings(entity).get(folded)
    if spelling is None:
        raise invalid(f"Property {name} not found for Entity {entity.name}")
    return spelling


def _spellings(entity: Entity) -> dict[str, str]:
    cached = _SPELLINGS.get(entity.name)
    if cached is None:
        names = entity.properties | MOMENTS
        cached = _SPELLINGS[entity.name] = {name.lower(): name for name in names}
    return cached


_SPELLINGS: dict[str, dict[str, str]] = {}


def getter(name: str) -> Callable[[Row], Comparable]:
    """How a row's value of a property is read, as something that compares."""
    kept_apart = {"Id": "id", UPDATED: "updated_at", "MetaData.CreateTime": "created_at"}
    if name in kept_apart:
        return attrgetter(kept_apart[name])
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


def literal(entity: Entity, name: str, value: str | bool) -> Comparable:  # noqa: FBT001 - a value
    """The literal in the property's kind. Raises Problem 4001 when it is none."""
    try:
        if name in MOMENTS:
            return parse_moment(str(value)).timestamp()
        if name in DATES:
            return parse_moment(str(value)).date().isoformat()
        if name in NUMBERS:
            return _finite(str(value))
    except (ValueError, InvalidOperation, OverflowError):
        raise invalid(f"Invalid value {value!r} for property {name} of {entity.name}") from None
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
