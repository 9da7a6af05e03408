"""Documents: what each form needs, what the service fills in and what it refuses.

Source: Intuit, the reference page of each form; "InventoryAdjustment"; "Error codes" (2020, 2300,
6000, 6140, 6200, 6210, 6270, 5020).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.catalogue import ENTITIES, SALES_FORMS
from quickbooks_emulator.json_text import JsonObject, add, subtract
from quickbooks_emulator.problems import Problem, business, missing
from quickbooks_emulator.rules import currency
from quickbooks_emulator.rules import lines as arithmetic
from quickbooks_emulator.rules.references import resolve_header, resolve_lines
from quickbooks_emulator.rules.shape import reference
from quickbooks_emulator.stock import item_quantities

if TYPE_CHECKING:
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.switches import Switches

UNDEPOSITED_FUNDS = "4"
PAYABLE = "33"
NUMBERED = (*SALES_FORMS, "Estimate", "PurchaseOrder", "InventoryAdjustment", "JournalEntry")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a document's rules need to know beside the document."""

    today: date
    switches: Switches
    allows_duplicate_number: bool = False


def prepare(
    company: Company,
    entity: str,
    body: JsonObject,
    old: JsonObject | None,
    around: Circumstances,
) -> None:
    """Check a document and fill what the service fills. Raises Problem."""
    body.setdefault("TxnDate", around.today.isoformat())
    check_period(company, str(body["TxnDate"]), around)
    if old is not None:
        check_period(company, str(old.get("TxnDate", body["TxnDate"])), around)
    resolve_header(company, ENTITIES[entity], body)
    if entity != "InventoryAdjustment":
        currency.settle(company, body)
    lines = [dict(line) for line in body.get("Line") or []]
    resolve_lines(company, lines)
    body["Line"] = lines
    if not lines and "Line" in ENTITIES[entity].required:
        raise missing("Line")
    known = frozenset(
        str(line["Id"]) for line in (old or {}).get("Line") or [] if line.get("Id") is not None
    )
    FORMS[entity](company, body, around)
    currency.in_home_currency(body)
    if entity == "Transfer":
        del body["Line"]
    elif entity not in settlement.SETTLED_BY:
        arithmetic.number_lines(body["Line"], known)
    _number(company, entity, body, old, around)
    _check_start_dates(company, body)


def check_period(company: Company, txn_date: str, around: Circumstances) -> None:
    """Raises Problem 6200 or 6210 for a date in closed books."""
    closed = company.single("Preferences").get("AccountingInfoPrefs", {}).get("BookCloseDate")
    if not closed or txn_date > closed:
        return
    if around.switches.book_close_password:
        raise Problem(
            "6210",
            "Account Period Closed, Cannot Update Through Services API : The account period has "
            "closed and the account books cannot be updated through the QBO Services API.",
            "",
        )
    raise Problem(
        "6200",
        "Account Period Closed : The account period has closed; "
        f"transactions dated on or before {closed} cannot be changed.",
        "",
    )


def _number(
    company: Company,
    entity: str,
    body: JsonObject,
    old: JsonObject | None,
    around: Circumstances,
) -> None:
    sales = company.single("Preferences").get("SalesFormsPrefs", {})
    if not body.get("DocNumber"):
        body.pop("DocNumber", None)
        if old is None and entity in NUMBERED and not sales.get("CustomTxnNumbers"):
            body["DocNumber"] = company.next_number(entity)
        return
    if (
        around.allows_duplicate_number
        or not around.switches.warn_duplicate_numbers
        or entity not in (*SALES_FORMS, "InventoryAdjustment", "Bill")
    ):
        return
    own = (entity, body.get("Id"))
    for kind, object_id in company.owners_of_number(entity, str(body["DocNumber"])):
        if (kind, object_id) == own:
            continue
        if entity == "Bill" and (company.body("Bill", object_id) or {}).get("VendorRef", {}).get(
            "value"
        ) != reference(body, "VendorRef"):
            continue
        raise Problem(
            "6140",
            "Duplicate Document Number Error : You must specify a different number. "
            "This number has already been used. "
            f"DocNumber={body['DocNumber']} is assigned to TxnType={kind} with TxnId={object_id}",
            "",
        )


