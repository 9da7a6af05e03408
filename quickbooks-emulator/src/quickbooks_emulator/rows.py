"""One stored object: its text, its marks and the stock it moved.

A company may hold a million rows, so a row keeps its text and forgets the parsed body again when
others have been read since. Rows are never changed in place: a change puts a new row.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypedDict

import msgspec

from quickbooks_emulator.json_text import JsonObject, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable

Movement = tuple[str, Decimal]
"""Item id and the signed change of its quantity."""

Moves: TypeAlias = "tuple[Movement, ...] | bytes | Callable[[Row], tuple[Movement, ...]]"

PARSED = 20_000
"""How many bodies of one company stay parsed."""


class Readable(Protocol):
    """What a condition sees of a row."""

    @property
    def id(self) -> str:
        """The object's `Id`."""

    @property
    def created_at(self) -> int:
        """Epoch seconds of its creation."""

    @property
    def updated_at(self) -> int:
        """Epoch seconds of its last change."""

    @property
    def body(self) -> JsonObject:
        """The object, or what of it was asked for."""


class Shelf:
    """The rows of a company whose bodies stay parsed; the one longest there makes room."""

    def __init__(self, most: int = PARSED) -> None:
        self._most = most
        self._rows: deque[Row] = deque()

    def take(self, row: Row) -> None:
        """Let the row's body stay for a while."""
        self._rows.append(row)
        if len(self._rows) > self._most:
            self._rows.popleft().fold()


class Row:
    """One stored object, its marks and the stock it moved."""

    __slots__ = (
        "_body", "_moves", "_text", "created_at", "id", "position", "shelf", "updated_at",
    )  # fmt: skip

    def __init__(
        self,
        body: JsonObject | None,
        created_at: int,
        updated_at: int,
        moves: Moves = (),
        *,
        text: bytes | None = None,
        object_id: str | None = None,
    ) -> None:
        """A body, or the text and the id of an object that is parsed when it is needed.

        The moves may be given as they are written in JSON, `[[ITEM, "CHANGE"], …]`, or as what
        works them out from the row.
        """
        self._body = body
        self._text = text
        self.id: str = object_id if object_id is not None else str(self.body["Id"])
        self.created_at = created_at
        self.updated_at = updated_at
        self._moves = moves
        self.position = -1
        """The place in the order of creation; the table gives it."""
        self.shelf: Shelf | None = None

    @property
    def body(self) -> JsonObject:
        """The object; not to be changed in place."""
        if self._body is not None:
            return self._body
        body: JsonObject = loads(self._text or b"null")
        if self.shelf is not None:
            self._body = body
            self.shelf.take(self)
        return body

    @property
    def moves(self) -> tuple[Movement, ...]:
        """What the object moved of stock, or began with."""
        if isinstance(self._moves, tuple):
            return self._moves
        if isinstance(self._moves, bytes):
            return tuple((item_id, Decimal(change)) for item_id, change in loads(self._moves))
        return self._moves(self)

    def moves_json(self) -> bytes:
        """The moves as JSON."""
        if isinstance(self._moves, bytes):
            return self._moves
        moves = self.moves
        return dumps([[item_id, str(change)] for item_id, change in moves]) if moves else b"[]"

    @property
    def is_parsed(self) -> bool:
        """Whether the body can be had without parsing."""
        return self._body is not None

    def json(self) -> bytes:
        """The object's JSON text; made once."""
        if self._text is None:
            self._text = dumps(self._body)
        return self._text

    def fold(self) -> None:
        """Keep the text alone."""
        self.json()
        self._body = None

    def with_body(self, body: JsonObject) -> Row:
        """The same row with another body."""
        # Worked out from this body, not later from the other.
        return Row(body, self.created_at, self.updated_at, self.moves)


class Glance:
    """Some properties of a row."""

    __slots__ = ("body", "created_at", "id", "updated_at")

    def __init__(self, row: Row, body: JsonObject) -> None:
        self.id = row.id
        self.created_at = row.created_at
        self.updated_at = row.updated_at
        self.body = body


def glancing(names: frozenset[str]) -> Callable[[Row], Readable]:
    """How to read a few top-level properties of very many rows without parsing the rest.

    What it gives has the marks of the row; its body holds no more than these properties.
    """
    if not names:
        return lambda row: row
    decode = _decoder(names).decode

    def glance(row: Row) -> Readable:
        return row if row.is_parsed else Glance(row, decode(row.json()))

    return glance


@lru_cache(maxsize=256)
def _decoder(names: frozenset[str]) -> msgspec.json.Decoder[Any]:
    """A decoder that skips all other properties."""
    shape: Any = TypedDict("shape", dict.fromkeys(sorted(names), Any), total=False)  # type: ignore[misc]
    return msgspec.json.Decoder(type=shape, float_hook=Decimal)
