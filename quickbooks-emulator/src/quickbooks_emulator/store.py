"""One company's objects: rows, indexes, tombstones and a journal that can be undone.

Rows are never changed in place: a change puts a new row, so a refused request rolls back by
putting the old ones, and readers never see half a document.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import ENTITIES, SALES_FORMS, Kind
from quickbooks_emulator.json_text import JsonObject, dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TRANSACTION_SERIES = "Transaction"
FIRST_IDS = {"InventoryAdjustment": 1455000081, "Class": 5000000000000007311}

Key = tuple[str, str]
"""Entity and id."""

Movement = tuple[str, Decimal]
"""Item id and the signed change of its quantity."""


@dataclass(slots=True)
class Row:
    """One stored object, its marks and the stock it moved."""

    body: JsonObject
    created_at: int
    updated_at: int
    moves: tuple[Movement, ...] = ()
    text: bytes | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """The object's `Id`."""
        return str(self.body["Id"])

    def json(self) -> bytes:
        """The object's JSON text; made once."""
        if self.text is None:
            self.text = dumps(self.body)
        return self.text

    def with_body(self, body: JsonObject) -> Row:
        """The same row with another body."""
        return replace(self, body=body, text=None)


@dataclass(slots=True)
class Table:
    """The rows of one entity in the order of their creation."""

    rows: dict[str, Row] = field(default_factory=dict)
    tombstones: dict[str, int] = field(default_factory=dict)
    version: int = 0
    _ordered: tuple[int, list[Row]] | None = None

    def by_update(self) -> list[Row]:
        """All rows, oldest change first; sorted again only after a change."""
        if self._ordered is None or self._ordered[0] != self.version:
            start = self._ordered[1] if self._ordered else []
            rows = self.rows
            kept = [row for row in start if rows.get(row.id) is row]
            if len(kept) != len(rows):
                known = {row.id for row in kept}
                kept.extend(row for key, row in rows.items() if key not in known)
            kept.sort(key=lambda row: row.updated_at)
            self._ordered = (self.version, kept)
        return self._ordered[1]


class Company:
    """The objects of one realm."""

    def __init__(self, realm_id: str) -> None:
        self.realm_id = realm_id
        self.tables: dict[str, Table] = {name: Table() for name in ENTITIES}
        self.series: dict[str, int] = {}
        self._identities: dict[tuple[str, str], Key] = {}
        self._numbers: dict[tuple[str, str], dict[Key, None]] = {}
        self._highest: dict[str, int] = {}
        self._journal: dict[Key, Row | None] = {}
        self._buried: dict[Key, int | None] = {}

    # -- reading

    def row(self, entity: str, object_id: str) -> Row | None:
        """The row of that id."""
        return self.tables[entity].rows.get(object_id)

    def body(self, entity: str, object_id: str) -> JsonObject | None:
        """The object of that id."""
        row = self.tables[entity].rows.get(object_id)
        return row.body if row else None

    def rows(self, entity: str) -> Iterable[Row]:
        """All rows of an entity, oldest first."""
        return self.tables[entity].rows.values()

    def single(self, entity: str) -> JsonObject:
        """The one object of CompanyInfo or Preferences, or an empty one."""
        return next((row.body for row in self.rows(entity)), {})

    def owner_of_name(self, entity: str, body: JsonObject) -> Key | None:
        """Who already has the name that `body` would take."""
        identity = identity_of(entity, body)
        return self._identities.get(identity) if identity else None

    def owners_of_number(self, entity: str, number: str) -> Iterator[Key]:
        """The documents of the same series of numbers that carry this one."""
        yield from self._numbers.get((number_scope(entity), number), ())

    def next_number(self, entity: str) -> str:
        """The number behind the highest of the entity's series; the first is 1001."""
        return str(self._highest.get(number_scope(entity), 1000) + 1)

    # -- changing

    def take_id(self, entity: str) -> str:
        """The next id of the entity's series; transactions share one."""
        name = series_of(entity)
        number = self.series.get(name, FIRST_IDS.get(name, 1))
        self.series[name] = number + 1
        return str(number)

    def put(self, entity: str, row: Row) -> None:
        """Store a row in place of the one with its id."""
        key = (entity, row.id)
        table = self.tables[entity]
        old = table.rows.get(row.id)
        self._journal.setdefault(key, old)
        if old is not None:
            self._unindex(key, old)
        table.rows[row.id] = row
        self._index(key, row)
        table.version += 1

    def bury(self, entity: str, object_id: str, epoch_s: int) -> None:
        """Delete a document and leave its tombstone."""
        key = (entity, object_id)
        table = self.tables[entity]
        old = table.rows.pop(object_id)
        self._journal.setdefault(key, old)
        self._buried.setdefault(key, table.tombstones.get(object_id))
        self._unindex(key, old)
        table.tombstones[object_id] = epoch_s
        table.version += 1

    def commit(self) -> list[Key]:
        """Close the journal; returns the keys that were touched since the last one."""
        touched = list(self._journal)
        self._journal.clear()
        self._buried.clear()
        return touched

    def rollback(self) -> None:
        """Undo everything since the last commit (ids stay used, as they do at Intuit)."""
        for (entity, object_id), old in self._journal.items():
            table = self.tables[entity]
            key = (entity, object_id)
            current = table.rows.get(object_id)
            if current is not None:
                self._unindex(key, current)
            if old is None:
                table.rows.pop(object_id, None)
            else:
                table.rows[object_id] = old
                self._index(key, old)
            table.version += 1
        for (entity, object_id), moment in self._buried.items():
            tombstones = self.tables[entity].tombstones
            if moment is None:
                tombstones.pop(object_id, None)
            else:
                tombstones[object_id] = moment
        self._journal.clear()
        self._buried.clear()

    def _index(self, key: Key, row: Row) -> None:
        identity = identity_of(key[0], row.body)
        if identity:
            self._identities.setdefault(identity, key)
        number = row.body.get("DocNumber")
        if number:
            scope = number_scope(key[0])
            self._numbers.setdefault((scope, number), {})[key] = None
            if number.isdecimal():
                self._highest[scope] = max(self._highest.get(scope, 0), int(number))

    def _unindex(self, key: Key, row: Row) -> None:
        identity = identity_of(key[0], row.body)
        if identity and self._identities.get(identity) == key:
            del self._identities[identity]
        number = row.body.get("DocNumber")
        if number:
            owners = self._numbers.get((number_scope(key[0]), number), {})
            owners.pop(key, None)


def series_of(entity: str) -> str:
    """Which series of ids an entity draws from."""
    shares = ENTITIES[entity].kind is Kind.TRANSACTION and entity != "InventoryAdjustment"
    if entity in {"Customer", "Vendor", "Employee"}:
        return "Names"
    return TRANSACTION_SERIES if shares else entity


def number_scope(entity: str) -> str:
    """Which documents must not share a number: the sales forms share one series."""
    return "SalesForms" if entity in SALES_FORMS else entity


def identity_of(entity: str, body: JsonObject) -> tuple[str, str] | None:
    """Scope and folded name under which an object must be the only one.

    Customers, vendors and employees share one list; items and accounts are unique under their
    parent. Source: Intuit, "Customer", "Item", "Account".
    """
    if entity in {"Customer", "Vendor", "Employee"}:
        name = body.get("DisplayName")
        return ("Names", str(name).casefold()) if name else None
    if ENTITIES[entity].kind is not Kind.LIST or not body.get("Name"):
        return None
    parent = (body.get("ParentRef") or {}).get("value", "")
    return f"{entity}/{parent}", str(body["Name"]).casefold()
