"""Whether what was read is fit to decide by. Pure: totals in, a reason or None out.

Rules of the sync, section 3, "Guards". Nothing is divided: shares are compared as products.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SIDES = {"platform": "the platform", "quickbooks": "QuickBooks"}

STOCK_STREAMS = (
    "invoices",
    "sales_receipts",
    "credit_memos",
    "refund_receipts",
    "inventory_adjustments",
    "bills",
    "purchases",
    "vendor_credits",
)
"""The streams whose documents move stock."""


@dataclass(frozen=True)
class LocationTotal:
    """Rows with a quantity, and their sum, at one location of one side."""

    rows: int
    quantity: Decimal


@dataclass(frozen=True)
class Totals:
    """What a snapshot holds, by side and location; QuickBooks' only location is ''."""

    by_location: Mapping[tuple[str, str], LocationTotal] = field(default_factory=dict)

    def rows(self, side: str) -> int:
        """Rows of a side that have a quantity."""
        return sum(total.rows for (of, _), total in self.by_location.items() if of == side)

    def quantity(self, side: str) -> Decimal:
        """The whole quantity of a side."""
        found = (total.quantity for (of, _), total in self.by_location.items() if of == side)
        return sum(found, Decimal(0))

    def to_json(self) -> list[dict[str, Any]]:
        """As JSON values; quantities as text, which keeps them exact."""
        return [
            {
                "side": side,
                "location": location,
                "rows": total.rows,
                "quantity": format(total.quantity, "f"),
            }
            for (side, location), total in sorted(self.by_location.items())
        ]

    @classmethod
    def from_json(cls, values: list[dict[str, Any]]) -> Totals:
        """What `to_json` gave."""
        return cls(
            {
                (found["side"], found["location"]): LocationTotal(
                    found["rows"], Decimal(found["quantity"])
                )
                for found in values
            }
        )


@dataclass(frozen=True)
class Limits:
    """The guards' settings."""

    max_reading_age_s: Decimal
    max_catalogue_shrink: Decimal
    max_total_change: Decimal


@dataclass(frozen=True)
class Reading:
    """The tap's run that the quantities in the warehouse came from.

    `age_s` counts from its start; `cut_streams` are those that did not come to their end.
    `late_feeds` are the platform's, with the age of what they hold; None when never complete.
    """

    age_s: Decimal
    cut_streams: tuple[str, ...] = ()
    late_feeds: Mapping[str, Decimal | None] = field(default_factory=dict)


def refusal(
    totals: Totals, measure: Totals | None, reading: Reading | None, limits: Limits
) -> str | None:
    """Why a snapshot must not be decided by, in one sentence; None when it may.

    `measure` holds the totals of the latest snapshot that was accepted or released.
    """
    return reading_refusal(reading, limits) or (
        change_refusal(totals, measure, limits) if measure is not None else None
    )


def reading_refusal(reading: Reading | None, limits: Limits) -> str | None:
    """What is wrong with the reading itself."""
    if reading is None:
        return "QuickBooks' quantities have never been read whole"
    if reading.cut_streams:
        return f"the last reading of {', '.join(reading.cut_streams)} from QuickBooks was cut short"
    if reading.age_s > limits.max_reading_age_s:
        return (
            f"QuickBooks' quantities were read {reading.age_s:.0f} s ago, more than "
            f"max_reading_age_s {limits.max_reading_age_s}"
        )
    for feed in sorted(reading.late_feeds):
        age_s = reading.late_feeds[feed]
        if age_s is None:
            return f"the platform's feed {feed} has never been complete"
        return (
            f"the platform's feed {feed} is complete only up to {age_s:.0f} s ago, more than "
            f"max_reading_age_s {limits.max_reading_age_s}"
        )
    return None


def change_refusal(totals: Totals, measure: Totals, limits: Limits) -> str | None:
    """What has changed by more than a company's stock does between two readings."""
    for side, name in SIDES.items():
        rows, before = totals.rows(side), measure.rows(side)
        if before - rows > limits.max_catalogue_shrink * before:
            return (
                f"{name} shows {rows} stocked SKUs, {before} before, a loss of more than "
                f"max_catalogue_shrink {limits.max_catalogue_shrink}"
            )
        for (of, location), total in sorted(measure.by_location.items()):
            if of == side and total.rows and not is_there(totals, side, location):
                return f"location {location or 'without name'} of {name} has vanished"
        quantity, was = totals.quantity(side), measure.quantity(side)
        # A side that held nothing to count is no measure for what it holds now.
        if before and abs(quantity - was) > limits.max_total_change * abs(was):
            return (
                f"the total of {name} went from {plain(was)} to {plain(quantity)} units, more than "
                f"max_total_change {limits.max_total_change}"
            )
    return None


def is_there(totals: Totals, side: str, location: str) -> bool:
    """Whether a location still has a row with a quantity."""
    total = totals.by_location.get((side, location))
    return total is not None and total.rows > 0


def plain(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
