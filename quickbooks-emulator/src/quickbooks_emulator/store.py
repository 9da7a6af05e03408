"""One company's objects: rows, indexes, tombstones and a journal that can be undone.

Rows are never changed in place: a change puts a new row, so a refused request rolls back by
putting the old ones, and readers never see half a document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from quickbooks_emulator.catalogue import ENTITIES, Kind
from quickbooks_emulator.ordered import Ordered
from quickbooks_emulator.registers import PEOPLE, Change, Key, Registers
from quickbooks_emulator.rows import Movement, Row, Shelf

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from quickbooks_emulator.json_text import JsonObject

__all__ = ["Company", "Key", "Movement", "Row", "Table", "series_of"]

TRANSACTION_SERIES = "Transaction"
FIRST_IDS = {
    "InventoryAdjustment": 1455000081,
    "Class": 5000000000000007311,
    "Attachable": 5000000000000503624,
}


class Watcher(Protocol):
    """An index of a table, told of every change."""

    def __len__(self) -> int:
        """How much it keeps."""

    def changed(self, old: Row | None, new: Row | None) -> None:
        """`old` is no longer in the table and `new` is; None: there was, or is, none."""


class Tombstones:
    """Ids of deleted objects and when they were deleted, in seconds since 1970."""

    def __init__(self) -> None:
        self._moments: dict[str, int] = {}
        self._ordered: Ordered[str] = Ordered()

    def __contains__(self, object_id: object) -> bool:
        """Whether an object of that id was deleted."""
        return object_id in self._moments

    def get(self, object_id: str) -> int | None:
        """When it was deleted."""
        return self._moments.get(object_id)

    def put(self, object_id: str, moment: int | None) -> None:
        """Note a deletion; None: there was none."""
        old = self._moments.pop(object_id, None)
        if old is not None:
            self._ordered.discard((old, object_id))
        if moment is not None:
            self._moments[object_id] = moment
            self._ordered.put((moment, object_id), object_id)

    def items(self) -> Iterable[tuple[str, int]]:
        """All ids and moments."""
        return self._moments.items()

    def since(self, moment: float, most: int) -> list[tuple[int, str]]:
        """The first deletions at or after a moment, in order."""
        first = self._ordered.place((moment, ""))
        found = self._ordered.cut(first, first + most)
        return [(self._moments[object_id], object_id) for object_id in found]


class Table:
    """The rows of one entity and the indexes that follow them."""

    def __init__(self, shelf: Shelf) -> None:
        self.rows: dict[str, Row] = {}
        self.tombstones = Tombstones()
        self.watchers: dict[tuple[Hashable, ...], Watcher] = {}
        self._shelf = shelf
        self._next = 0
        self._changes: Ordered[Row] | None = None

    def put(self, row: Row) -> Row | None:
        """Store a row in place of the one with its id, which is returned."""
        old = self.rows.get(row.id)
        if old is not None:
            row.position = old.position
        elif row.position < 0:
            row.position = self._next
            self._next += 1
        if row.shelf is None:
            row.shelf = self._shelf
            if row.is_parsed:
                self._shelf.take(row)
        self.rows[row.id] = row
        self._tell(old, row)
        return old

    def remove(self, object_id: str) -> Row | None:
        """Take a row out."""
        old = self.rows.pop(object_id, None)
        if old is not None:
            self._tell(old, None)
        return old

    def restore(self, row: Row) -> Row | None:
        """Put back a row that was changed or taken out, at its old place."""
        behind = []
        if row.id not in self.rows:
            for other in reversed(self.rows.values()):
                if other.position < row.position:
                    break
                behind.append(other)
        current = self.put(row)
        for other in reversed(behind):
            self.rows[other.id] = self.rows.pop(other.id)
        return current

    def changed_since(self, moment: float, most: int) -> list[Row]:
        """The first rows changed at or after a moment (epoch seconds), in the order of changes."""
        ordered = self.by_change()
        first = ordered.place((moment, -1))
        return ordered.cut(first, first + most)

    def latest(self, most: int) -> list[Row]:
        """The rows changed last, the latest first."""
        ordered = self.by_change()
        return ordered.cut(max(len(ordered) - most, 0), len(ordered))[::-1]

    def by_change(self) -> Ordered[Row]:
        """All rows; their keys are the time of change and the position."""
        if self._changes is None:
            rows = self.rows.values()
            self._changes = Ordered(((row.updated_at, row.position), row) for row in rows)
        return self._changes

    def _tell(self, old: Row | None, new: Row | None) -> None:
        if self._changes is not None:
            if old is not None:
                self._changes.discard((old.updated_at, old.position))
            if new is not None:
                self._changes.put((new.updated_at, new.position), new)
        for watcher in self.watchers.values():
            watcher.changed(old, new)


class Company:
    """The objects of one realm."""

    def __init__(self, realm_id: str) -> None:
        self.realm_id = realm_id
        shelf = Shelf()
        self.tables: dict[str, Table] = {name: Table(shelf) for name in ENTITIES}
        self.series: dict[str, int] = {}
        """The next id of each series, and the highest number of each series of documents."""
        tables = self.tables.items()
        self.registers = Registers({name: table.rows for name, table in tables}, self.series)
        self.contents: dict[str, bytes] = {}
        """The bytes of attached files by the id of their Attachable."""
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
        return self.registers.owner_of_name(entity, body)

    def owners_of_number(self, entity: str, number: str) -> Iterator[Key]:
        """The documents of the same series of numbers that carry this one."""
        return self.registers.owners_of_number(entity, number)

    def next_number(self, entity: str) -> str:
        """The number behind the highest of the entity's series; the first is 1001."""
        return self.registers.next_number(entity)

    # -- changing

    def take_id(self, entity: str) -> str:
        """The next id of the entity's series; transactions share one."""
        name = series_of(entity)
        number = self.series.get(name, FIRST_IDS.get(name, 1))
        self.series[name] = number + 1
        return str(number)

    def take_number(self, series: str) -> str:
        """The next number of a series beside the entities' own, such as addresses."""
        number = self.series.get(series, 1)
        self.series[series] = number + 1
        return str(number)

    def put(self, entity: str, row: Row) -> None:
        """Store a row in place of the one with its id."""
        old = self.tables[entity].put(row)
        self._journal.setdefault((entity, row.id), old)
        self.registers.changed(((entity, old, row),))

    def bury(self, entity: str, object_id: str, epoch_s: int) -> None:
        """Delete a document and leave its tombstone."""
        key = (entity, object_id)
        table = self.tables[entity]
        old = table.remove(object_id)
        self._journal.setdefault(key, old)
        self._buried.setdefault(key, table.tombstones.get(object_id))
        self.registers.changed(((entity, old, None),))
        table.tombstones.put(object_id, epoch_s)

    def changes(self) -> list[Change]:
        """What was touched since the last commit."""
        return [(key, old, self.row(*key)) for key, old in self._journal.items()]

    def commit(self) -> list[Key]:
        """Close the journal; returns the keys that were touched since the last one."""
        touched = list(self._journal)
        self._journal.clear()
        self._buried.clear()
        self.registers.commit()
        return touched

    def rollback(self) -> None:
        """Undo everything since the last commit (ids stay used, as they do at Intuit)."""
        changes = []
        for (entity, object_id), old in self._journal.items():
            table = self.tables[entity]
            current = table.restore(old) if old is not None else table.remove(object_id)
            changes.append((entity, current, old))
        self.registers.changed(changes)
        for (entity, object_id), moment in self._buried.items():
            self.tables[entity].tombstones.put(object_id, moment)
        self._journal.clear()
        self._buried.clear()
        self.registers.rollback()


def series_of(entity: str) -> str:
    """Which series of ids an entity draws from."""
    shares = ENTITIES[entity].kind is Kind.TRANSACTION and entity != "InventoryAdjustment"
    if entity in PEOPLE:
        return "Names"
    return TRANSACTION_SERIES if shares else entity
