"""Documents handed to people: as PDF, and by e-mail, of which no real one is sent.

Source: Intuit, "Invoice" (get as PDF, send) and the same operations of the other forms; the fields
that a sent document carries as recorded.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from quickbooks_emulator import pdf, replay
from quickbooks_emulator.clock import second_text
from quickbooks_emulator.envelopes import enveloped
from quickbooks_emulator.json_text import JsonObject, dumps
from quickbooks_emulator.messages import Reply, Request
from quickbooks_emulator.problems import Problem, not_found
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target

FORMS = frozenset({
    "Invoice", "SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt", "PurchaseOrder",
    "Payment",
})  # fmt: skip
MAILED_TO = {"PurchaseOrder": "POEmail"}
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
LONGEST_ADDRESS = 100
PORTAL = "https://connect.intuit.com/portal/app/CommerceNetwork/view"
OK = 200


def as_pdf(_service: Service, company: Company, request: Request, target: Target) -> Reply:
    """The document as a file to print. Raises Problem 1050 when another kind is asked for."""
    row = _form(company, target, "pdf")
    accept = request.headers.get("accept", "").lower()
    if accept and "pdf" not in accept and "*/*" not in accept:
        words = f"Content type {accept[:80]!r} is not supported; it is application/pdf"
        raise Problem("1050", words, message="Invalid content type")
    name = str(company.single("CompanyInfo").get("CompanyName", ""))
    return Reply(OK, pdf.document(target.entity, row.body, name), "application/pdf")


def sent(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """Mark the document as sent to `sendTo`, else to its own address."""

    def mark() -> JsonObject:
        row = _form(company, target, "send")
        field = MAILED_TO.get(target.entity, "BillEmail")
        own = (row.body.get(field) or {}).get("Address", "")
        address = request.query.get("sendTo") or request.query.get("sendto") or own
        check_address(address)
        now = int(service.clock.epoch())
        delivery = {"DeliveryType": "Email", "DeliveryTime": second_text(now)}
        changed = {
            **row.body,
            field: {**(row.body.get(field) or {}), "Address": address},
            "EmailStatus": "EmailSent",
            "DeliveryInfo": delivery,
        }
        marked = service.writer(company).effects.marked(target.entity, changed, row)
        company.put(target.entity, Row(marked, row.created_at, now, row.moves))
        return marked

    def work() -> Reply:
        stored = service.in_one_piece(company, mark)
        return enveloped(service, target.entity, dumps(stored))

    return replay.once(service, company, request, target, work)


def check_address(text: str) -> None:
    """Raises Problem 2210 unless the text is one address or several with commas between."""
    parts = [part.strip() for part in text.split(",")]
    if len(text) > LONGEST_ADDRESS or not all(ADDRESS.fullmatch(part) for part in parts):
        raise Problem(
            "2210",
            f"Email Address does not conform to the RFC 822 standard. Supplied value:{text[:200]}",
            "",
            message="Invalid Email Address format",
        )


def with_link(body: JsonObject, realm_id: str) -> JsonObject:
    """The invoice with the link for its customer: when it can be paid online and has an address."""
    is_payable = body.get("AllowOnlineCreditCardPayment") or body.get("AllowOnlineACHPayment")
    if not is_payable or not (body.get("BillEmail") or {}).get("Address"):
        return body
    mark = hashlib.sha256(f"{realm_id}/{body['Id']}".encode()).hexdigest()
    return {**body, "InvoiceLink": f"{PORTAL}/scs-v1-{mark}?locale=EN_US"}


def _form(company: Company, target: Target, operation: str) -> Row:
    if target.entity not in FORMS:
        raise Problem("500", f"Operation {operation} on {target.entity} is not supported.")
    row = company.row(target.entity, target.object_id)
    if row is None:
        raise not_found()
    return row
