"""What a fault may do, and what each kind may be told: tables that a rule is checked against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator.clock import parse_moment
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject

LONGEST_S = 86_400
FARTHEST_S = 4_000_000_000
FIRST_FAILURE, LAST_FAILURE = 400, 599
OK = 200
SHAPES = ("recorded", "json", "lowercase", "xml", "html", "text", "empty")
"""How the body of an HTTP error may look; `recorded` is the one that has been seen with it."""
OPERATIONS = ("create", "update", "delete", "void")
CLASSES = ("metered", "free", "auth")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a value must be, in words, and the test that says whether it is."""

    words: str
    holds: Callable[[Json], bool]


Fields: TypeAlias = Mapping[str, Expected]


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Json) -> bool:
    return _is_whole(value) or (isinstance(value, Decimal) and value.is_finite())


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _is_failure(value: Json) -> bool:
    return _is_whole(value) and FIRST_FAILURE <= value <= LAST_FAILURE


def _is_header(name: str, value: Json) -> bool:
    return (
        name.isascii()
        and bool(name)
        and all(character.isalnum() or character in "-_" for character in name)
        and (_is_text(value) or _is_whole(value))
        and all(character.isprintable() and character.isascii() for character in str(value))
    )


def _is_moment(value: Json) -> bool:
    try:
        parse_moment(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def one_of(names: tuple[str, ...]) -> Expected:
    """One of these texts."""
    return Expected(f"one of {', '.join(names)}", lambda value: _is_text(value) and value in names)


TEXT = Expected("a text", _is_text)
TEXT_OR_NULL = Expected("a text, or null for none", lambda value: value is None or _is_text(value))
TRUTH = Expected("true or false", lambda value: isinstance(value, bool))
COUNT = Expected("a whole number, 1 or more", lambda value: _is_whole(value) and value >= 1)
TIMES = Expected("a whole number, 0 or more, or null for always", lambda value: value is None or (
    _is_whole(value) and value >= 0
))  # fmt: skip
SHARE = Expected("a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1)
SEED = Expected("a whole number", _is_whole)
SECONDS = Expected(
    f"a number of seconds, 0 to {LONGEST_S}",
    lambda value: _is_number(value) and 0 <= value <= LONGEST_S,
)
STEP = Expected("a number of seconds", lambda value: _is_number(value) and abs(value) <= FARTHEST_S)
MOMENT = Expected("a date, or a date and time in ISO 8601", _is_moment)
HEADERS = Expected(
    "an object of header names and ASCII values",
    lambda value: _is_object(value) and all(_is_header(*entry) for entry in value.items()),
)
OBJECT = Expected("an object", _is_object)
OBJECTS = Expected(
    "a list of objects",
    lambda value: isinstance(value, list) and all(_is_object(entry) for entry in value),
)
ERROR_STATUS = Expected("an HTTP status from 400 to 599", _is_failure)
FAULT_STATUS = Expected("200 or a status from 400 to 599", lambda value: (
    value == OK if _is_whole(value) and not _is_failure(value) else _is_failure(value)
))  # fmt: skip
CODE = Expected(
    "a decimal code as a text", lambda value: _is_text(value) and value.isdecimal() and value != ""
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: before or after the work, and what it may be told."""

    is_after: bool
    fields: Fields = field(default_factory=lambda: MappingProxyType({}))
    required: tuple[str, ...] = ()


_ERROR: Fields = {
    "status": ERROR_STATUS,
    "headers": HEADERS,
    "body": one_of(SHAPES),
    "code": CODE,
}
_FAULT: Fields = {
    "code": CODE,
    "message": TEXT,
    "detail": TEXT,
    "element": TEXT_OR_NULL,
    "type": TEXT,
    "status": FAULT_STATUS,
}
_WRITE: Fields = {
    "entity": TEXT,
    "operation": one_of(OPERATIONS),
    "body": OBJECT,
    "writes": OBJECTS,
}

KINDS: Mapping[str, Kind] = MappingProxyType({
    # Before the work: it does not happen, or happens to a changed world.
    "status": Kind(False, _ERROR),
    "fault": Kind(False, _FAULT),
    "html": Kind(False, {"status": FAULT_STATUS}),
    "reset": Kind(False),
    "hang": Kind(False),
    "delay": Kind(False, {"seconds": SECONDS}, ("seconds",)),
    "write": Kind(False, _WRITE),
    "clock": Kind(False, {"advance_s": STEP, "set": MOMENT}),
    "expire": Kind(False, {"access": TRUTH, "refresh": TRUTH}),
    "revoke": Kind(False),
    "twice": Kind(False),
    # After it: the work is done, the caller does not learn so.
    "lose_reply": Kind(True),
    "hang_reply": Kind(True),
    "delay_reply": Kind(True, {"seconds": SECONDS}, ("seconds",)),
    "status_reply": Kind(True, _ERROR),
    "fault_reply": Kind(True, _FAULT),
    "html_reply": Kind(True, {"status": FAULT_STATUS}),
    "cut_body": Kind(True),
    "cut_chunk": Kind(True),
    "slow_body": Kind(True, {"seconds": SECONDS}, ("seconds",)),
    "content_type": Kind(True, {"value": TEXT}, ("value",)),
    "empty_body": Kind(True),
    "truncated": Kind(True),
    "garbage": Kind(True),
    "repeat_rows": Kind(True, {"rows": COUNT}),
    "drop_rows": Kind(True, {"rows": COUNT}),
})  # fmt: skip

RULE: Fields = MappingProxyType({
    "method": TEXT,
    "path": TEXT,
    "entity": TEXT,
    "operation": TEXT,
    "query": TEXT,
    "body": TEXT,
    "class": one_of(CLASSES),
    "realm_id": TEXT,
    "client_id": TEXT,
    "nth": COUNT,
    "times": TIMES,
    "probability": SHARE,
    "seed": SEED,
    "do": OBJECT,
})  # fmt: skip


def check_rule(wanted: Json) -> JsonObject:
    """The rule without what is null (except `times`). Raises Problem 2010 that names the field."""
    if not _is_object(wanted) or not _is_object(wanted.get("do")):
        raise _refused("do", "an object: a rule is an object with a `do`")
    rule = {k: v for k, v in wanted.items() if v is not None or k == "times"}
    _check(rule, RULE, "")
    does = {k: v for k, v in rule["do"].items() if v is not None or k == "element"}
    name = str(does.get("kind"))
    kind = KINDS.get(name)
    if kind is None:
        raise Problem("2010", f"Unknown kind of fault: {name}. Known: {', '.join(KINDS)}")
    told = {key: value for key, value in does.items() if key != "kind"}
    _check(told, kind.fields, f"do ({name}) ")
    for key in kind.required:
        if key not in told:
            raise _refused(f"do ({name}) {key}", kind.fields[key].words)
    _check_together(name, told)
    return {**rule, "do": does}


def _check(given: JsonObject, fields: Fields, where: str) -> None:
    for name, value in given.items():
        expected = fields.get(name)
        if expected is None:
            known = ", ".join(fields) or "none"
            raise Problem("2010", f"Unknown field {where}{name}. Known: {known}", name)
        if not expected.holds(value):
            raise _refused(f"{where}{name}", expected.words)


def _check_together(name: str, told: JsonObject) -> None:
    if name == "clock" and len(told) != 1:
        raise _refused("do (clock)", "either `advance_s` or `set`")
    if name == "write":
        if "writes" in told and len(told) > 1:
            raise _refused("do (write)", "either `writes`, or `entity`, `operation` and `body`")
        single: Fields = {key: _WRITE[key] for key in ("entity", "operation", "body")}
        for number, one in enumerate(told.get("writes", [told])):
            where = f"do (write) writes[{number}] " if "writes" in told else "do (write) "
            _check(one, single, where)
            for key in single:
                if key not in one:
                    raise _refused(f"{where}{key}", single[key].words)


def _refused(name: str, words: str) -> Problem:
    return Problem("2010", f"{name}: {words} is expected", name)
