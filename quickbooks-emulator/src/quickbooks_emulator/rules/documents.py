"""Documents: the order in which what all share and what each form needs is checked and filled.

Source: Intuit, the reference page of each form; "Error codes".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.catalogue import ENTITIES
from quickbooks_emulator.problems import missing
from quickbooks_emulator.rules import (
    account_checks,
    adjustments,
    buying,
    control_accounts,
    currency,
    features,
    links,
    money,
    numbers,
    period,
    sales,
    size,
)
from quickbooks_emulator.rules.circumstances import Circumstances
from quickbooks_emulator.rules.lines import line_ids, number_lines
from quickbooks_emulator.rules.references import details_of, resolve_details, resolve_header

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

    Form = Callable[[Company, JsonObject, JsonObject | None, Circumstances], None]

__all__ = ["Circumstances", "check_sparse", "check_unlocked", "prepare"]

FORMS: dict[str, Form] = {
    "Invoice": sales.invoice,
    "SalesReceipt": sales.sales_receipt,
    "RefundReceipt": sales.refund_receipt,
    "CreditMemo": sales.credit_memo,
    "Estimate": sales.estimate,
    "Bill": buying.bill,
    "VendorCredit": buying.vendor_credit,
    "Purchase": buying.purchase,
    "PurchaseOrder": buying.purchase_order,
    "BillPayment": buying.bill_payment,
    "Payment": money.payment,
    "JournalEntry": money.journal_entry,
    "Deposit": money.deposit,
    "Transfer": money.transfer,
    "InventoryAdjustment": adjustments.adjustment,
}
DEMANDED = {
    "Bill": ("VendorRef",),
    "Purchase": ("PaymentType", "AccountRef"),
    "Payment": ("CustomerRef", "TotalAmt"),
}
"""What even a sparse update must name, adjustments apart."""
LINES_ALWAYS = frozenset(settlement.SETTLED_BY)
"""Documents that show an empty list of lines when they have none."""


def prepare(
    company: Company,
    entity: str,
    body: JsonObject,
    old: JsonObject | None,
    around: Circumstances,
) -> None:
    """Check a document and fill what the service fills. Raises Problem."""
    if entity == "InventoryAdjustment":
        adjustments.check_date(body, around)
    body.setdefault("TxnDate", around.today.isoformat())
    period.check_open(company, entity, str(body["TxnDate"]), around)
    if old is not None:
        check_unlocked(company, entity, old, around)
        links.check_not_deposited(entity, old, body)
    lines = [dict(line) for line in body.get("Line") or []]
    if not lines and "Line" in ENTITIES[entity].required:
        raise missing("Line")
    size.check(company, {**body, "Line": lines}, around.switches)
    lines = _copied(lines)
    details = list(details_of(lines))
    features.check_document(company, body, details, around.switches)
    resolve_header(company, ENTITIES[entity], body)
    account_checks.check_document(company, entity, body)
    resolve_details(company, details)
    if entity != "InventoryAdjustment":
        currency.settle(company, body, old)
    body["Line"] = lines
    control_accounts.check(company, entity, body)
    links.check(company, entity, body, old)
    FORMS[entity](company, body, old, around)
    if entity not in LINES_ALWAYS and "Line" in body:
        number_lines(body["Line"], line_ids((old or {}).get("Line") or []), entity)
    currency.in_home_currency(body)
    numbers.settle(company, entity, body, old, around)
    period.check_stock_start(company, entity, body)


def _copied(lines: list[JsonObject]) -> list[JsonObject]:
    """Lines whose details may be changed without changing the stored document's."""
    copies = []
    for line in lines:
        copy = {
            name: dict(value) if isinstance(value, dict) else value for name, value in line.items()
        }
        group = copy.get("GroupLineDetail")
        if group and group.get("Line"):
            group["Line"] = _copied(group["Line"])
        copies.append(copy)
    return copies


def check_sparse(entity: str, given: JsonObject, around: Circumstances) -> None:
    """Raises Problem 2020 for a sparse update without what the form demands even then."""
    is_free = around.is_by_hand or not around.switches.sparse_demands_references
    if is_free or not given.get("sparse"):
        return
    for name in DEMANDED.get(entity, ()):
        if given.get(name) is None:
            raise missing(name)


def check_unlocked(company: Company, entity: str, old: JsonObject, around: Circumstances) -> None:
    """Raises Problem 6200, 6210 or 6270 when the stored document may not be touched any more."""
    period.check_open(company, entity, str(old.get("TxnDate", "9999")), around)
    period.check_stock_start(company, entity, old)
