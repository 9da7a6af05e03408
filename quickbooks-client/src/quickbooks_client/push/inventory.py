"""From wanted quantities, and what QuickBooks holds, to the adjustments between them. Pure.

An adjustment moves by a difference, so what else moves the stock between reading and posting is
kept: a sale booked meanwhile still counts.
Source: Intuit, Accounting API, "InventoryAdjustment", "Item" (read 2026-11).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from quickbooks_client.push.exact import clean, folded, plain_decimal, to_json
from quickbooks_client.push.records import QUANTITY_DECIMALS, Fields, InputRow, RecordError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from quickbooks_client.push.items import HeldItem

STREAM = "inventory_adjustments"
SKU_LENGTH = 100
CALL_LENGTH = 100
MEMO = "Set to the wanted quantity"
UNCHANGED = "unchanged"
"""The code of a row that needed no document."""
NOT_KNOWN = (
    "an earlier write that moves it has no known outcome yet; the next call settles it before it"
    " reads quantities: call again"
)
_SMALLEST = Decimal(1).scaleb(-QUANTITY_DECIMALS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many of an item there are."""

    sku: str
    """As the caller spells it."""
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a product could not be set."""

    sku: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """An item that does not hold what is wanted."""

    wanted: Wanted
    item: HeldItem
    delta: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """Wanted quantities beside those that QuickBooks holds."""

    changes: list[Change]
    unchanged: list[Wanted]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Terms:
    """What all adjustments of a call share."""

    txn_date: dt.date
    account_id: str


# Any below: a product may hold anything.


def read_products(products: Iterable[Any]) -> tuple[list[Wanted], list[Problem]]:
    """The wanted quantities that `products`, objects with sku and quantity, say.

    A SKU that comes more than once is refused each time, for nobody but the caller knows whether
    the last one counts or their sum (two locations); also when the quantities are equal.
    """
    wanted: list[Wanted] = []
    problems: list[Problem] = []
    for number, product in enumerate(products, start=1):
        try:
            wanted.append(_wanted(product, number))
        except RecordError as error:
            sku = product.get("sku") if isinstance(product, Mapping) else None
            shown = clean(str(sku))[:SKU_LENGTH] if isinstance(sku, (str, int)) else ""
            problems.append(Problem(shown, f"{error.field} {error.problem}"))
    times = Counter(folded(entry.sku) for entry in wanted)
    problems += [
        Problem(
            entry.sku,
            f"comes {times[folded(entry.sku)]} times in this call: give one quantity for each SKU,"
            " the sum over all locations",
        )
        for entry in wanted
        if times[folded(entry.sku)] > 1
    ]
    return [entry for entry in wanted if times[folded(entry.sku)] == 1], problems


def _wanted(product: Any, number: int) -> Wanted:
    if not isinstance(product, Mapping):
        raise RecordError("", f"product {number}", "is no object with sku and quantity")
    fields = Fields("", product)
    sku = fields.text("sku", most=SKU_LENGTH)
    if sku is None:
        raise RecordError("", f"product {number}", "has no sku")
    quantity = fields.required_number("quantity", places=QUANTITY_DECIMALS)
    if quantity < 0:
        raise fields.error("quantity", f"is {quantity}: there cannot be less than nothing")
    return Wanted(sku, quantity)


def compare(
    wanted: Iterable[Wanted],
    held: Mapping[str, Sequence[HeldItem]],
    *,
    unsettled: Collection[str] = (),
) -> Comparison:
    """What has to change.

    Args:
        wanted: The quantities there should be.
        held: By folded SKU, the items that QuickBooks has.
        unsettled: Ids of items that a write of unknown outcome moves: what was read of them may
            hold it or not, and it may still be carried out.
    """
    changes: list[Change] = []
    unchanged: list[Wanted] = []
    problems: list[Problem] = []
    for entry in wanted:
        item = _the_one(entry, held.get(folded(entry.sku), ()))
        if isinstance(item, Problem):
            problems.append(item)
            continue
        if item.item_id in unsettled:
            problems.append(Problem(entry.sku, NOT_KNOWN))
            continue
        if item.quantity is None:
            words = f"QuickBooks gives no quantity of item {item.item_id} that can be read"
            problems.append(Problem(entry.sku, words))
            continue
        # QuickBooks' own sums may carry digits beyond what any document can move.
        now = item.quantity.quantize(_SMALLEST, ROUND_HALF_EVEN)
        delta = plain_decimal(entry.quantity - now)
        if delta:
            changes.append(Change(entry, item, delta))
        else:
            unchanged.append(entry)
    return Comparison(changes, unchanged, problems)


def _the_one(entry: Wanted, items: Sequence[HeldItem]) -> HeldItem | Problem:
    active = [item for item in items if item.is_active]
    if len(active) > 1:
        ids = ", ".join(item.item_id for item in active)
        return Problem(
            entry.sku, f"fits {len(active)} items in QuickBooks (Ids {ids}): make it one"
        )
    if not active and items:
        words = f"item {items[0].item_id} is inactive in QuickBooks: make it active first"
        return Problem(entry.sku, words)
    if not active:
        return Problem(entry.sku, "no active item in QuickBooks has this SKU")
    if not active[0].is_stocked:
        kind = active[0].type or "another type"
        words = (
            f"QuickBooks keeps no quantity of item {active[0].item_id}: it is of type {kind}, not"
            " Inventory"
        )
        return Problem(entry.sku, words)
    return active[0]


def too_early(changes: Iterable[Change], txn_date: dt.date) -> tuple[list[Change], list[Problem]]:
    """`changes` without those that QuickBooks would refuse for their date, and these."""
    good: list[Change] = []
    problems: list[Problem] = []
    for change in changes:
        start = change.item.starts_on
        if start is None or start <= txn_date:
            good.append(change)
            continue
        words = (
            f"the stock of item {change.item.item_id} starts on {start} in QuickBooks, and nothing"
            f" can move it on {txn_date}"
        )
        problems.append(Problem(change.wanted.sku, words))
    return good, problems


def row_key(call_id: str, sku: str) -> str:
    """The ledger's key of one product of one call."""
    name = folded(sku)
    if len(name) > SKU_LENGTH:
        name = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"inventory:{call_id}:{name}"


def adjustment_record(change: Change, call_id: str, terms: Terms, attempt: int) -> dict[str, Any]:
    """The record of stream `inventory_adjustments` that makes `change`.

    Args:
        change: What differs.
        call_id: The call it belongs to.
        terms: Date and account.
        attempt: How often it went out already: after a refusal the caller's repeat sends it anew.
    """
    record = {
        "idempotency_key": row_key(call_id, change.wanted.sku),
        "item_id": change.item.item_id,
        "sku": change.wanted.sku,
        "quantity_delta": change.delta,
        "txn_date": terms.txn_date.isoformat(),
        "adjustment_account_id": terms.account_id,
        "memo": MEMO,
        "wanted_quantity": change.wanted.quantity,
        "held_quantity": change.item.quantity,
        "read_at": change.item.read_at.isoformat(),
    }
    digest = hashlib.sha256(f"{to_json(record)}\0{attempt}".encode()).hexdigest()
    return {**record, "input_hash": digest}


def unchanged_row(entry: Wanted, call_id: str) -> InputRow:
    """The ledger's row of a product that held the wanted quantity."""
    key = row_key(call_id, entry.sku)
    record = {"idempotency_key": key, "sku": entry.sku, "wanted_quantity": entry.quantity}
    return InputRow(STREAM, key, hashlib.sha256(to_json(record).encode()).hexdigest(), record)
