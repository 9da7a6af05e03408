"""Buying: bill, vendor credit, purchase, purchase order, bill payment.

Source: Intuit, the reference page of each; "Error codes" (2020, 6000, 6430, 6440, 6520); recorded
answers of May 2026 (LinkedTxn and Received of lines, TxnType of a purchase).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.json_text import JsonObject, add
from quickbooks_emulator.problems import Problem, business, missing
from quickbooks_emulator.rules import account_checks, addresses, custom_fields, due, tax
from quickbooks_emulator.rules.lines import check_product, check_quantity, total
from quickbooks_emulator.rules.references import name_of, resolve
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

ITEM_DETAIL = "ItemBasedExpenseLineDetail"
ACCOUNT_DETAIL = "AccountBasedExpenseLineDetail"
PAYABLE = "33"
NEEDS_ACCOUNT = {
    "Cash": account_checks.BANK, "Check": account_checks.BANK, "CreditCard": account_checks.CARD,
}  # fmt: skip
TXN_TYPES = {
    ("Cash", False): "54", ("Check", False): "3", ("CreditCard", False): "54",
    ("CreditCard", True): "11",
}  # fmt: skip
"""Payment type and whether it is a credit → the number the service shows in PurchaseEx."""
PAID_FROM = {
    "Check": ("CheckPayment", "BankAccountRef", account_checks.BANK),
    "CreditCard": ("CreditCardPayment", "CCAccountRef", account_checks.CARD),
}


def buying_form(company: Company, entity: str, body: JsonObject, old: JsonObject | None) -> None:
    """Check the lines and work out the total. Raises Problem."""
    if not body["Line"]:
        raise missing("Line")
    for line in body["Line"]:
        _check_line(company, entity, line, is_new=old is None)
    tax.check_applicable(body)
    added = (body.get("TxnTaxDetail") or {}).get("TotalTax") or 0
    if not added:
        body.pop("TxnTaxDetail", None)
    body["TotalAmt"] = add(total(body["Line"]), added)
    if body["TotalAmt"] < 0:
        raise business("Transaction amount must be 0 or greater.")


def _check_line(company: Company, entity: str, line: JsonObject, *, is_new: bool) -> None:
    kind = line["DetailType"]
    if kind not in {ITEM_DETAIL, ACCOUNT_DETAIL}:
        return
    detail = line[kind]
    check_product(line, detail)
    if kind == ITEM_DETAIL:
        item = company.body("Item", reference(detail, "ItemRef") or "")
        if item is None:
            raise Problem("6440", "A line needs a product or service", "ItemRef")
        check_quantity(item, detail)
    elif reference(detail, "AccountRef") is None:
        raise Problem("6440", "A line needs an account", "AccountRef")
    tax.check_line_code(detail)
    detail.setdefault("TaxCodeRef", {"value": "NON"})
    status = detail.setdefault("BillableStatus", "NotBillable")
    if status == "HasBeenBilled" and is_new:
        raise Problem("2170", "Invalid Enumeration : HAS_BEEN_BILLED", "BillableStatus")
    if status == "Billable" and reference(detail, "CustomerRef") is None:
        raise business("A billable line needs a customer.")
    if entity == "Bill":
        line.setdefault("LinkedTxn", [])


def _take_payable(company: Company, body: JsonObject) -> None:
    account = company.body("Account", PAYABLE)
    if account is not None and not reference(body, "APAccountRef"):
        body["APAccountRef"] = {"value": PAYABLE, "name": name_of("Account", account)}


def bill(company: Company, body: JsonObject, old: JsonObject | None, _: Circumstances) -> None:
    """A bill is open by its total and due by its term."""
    buying_form(company, "Bill", body, old)
    vendor = company.body("Vendor", reference(body, "VendorRef") or "") or {}
    if old is None and "TermRef" in vendor and not reference(body, "SalesTermRef"):
        body["SalesTermRef"] = {"value": reference(vendor, "TermRef")}
    term = company.body("Term", reference(body, "SalesTermRef") or "") or {}
    if not body.get("DueDate"):
        body["DueDate"] = due.on(date.fromisoformat(body["TxnDate"]), term).isoformat()
    _take_payable(company, body)
    addresses.fill_purchase(company, body)
    body["Balance"] = body["TotalAmt"]


def vendor_credit(
    company: Company, body: JsonObject, old: JsonObject | None, _: Circumstances
) -> None:
    """A credit that bill payments use up."""
    buying_form(company, "VendorCredit", body, old)
    _take_payable(company, body)
    addresses.fill_purchase(company, body)
    body["Balance"] = body["TotalAmt"]


def purchase(company: Company, body: JsonObject, old: JsonObject | None, _: Circumstances) -> None:
    """An expense paid at once from a bank or a card."""
    kind = str(body["PaymentType"])
    account_checks.require(company, body, "AccountRef", NEEDS_ACCOUNT[kind])
    is_credit = bool(body.get("Credit"))
    if is_credit and kind != "CreditCard":
        raise business("Only a credit card purchase can be a credit.")
    buying_form(company, "Purchase", body, old)
    if kind == "CreditCard":
        body.setdefault("Credit", False)
    else:
        body.pop("Credit", None)
    if kind == "Check":
        body.setdefault("PrintStatus", "NotSet")
    addresses.give_ids(company, body)
    body["PurchaseEx"] = name_values([("TxnType", TXN_TYPES[kind, is_credit])])


def purchase_order(
    company: Company, body: JsonObject, old: JsonObject | None, _: Circumstances
) -> None:
    """An order posts nothing and moves nothing."""
    buying_form(company, "PurchaseOrder", body, old)
    addresses.fill_purchase(company, body)
    body.setdefault("POStatus", "Open")
    body.setdefault("EmailStatus", "NotSet")
    body.setdefault("LinkedTxn", [])
    fields = custom_fields.of_orders(company)
    body["CustomField"] = custom_fields.shown(fields, body.get("CustomField") or [])


def bill_payment(
    company: Company, body: JsonObject, _old: JsonObject | None, _around: Circumstances
) -> None:
    """Bills paid by check or card. Raises Problem."""
    member, name, types = PAID_FROM[str(body["PayType"])]
    payer = dict(body.get(member) or {})
    if reference(payer, name) is None:
        raise missing(f"{member}.{name}")
    resolve(company, payer, name, "Account")
    account_checks.require(company, payer, name, types)
    if member == "CheckPayment":
        payer.setdefault("PrintStatus", "NotSet")
    body[member] = payer
    for line in body["Line"]:
        for link in line.get("LinkedTxn") or []:
            link.pop("TxnLineId", None)
    settlement.check(company, "BillPayment", body)


def name_values(pairs: list[tuple[str, str]]) -> JsonObject:
    """Name and value pairs in the form in which the service lets its own classes show."""
    return {
        "any": [
            {
                "name": "{http://schema.intuit.com/finance/v3}NameValue",
                "declaredType": "com.intuit.schema.finance.v3.NameValue",
                "scope": "javax.xml.bind.JAXBElement$GlobalScope",
                "value": {"Name": name, "Value": value},
                "nil": False,
                "globalScope": True,
                "typeSubstituted": False,
            }
            for name, value in pairs
        ]
    }
