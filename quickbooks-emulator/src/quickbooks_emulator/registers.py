"""Who has which name and which document number in a company; made when first asked for.

Source: Intuit, "Customer", "Item", "Account" (unique names), "Invoice" (DocNumber).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from quickbooks_emulator.catalogue import ENTITIES, SALES_FORMS, Kind
from quickbooks_emulator.rows import glancing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rows import Readable, Row

Key = tuple[str, str]
"""Entity and id."""

Change = tuple[Key, "Row | None", "Row | None"]
"""What was touched, the row before and the row after."""

PEOPLE = ("Customer", "Vendor", "Employee")
"""The lists whose members share one register of names."""
FIRST_NUMBER = 1001
HIGHEST_NUMBER = 10**21 - 1
"""A DocNumber has at most 21 characters: no series goes on behind this one."""
IDENTIFYING = frozenset({"DisplayName", "Name", "ParentRef"})
"""The properties that `identity_of` looks at."""


class Names:
    """The owners of the names of one group of entities."""

    properties = IDENTIFYING

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], Key] = {}

    def owner(self, entity: str, body: JsonObject) -> Key | None:
        """Who has the name that `body` would take."""
        identity = identity_of(entity, body)
        return self._owners.get(identity) if identity else None

    def add(self, entity: str, row: Readable) -> None:
        """Note a row's name; who had it first keeps it."""
        identity = identity_of(entity, row.body)
        if identity:
            self._owners.setdefault(identity, (entity, row.id))

    def take(self, entity: str, row: Readable) -> None:
        """Forget a row's name."""
        identity = identity_of(entity, row.body)
        if identity and self._owners.get(identity) == (entity, row.id):
            del self._owners[identity]


class Numbers:
    """The documents of one series that carry each number."""

    properties = frozenset({"DocNumber"})

    def __init__(self) -> None:
        self._owners: dict[str, Key | dict[Key, None]] = {}

    def owners(self, number: str) -> Iterator[Key]:
        """The documents with that number."""
        found = self._owners.get(number)
        if isinstance(found, dict):
            yield from found
        elif found is not None:
            yield found

    def add(self, entity: str, row: Readable) -> None:
        """Note a document's number."""
        number = row.body.get("DocNumber")
        if not number:
            return
        key, found = (entity, row.id), self._owners.get(number)
        if isinstance(found, dict):
            found[key] = None
        elif found is not None and found != key:
            self._owners[number] = {found: None, key: None}
        else:
            self._owners[number] = key

    def take(self, entity: str, row: Readable) -> None:
        """Forget a document's number."""
        number = row.body.get("DocNumber")
        found, key = self._owners.get(number or ""), (entity, row.id)
        if isinstance(found, dict):
            found.pop(key, None)
        elif number and found == key:
            del self._owners[number]


Register = TypeVar("Register", Names, Numbers)


class Registers:
    """The names and numbers of a company, each group made at its first question."""

    def __init__(self, rows: Mapping[str, Mapping[str, Row]], series: dict[str, int]) -> None:
        """Rows by entity and id; the series of numbers, which remember the highest given."""
        self._rows = rows
        self._series = series
        self._names: dict[str, Names] = {}
        self._numbers: dict[str, Numbers] = {}
        self._highest: dict[str, int] = {}
        """What the series that were raised since the last commit stood at."""

    def owner_of_name(self, entity: str, body: JsonObject) -> Key | None:
        """Who already has the name that `body` would take."""
        group = name_group(entity)
        names = self._names.get(group)
        if names is None:
            members = PEOPLE if entity in PEOPLE else (entity,)
            names = self._names[group] = self._filled(Names(), members)
        return names.owner(entity, body)

    def owners_of_number(self, entity: str, number: str) -> Iterator[Key]:
        """The documents of the same series of numbers that carry this one."""
        scope = number_scope(entity)
        numbers = self._numbers.get(scope)
        if numbers is None:
            members = SALES_FORMS if entity in SALES_FORMS else (entity,)
            numbers = self._numbers[scope] = self._filled(Numbers(), members)
        return numbers.owners(number)

    def next_number(self, entity: str) -> str:
        """The number behind the highest ever given in the entity's series; the first is 1001."""
        return str(max(self._series.get(_highest(entity), 0) + 1, FIRST_NUMBER))

    def changed(self, changes: Iterable[tuple[str, Row | None, Row | None]]) -> None:
        """Follow changes that happened at once: entity, the old row and the new one."""
        noted: list[tuple[Names | Numbers, str, Row]] = []
        for entity, old, new in changes:
            if ENTITIES[entity].kind is Kind.TRANSACTION:
                register: Names | Numbers | None = self._numbers.get(number_scope(entity))
                if new is not None:
                    self.note_highest(entity, new.body.get("DocNumber"))
            else:
                register = self._names.get(name_group(entity))
            if register is None:
                continue
            if old is not None:
                register.take(entity, old)
            if new is not None:
                noted.append((register, entity, new))
        for register, entity, new in noted:
            register.add(entity, new)

    def note_highest(self, entity: str, number: object) -> None:
        """Let the entity's series go on behind this number."""
        if isinstance(number, str) and number.isdecimal():
            name, value = _highest(entity), int(number)
            if self._series.get(name, 0) < value < HIGHEST_NUMBER:
                self._highest.setdefault(name, self._series.get(name, 0))
                self._series[name] = value

    def commit(self) -> None:
        """Let the series go on from here."""
        self._highest.clear()

    def rollback(self) -> None:
        """Let the series go on from where they were at the last commit."""
        for name, value in self._highest.items():
            self._series[name] = value
        self._highest.clear()

    def _filled(self, register: Register, members: Iterable[str]) -> Register:
        glance = glancing(register.properties)
        for entity in members:
            for row in self._rows[entity].values():
                register.add(entity, glance(row))
        return register


def name_group(entity: str) -> str:
    """Which entities share one list of names: customers, vendors and employees do."""
    return "Names" if entity in PEOPLE else entity


def number_scope(entity: str) -> str:
    """Which documents must not share a number: the sales forms share one series."""
    return "SalesForms" if entity in SALES_FORMS else entity


def _highest(entity: str) -> str:
    return f"number:{number_scope(entity)}"


def identity_of(entity: str, body: JsonObject) -> tuple[str, str] | None:
    """Scope and folded name under which an object must be the only one.

    Customers, vendors and employees share one list; items and accounts are unique under their
    parent. So are jobs, though "Customer" (DisplayName) calls every name unique: answers recorded
    in 2020 hold a customer and, active beside it, another one's job of the same DisplayName. It
    looks at no other properties than `IDENTIFYING`.
    """
    if entity in PEOPLE:
        name = body.get("DisplayName")
        above = (body.get("ParentRef") or {}).get("value")
        scope = f"Names/{above}" if above else "Names"
        return (scope, str(name).casefold()) if name else None
    if ENTITIES[entity].kind is not Kind.LIST or not body.get("Name"):
        return None
    parent = (body.get("ParentRef") or {}).get("value", "")
    return (f"{entity}/{parent}" if parent else entity), str(body["Name"]).casefold()
