"""Shape of a request: known properties, right kinds, right lengths; numbers made exact.

Empty texts and nulls inside a value count as absent: clients send them for what they leave out. At
the top they stay, because an update gives them a meaning.
Source: Intuit, "Error codes" (2010, 2020, 2030, 2040, 2050, 2060, 2070, 2080, 2170, 2210) and each
entity's reference page; wording as recorded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import Entity, Kind
from quickbooks_emulator.catalogue.line_shapes import (
    DETAIL_MAY_BE_ABSENT,
    KIND_NEED_NOT_BE_SAID,
    KINDS_OF,
    LINE,
    MEMBER_OF_KIND,
)
from quickbooks_emulator.catalogue.shapes import ADDRESS, Shape, Sort, shape_of, shapes_of
from quickbooks_emulator.problems import Problem, missing, unsupported_property
from quickbooks_emulator.rules.scalars import check_text, date_of, number, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from quickbooks_emulator.json_text import Json, JsonObject

SCALARS: Mapping[Sort, Callable[[str, Json], Json]] = {
    Sort.NUMBER: number,
    Sort.TRUTH: truth,
    Sort.DATE: date_of,
}
MAX_DEPTH = 12
ADDRESS_LINES = ("Line1", "Line2", "Line3", "Line4", "Line5")
LONGEST_ADDRESS = 2000
"""Characters of an address's lines together."""
LISTED = 1000
"""After so many characters the service cuts the list of the properties it knows."""
WHOLE_ID = re.compile(r"-?\d{1,40}")
_TOKENS = {
    list: "START_ARRAY", dict: "START_OBJECT", bool: "VALUE_TRUE", str: "VALUE_STRING",
    type(None): "VALUE_NULL",
}  # fmt: skip
PACKAGE = "com.intuit.schema.finance.v3"


def checked(entity: Entity, body: Json) -> JsonObject:
    """The request body with exact numbers and real booleans. Raises Problem."""
    if not isinstance(body, dict):
        raise unsupported_property(f"failed to parse json object; {_start(body)}")
    shapes = shapes_of(entity.name)
    shaped: JsonObject = {}
    for name, value in body.items():
        if name == "Line" and name in entity.properties:
            shaped[name] = value
        elif name not in shapes:
            raise unknown(name, entity.name, (*shapes, *({"Line"} & entity.properties)))
        else:
            is_empty = value is None or value == ""
            shaped[name] = value if is_empty else _read(name, shapes[name], value, 0)
    if shaped.get("Line") is not None:
        shaped["Line"] = _lines(entity, shaped["Line"])
    return shaped


def unknown(name: str, java: str, known: Iterable[str]) -> Problem:
    """2010: a property that the class does not have, with those it has."""
    names = sorted(known)
    listed = ", ".join(f'"{word}"' for word in names)
    if len(listed) > LISTED:
        listed = f"{listed[:LISTED].rpartition(', ')[0]} [truncated]"
    return unsupported_property(
        f'Unrecognized field "{name}" (class {PACKAGE}.{java}), not marked as ignorable '
        f"({len(names)} known properties: {listed}])\n"
    )


def _start(value: Json) -> str:
    return _TOKENS.get(type(value), "VALUE_NUMBER")


def _misfit(java: str, value: Json) -> Problem:
    """2010: a value of another kind."""
    return unsupported_property(
        f"Can not deserialize instance of {java} out of {_start(value)} token"
    )


def _read(name: str, shape: Shape, value: Json, depth: int) -> Json:
    """The value in its shape. Raises Problem."""
    if depth > MAX_DEPTH:
        raise unsupported_property(f"{name}: nested too deep,")
    if shape.sort is Sort.TEXT:
        return _text(name, shape, value)
    scalar = SCALARS.get(shape.sort)
    if scalar is not None:
        return scalar(name, value)
    if shape.sort is Sort.LIST:
        if not isinstance(value, list):
            raise _misfit(shape.sort.value, value)
        element = shape.of or shape
        return [_read(name, element, inner, depth + 1) for inner in value if inner is not None]
    if shape.sort is Sort.ANY:
        return _any(name, value, depth)
    return _object(shape, value, depth)


def _text(name: str, shape: Shape, value: Json) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, (dict, list)):
        raise _misfit(shape.sort.value, value)
    text = str(value)
    check_text(name, text, shape.most, is_email=shape.is_email)
    if shape.choices is not None and text not in shape.choices:
        raise Problem("2170", f"Invalid Enumeration : {text}", name)
    return text


