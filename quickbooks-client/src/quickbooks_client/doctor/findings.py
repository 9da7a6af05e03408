"""How one thing stands, and what to do about it."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = dict[str, Any]
"""A JSON object of QuickBooks', numbers as `Decimal`."""


class Verdict(enum.Enum):
    """How one thing stands."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    subject: str
    verdict: Verdict
    words: str


def ok(subject: str, words: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(subject, Verdict.OK, words)


def warning(subject: str, words: str) -> Finding:
    """Return something a person should know; a sync can run all the same."""
    return Finding(subject, Verdict.WARNING, words)


def wrong(subject: str, words: str) -> Finding:
    """Return something that keeps a sync, or a part of it, from working."""
    return Finding(subject, Verdict.WRONG, words)


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Return whether nothing is wrong."""
    return all(finding.verdict is not Verdict.WRONG for finding in findings)


def member(entity: Mapping[str, Any], name: str) -> Json:
    """Return an object's member that is an object itself, or an empty one."""
    value = entity.get(name)
    return value if isinstance(value, dict) else {}


def pairs(entity: Mapping[str, Any]) -> dict[str, str]:
    """Return `NameValue` as a mapping; names have been seen with stray blanks."""
    listed = entity.get("NameValue")
    return {
        str(pair.get("Name", "")).strip(): str(pair.get("Value", "")).strip()
        for pair in (listed if isinstance(listed, list) else [])
        if isinstance(pair, dict)
    }