def _check_start_dates(company: Company, body: JsonObject) -> None:
    for item_id, _ in item_quantities(body.get("Line") or []):
        item = company.body("Item", item_id)
        start = (item or {}).get("InvStartDate")
        if item and start and str(body["TxnDate"]) < str(start):
            raise Problem(
                "6270",
                "Transaction date is prior to start date for inventory item : "
                f"The transaction date is earlier than the start date {start} of {item['Name']}.",
                "",
            )


def _sales_form(company: Company, body: JsonObject, _around: Circumstances) -> None:
    if not body["Line"]:
        raise missing("Line")
    body["Line"] = arithmetic.sales_lines(company, body["Line"])
    body["TxnTaxDetail"] = arithmetic.tax_of(company, body)
    body["TotalAmt"] = arithmetic.sales_total(body)
    for field, value in (
        ("ApplyTaxAfterDiscount", False), ("PrintStatus", "NeedToPrint"),
        ("EmailStatus", "NotSet"), ("CustomField", []),
    ):  # fmt: skip
        body.setdefault(field, value)
    if body["EmailStatus"] == "NeedToSend" and not (body.get("BillEmail") or {}).get("Address"):
        raise missing("BillEmail")


def _customer_defaults(company: Company, body: JsonObject) -> None:
    customer = company.body("Customer", reference(body, "CustomerRef") or "") or {}
    for field in ("BillAddr", "ShipAddr", "SalesTermRef"):
        if field in customer:
            body.setdefault(field, customer[field])


def _invoice(company: Company, body: JsonObject, around: Circumstances) -> None:
    _customer_defaults(company, body)
    _sales_form(company, body, around)
    term = company.body("Term", reference(body, "SalesTermRef") or "") or {}
    due = date.fromisoformat(body["TxnDate"]) + timedelta(days=int(term.get("DueDays", 30)))
    body.setdefault("DueDate", due.isoformat())
    body.setdefault("LinkedTxn", [])
    body["Balance"] = subtract(body["TotalAmt"], body.get("Deposit") or 0)
    for field in (
        "AllowIPNPayment", "AllowOnlinePayment",
        "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment",
    ):  # fmt: skip
        body.setdefault(field, False)


def _paid_sale(company: Company, body: JsonObject, around: Circumstances) -> None:
    _sales_form(company, body, around)
    body["Balance"] = 0
    funds = company.body("Account", UNDEPOSITED_FUNDS)
    if not reference(body, "DepositToAccountRef") and funds:
        body["DepositToAccountRef"] = {"value": UNDEPOSITED_FUNDS, "name": funds["Name"]}


def _credit_memo(company: Company, body: JsonObject, around: Circumstances) -> None:
    _customer_defaults(company, body)
    body.pop("SalesTermRef", None)
    _sales_form(company, body, around)
    body["Balance"] = body["RemainingCredit"] = body["TotalAmt"]


def _buying_form(company: Company, body: JsonObject, _around: Circumstances) -> None:
    body["Line"] = arithmetic.buying_lines(company, body["Line"])
    tax = (body.get("TxnTaxDetail") or {}).get("TotalTax") or 0
    body["TotalAmt"] = add(settlement.lines_total(body), tax)
    if body["TotalAmt"] < 0:
        raise business("Transaction amount must be 0 or greater.")


def _bill(company: Company, body: JsonObject, around: Circumstances) -> None:
    _buying_form(company, body, around)
    term = company.body("Term", reference(body, "SalesTermRef") or "") or {}
    due = date.fromisoformat(body["TxnDate"]) + timedelta(days=int(term.get("DueDays", 0)))
    body.setdefault("DueDate", due.isoformat())
    body.setdefault("APAccountRef", {"value": PAYABLE, "name": "Accounts Payable (A/P)"})
    body.setdefault("LinkedTxn", [])
    body["Balance"] = body["TotalAmt"]


def _vendor_credit(company: Company, body: JsonObject, around: Circumstances) -> None:
    _buying_form(company, body, around)
    body.setdefault("APAccountRef", {"value": PAYABLE, "name": "Accounts Payable (A/P)"})
    body["Balance"] = body["TotalAmt"]


