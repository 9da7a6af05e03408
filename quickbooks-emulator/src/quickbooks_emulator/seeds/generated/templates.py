"""Objects made by the thousand: one is written by the rules, the others are its copies.

The first of each kind goes through the rules of a write in a company of its own, with marks in
place of what differs (`@name@`, numbers and moments that occur nowhere else). Its text, cut at the
marks, is the pattern of all others: so they are what a write would have given, whatever that is.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import ENTITIES
from quickbooks_emulator.clock import PACIFIC, date_text, second_text
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.rows import glancing
from quickbooks_emulator.rules.circumstances import Circumstances
from quickbooks_emulator.seeds import base
from quickbooks_emulator.stock import beginnings
from quickbooks_emulator.store import Company, Row, series_of
from quickbooks_emulator.switches import Switches
from quickbooks_emulator.writes import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.store import Movement

CREATED, UPDATED = 1_000_000_000, 1_100_000_000
"""Moments that stand for those of the copies."""
FIRST_ID = 770_000_000
"""Ids that stand for those of the copies; the n-th object written takes the n-th."""
ADDRESS_ID = 780_000_000
"""The id that stands for that of an address."""
PRICE, COST, QUANTITY = 71_717_171, 72_727_272, 73_737_373
"""Numbers that stand for those of the copies."""
START = "1999-09-09"
"""The date that stands for the first day of stock."""


class Template:
    """A text with holes."""

    def __init__(self, text: bytes, marks: Mapping[str, str]) -> None:
        """Marks, and which hole each of them is."""
        names = sorted(marks, key=len, reverse=True)
        expression = "|".join(re.escape(mark) for mark in names) or "(?!)"
        parts = re.split(f"({expression})", text.decode())
        self._fixed = [part.encode() for part in parts[::2]]
        self._holes = [marks[mark] for mark in parts[1::2]]

    def has(self, hole: str) -> bool:
        """Whether the text has this hole."""
        return hole in self._holes

    def text(self, values: Mapping[str, bytes]) -> bytes:
        """The text with the holes filled."""
        parts = [self._fixed[0]]
        for hole, fixed in zip(self._holes, self._fixed[1:], strict=True):
            parts += (values[hole], fixed)
        return b"".join(parts)


class Workshop:
    """A company in which the first of each kind is written."""

    def __init__(self) -> None:
        self.company = Company("0")
        base.plant(self.company, CREATED)
        self._taken = 0
        self.marks = {
            second_text(CREATED): "created",
            second_text(UPDATED): "updated",
            date_text(UPDATED): "updated_on",
            START: "start",
            str(ADDRESS_ID): "address",
            str(PRICE): "price",
            str(COST): "cost",
            str(QUANTITY): "quantity",
        }

    def write(self, entity: str, body: Json, hole: str, *, moment: int = CREATED) -> JsonObject:
        """Write an object; its id is the hole's mark from now on."""
        if "Id" not in body:
            number = FIRST_ID + self._taken
            self._taken += 1
            self.company.series[series_of(entity)] = number
            self.marks[str(number)] = hole
        self.company.series["Address"] = ADDRESS_ID
        written = writer(self.company, moment).write(ENTITIES[entity], "", body)
        self.company.commit()
        return written

    def template(self, entity: str, object_id: str, holes: Mapping[str, str]) -> Template:
        """The stored object as a pattern; `holes` are its own marks beside the common ones."""
        row = self.company.row(entity, object_id)
        text = row.json() if row is not None else b""
        return Template(text, {**self.marks, **holes})


def writer(company: Company, moment: int) -> Writer:
    """A person's writer at a moment, with the switches of a new company."""
    around = Circumstances(_day(moment), Switches(), is_by_hand=True)
    return Writer(company, around, moment)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment, PACIFIC).date()


def pristine(body: JsonObject) -> JsonObject:
    """The fields with which an object is updated to touch it."""
    return {"Id": body["Id"], "SyncToken": body["SyncToken"], "sparse": True}


def inside(text: str) -> bytes:
    """A text as it stands between the quotes of a JSON text."""
    return dumps(text)[1:-1]


def figure(number: Decimal) -> bytes:
    """A number as it stands in a JSON text, without needless noughts."""
    plain = number.normalize()
    return f"{plain:f}".encode()


def copy(text: bytes, object_id: str, created_at: int, updated_at: int) -> Row:
    """The row of a copy."""
    return Row(None, created_at, updated_at, _began, text=text, object_id=object_id)


def _began(row: Row) -> tuple[Movement, ...]:
    """What an item began with: a copy has its opening quantity in its text."""
    return beginnings(_beginnings(row).body)


_beginnings = glancing(frozenset({"Type", "QtyOnHand", "PurchaseCost"}))
