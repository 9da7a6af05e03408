"""What a control may be told: tests of single values, and refusals that name the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator.clock import parse_moment
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject

LONGEST_S = 86_400
FARTHEST_S = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Expected:
    """What a value must be, in words, and the test that says whether it is."""

    words: str
    holds: Callable[[Json], bool]


Fields: TypeAlias = Mapping[str, Expected]


def is_text(value: Json) -> bool:
    """Whether it is a text."""
    return isinstance(value, str)


def is_whole(value: Json) -> bool:
    """Whether it is a whole number; truth is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Json) -> bool:
    """Whether it is a number; truth is none."""
    return is_whole(value) or (isinstance(value, Decimal) and value.is_finite())


def is_object(value: Json) -> bool:
    """Whether it is an object."""
    return isinstance(value, dict)


def is_moment(value: Json) -> bool:
    """Whether it names a moment."""
    try:
        parse_moment(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def one_of(names: tuple[str, ...]) -> Expected:
    """One of these texts."""
    return Expected(f"one of {', '.join(names)}", lambda value: is_text(value) and value in names)


TEXT = Expected("a text", is_text)
TEXTS = Expected(
    "a list of texts",
    lambda value: isinstance(value, list) and all(is_text(entry) for entry in value),
)
TEXT_OR_NULL = Expected("a text, or null for none", lambda value: value is None or is_text(value))
TRUTH = Expected("true or false", lambda value: isinstance(value, bool))
COUNT = Expected("a whole number, 1 or more", lambda value: is_whole(value) and value >= 1)
TIMES = Expected("a whole number, 0 or more, or null for always", lambda value: value is None or (
    is_whole(value) and value >= 0
))  # fmt: skip
SHARE = Expected("a number from 0 to 1", lambda value: is_number(value) and 0 <= value <= 1)
SEED = Expected("a whole number", is_whole)
SECONDS = Expected(
    f"a number of seconds, 0 to {LONGEST_S}",
    lambda value: is_number(value) and 0 <= value <= LONGEST_S,
)
STEP = Expected("a number of seconds", lambda value: is_number(value) and abs(value) <= FARTHEST_S)
SHIFT = Expected(
    f"a whole number of seconds, -{FARTHEST_S} to {FARTHEST_S}",
    lambda value: is_whole(value) and abs(value) <= FARTHEST_S,
)
MOMENT = Expected("a date, or a date and time in ISO 8601", is_moment)
OBJECT = Expected("an object", is_object)
OBJECTS = Expected(
    "a list of objects",
    lambda value: isinstance(value, list) and all(is_object(entry) for entry in value),
)


def check(given: JsonObject, fields: Fields, where: str) -> None:
    """Every field is known and holds what it must. Raises Problem 2010 that names the field."""
    for name, value in given.items():
        expected = fields.get(name)
        if expected is None:
            known = ", ".join(fields) or "none"
            raise Problem("2010", f"Unknown field {where}{name}. Known: {known}", name)
        if not expected.holds(value):
            raise refused(f"{where}{name}", expected.words)


def refused(name: str, words: str) -> Problem:
    """What to raise for a field that holds something else."""
    return Problem("2010", f"{name}: {words} is expected", name)
