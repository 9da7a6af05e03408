"""Preferences: what an app may change.

Source: Intuit, "Preferences" (BookCloseDate read-only, MultiCurrencyEnabled for good).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import business

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances


def check_preferences(body: JsonObject, old: JsonObject, around: Circumstances) -> None:
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
