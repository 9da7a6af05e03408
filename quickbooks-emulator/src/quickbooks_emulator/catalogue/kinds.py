"""How an entity lives and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How an entity lives."""

    LIST = "list"
    """A name list: never deleted, made inactive instead."""
    TRANSACTION = "transaction"
    """A document: dated, numbered, can be deleted."""
    SINGLE = "single"
    """One object per company."""
    READ_ONLY = "read_only"
    """A list that other services write."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity of the service."""

    name: str
    kind: Kind
    properties: frozenset[str]
    required: tuple[str, ...] = ()
    references: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Reference property → entity it must name."""
    lengths: MappingProxyType[str, int] = field(default_factory=lambda: MappingProxyType({}))
    filterable: frozenset[str] = frozenset()
    sortable: frozenset[str] = frozenset()
    can_create: bool = True
    in_cdc: bool = True
    made: frozenset[str] = frozenset()
    """Properties that the service makes: echoed ones are ignored, an update keeps the old."""
    is_deletable: bool = False
    is_voidable: bool = False

    @property
    def path(self) -> str:
        """The segment of the address."""
        return self.name.lower()