def _object(shape: Shape, value: Json, depth: int) -> JsonObject:
    if not isinstance(value, dict):
        raise _misfit(f"{PACKAGE}.{shape.java}", value)
    if shape.members is None:
        opened: JsonObject = _any("", value, depth)
        return opened
    known = shape.members
    shaped: JsonObject = {}
    for name, inner in value.items():
        member = known.get(name)
        if member is None:
            raise unknown(name, shape.java, known)
        if inner is not None and inner != "":
            shaped[name] = _read(name, member, inner, depth + 1)
    if shape is ADDRESS:
        text = "".join(shaped.get(line, "") for line in ADDRESS_LINES)
        check_text(f"{ADDRESS_LINES[0]} to {ADDRESS_LINES[-1]}", text, LONGEST_ADDRESS)
    return shaped


def _any(name: str, value: Json, depth: int) -> Json:
    """A value of which only the scalars' kinds are known."""
    if depth > MAX_DEPTH:
        raise unsupported_property(f"{name}: nested too deep,")
    if isinstance(value, dict):
        return {
            key: _inner(key, inner, depth + 1) for key, inner in value.items() if inner is not None
        }
    if isinstance(value, list):
        return [_any(name, inner, depth + 1) for inner in value if inner is not None]
    shape = shape_of(name)
    if value != "" and shape.sort in {Sort.NUMBER, Sort.TRUTH, Sort.DATE}:
        return _read(name, shape, value, depth)
    if isinstance(value, str):
        check_text(name, value, 0)
        return value
    return value if isinstance(value, bool) else number(name, value)


def _inner(name: str, value: Json, depth: int) -> Json:
    """A member of an open object: a reference is one wherever it stands."""
    shape = shape_of(name)
    if shape.sort is Sort.OBJECT and shape.members is not None and value != "":
        return _object(shape, value, depth)
    return _any(name, value, depth)


def _lines(entity: Entity, lines: Json) -> Json:
    if entity.kind is not Kind.TRANSACTION:
        raise unknown("Line", entity.name, entity.properties)
    if lines == "":
        return []
    if not isinstance(lines, list):
        raise _misfit(Sort.LIST.value, lines)
    return [_line(entity.name, line, 0) for line in lines if line is not None]


def _line(entity: str, line: Json, depth: int) -> JsonObject:
    if not isinstance(line, dict):
        raise _misfit(f"{PACKAGE}.Line", line)
    if depth > MAX_DEPTH:
        raise unsupported_property("Line: nested too deep,")
    shaped: JsonObject = {}
    for name, value in line.items():
        shape = LINE.get(name)
        if shape is None:
            raise unknown(name, "Line", LINE)
        if value is None or value == "":
            continue
        if name == "GroupLineDetail" and isinstance(value, dict):
            shaped[name] = _group(entity, shape, value, depth)
        else:
            shaped[name] = _read(name, shape, value, 1)
    _check_kind(entity, shaped)
    return shaped


def _group(entity: str, shape: Shape, detail: JsonObject, depth: int) -> JsonObject:
    parts = detail.get("Line")
    shaped = _object(shape, {k: v for k, v in detail.items() if k != "Line"}, 1)
    if parts:
        if not isinstance(parts, list):
            raise _misfit(Sort.LIST.value, parts)
        shaped["Line"] = [_line(entity, part, depth + 1) for part in parts if part is not None]
    return shaped


def _check_kind(entity: str, line: Mapping[str, Json]) -> None:
    """Raises Problem unless the line's kind is one of the document's and its member is there."""
    kinds = KINDS_OF.get(entity)
    if kinds is None:
        return
    kind = line.get("DetailType")
    if kind is None:
        if entity in KIND_NEED_NOT_BE_SAID and kinds & line.keys():
            return
        if entity == "Deposit" and line.get("LinkedTxn"):
            return
        raise missing("Line.DetailType")
    if kind not in LINE and kind not in MEMBER_OF_KIND:
        raise Problem("2170", f"Invalid Enumeration : {kind}", "DetailType")
    if kind not in kinds:
        raise Problem("2170", f"Invalid Enumeration : {kind}", "DetailType")
    member = MEMBER_OF_KIND.get(kind, kind)
    if member not in line and kind not in DETAIL_MAY_BE_ABSENT:
        if entity == "Deposit" and line.get("LinkedTxn"):
            return
        raise missing(f"Line.{member}")


def reference(body: Mapping[str, Json], name: str) -> str | None:
    """The id a reference names, or None when there is none."""
    value = body.get(name)
    if not isinstance(value, dict):
        return None
    found = value.get("value")
    return str(found) if found not in {None, ""} else None


def check_id(value: str, element: str = "Id") -> None:
    """Raises Problem 2030 unless the id is a number."""
    if not WHOLE_ID.fullmatch(value):
        raise Problem("2030", f"Id should be a valid number. Supplied value:{value[:100]}", element)
