"""Sales forms: invoice, sales receipt, refund receipt, credit memo, estimate.

Source: Intuit, the reference page of each; "Error codes" (2020, 2250, 5030, 6000, 6090, 6100,
6440); recorded answers of May 2026 (addresses, online payment, status).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import JsonObject, add, multiply, subtract
from quickbooks_emulator.problems import Problem, business, missing
from quickbooks_emulator.rules import addresses, bundles, custom_fields, due, tax
from quickbooks_emulator.rules.lines import CENT, check_product, check_quantity, to_cents, total
from quickbooks_emulator.rules.references import SHIPPING_ITEM, name_of
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from decimal import Decimal

    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

SALES_DETAIL = "SalesItemLineDetail"
UNDEPOSITED_FUNDS = "4"
MAILED = frozenset({"NeedToSend", "EmailSent"})
WITHOUT_EMAIL_STATUS = frozenset({"RefundReceipt"})

DEFAULTS: dict[str, tuple[tuple[str, Json], ...]] = {
    "": (
        ("ApplyTaxAfterDiscount", False), ("PrintStatus", "NeedToPrint"),
    ),
    "Invoice": (
        ("LinkedTxn", []), ("AllowIPNPayment", False), ("AllowOnlinePayment", False),
        ("AllowOnlineCreditCardPayment", False), ("AllowOnlineACHPayment", False),
    ),
    "Estimate": (("TxnStatus", "Pending"),),
}  # fmt: skip


def sales_form(company: Company, entity: str, body: JsonObject, around: Circumstances) -> None:
    """Work out a sales form's lines, tax and total, and fill its defaults. Raises Problem."""
    body["Line"] = _shown_lines(company, body["Line"])
    body["TxnTaxDetail"] = tax.detail_of(company, body, around.switches)
    body["TotalAmt"] = _total(body)
    for field, value in (*DEFAULTS[""], *DEFAULTS.get(entity, ())):
        body.setdefault(field, value)
    if entity not in WITHOUT_EMAIL_STATUS:
        body.setdefault("EmailStatus", "NotSet")
    if body.get("EmailStatus") in MAILED:
        body["DeliveryInfo"] = {"DeliveryType": "Email", **(body.get("DeliveryInfo") or {})}
    fields = custom_fields.of_sales(company)
    body["CustomField"] = custom_fields.shown(fields, body.get("CustomField") or [])
    if body.get("EmailStatus") == "NeedToSend" and not (body.get("BillEmail") or {}).get("Address"):
        raise missing("BillEmail")
    addresses.fill_sale(company, entity, body)


def invoice(
    company: Company, body: JsonObject, old: JsonObject | None, around: Circumstances
) -> None:
    """An invoice is open by its total less its deposit, and due by its term."""
    _take_term(company, body)
    sales_form(company, "Invoice", body, around)
    term = company.body("Term", reference(body, "SalesTermRef") or "") or _usual_term(company)
    if not body.get("DueDate"):
        body["DueDate"] = due.on(date.fromisoformat(body["TxnDate"]), term).isoformat()
    _check_deposit(company, body, old or {})
    body["Balance"] = subtract(body["TotalAmt"], body.get("Deposit") or 0)


def _check_deposit(company: Company, body: JsonObject, old: JsonObject) -> None:
    """Raises Problem 5030 for a new deposit where they are off, 6000 for more than the total."""
    given = body.get("Deposit") or 0
    forms = company.single("Preferences").get("SalesFormsPrefs") or {}
    if given and given != old.get("Deposit") and not forms.get("AllowDeposit"):
        raise Problem("5030", "Feature Not Supported Error : Deposits are not enabled", "")
    if not 0 <= given <= body["TotalAmt"]:
        raise business("The deposit must not be more than the total of the invoice.")


def estimate(company: Company, body: JsonObject, _old: object, around: Circumstances) -> None:
    """An estimate is pending until somebody says otherwise."""
    sales_form(company, "Estimate", body, around)


def sales_receipt(company: Company, body: JsonObject, _old: object, around: Circumstances) -> None:
    """A sale paid at once; the money waits in undeposited funds unless it is said where."""
    is_needed = around.switches.sales_receipt_customer == "required" and not around.is_by_hand
    if is_needed and reference(body, "CustomerRef") is None:
        raise missing("CustomerRef")
    sales_form(company, "SalesReceipt", body, around)
    body["Balance"] = 0
    funds = company.body("Account", UNDEPOSITED_FUNDS)
    if not reference(body, "DepositToAccountRef") and funds:
        body["DepositToAccountRef"] = {"value": UNDEPOSITED_FUNDS, "name": funds["Name"]}


def refund_receipt(company: Company, body: JsonObject, _old: object, around: Circumstances) -> None:
    """Money given back at once."""
    sales_form(company, "RefundReceipt", body, around)
    body["Balance"] = 0


def credit_memo(company: Company, body: JsonObject, _old: object, around: Circumstances) -> None:
    """A credit that payments use up."""
    sales_form(company, "CreditMemo", body, around)
    body["Balance"] = body["RemainingCredit"] = body["TotalAmt"]


