"""What the service adds to every object it shows, on the objects of a seed.

A write goes through the rules, which add these; the recorded facts of the demo company are kept
without them. Source: recorded answers of May 2026.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue import ENTITIES
from quickbooks_emulator.json_text import add
from quickbooks_emulator.rules.addresses import FREE_FORM
from quickbooks_emulator.rules.buying import name_values
from quickbooks_emulator.rules.lines import to_cents
from quickbooks_emulator.rules.people import pseudonym
from quickbooks_emulator.rules.printing import print_numbers
from quickbooks_emulator.rules.references import NAMELESS

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

WITHOUT_EXTENSIONS = frozenset({"SubTotalLineDetail", "DiscountLineDetail"})


def complete(company: Company, entity: str, body: JsonObject) -> None:
    """Add to a body, in place, what its facts leave out."""
    for name in ENTITIES[entity].references:
        if (entity, name) in NAMELESS and name in body:
            body[name] = {"value": body[name]["value"]}
    for line in body.get("Line") or []:
        _complete_line(company, entity, line)
    _count_addresses(company, body)
    if entity in FREE_FORM:
        body.setdefault("FreeFormAddress", True)
    if entity in {"Customer", "Vendor"}:
        body["V4IDPseudonym"] = pseudonym(company, body["DisplayName"])
    if entity == "Customer":
        body["ClientEntityId"] = "0"
    if entity == "PurchaseOrder":
        body.setdefault("CustomField", [])
    if "PurchaseEx" in body:
        body["PurchaseEx"] = name_values([("TxnType", body["PurchaseEx"])])
    print_numbers(body)


def _count_addresses(company: Company, body: JsonObject) -> None:
    """New addresses are numbered behind those of the body."""
    for name, value in body.items():
        if name.endswith("Addr") and isinstance(value, dict) and "Id" in value:
            following = int(value["Id"]) + 1
            company.series["Address"] = max(company.series.get("Address", 1), following)


def _complete_line(company: Company, entity: str, line: JsonObject) -> None:
    kind = line.get("DetailType")
    if kind is not None and kind not in WITHOUT_EXTENSIONS:
        line["CustomExtensions"] = []
    if entity == "Bill":
        line.setdefault("LinkedTxn", [])
    detail = line.get("DepositLineDetail") or {}
    if "PaymentMethodRef" in detail and "AccountRef" not in detail:
        detail["PaymentMethodRef"] = {"value": detail["PaymentMethodRef"]["value"]}
    if entity == "Payment":
        _explain(company, line)


def _explain(company: Company, line: JsonObject) -> None:
    """What the service says of the document that a payment's line pays: id, open amount, number."""
    for link in (line.get("LinkedTxn") or [])[:1]:
        paid = company.body(link["TxnType"], link["TxnId"])
        if paid is None:
            return
        open_before = to_cents(add(Decimal(paid["Balance"]), line["Amount"]))
        pairs = [("txnId", link["TxnId"]), ("txnOpenBalance", f"{open_before:f}")]
        if "DocNumber" in paid:
            pairs.append(("txnReferenceNumber", paid["DocNumber"]))
        line["LineEx"] = name_values(pairs)
