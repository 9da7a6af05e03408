"""Sales tax in the United States: by a code's rates, or worked out by the service.

Manual tax follows TxnTaxCodeRef and lets a sent TotalTax stand. Automated sales tax
(PartnerTaxEnabled) ignores the code that is sent and takes the company's own group.
Source: Intuit, "Invoice" (TxnTaxDetail, ApplyTaxAfterDiscount), "Preferences" (TaxPrefs); "Error
codes" (2500, 6100, 6170).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import EXACT, JsonObject, money, multiply, subtract
from quickbooks_emulator.problems import Problem, invalid_reference
from quickbooks_emulator.rules.lines import CENT, to_cents, total
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from quickbooks_emulator.store import Company
    from quickbooks_emulator.switches import Switches

SALES_DETAIL = "SalesItemLineDetail"
TAXABLE = "TAX"
LINE_CODES = frozenset({"TAX", "NON"})


def preferences_of(company: Company) -> JsonObject:
    """The company's TaxPrefs."""
    found: JsonObject = company.single("Preferences").get("TaxPrefs") or {}
    return found


def check_applicable(body: JsonObject) -> None:
    """Raises Problem 6170 for tax on a document that says that none applies."""
    detail = body.get("TxnTaxDetail") or {}
    is_said = any(detail.get(name) for name in ("TxnTaxCodeRef", "TotalTax", "TaxLine"))
    if body.get("GlobalTaxCalculation") == "NotApplicable" and is_said:
        raise Problem(
            "6170",
            "TxnTaxDetail is not allowed where GlobalTaxCalculation is NotApplicable",
            "TxnTaxDetail",
        )


def check_line_code(detail: JsonObject) -> None:
    """Raises Problem 6100 for a line's code that is neither TAX nor NON."""
    code = reference(detail, "TaxCodeRef")
    if code is not None and code not in LINE_CODES:
        raise Problem(
            "6100", f"Invalid Line TaxCode in the request. Supplied value:{code}", "TaxCodeRef"
        )


def detail_of(company: Company, body: JsonObject, switches: Switches) -> JsonObject:
    """The document's TxnTaxDetail. Raises Problem 2500 for a tax code that is none, 6170."""
    check_applicable(body)
    preferences = preferences_of(company)
    sent = body.get("TxnTaxDetail") or {}
    is_untaxed = body.get("GlobalTaxCalculation") == "NotApplicable"
    if is_untaxed or preferences.get("UsingSalesTax") is False:
        return {"TotalTax": 0}
    if preferences.get("PartnerTaxEnabled"):
        is_kept = switches.automated_tax_override == "kept" and sent.get("TotalTax") is not None
        computed = _automated(company, body, preferences)
        return _overridden(computed, sent["TotalTax"]) if is_kept else computed
    code = reference(sent, "TxnTaxCodeRef")
    if code is None:
        lines = {"TaxLine": sent["TaxLine"]} if sent.get("TaxLine") else {}
        return {"TotalTax": sent.get("TotalTax") or 0, **lines}
    if company.body("TaxCode", code) is None:
        raise invalid_reference(f"TaxCodes element id {code} not found", "Reference Id")
    computed = _by_code(company, body, code)
    if sent.get("TotalTax") is None:
        return computed
    if sent.get("TaxLine"):
        return dict(sent)
    return _overridden(computed, sent["TotalTax"])


def _automated(company: Company, body: JsonObject, preferences: JsonObject) -> JsonObject:
    """Tax by the company's own group; a customer who is not taxable pays none."""
    customer = company.body("Customer", reference(body, "CustomerRef") or "") or {}
    code = reference(preferences, "TaxGroupCodeRef")
    if code is None or customer.get("Taxable") is False or not taxable_amount(body):
        return {"TotalTax": 0}
    return _by_code(company, body, code)


def _by_code(company: Company, body: JsonObject, code: str) -> JsonObject:
    base = taxable_amount(body)
    if not base:
        return {"TxnTaxCodeRef": {"value": code}, "TotalTax": 0}
    shares = [_tax_line(rate, base) for rate in _rates(company, code)]
    return {
        "TxnTaxCodeRef": {"value": code},
        "TotalTax": money(total(shares)),
        "TaxLine": shares,
    }


def _overridden(computed: JsonObject, wanted: Decimal | int) -> JsonObject:
    """The tax lines with the difference to the total that was sent on the first."""
    shares = [dict(share) for share in computed.get("TaxLine", [])]
    if shares:
        difference = subtract(wanted, total(shares))
        shares[0]["Amount"] = money(subtract(shares[0]["Amount"], EXACT.minus(difference)))
        return {**computed, "TotalTax": wanted, "TaxLine": shares}
    return {**computed, "TotalTax": wanted}


def _tax_line(rate: JsonObject, base: Decimal) -> JsonObject:
    percent = rate.get("RateValue", 0)
    return {
        "Amount": money(to_cents(multiply(base, multiply(percent, CENT)))),
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": rate["Id"]},
            "PercentBased": True,
            "TaxPercent": percent,
            "NetAmountTaxable": money(base),
        },
    }


def _rates(company: Company, code: str) -> Iterator[JsonObject]:
    tax_code = company.body("TaxCode", code) or {}
    for detail in (tax_code.get("SalesTaxRateList") or {}).get("TaxRateDetail") or []:
        rate = company.body("TaxRate", reference(detail, "TaxRateRef") or "")
        if rate is not None:
            yield rate


def taxable_amount(body: JsonObject) -> Decimal:
    """The amounts of the lines marked TAX, less the discount's share when it comes before tax."""
    lines = body.get("Line") or []
    taxable = total(_taxable_lines(lines))
    subtotal = total(line for line in lines if line.get("DetailType") == "SubTotalLineDetail")
    discount = discount_of(body)
    if not discount or not body.get("ApplyTaxAfterDiscount") or not subtotal:
        return taxable
    share = EXACT.divide(multiply(discount, taxable), subtotal)
    return subtract(taxable, to_cents(share))


def _taxable_lines(lines: Iterable[JsonObject]) -> Iterator[JsonObject]:
    for line in lines:
        if reference(line.get(SALES_DETAIL) or {}, "TaxCodeRef") == TAXABLE:
            yield line
        yield from _taxable_lines((line.get("GroupLineDetail") or {}).get("Line") or [])


def discount_of(body: JsonObject) -> Decimal:
    """The amount of the discount line."""
    lines = body.get("Line") or []
    return total(line for line in lines if line.get("DetailType") == "DiscountLineDetail")
