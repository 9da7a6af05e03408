"""Faults on command: rules that make a chosen call fail in a chosen way.

A rule names calls by what can be seen of them (all that is given must fit) and strikes the n-th
such call, then as often as `times` says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator.fault_kinds import KINDS, check_rule
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject

AUTH = "auth"
"""The class of calls of the authorisation server; the others' are in `calls`."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a rule can look at."""

    method: str
    path: str
    entity: str
    operation: str
    query: str
    call_class: str = ""
    realm_id: str = ""
    client_id: str = ""
    body: bytes = b""


@dataclass(slots=True)
class Rule:
    """One armed fault."""

    number: int
    does: JsonObject
    method: str = ""
    path: str = ""
    entity: str = ""
    operation: str = ""
    query: str = ""
    body: str = ""
    call_class: str = ""
    realm_id: str = ""
    client_id: str = ""
    nth: int = 1
    times: int | None = 1
    probability: float = 1.0
    seed: int | None = None
    seen: int = 0
    struck: int = 0
    chance: random.Random | None = None

    @property
    def is_after(self) -> bool:
        """Whether it strikes when the work is done."""
        return KINDS[self.does["kind"]].is_after

    def matches(self, call: Call) -> bool:
        """Whether the rule speaks of this call at all."""
        path = self.path.lower()
        return (
            self.method.upper() in {"", call.method.upper()}
            and (not path or path == call.entity.lower() or path in call.path.lower())
            and self.entity.lower() in {"", call.entity.lower()}
            and self.operation.lower() in {"", call.operation.lower()}
            and self.call_class in {"", call.call_class}
            and self.realm_id in {"", call.realm_id}
            and self.client_id in {"", call.client_id}
            and self.query.lower() in call.query.lower()
            and (not self.body or self.body.encode() in call.body)
        )

    def strikes(self, chance: random.Random) -> bool:
        """Count a matching call; whether it is struck."""
        self.seen += 1
        is_spent = self.times is not None and self.struck >= self.times
        dice = self.chance or chance
        if is_spent or self.seen < self.nth or dice.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def as_json(self) -> JsonObject:
        """The rule as the control plane shows it."""
        return {
            "number": self.number,
            "method": self.method,
            "path": self.path,
            "entity": self.entity,
            "operation": self.operation,
            "query": self.query,
            "body": self.body,
            "class": self.call_class,
            "realm_id": self.realm_id,
            "client_id": self.client_id,
            "nth": self.nth,
            "times": self.times,
            "probability": self.probability,
            "seed": self.seed,
            "do": self.does,
            "seen": self.seen,
            "struck": self.struck,
        }


@dataclass(slots=True)
class FaultRules:
    """All armed faults, in the order in which they were armed.

    The dice start anew with each reset and whenever all are disarmed, so that a run can be
    repeated; a rule with a `seed` has dice of its own.
    """

    armed: list[Rule] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - not a secret
    count: int = 0

    def arm(self, wanted: Json) -> Rule:
        """A rule from its JSON. Raises Problem 2010 that names the field."""
        given = check_rule(wanted)
        self.count += 1
        seed = given.get("seed")
        rule = Rule(
            self.count,
            given.pop("do"),
            call_class=given.pop("class", ""),
            probability=float(given.pop("probability", 1.0)),
            chance=None if seed is None else random.Random(seed),  # noqa: S311 - not a secret
            **given,
        )
        self.armed.append(rule)
        return rule

    def struck_by(self, call: Call, *, is_after: bool) -> list[JsonObject]:
        """What is done to this call, before or after the work."""
        if not self.armed:
            return []
        return [
            rule.does
            for rule in self.armed
            if rule.is_after == is_after and rule.matches(call) and rule.strikes(self.chance)
        ]

    def disarm(self, number: str) -> None:
        """Disarm one. Raises Problem 610 when there is none of that number."""
        kept = [rule for rule in self.armed if str(rule.number) != number]
        if len(kept) == len(self.armed):
            raise Problem("610", f"No fault {number} is armed", status=404)
        self.armed = kept

    def clear(self) -> None:
        """Disarm everything."""
        self.armed.clear()
        self.chance = random.Random(1)  # noqa: S311 - not a secret
