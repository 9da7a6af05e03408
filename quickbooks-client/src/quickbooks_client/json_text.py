"""JSON whose numbers never pass through a binary float: digit for digit, in and out."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

# Made once: json.loads with these makes one for every call. msgspec has a hook for fractions only,
# and of whole numbers as int, int / int would be a float.
_decoder = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def exact(document: bytes | msgspec.Raw) -> Any:
    """Return parsed JSON whose numbers are all `Decimal`, digit for digit. Any: JSON."""
    return _decoder.decode(bytes(document).decode())


def encode(body: Mapping[str, Any]) -> bytes:
    """Return `body` as JSON, a `Decimal` as the number it is. Any: JSON.

    Raises:
        ValueError: A number is not finite, for which JSON has no form.
    """
    _refuse_endless(body)
    return _encoder.encode(body)


def _refuse_endless(value: object) -> None:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _refuse_endless(one)
    elif isinstance(value, (Decimal, float)) and not math.isfinite(value):
        raise ValueError(f"The number {value} cannot be sent.")
