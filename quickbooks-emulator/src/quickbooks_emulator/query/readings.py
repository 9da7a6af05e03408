"""The readings of uncertain facts that queries depend on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import PACIFIC

if TYPE_CHECKING:
    from datetime import date

    from quickbooks_emulator.switches import Switches


@dataclass(frozen=True, slots=True)
class Rules:
    """The switches of queries, by what they mean, and the company's date."""

    today: date
    is_adjustment_queryable: bool = True
    has_adjustment_lines: bool = True
    is_adjustment_update_queryable: bool = True
    reads_bare_numbers: bool = False
    is_order_recorded: bool = True
    caps_pages: bool = True
    total_count: str = "page"
    is_uncertain_queryable: bool = False
    is_reference_value_queryable: bool = False
    is_sku_queryable: bool = True
    bare_zone: tzinfo = PACIFIC
    """Of a literal without an offset."""

    @classmethod
    def of(cls, switches: Switches, today: date) -> Rules:
        """The rules in force."""
        return cls(
            is_adjustment_queryable=switches.adjustment_queryable,
            has_adjustment_lines=switches.adjustment_query_has_lines,
            is_adjustment_update_queryable=switches.adjustment_update_queryable,
            reads_bare_numbers=switches.query_bare_numbers,
            is_order_recorded=switches.query_unordered == "recorded",
            caps_pages=switches.query_over_1000 == "capped",
            total_count=switches.query_total_count,
            is_uncertain_queryable=switches.query_uncertain_properties,
            is_reference_value_queryable=switches.query_reference_value,
            is_sku_queryable=switches.query_item_sku,
            bare_zone=UTC if switches.query_bare_zone == "utc" else PACIFIC,
            today=today,
        )
