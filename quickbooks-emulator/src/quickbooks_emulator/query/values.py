"""The values of a row's properties and of a query's literals, as things that compare.

Source: Intuit, "Query operations and syntax" and the reference page of each entity.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from quickbooks_emulator.catalogue import BOOLEANS, DATES, MOMENTS, NUMBERS
from quickbooks_emulator.clock import PACIFIC
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.query.grammar import Day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quickbooks_emulator.catalogue import Entity
    from quickbooks_emulator.query.grammar import Value
    from quickbooks_emulator.query.readings import Rules
    from quickbooks_emulator.rows import Readable

Comparable: TypeAlias = Any
"""A value of a property: text, number, truth or epoch seconds; each property has one kind."""

UPDATED = "MetaData.LastUpdatedTime"
CREATED = "MetaData.CreateTime"
AS_WRITTEN = " (exact)"
"""Behind a property's name: its text as written, which orders by code point."""
NULL = " "
"""The literal that stands for null. Source: Intuit, "Query operations and syntax"."""

NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
MOMENT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
"""The documented spellings of a date, or a date and time."""


def invalid(detail: str) -> Problem:
    """A query that is refused for what it asks."""
    return Problem("4001", f"QueryValidationError: {detail}")


def property_named(entity: Entity, name: str) -> str:
    """The property's own spelling. Raises Problem 4001 when the entity has no such property.

    Of a property inside another, only the outer one is checked.
    """
    known = _spellings(entity)
    spelling = known.get(name.lower())
    if spelling is not None:
        return spelling
    outer, dot, inner = name.partition(".")
    outer = known.get(outer.lower(), "") if dot else ""
    if not outer:
        raise invalid(f"Property {name} not found for Entity {entity.name}")
    return f"{outer}.{inner}"


def _spellings(entity: Entity) -> Mapping[str, str]:
    cached = _SPELLINGS.get(entity.name)
    if cached is None:
        names = entity.properties | entity.filterable | entity.sortable
        cached = _SPELLINGS[entity.name] = {name.lower(): name for name in names}
    return cached


_SPELLINGS: dict[str, dict[str, str]] = {}


def outermost(name: str) -> str:
    """The property of the object that `getter(name)` reads."""
    return name.partition(".")[0].removesuffix(AS_WRITTEN)


def getter(name: str) -> Callable[[Readable], Comparable]:
    """How a row's value of a property is read, as something that compares."""
    kept_apart = {"Id": "id", UPDATED: "updated_at", CREATED: "created_at"}
    if name in kept_apart:
        return attrgetter(kept_apart[name])
    convert = _conversion(name)
    plain = name.removesuffix(AS_WRITTEN)
    return lambda row: convert(row.body.get(plain))


def _conversion(name: str) -> Callable[[object], Comparable]:
    """From a property's value in JSON, None when it is not there, to one that compares."""
    if name == "Active":
        return lambda value: value is not False
    if name in BOOLEANS:
        return bool
    if name in NUMBERS:
        return _number
    if name.endswith("Ref"):
        return lambda value: _inside(value, "value")
    if name == "PrimaryEmailAddr":
        return lambda value: _folded(_inside(value, "Address"))
    return _as_it_is if name in DATES or name.endswith(AS_WRITTEN) else _folded


def listed(name: str) -> Callable[[Readable], list[Comparable]]:
    """How all values of a dotted property are read, through the lists on the way to it."""
    outer, *steps = name.split(".")

    def read(row: Readable) -> list[Comparable]:
        found: list[Any] = [row.body.get(outer)]
        for step in steps:
            flat = [one for each in found for one in (each if isinstance(each, list) else [each])]
            found = [_inside(one, step) for one in flat]
        return [_folded(one) for one in found if one is not None]

    return read


def _inside(value: object, name: str) -> Any:  # the value may be of any kind
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    return next((inner for key, inner in value.items() if key.lower() == name.lower()), None)


def _as_it_is(value: object) -> Comparable:
    return value


def _folded(value: object) -> str | None:
    return None if value is None else str(value).casefold()


def _number(value: object) -> Decimal | int | None:
    if isinstance(value, str):
        return Decimal(value) if NUMBER.fullmatch(value) else None
    return value if isinstance(value, Decimal | int) else None


def literal(entity: Entity, name: str, value: Value, rules: Rules) -> Comparable:
    """The literal in the property's kind. Raises Problem 4001 when it is none."""
    is_misplaced = value is Day.CURRENT_DATE and name not in MOMENTS | DATES
    if is_misplaced or isinstance(value, bool) is not (name in BOOLEANS):
        shown = value.value if isinstance(value, Day) else str(value).lower()
        raise invalid(f"Invalid value {shown!r} for property {name} of {entity.name}")
    if value is Day.CURRENT_DATE:
        value = rules.today.isoformat()
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    try:
        if name in MOMENTS:
            return moment_of(text, rules.bare_zone).timestamp()
        if name in DATES:
            return moment_of(text).date().isoformat()
        if name in NUMBERS:
            return _finite(text)
        if name in BOOLEANS:
            return value
    except (ValueError, KeyError, OverflowError):
        raise invalid(f"Invalid value '{text}' for property {name} of {entity.name}") from None
    return text if name == "Id" or name.endswith("Ref") else text.casefold()


def _finite(text: str) -> Decimal:
    if not NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    return Decimal(text.strip())


def moment_of(text: str, bare_zone: tzinfo = PACIFIC) -> datetime:
    """The moment of a date or a date and time, in the company's zone. Raises ValueError.

    Without an offset it is one of `bare_zone`, by default the company's own clock; of an hour that
    the clock shows twice it is the first. A date is its midnight.
    """
    match = MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    day = date.fromisoformat(match["date"])
    clock = time.fromisoformat(match["time"] or "00:00")
    clock = clock.replace(microsecond=int(f"{match['fraction'] or 0:<06}"[:6]))
    zone = match["zone"]
    moment = datetime.combine(day, clock, _offset(zone) if zone else bare_zone)
    return moment.astimezone(PACIFIC)


def _offset(zone: str) -> timezone:
    digits = "+0000" if zone == "Z" else zone.replace(":", "")
    distance = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-distance if digits[0] == "-" else distance)
