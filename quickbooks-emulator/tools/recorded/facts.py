"""Which fields an answer has and what form their values take, without any value."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from recorded.shapes import form_of_moment, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recorded.cases import Recorded

Facts = dict[str, dict[str, dict[str, Any]]]
"""Entity → kind of reply → `rows` (how many), `always` and `sometimes` (path → form)."""

FORMS = ("moment", "instant", "date", "moment")
REPLIES = re.compile(r"/(create|read|update|send|delete)-")


def form_of(value: Any) -> str:
    """`digits`, `moment`, `date`, `text`, `number`, `boolean`, `object`, `array` or `null`."""
    if isinstance(value, str):
        moment = form_of_moment(value)
        if moment >= 0:
            return "date" if moment == FORMS.index("date") else "moment"
        return "digits" if value.isdecimal() else "text"
    return kind_of(value)


def fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Path and form of everything inside an object; lists are one path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            where = f"{path}.{name}" if path else name
            yield where, form_of(inner)
            yield from fields(inner, where)
    if isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{path}[]")


def summed_up(objects: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The paths that all objects have, and those that some have, with the forms seen."""
    forms: dict[str, set[str]] = defaultdict(set)
    counts: dict[str, int] = defaultdict(int)
    number = 0
    for each in objects:
        number += 1
        seen = set()
        for path, form in fields(each):
            forms[path].add(form)
            seen.add(path)
        for path in seen:
            counts[path] += 1
    result: dict[str, Any] = {"rows": number, "always": {}, "sometimes": {}}
    for path in sorted(forms):
        share = "always" if counts[path] == number else "sometimes"
        result[share][path] = "|".join(sorted(forms[path]))
    return result


def reply_kind(recorded: Recorded) -> str:
    """`query`, `create`, `read`, `update` or what else the file says it answers to."""
    if recorded.kind == "query":
        return "query"
    found = REPLIES.search(recorded.file)
    return found[1] if found else "read"


def of_files(files: Iterable[Recorded]) -> Facts:
    """The facts of many answers, whole rows only."""
    rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for each in files:
        if each.kind not in {"query", "entity"}:
            continue
        whole = [row for row in each.rows if "SyncToken" in row]
        rows[each.entity, reply_kind(each)] += whole
    facts: Facts = defaultdict(dict)
    for (entity, kind), objects in sorted(rows.items()):
        if objects:
            facts[entity][kind] = summed_up(objects)
    return dict(facts)


def contradictions(facts: dict[str, Any], objects: list[dict[str, Any]]) -> list[str]:
    """Where objects lack what all recorded ones have, or show a form that none had."""
    own = summed_up(objects)
    known = facts["always"] | facts["sometimes"]
    found = [
        f"{name}: in every recorded row, not in every one here"
        for name in facts["always"]
        if name not in own["always"]
    ]
    for name, form in (own["always"] | own["sometimes"]).items():
        if name not in known:
            found.append(f"{name}: in no recorded row")
        elif not _fits(form, known[name]):
            found.append(f"{name}: {form} here, {known[name]} in recorded rows")
    return found


def _fits(form: str, known: str) -> bool:
    """Whether every form seen here was recorded; a text of digits is a text."""
    recorded = set(known.split("|"))
    texts = {"digits", "text"}
    return all(
        each in recorded or (each in texts and bool(recorded & texts)) for each in form.split("|")
    )
