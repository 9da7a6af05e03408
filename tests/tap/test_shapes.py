"""The two shapes of a record keep every number and every field, known or not: pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.contrib.msgspec import serialize_jsonl

from quickbooks_client import RawRecord
from tap_quickbooks.shapes import document, typed

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=0, places=7) | st.integers(
    min_value=0
).map(Decimal)


def record(text: str) -> RawRecord:
    return RawRecord("7", "0", NOW, is_deleted=False, document=text.encode())


@pytest.mark.parametrize("shape", [typed, document])
@given(number=numbers)
def test_a_number_leaves_as_it_came(shape, number: Decimal) -> None:  # noqa: ANN001
    """To the last digit; also where no schema knows the field."""
    spelled = f"{number:f}"
    entity = record(f'{{"Id":"7","NewField":{{"Deep":[{spelled}]}},"TotalAmt":{spelled}}}')

    line = serialize_jsonl(shape("1", entity, NOW)).decode()

    found = re.findall(r'(?:"Deep":\[|"TotalAmt":)([0-9.E+-]+)', line)
    # Digits and scale: a very small number may be spelled with an exponent.
    assert [Decimal(spelled).as_tuple()] * 2 == [Decimal(text).as_tuple() for text in found]


def test_a_document_is_not_touched() -> None:
    """Order, blanks and spelling are QuickBooks' own."""
    text = '{"Id" : "7", "Total":1e2,"Zero":10.00, "Name":"caf\\u00e9 ☕"}'

    line = serialize_jsonl(document("1", record(text), NOW)).decode()

    assert f'"document":{text}' in line