def _purchase(company: Company, body: JsonObject, around: Circumstances) -> None:
    if body["PaymentType"] not in {"Cash", "Check", "CreditCard"}:
        raise Problem("2170", f"Invalid Enumeration : {body['PaymentType']}", "PaymentType")
    account = company.body("Account", reference(body, "AccountRef") or "") or {}
    needed = "Credit Card" if body["PaymentType"] == "CreditCard" else "Bank"
    if account.get("AccountType") != needed:
        raise Problem("6430", f"Invalid account type: AccountRef must be a {needed} account", "")
    _buying_form(company, body, around)
    body.setdefault("CustomField", [])
    body.setdefault("Credit", False)


def _purchase_order(company: Company, body: JsonObject, around: Circumstances) -> None:
    _buying_form(company, body, around)
    body.setdefault("POStatus", "Open")
    body.setdefault("EmailStatus", "NotSet")


def _payment(company: Company, body: JsonObject, _around: Circumstances) -> None:
    settlement.check(company, "Payment", body)
    body["UnappliedAmt"] = subtract(body["TotalAmt"], settlement.applied("Payment", body))
    body.setdefault("DepositToAccountRef", {"value": UNDEPOSITED_FUNDS})
    body.setdefault("ProcessPayment", False)


def _bill_payment(company: Company, body: JsonObject, _around: Circumstances) -> None:
    settlement.check(company, "BillPayment", body)


def _adjustment(company: Company, body: JsonObject, around: Circumstances) -> None:
    if not around.switches.inventory_feature:
        raise Problem("5020", "Permission Denied Error : The plan has no inventory.", "")
    account = company.body("Account", reference(body, "AdjustAccountRef") or "") or {}
    if account.get("AccountSubType") == "Inventory":
        raise Problem("6430", "Invalid account type: the asset account cannot adjust itself", "")
    if len(body["Line"]) > around.switches.adjustment_lines:
        raise business(f"No more than {around.switches.adjustment_lines} lines are allowed.")
    for line in body["Line"]:
        detail = line.get("ItemAdjustmentLineDetail")
        if not isinstance(detail, dict):
            raise missing("Line.ItemAdjustmentLineDetail")
        item = company.body("Item", reference(detail, "ItemRef") or "")
        if item is None:
            raise missing("Line.ItemAdjustmentLineDetail.ItemRef")
        if detail.get("QtyDiff") is None:
            raise missing("Line.ItemAdjustmentLineDetail.QtyDiff")
        if around.switches.adjustment_whole_only and Decimal(detail["QtyDiff"]) % 1:
            raise business("The quantity must be a whole number.")
        if item.get("Type") != "Inventory":
            raise business(f"{item['Name']} is not an inventory item and cannot be adjusted.")
        # The reply shows neither the line's kind nor the item's name, as Intuit's sample.
        line.pop("DetailType", None)
        line.pop("Amount", None)
        detail["ItemRef"] = {"value": item["Id"]}


def _journal_entry(_company: Company, body: JsonObject, _around: Circumstances) -> None:
    sums = {"Debit": Decimal(0), "Credit": Decimal(0)}
    for line in body["Line"]:
        detail = line.get("JournalEntryLineDetail") or {}
        side = detail.get("PostingType")
        if side not in sums:
            raise missing("Line.JournalEntryLineDetail.PostingType")
        if reference(detail, "AccountRef") is None:
            raise missing("Line.JournalEntryLineDetail.AccountRef")
        sums[side] = add(sums[side], line.get("Amount") or 0)
    if sums["Debit"] != sums["Credit"]:
        raise Problem("2300", "The debits and credits of the journal entry differ", "")
    body["TotalAmt"] = sums["Debit"]
    body.setdefault("Adjustment", False)


def _deposit(_company: Company, body: JsonObject, _around: Circumstances) -> None:
    body["TotalAmt"] = settlement.lines_total(body)


def _transfer(_company: Company, body: JsonObject, _around: Circumstances) -> None:
    if Decimal(body["Amount"]) <= 0:
        raise business("You must set a transaction amount")


FORMS = {
    "Invoice": _invoice,
    "SalesReceipt": _paid_sale,
    "RefundReceipt": _paid_sale,
    "CreditMemo": _credit_memo,
    "Estimate": _sales_form,
    "Bill": _bill,
    "VendorCredit": _vendor_credit,
    "Purchase": _purchase,
    "PurchaseOrder": _purchase_order,
    "Payment": _payment,
    "BillPayment": _bill_payment,
    "InventoryAdjustment": _adjustment,
    "JournalEntry": _journal_entry,
    "Deposit": _deposit,
    "Transfer": _transfer,
}
