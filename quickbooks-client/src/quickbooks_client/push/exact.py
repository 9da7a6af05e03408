"""Exact numbers, dates, names and JSON text: nothing here ever passes through a binary float."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

import msgspec

CENT = Decimal("0.01")
DIGITS = 40
"""More than any number in a book has, on either side of the point."""
_WIDE = Context(prec=2 * DIGITS)

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
# U+0000 is refused by PostgreSQL, the other control characters by QuickBooks (code 2040).
_control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def to_json(value: Any) -> str:  # any JSON-like value
    """`value` as JSON with sorted keys and exact numbers; the same value gives the same text."""
    return _encoder.encode(_plain(value)).decode()


def from_json(text: str | bytes) -> Any:  # any JSON value
    """The value of a JSON text, its fractions as `Decimal`."""
    return _decoder.decode(text)


def _plain(value: Any) -> Any:  # any JSON-like value
    match value:
        case str():
            return clean(value)
        case Decimal():
            return plain_decimal(value) if _is_sensible(value) else str(value)
        case float():
            return to_decimal(value) if math.isfinite(value) else str(value)
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _is_sensible(number: Decimal) -> bool:
    """Whether `number` can be written out: 1E+999999 is nine bytes that would become a million."""
    if not number.is_finite():
        return False
    exponent = number.as_tuple().exponent
    return abs(number.adjusted()) <= DIGITS and abs(int(exponent)) <= DIGITS


def clean(text: str) -> str:
    """`text` without the characters that QuickBooks or PostgreSQL refuse."""
    return _control.sub("", text)


def folded(name: str) -> str:
    """`name` as QuickBooks compares it: blanks single, case not counted."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).lower()


def to_decimal(value: object) -> Decimal:
    """The number that `value` (a number, or its text) says, without trailing zeros.

    Raises:
        ValueError: it says no finite number.
    """
    if isinstance(value, bool):
        raise ValueError("a truth value is no number")  # noqa: TRY004 - one error for the caller
    if isinstance(value, float):
        value = repr(value)
    if not isinstance(value, (Decimal, int, str)):
        raise ValueError("not a number")  # noqa: TRY004
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not number.is_finite():
        raise ValueError("not a finite number")
    if not _is_sensible(number):
        raise ValueError("has too many digits")
    return plain_decimal(number)


def plain_decimal(number: Decimal) -> Decimal:
    """`number` without trailing zeros or exponent, so that equal numbers have equal text."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - finite, or it would not have come here
    if exponent > 0:
        return Decimal((sign, digits + (0,) * exponent, 0)) + 0 if any(digits) else Decimal(0)
    kept = list(digits)
    while exponent < 0 and kept and kept[-1] == 0:
        kept.pop()
        exponent += 1
    return Decimal((sign, tuple(kept), exponent)) if any(kept) else Decimal(0)


def to_cents(number: Decimal) -> Decimal:
    """`number` rounded half up to two decimals, as QuickBooks rounds quantity times price."""
    # The default context has 28 digits; a product of two long numbers may need more.
    return number.quantize(CENT, ROUND_HALF_UP, context=_WIDE)


def decimals(number: Decimal) -> int:
    """How many digits `number` has after the point, trailing zeros not counted."""
    exponent = plain_decimal(number).as_tuple().exponent
    return max(0, -int(exponent))


def to_date(value: object) -> dt.date:
    """The date that `value` (a date, an instant, or ISO text of either) says.

    Raises:
        ValueError: it says no date.
    """
    match value:
        case dt.datetime():
            return value.date()
        case dt.date():
            return value
        case str() if re.match(r"\d{4}-\d{2}-\d{2}([T ]|$)", value.strip()):
            return dt.date.fromisoformat(value.strip()[:10])
        case _:
            raise ValueError("not a date (YYYY-MM-DD)")
