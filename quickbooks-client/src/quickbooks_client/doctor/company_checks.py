"""What CompanyInfo and Preferences tell: pure, on what was read.

Source: Intuit, Accounting API, "CompanyInfo", "Preferences".
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from quickbooks_client.doctor.findings import Finding, member, ok, pairs, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

WITH_INVENTORY = ("plus", "advanced", "enterprise", "accountant")
WITHOUT_INVENTORY = ("simple start", "essentials", "self-employed", "solopreneur", "easystart",
                     "ledger", "lite", "payroll only")  # fmt: skip
ALIVE = frozenset({"PAID", "TRIAL", "TRIAL_OPT_IN", "ACTIVE", "SUBSCRIBED", "OPT_IN"})
RECENT = timedelta(days=31)
"""A late sale or correction may well be dated this far back."""


def check_company(company: Mapping[str, Any]) -> Finding:
    """Return who the company is. Any: JSON."""
    name, country = company.get("CompanyName") or "", company.get("Country") or "country not told"
    status = pairs(company).get("SubscriptionStatus", "")
    said = f"{name} ({country})"
    if status and status.upper() not in ALIVE:
        return wrong(
            "company", f"{said}: its subscription is {status}, and QuickBooks refuses writes: renew"
        )
    return ok("company", f"{said}, {status.lower()}" if status else said)


def check_plan(company: Mapping[str, Any]) -> Finding:
    """Return whether the plan has inventory. Any: JSON."""
    subject, plan = "plan", pairs(company).get("OfferingSku", "")
    if not plan:
        return warning(
            subject, "not told: inventory needs Plus or Advanced; see Account and settings, Billing"
        )
    if any(name in plan.lower() for name in WITH_INVENTORY):
        return ok(subject, plan)
    if any(name in plan.lower() for name in WITHOUT_INVENTORY):
        return wrong(subject, f"{plan} has no inventory: change to Plus or Advanced under Billing")
    return warning(subject, f"{plan}: not known here; inventory needs Plus or Advanced")


def check_country(company: Mapping[str, Any]) -> Finding | None:
    """Return that quantities cannot be written, where Intuit has no way to. Any: JSON.

    Source: Intuit, Accounting API, "InventoryAdjustment" (US only).
    """
    country = str(company.get("Country") or "")
    if country.upper() in {"", "US", "USA"}:
        return None
    return wrong(
        "inventory adjustments",
        f"Intuit takes them from companies of the US alone, this one is of {country}: quantities"
        " can be read, not written",
    )


def check_tracking(preferences: Mapping[str, Any]) -> Finding:
    """Return whether the company tracks quantities. Any: JSON."""
    subject = "inventory tracking"
    if member(preferences, "ProductAndServicesPrefs").get("QuantityOnHand") is True:
        return ok(subject, "on")
    return wrong(
        subject,
        "off: turn on Track inventory quantity on hand under Account and settings, Sales (needs"
        " the Plus or Advanced plan)",
    )


def check_closing_date(preferences: Mapping[str, Any], today: date) -> Finding:
    """Return which dates QuickBooks refuses documents of (6200, 6210). Any: JSON."""
    subject = "closing date"
    text = member(preferences, "AccountingInfoPrefs").get("BookCloseDate")
    if not text:
        return ok(subject, "none: documents of any date are taken")
    try:
        closed = date.fromisoformat(str(text)[:10])
    except ValueError:
        return warning(subject, f"{str(text)[:40]!r} cannot be read as a date")
    if closed >= today:
        return wrong(
            subject,
            f"{closed}: today's documents are refused; set an earlier one under Account and"
            " settings, Advanced, Close the books",
        )
    said = f"{closed}: sales and adjustments dated on or before it are refused and wait for review"
    if today - closed <= RECENT:
        return warning(subject, f"{said}; date late ones after it, or move it back for them")
    return ok(subject, said)


def check_currency(preferences: Mapping[str, Any]) -> Finding:
    """Return the home currency, and whether there are others. Any: JSON."""
    prefs = member(preferences, "CurrencyPrefs")
    home = member(prefs, "HomeCurrency").get("value") or "home currency not told"
    if prefs.get("MultiCurrencyEnabled") is True:
        return ok("currencies", f"{home} and others: each customer has one for good")
    return ok("currencies", f"{home} alone: sales in others are rejected")


def check_numbers(preferences: Mapping[str, Any]) -> Finding:
    """Return whether documents keep the numbers they are sent with. Any: JSON."""
    subject = "document numbers"
    if member(preferences, "SalesFormsPrefs").get("CustomTxnNumbers") is True:
        return ok(subject, "custom: they are kept as sent")
    return warning(
        subject,
        "QuickBooks gives its own; those sent are kept in practice, but Intuit promises it only"
        " with Custom transaction numbers on (Account and settings, Sales)",
    )


def check_tax(preferences: Mapping[str, Any], tax_mode: str, tax_item_id: str | None) -> Finding:
    """Return whether the way sales are taxed fits the company. Any: JSON."""
    subject, prefs = "sales tax", member(preferences, "TaxPrefs")
    is_automated = prefs.get("PartnerTaxEnabled") is True
    if tax_mode == "quickbooks" and not is_automated:
        return wrong(
            subject,
            "tax_mode is quickbooks, and automated sales tax is not set up in the company: set it"
            " up under Taxes, or choose tax_mode line",
        )
    if tax_mode == "override" and is_automated:
        return warning(
            subject,
            "tax_mode is override, and automated sales tax may replace the tax that is sent:"
            " choose tax_mode line to keep it",
        )
    if tax_mode == "line" and not tax_item_id:
        return warning(subject, "tax_item_id is not set: sales with tax are rejected until it is")
    return ok(subject, f"tax_mode {tax_mode}, automated tax {'on' if is_automated else 'off'}")
