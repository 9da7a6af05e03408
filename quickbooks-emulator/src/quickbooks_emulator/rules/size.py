"""How large one document may be.

Source: Intuit, "API call limits and throttles" (transaction size: lines, linked transactions, and
lines of a taxable document under automated sales tax). The code of the refusal is not told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import business
from quickbooks_emulator.rules.tax import taxable_amount

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.switches import Switches


def check(company: Company, body: JsonObject, switches: Switches) -> None:
    """Raises Problem 6000 for a document with too many lines or links."""
    lines = body.get("Line") or []
    linked = sum(len(part.get("LinkedTxn") or []) for part in (body, *lines))
    if linked > switches.most_linked:
        raise business(f"A transaction cannot have more than {switches.most_linked} links.")
    most = switches.most_lines
    if len(lines) > min(most, switches.most_taxed_lines) and _is_taxed(company, body):
        most = min(most, switches.most_taxed_lines)
    if len(lines) > most:
        raise business(f"A transaction cannot have more than {most} lines.")


def _is_taxed(company: Company, body: JsonObject) -> bool:
    """Whether automated sales tax has something to work out."""
    preferences = company.single("Preferences").get("TaxPrefs") or {}
    return bool(preferences.get("PartnerTaxEnabled") and taxable_amount(body))
