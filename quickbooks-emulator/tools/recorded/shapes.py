"""Answers as exact JSON, and the differences between two of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IDS = frozenset({"Id", "TxnId", "TxnLineId", "SyncToken"})
"""Compared as decimal texts; what they point to is compared through `ids`."""
ADDRESSES = frozenset({"FileAccessUri", "TempDownloadUri", "ThumbnailTempDownloadUri"})

MOMENTS = (
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"),
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,3}[+-]\d\d:\d\d"),
    re.compile(r"\d{4}-\d\d-\d\d"),
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"),
)
ABOUT_NOW = frozenset({"time", "CreateTime", "LastUpdatedTime", "Time", "DeliveryTime"})


@dataclass(frozen=True, slots=True)
class Deviation:
    """One difference: where, of which kind, and the two values."""

    path: str
    kind: str
    """`missing`, `extra`, `type`, `value`, `form` or `length`."""
    recorded: object = None
    emulated: object = None

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}, recorded {self.recorded!r}, emulated {self.emulated!r}"


@dataclass(slots=True)
class Exemption:
    """A difference that is known, and why it stands."""

    path: str
    """Pattern of the path; `*` matches anything."""
    kind: str
    reason: str
    files: str = "*"
    uses: int = 0

    def covers(self, file: str, deviation: Deviation) -> bool:
        """Whether it is this difference."""
        return (
            fnmatchcase(file, self.files)
            and fnmatchcase(deviation.path, self.path.replace("[]", "[[]]"))
            and self.kind in {deviation.kind, "*"}
        )


def unexplained(
    file: str, deviations: Iterable[Deviation], exemptions: Iterable[Exemption]
) -> list[Deviation]:
    """The differences that no exemption covers; every exemption that covers one is counted."""
    left = []
    known = list(exemptions)
    for deviation in deviations:
        covering = [each for each in known if each.covers(file, deviation)]
        for each in covering:
            each.uses += 1
        if not covering:
            left.append(deviation)
    return left


def read(text: bytes | str) -> Any:
    """JSON with every number as an exact Decimal that keeps its trailing zeros."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def write(value: Any) -> bytes:
    """JSON text of a value read by `read`."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        # As a client writes it: the trailing zeros of an answer are the service's own.
        return f"{value.normalize():f}"
    if isinstance(value, dict):
        inner = ",".join(f"{json.dumps(key)}:{_text(each)}" for key, each in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ",".join(_text(each) for each in value) + "]"
    return json.dumps(value)


def kind_of(value: Any) -> str:
    """The JSON type."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float, Decimal)):
        return "number"
    names = {dict: "object", list: "array", str: "string", type(None): "null"}
    return names[type(value)]


def form_of_moment(text: str) -> int:
    """Which of the service's forms of a moment the text has; -1 for none."""
    for index, form in enumerate(MOMENTS):
        if form.fullmatch(text):
            # Milliseconds vanish when they are nought.
            return 0 if index == 1 else index
    return -1


def differences(
    recorded: Any,
    emulated: Any,
    ids: Mapping[str, set[str]],
    *,
    path: str = "",
    is_exact: bool = False,
) -> list[Deviation]:
    """What differs, the recorded answer first.

    `ids` maps a recorded id to the ids that stand for it here. With `is_exact` numbers are also
    compared in their written form (`100.00` is not `100`).
    """
    if kind_of(recorded) != kind_of(emulated):
        return [Deviation(path, "type", recorded, emulated)]
    if isinstance(recorded, dict):
        return _objects(recorded, emulated, ids, path, is_exact=is_exact)
    if isinstance(recorded, list):
        return _lists(recorded, emulated, ids, path, is_exact=is_exact)
    if isinstance(recorded, str):
        return _texts(recorded, emulated, ids, path)
    if recorded != emulated:
        return [Deviation(path, "value", recorded, emulated)]
    is_other_form = is_exact and str(recorded) != str(emulated)
    return [Deviation(path, "form", str(recorded), str(emulated))] if is_other_form else []


def _lists(
    recorded: list[Any],
    emulated: list[Any],
    ids: Mapping[str, set[str]],
    path: str,
    *,
    is_exact: bool,
) -> list[Deviation]:
    if len(recorded) != len(emulated):
        return [Deviation(path, "length", len(recorded), len(emulated))]
    return [
        deviation
        for mine, theirs in zip(recorded, emulated, strict=True)
        for deviation in differences(mine, theirs, ids, path=f"{path}[]", is_exact=is_exact)
    ]


def _objects(
    recorded: dict[str, Any],
    emulated: dict[str, Any],
    ids: Mapping[str, set[str]],
    path: str,
    *,
    is_exact: bool,
) -> list[Deviation]:
    found = []
    for name in sorted({*recorded, *emulated}):
        inner = f"{path}.{name}" if path else name
        if name not in emulated:
            found.append(Deviation(inner, "missing", recorded[name]))
        elif name not in recorded:
            found.append(Deviation(inner, "extra", None, emulated[name]))
        else:
            found += differences(recorded[name], emulated[name], ids, path=inner, is_exact=is_exact)
    return found


def _texts(recorded: str, emulated: str, ids: Mapping[str, set[str]], path: str) -> list[Deviation]:
    name = path.rpartition(".")[2]
    if recorded == emulated:
        return []
    if name in IDS and recorded.isdecimal() and emulated.isdecimal():
        return []
    if name in {"value", "Value"} and emulated in ids.get(recorded, ()):
        return []
    if name in ABOUT_NOW and form_of_moment(recorded) == form_of_moment(emulated) >= 0:
        return []
    if name in ADDRESSES and bool(recorded) == bool(emulated):
        return []
    return [Deviation(path, "value", recorded, emulated)]
