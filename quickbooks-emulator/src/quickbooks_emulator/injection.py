"""Faults on command: rules that make a chosen call fail in a chosen way.

A rule names calls by method, path or entity, operation and query text, and strikes the n-th such
call, then as often as `times` says. Faults before the work keep it from happening, or change the
company or the clock under its feet; a lost reply and a cut body come after it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject

AFTER = frozenset({"lose_reply", "cut_body", "delay_reply"})
BEFORE = frozenset({"status", "fault", "reset", "delay", "write", "clock"})


@dataclass(frozen=True, slots=True)
class Call:
    """What a rule can look at."""

    method: str
    path: str
    entity: str
    operation: str
    query: str


@dataclass(slots=True)
class Rule:
    """One armed fault."""

    number: int
    does: JsonObject
    method: str = ""
    path: str = ""
    operation: str = ""
    query: str = ""
    nth: int = 1
    times: int | None = 1
    probability: float = 1.0
    seen: int = 0
    struck: int = 0

    def matches(self, call: Call) -> bool:
        """Whether the rule speaks of this call at all."""
        path = self.path.lower()
        return (
            self.method.upper() in {"", call.method.upper()}
            and (not path or path == call.entity.lower() or path in call.path.lower())
            and self.operation.lower() in {"", call.operation.lower()}
            and self.query.lower() in call.query.lower()
        )

    def strikes(self, chance: random.Random) -> bool:
        """Count a matching call; whether it is struck."""
        self.seen += 1
        is_spent = self.times is not None and self.struck >= self.times
        if is_spent or self.seen < self.nth or chance.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def as_json(self) -> JsonObject:
        """The rule as the control plane shows it."""
        return {
            "number": self.number,
            "method": self.method,
            "path": self.path,
            "operation": self.operation,
            "query": self.query,
            "nth": self.nth,
            "times": self.times,
            "probability": self.probability,
            "do": self.does,
            "seen": self.seen,
            "struck": self.struck,
        }


@dataclass(slots=True)
class Rules:
    """All armed faults, in the order in which they were armed."""

    armed: list[Rule] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - not a secret
    count: int = 0

    def arm(self, wanted: Json) -> Rule:
        """A rule from its JSON. Raises Problem 2010 for one that makes no sense."""
        if not isinstance(wanted, dict) or not isinstance(wanted.get("do"), dict):
            raise Problem("2010", "A rule is an object with a `do`")
        does = wanted["do"]
        if does.get("kind") not in AFTER | BEFORE:
            raise Problem("2010", f"Unknown kind of fault: {does.get('kind')}")
        self.count += 1
        times = wanted.get("times", 1)
        rule = Rule(
            self.count,
            does,
            method=str(wanted.get("method") or ""),
            path=str(wanted.get("path") or ""),
            operation=str(wanted.get("operation") or ""),
            query=str(wanted.get("query") or ""),
            nth=int(wanted.get("nth") or 1),
            times=None if times is None else int(times),
            probability=float(wanted.get("probability", 1.0)),
        )
        self.armed.append(rule)
        return rule

    def struck_by(self, call: Call, kinds: frozenset[str]) -> list[JsonObject]:
        """What is done to this call, of these kinds."""
        return [
            rule.does
            for rule in self.armed
            if rule.does["kind"] in kinds and rule.matches(call) and rule.strikes(self.chance)
        ]

    def clear(self) -> None:
        """Disarm everything."""
        self.armed.clear()
        self.chance = random.Random(1)  # noqa: S311 - not a secret
