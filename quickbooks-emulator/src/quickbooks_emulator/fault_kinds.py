"""What a fault may do, and what each kind may be told: tables that a rule is checked against."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from quickbooks_emulator.expected import (
    COUNT,
    MOMENT,
    OBJECT,
    OBJECTS,
    SECONDS,
    SEED,
    SHARE,
    SHIFT,
    STEP,
    TEXT,
    TEXT_OR_NULL,
    TIMES,
    TRUTH,
    Expected,
    Fields,
    check,
    is_object,
    is_text,
    is_whole,
    one_of,
    refused,
)
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quickbooks_emulator.json_text import Json, JsonObject

FIRST_FAILURE, LAST_FAILURE = 400, 599
OK = 200
SHAPES = ("recorded", "json", "lowercase", "xml", "html", "text", "empty")
"""How the body of an HTTP error may look; `recorded` is the one that has been seen with it."""
OPERATIONS = ("create", "update", "delete", "void")
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
FRAMING = frozenset({"content-length", "content-type", "transfer-encoding", "connection"})
"""Headers that other kinds of faults are there for."""
CLASSES = ("metered", "free", "auth")


def _is_failure(value: Json) -> bool:
    return is_whole(value) and FIRST_FAILURE <= value <= LAST_FAILURE


def _is_header(name: str, value: Json) -> bool:
    return (
        HEADER_NAME.fullmatch(name) is not None
        and name.lower() not in FRAMING
        and (is_whole(value) or _is_line(value))
    )


def _is_line(value: Json) -> bool:
    return is_text(value) and value.isascii() and value.isprintable()


HEADERS = Expected(
    "an object of header names (none that frames the body) and ASCII values",
    lambda value: is_object(value) and all(_is_header(*entry) for entry in value.items()),
)
LINE = Expected("one line of ASCII", _is_line)
ERROR_STATUS = Expected("an HTTP status from 400 to 599", _is_failure)
FAULT_STATUS = Expected("200 or a status from 400 to 599", lambda value: (
    value == OK if is_whole(value) and not _is_failure(value) else _is_failure(value)
))  # fmt: skip
CODE = Expected(
    "a decimal code as a text", lambda value: is_text(value) and value.isdecimal() and value != ""
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
    "shift_s": SHIFT,
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
    "content_type": Kind(True, {"value": LINE}, ("value",)),
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
    if not is_object(wanted) or not is_object(wanted.get("do")):
        raise refused("do", "an object: a rule is an object with a `do`")
    rule = {k: v for k, v in wanted.items() if v is not None or k == "times"}
    check(rule, RULE, "")
    does = {k: v for k, v in rule["do"].items() if v is not None or k == "element"}
    name = str(does.get("kind"))
    kind = KINDS.get(name)
    if kind is None:
        raise Problem("2010", f"Unknown kind of fault: {name}. Known: {', '.join(KINDS)}")
    told = {key: value for key, value in does.items() if key != "kind"}
    check(told, kind.fields, f"do ({name}) ")
    for key in kind.required:
        if key not in told:
            raise refused(f"do ({name}) {key}", kind.fields[key].words)
    _check_together(name, told)
    return {**rule, "do": does}


def _check_together(name: str, told: JsonObject) -> None:
    if name == "clock" and len(told) != 1:
        raise refused("do (clock)", "either `advance_s` or `set`")
    if name == "write":
        if "writes" in told and len(told) > 1:
            raise refused("do (write)", "either `writes`, or `entity`, `operation` and `body`")
        single: Fields = {key: held for key, held in _WRITE.items() if key != "writes"}
        for number, one in enumerate(told.get("writes", [told])):
            where = f"do (write) writes[{number}] " if "writes" in told else "do (write) "
            check(one, single, where)
            for key in ("entity", "operation", "body"):
                if key not in one:
                    raise refused(f"{where}{key}", single[key].words)
