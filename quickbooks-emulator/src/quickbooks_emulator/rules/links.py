"""Links between documents: what an invoice bills, a bill receives and a deposit takes to the bank.

Source: Intuit, "Invoice", "Bill", "Deposit" (LinkedTxn); "Error codes" (620, 6540).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.store import Company

SOURCES = {
    "Invoice": frozenset({"Estimate"}),
    "SalesReceipt": frozenset({"Estimate"}),
    "Bill": frozenset({"PurchaseOrder"}),
    "Purchase": frozenset({"PurchaseOrder"}),
}
"""Document → what it may be made from: the source is closed and shows the link."""
PARTIES = ("CustomerRef", "VendorRef", "EntityRef")
DEPOSITED = frozenset({"Payment", "SalesReceipt", "RefundReceipt", "JournalEntry"})
UNDEPOSITED_FUNDS = "4"
HELD_BY_DEPOSIT = ("TotalAmt", "DepositToAccountRef", "CustomerRef", "TxnDate", "Line")


def of(body: JsonObject) -> Iterator[tuple[str, str]]:
    """Type and id of every document that the head or a line links."""
    for holder in (body, *(body.get("Line") or [])):
        for link in holder.get("LinkedTxn") or []:
            yield str(link.get("TxnType", "")), str(link.get("TxnId", ""))


def check(company: Company, entity: str, body: JsonObject, old: JsonObject | None) -> None:
    """Raises Problem 620 for a new link to what is not there, is another's or is taken."""
    known = set(of(old or {}))
    for kind, object_id in of(body):
        if (kind, object_id) in known:
            continue
        if kind in SOURCES.get(entity, ()):
            _check_source(company, kind, object_id, body)
        elif entity == "Deposit" and kind in DEPOSITED:
            _check_undeposited(company, kind, object_id)


def _check_source(company: Company, kind: str, object_id: str, body: JsonObject) -> None:
    source = company.body(kind, object_id)
    if source is None:
        raise Problem("620", f"Transaction {kind} {object_id} cannot be linked", "LinkedTxn")
    parties = [reference(body, name) for name in PARTIES if name in body]
    theirs = [reference(source, name) for name in PARTIES if name in source]
    if parties and theirs and parties[0] != theirs[0]:
        raise Problem("620", f"{kind} {object_id} belongs to another name", "LinkedTxn")


def _check_undeposited(company: Company, kind: str, object_id: str) -> None:
    source = company.body(kind, object_id)
    if source is None:
        raise Problem("620", f"Transaction {kind} {object_id} cannot be linked", "LinkedTxn")
    if is_deposited(source):
        raise Problem("620", f"{kind} {object_id} has been deposited", "LinkedTxn")
    account = reference(source, "DepositToAccountRef")
    if account not in {None, UNDEPOSITED_FUNDS}:
        raise Problem("620", f"{kind} {object_id} is not in undeposited funds", "LinkedTxn")


def is_deposited(body: JsonObject) -> bool:
    """Whether a deposit has taken the document's money to the bank."""
    return any(link.get("TxnType") == "Deposit" for link in body.get("LinkedTxn") or [])


def check_not_deposited(entity: str, old: JsonObject, body: JsonObject | None = None) -> None:
    """Raises Problem 6540 for a deposited document that would change in what the deposit holds.

    Without a body, as for delete and void, any deposited document is refused.
    """
    if entity not in DEPOSITED or not is_deposited(old):
        return
    if body is not None and all(_same(old.get(name), body.get(name)) for name in HELD_BY_DEPOSIT):
        return
    raise Problem(
        "6540",
        "Deposited Transaction cannot be changed : This transaction has been deposited. "
        "If you want to change or delete it, you must edit the deposit it appears on and remove "
        "it first.",
        "",
    )


def _same(old: Json, new: Json) -> bool:
    """Whether a value says the same; what is left out or added by the service does not count."""
    if new is None:
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        return all(_same(old.get(name), value) for name, value in new.items() if name != "name")
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new)
