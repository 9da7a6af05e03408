"""JSON whose numbers stay what their text says: Decimal in, the same value out, never a float."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any, TypeAlias

import msgspec

Json: TypeAlias = Any
"""Any JSON value; objects are dicts, numbers are int or Decimal."""

JsonObject: TypeAlias = dict[str, Any]

EXACT = Context(prec=80)
"""Arithmetic on money and quantities: wide enough that a sum of real amounts never rounds."""

_CENT = Decimal("0.01")
_decoder = msgspec.json.Decoder(type=object, float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def loads(text: bytes | str) -> Json:
    """The value of a JSON text. Raises ValueError with the parser's words."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def dumps(value: Json) -> bytes:
    """The JSON text of a value, compact, UTF-8."""
    return _encoder.encode(value)


def add(left: Decimal | int, right: Decimal | int) -> Decimal:
    """The exact sum."""
    return EXACT.add(Decimal(left), Decimal(right))


def subtract(left: Decimal | int, right: Decimal | int) -> Decimal:
    """The exact difference."""
    return EXACT.subtract(Decimal(left), Decimal(right))


def multiply(left: Decimal | int, right: Decimal | int) -> Decimal:
    """The exact product."""
    return EXACT.multiply(Decimal(left), Decimal(right))


def plain(value: Decimal | int) -> Decimal | int:
    """The same number without trailing zeros, as the service prints balances and quantities."""
    number = Decimal(value)
    if number == number.to_integral_value():
        return int(number)
    return Decimal(f"{number.normalize():f}")


def money(value: Decimal | int) -> Decimal | int:
    """An amount as the service prints it: two decimals (more if it has more), nought as 0."""
    number = Decimal(value)
    if not number:
        return 0
    rounded = number.quantize(_CENT, context=EXACT)
    return rounded if rounded == number else Decimal(f"{number.normalize():f}")
