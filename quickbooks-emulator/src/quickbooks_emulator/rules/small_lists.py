"""Terms, payment methods, currencies, and time.

Source: Intuit, "Term", "PaymentMethod", "CompanyCurrency", "TimeActivity".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem, missing
from quickbooks_emulator.rules import currency
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company

WORKERS = {"Employee": "EmployeeRef", "Vendor": "VendorRef", "Other": "OtherNameRef"}


def term(body: JsonObject) -> None:
    """A term is due so many days on, or on a day of the month. Raises Problem 2020."""
    if body.get("DayOfMonthDue") is not None:
        body["Type"] = "DATE_DRIVEN"
    elif body.get("DueDays") is not None:
        body["Type"] = "STANDARD"
        body.setdefault("DiscountDays", 0)
    else:
        raise missing("DueDays")


def payment_method(body: JsonObject) -> None:
    """A payment method is no card unless it says so."""
    body.setdefault("Type", "NON_CREDIT_CARD")


def company_currency(company: Company, body: JsonObject) -> None:
    """A currency that the company uses. Raises Problem 5030 or 2170."""
    code = str(body["Code"])
    currency.check_code(company, code)
    body.setdefault("Name", currency.named(code)["name"])


def time_activity(body: JsonObject, around: Circumstances) -> None:
    """Time of an employee or a vendor. Raises Problem 2020 or 6000."""
    worker = WORKERS[str(body["NameOf"])]
    if reference(body, worker) is None:
        raise missing(worker)
    has_span = body.get("StartTime") and body.get("EndTime")
    if body.get("Hours") is None and body.get("Minutes") is None and not has_span:
        raise missing("Hours")
    body.setdefault("TxnDate", around.today.isoformat())
    status = body.setdefault("BillableStatus", "NotBillable")
    if status == "Billable" and reference(body, "CustomerRef") is None:
        raise missing("CustomerRef")
    if status == "HasBeenBilled":
        raise Problem("2170", "Invalid Enumeration : HAS_BEEN_BILLED", "BillableStatus")
    body.setdefault("Taxable", False)
    body.setdefault("HourlyRate", 0)
    if not has_span:
        body.setdefault("Hours", 0)
        body.setdefault("Minutes", 0)
