"""CompanyInfo and Preferences: what an app may change.

Source: Intuit, "Preferences" (BookCloseDate read-only, MultiCurrencyEnabled for good).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import business
from quickbooks_emulator.rules import addresses

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company


def check_single(
    company: Company, entity: str, body: JsonObject, old: JsonObject, around: Circumstances
) -> None:
    """Check an update of CompanyInfo or Preferences. Raises Problem 6000."""
    if entity == "CompanyInfo":
        addresses.keep_ids(company, body, old)
    else:
        _check_preferences(body, old, around)


def _check_preferences(body: JsonObject, old: JsonObject, around: Circumstances) -> None:
    """Keep what only people change. Raises Problem 6000 for what nobody can undo."""
    before = old.get("CurrencyPrefs") or {}
    after = body.get("CurrencyPrefs") or {}
    if before.get("MultiCurrencyEnabled") and not after.get("MultiCurrencyEnabled"):
        raise business("Multicurrency cannot be turned off once it is on.")
    if around.is_by_hand or "AccountingInfoPrefs" not in body:
        return
    closed = (old.get("AccountingInfoPrefs") or {}).get("BookCloseDate")
    kept = {k: v for k, v in body["AccountingInfoPrefs"].items() if k != "BookCloseDate"}
    body["AccountingInfoPrefs"] = {**kept, "BookCloseDate": closed} if closed else kept
