"""What is decided about wanted quantities, and how items are found: no call is made here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickbooks_client import InvalidQueryError, Page, QueryReply, RawRecord
from quickbooks_client.push.exact import folded, to_json
from quickbooks_client.push.inventory import (
    Terms,
    Wanted,
    adjustment_record,
    compare,
    read_products,
    row_key,
)
from quickbooks_client.push.items import HeldItem, find_items
from quickbooks_client.push.records import input_row

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
QUANTITIES = st.decimals(0, 10**9, places=6)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
PRODUCTS = st.lists(
    ANYTHING
    | st.fixed_dictionaries({}, optional={"sku": ANYTHING, "quantity": ANYTHING})
    | st.fixed_dictionaries({"sku": st.sampled_from(["A", "a ", "B"]), "quantity": QUANTITIES}),
    max_size=6,
)


def held(item_id: str, sku: str, quantity: Decimal | None, **more: Any) -> HeldItem:
    given_ = {"type": "Inventory", "is_active": True, "starts_on": None, "read_at": NOW, **more}
    return HeldItem(item_id=item_id, sku=sku, quantity=quantity, **given_)


@given(PRODUCTS)
def test_every_product_has_one_answer(products: list[Any]) -> None:
    """
    Whatever a program hands over: each product is wanted, once for its SKU, or has a problem in
    words; nothing is lost and nothing breaks. What is wanted has a key the ledger takes.
    """
    wanted, problems = read_products(products)

    assert len(products) == len(wanted) + len(problems)
    assert len(wanted) == len({folded(entry.sku) for entry in wanted})
    assert all(problem.words for problem in problems)
    for entry in wanted:
        assert entry.quantity >= 0
        input_row("stream", {"idempotency_key": row_key("x" * 100, entry.sku)})


@given(QUANTITIES, st.decimals(-(10**9), 10**9, places=6))
def test_the_difference_leads_to_what_is_wanted(wanted: Decimal, now: Decimal) -> None:
    """
    Exactly, and to nothing when it is there already.
    """
    found = compare([Wanted("A", wanted)], {"a": [held("1", "A", now)]})

    assert [] == found.problems
    if wanted == now:
        assert ([], [Wanted("A", wanted)]) == (found.changes, found.unchanged)
    else:
        (change,) = found.changes
        assert wanted == now + change.delta
        record = adjustment_record(change, "call", Terms(date(2026, 3, 4), "9"), 0)
        assert change.delta == record["quantity_delta"]


def test_digits_beyond_what_a_document_moves_are_no_difference() -> None:
    """
    QuickBooks' own sums may carry more than six decimals: they cannot be adjusted, so they count
    as rounded.
    """
    now = Decimal("0.3000000000000000444")

    found = compare([Wanted("A", Decimal("0.3")), Wanted("B", Decimal("0.1"))],
                    {"a": [held("1", "A", now)], "b": [held("2", "B", now)]})  # fmt: skip

    assert [Wanted("A", Decimal("0.3"))] == found.unchanged
    assert [Decimal("-0.2")] == [change.delta for change in found.changes]


def test_what_cannot_be_told_is_not_touched() -> None:
    """
    A quantity that cannot be read, and one that a write of unknown outcome moves.
    """
    found = compare(
        [Wanted("A", Decimal(1)), Wanted("B", Decimal(1))],
        {"a": [held("1", "A", None)], "b": [held("2", "B", Decimal(1))]},
        unsettled={"2"},
    )

    assert ([], []) == (found.changes, found.unchanged)
    assert ["that can be read", "no known outcome"] == [
        next(words for words in ("that can be read", "no known outcome") if words in problem.words)
        for problem in found.problems
    ]


class Pages:
    """A catalogue that is read by pages alone, and changes between them."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self._pages = pages

    def query(self, text: str) -> QueryReply:
        raise InvalidQueryError("Sku cannot be filtered by")

    def pages(self, entity: str, *, where: str) -> Iterator[Page]:
        assert ("Item", "Active = true") == (entity, where)
        for rows in self._pages:
            records = [
                RawRecord(row["Id"], "0", None, is_deleted=False, document=to_json(row).encode())
                for row in rows
            ]
            yield Page(records, NOW)


def row(item_id: str, sku: str, quantity: int) -> dict[str, Any]:
    return {"Id": item_id, "Sku": sku, "Type": "Inventory", "QtyOnHand": quantity}


def test_a_row_that_comes_again_is_newer() -> None:
    """
    Its new quantity counts; an item that has taken another SKU meanwhile is not found under its
    old one; two items with one SKU are both told.
    """
    books = Pages(
        [row("1", "A", 5), row("2", "B", 6), row("3", "C", 7)],
        [row("1", "A", 4), row("2", "X", 6), row("4", "c", 7)],
    )

    found = find_items(books, ["A", "B", "C", "D"])

    assert {"a": [("1", 4)], "b": [], "c": [("3", 7), ("4", 7)], "d": []} == {
        sku: [(item.item_id, item.quantity) for item in items] for sku, items in found.items()
    }


@pytest.mark.parametrize("name", ["ﷺ" * 30, "a b", "İ"])
def test_a_key_fits_the_ledger(name: str) -> None:
    """
    Also where a SKU's folded form is many times longer; other spellings of one SKU share it.
    """
    key = row_key("call", name)

    assert len(key) <= 255
    assert key == row_key("call", f" {name} ")
    assert key != row_key("call", f"{name}2")
