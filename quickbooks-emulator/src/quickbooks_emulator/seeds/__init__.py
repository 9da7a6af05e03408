"""Seeds: what a fresh company holds.

`empty` has a chart of accounts, tax codes, terms, payment methods, preferences and company
information, and nothing else. `demo` is a garden designer's company with a shop. `generated`, with
options behind a colon, is a company of any size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.books import balances
from quickbooks_emulator.seeds import base, demo, generated
from quickbooks_emulator.seeds.generated.options import FORM, parsed

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

__all__ = ["FORM", "NAMES", "check", "plant"]

NAMES = ("demo", "empty")
"""The seeds that take no options."""


def check(text: str) -> None:
    """Raises ValueError, in one sentence, for a text that names no seed."""
    if text not in NAMES:
        parsed(text)


def plant(name: str, company: Company, now: int) -> JsonObject:
    """Fill a company; returns the ids that its users need to know.

    Raises ValueError for a text that names no seed.
    """
    if name not in NAMES:
        return generated.plant(name, company, now)
    if name == "demo":
        facts = demo.plant(company, now)
        balances.adopt(company)
        return facts
    base.plant(company, now)
    return base.facts()