def _take_term(company: Company, body: JsonObject) -> None:
    customer = company.body("Customer", reference(body, "CustomerRef") or "") or {}
    if "SalesTermRef" in customer and not reference(body, "SalesTermRef"):
        body["SalesTermRef"] = customer["SalesTermRef"]


def _usual_term(company: Company) -> JsonObject:
    forms = company.single("Preferences").get("SalesFormsPrefs") or {}
    return company.body("Term", reference(forms, "DefaultTerms") or "") or {}


# -- lines


def _shown_lines(company: Company, lines: list[JsonObject]) -> list[JsonObject]:
    """The lines of a sales form as the reply shows them, with subtotal and discount last."""
    wares: list[JsonObject] = []
    discounts: list[JsonObject] = []
    for line in lines:
        kind = line["DetailType"]
        if kind == "DiscountLineDetail":
            discounts.append(line)
        elif kind != "SubTotalLineDetail":
            _check_line(company, kind, line)
            wares.append(line)
    if not wares:
        raise Problem("2250", "At least one line with a product or service is needed", "Line")
    if len(discounts) > 1:
        raise business("Only one discount line is allowed on a transaction.")
    subtotal = total(wares)
    shown = {"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    return [*wares, shown, *(_discount_line(company, line, subtotal) for line in discounts)]


def _check_line(company: Company, kind: str, line: JsonObject) -> None:
    if kind == SALES_DETAIL:
        _sales_line(company, line)
    elif kind == "GroupLineDetail":
        bundles.expand(company, line)
        for part in line["GroupLineDetail"]["Line"]:
            if part.get("DetailType") == SALES_DETAIL:
                _sales_line(company, part)
        line["Amount"] = total(line["GroupLineDetail"]["Line"])
    else:
        line.setdefault("DescriptionLineDetail", {})


def _sales_line(company: Company, line: JsonObject) -> None:
    detail = line[SALES_DETAIL]
    check_product(line, detail)
    item_id = reference(detail, "ItemRef") or _use_default_item(company, detail)
    if item_id == SHIPPING_ITEM:
        _check_shipping(company)
    item = company.body("Item", item_id) if item_id != SHIPPING_ITEM else None
    if item is not None:
        check_quantity(item, detail)
        account_id = reference(item, "IncomeAccountRef")
        account = company.body("Account", account_id) if account_id else None
        if account is not None and "ItemAccountRef" not in detail:
            detail["ItemAccountRef"] = {
                "value": account["Id"],
                "name": name_of("Account", account),
            }
    tax.check_line_code(detail)
    code = reference(detail, "TaxCodeRef")
    usual = "TAX" if item and item.get("Taxable") else "NON"
    detail["TaxCodeRef"] = {"value": code or usual}


def _check_shipping(company: Company) -> None:
    """Raises Problem 5030 for a shipping line where shipping is off."""
    forms = company.single("Preferences").get("SalesFormsPrefs") or {}
    if not forms.get("AllowShipping"):
        raise Problem("5030", "Feature Not Supported Error : Shipping is not enabled", "")


def _use_default_item(company: Company, detail: JsonObject) -> str:
    """The item of a line that names none. Raises Problem 6440 when the company has no such item."""
    item = company.body("Item", _default_item(company))
    if item is None or item.get("Type") != "Service":
        raise Problem("6440", "A line needs a product or service", "ItemRef")
    detail["ItemRef"] = {"value": item["Id"], "name": item["Name"]}
    return str(item["Id"])


def _default_item(company: Company) -> str:
    pairs = (company.single("Preferences").get("OtherPrefs") or {}).get("NameValue") or []
    for pair in pairs:
        if str(pair.get("Name", "")).replace(" ", "") == "SalesFormsPrefs.DefaultItem":
            return str(pair.get("Value"))
    return "1"


def _discount_line(company: Company, line: JsonObject, subtotal: Decimal) -> JsonObject:
    forms = company.single("Preferences").get("SalesFormsPrefs") or {}
    if forms.get("AllowDiscount") is False:
        raise Problem("5030", "Feature Not Supported Error : Discounts are not enabled", "")
    detail = line["DiscountLineDetail"]
    percent = detail.get("DiscountPercent")
    if detail.get("PercentBased") and percent is not None:
        line["Amount"] = to_cents(multiply(subtotal, multiply(percent, CENT)))
    elif line.get("Amount") is None:
        raise Problem("6090", "The discount line needs an amount or a percent", "Amount")
    elif line["Amount"] < 0:
        raise Problem("2290", f"Negative amount on a line: {line['Amount']}", "Amount")
    account = company.body("Account", str(forms.get("DefaultDiscountAccount", "")))
    if account is not None and not reference(detail, "DiscountAccountRef"):
        named = {"value": account["Id"], "name": name_of("Account", account)}
        detail["DiscountAccountRef"] = named
    return line


def _total(body: JsonObject) -> Decimal:
    """Subtotal less discount plus tax. Raises Problem 6000 when it is negative."""
    lines = body["Line"]
    subtotal = total(line for line in lines if line["DetailType"] == "SubTotalLineDetail")
    result = add(subtract(subtotal, tax.discount_of(body)), body["TxnTaxDetail"]["TotalTax"] or 0)
    if result < 0:
        raise business("Transaction amount must be 0 or greater.")
    return result
