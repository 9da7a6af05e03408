"""Seeds: what a fresh company holds.

`empty` has a chart of accounts, tax codes, terms, payment methods, preferences and company
information, and nothing else. `demo` is a garden designer's company with a shop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.books import balances
from quickbooks_emulator.seeds import base, demo

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

NAMES = ("demo", "empty")


def plant(name: str, company: Company, now: int) -> JsonObject:
    """Fill a company; returns the ids that its users need to know."""
    if name == "demo":
        facts = demo.plant(company, now)
        balances.adopt(company)
        return facts
    base.plant(company, now)
    return base.facts()
