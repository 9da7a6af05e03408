"""An input record, read field by field: what it lacks or garbles is said with its key and field."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from quickbooks_client.push.exact import clean, decimals, from_json, to_date, to_decimal, to_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from decimal import Decimal

KEY_LENGTH = 255
AMOUNT_DECIMALS = 2
QUANTITY_DECIMALS = 6
PRICE_DECIMALS = 7
LIMIT = 10**18
"""QuickBooks takes less (15 digits), the ledger's columns a little more."""


class RecordError(Exception):
    """A record that cannot become a document: sending it would be refused or wrong."""

    def __init__(self, key: str, field: str, problem: str) -> None:
        self.key = key
        self.field = field
        self.problem = problem
        super().__init__(f"{key}: {field}: {problem}")


@dataclass(frozen=True, slots=True)
class InputRow:
    """One input record with the key it is remembered under."""

    stream: str
    key: str
    input_hash: str
    record: Mapping[str, Any]


def input_row(stream: str, record: Mapping[str, Any]) -> InputRow:
    """`record` with its key and the hash that tells a changed record from the same again.

    Raises:
        RecordError: it has no usable `idempotency_key`.
    """
    key = record.get("idempotency_key")
    if not isinstance(key, str) or not clean(key).strip():
        raise RecordError(f"a record of {stream}", "idempotency_key", "is missing or no text")
    if len(key) > KEY_LENGTH or clean(key) != key:
        raise RecordError(
            clean(key)[:60],
            "idempotency_key",
            f"longer than {KEY_LENGTH} or with control characters",
        )
    given = record.get("input_hash")
    if isinstance(given, str) and given:
        return InputRow(stream, key, given, record)
    content = {name: value for name, value in record.items() if name != "input_hash"}
    digest = hashlib.sha256(to_json(content).encode()).hexdigest()
    return InputRow(stream, key, digest, record)


class Fields:
    """Typed access to a record or to one of its lines. Null, "" and absent are the same."""

    def __init__(self, key: str, record: Mapping[str, Any], where: str = "") -> None:
        self.key = key
        self._record = record
        self._where = where

    def error(self, field: str, problem: str) -> RecordError:
        """An error about `field` of this record."""
        return RecordError(self.key, f"{self._where}{field}", problem)

    def text(self, field: str, *, most: int | None = None) -> str | None:
        """The text of `field`, a whole number as its digits; longer than `most` is refused."""
        value = self._record.get(field)
        if value is None:
            return None
        if not isinstance(value, str):
            number = self.number(field)
            if number is None or decimals(number):
                raise self.error(field, "must be text")
            value = format(number, "f")
        value = clean(value).strip()
        if most is not None and len(value) > most:
            raise self.error(field, f"has {len(value)} characters; QuickBooks takes {most}")
        return value or None

    def cut(self, field: str, most: int) -> str | None:
        """The text of `field`, cut to `most` characters with an ellipsis."""
        value = self.text(field)
        return value if value is None else shorten(value, most)

    def number(self, field: str, *, places: int | None = None) -> Decimal | None:
        """The exact number of `field`. More than `places` decimals are refused, not rounded."""
        value = self._record.get(field)
        if value is None or value == "":
            return None
        try:
            number = to_decimal(value)
        except ValueError as error:
            raise self.error(field, str(error)) from None
        if abs(number) >= LIMIT:
            raise self.error(field, "is too large")
        if places is not None and decimals(number) > places:
            raise self.error(field, f"has more than {places} decimals")
        return number

    def date(self, field: str) -> dt.date | None:
        """The date of `field`."""
        value = self._record.get(field)
        if value is None or value == "":
            return None
        try:
            return to_date(value)
        except ValueError as error:
            raise self.error(field, str(error)) from None

    def flag(self, field: str) -> bool | None:
        """The truth value of `field`."""
        value = self._record.get(field)
        if value is None or isinstance(value, bool):
            return value
        raise self.error(field, "must be true or false")

    def items(self, field: str) -> list[Fields]:
        """The objects of the list `field`, which may come as JSON text."""
        value = self._record.get(field)
        if isinstance(value, str) and value.strip():
            try:
                value = from_json(value)
            except msgspec.DecodeError:
                raise self.error(field, "is no JSON") from None
        if value is None or value == "":
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(field, "must be a list of objects")
        return [
            Fields(self.key, item, f"{self._where}{field}[{number}].")
            for number, item in enumerate(value, start=1)
        ]

    def required_date(self, field: str) -> dt.date:
        """The date of `field`, which must be there."""
        value = self.date(field)
        if value is None:
            raise self.error(field, "is missing")
        return value

    def required_number(self, field: str, *, places: int | None = None) -> Decimal:
        """The number of `field`, which must be there."""
        value = self.number(field, places=places)
        if value is None:
            raise self.error(field, "is missing")
        return value


def shorten(text: str, most: int) -> str:
    """`text`, its end replaced by an ellipsis when it has more than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
