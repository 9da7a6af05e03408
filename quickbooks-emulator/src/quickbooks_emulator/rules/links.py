"""Links between documents: what an invoice bills, a bill receives and a deposit takes to the bank.

Source: Intuit, "Invoice", "Bill", "Deposit" (LinkedTxn); "Error codes" (620, 6540).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.json_text import add
from quickbooks_emulator.problems import Problem, business
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
NAMED = {"Invoice": frozenset({"TimeActivity"})}
"""Document → what it may bill beside, which stays as it is."""
CLOSED = {"Estimate": "TxnStatus", "PurchaseOrder": "POStatus"}
"""Source → the property that says whether it is closed."""
PARTIES = ("CustomerRef", "VendorRef", "EntityRef")
DEPOSITED = frozenset({"Payment", "SalesReceipt", "RefundReceipt", "JournalEntry"})
UNDEPOSITED_FUNDS = "4"
HELD_BY_DEPOSIT = ("TotalAmt", "DepositToAccountRef", "CustomerRef", "TxnDate", "Line")


def of(body: JsonObject) -> Iterator[tuple[str, str]]:
    """Type and id of every document that the head or a line links."""
    for holder in (body, *(body.get("Line") or [])):
        yield from own(holder)


def own(holder: JsonObject) -> Iterator[tuple[str, str]]:
    """Type and id of every document that a head or a line itself links."""
    for link in holder.get("LinkedTxn") or []:
        yield str(link.get("TxnType", "")), str(link.get("TxnId", ""))


def check(company: Company, entity: str, body: JsonObject, old: JsonObject | None) -> None:
    """Raises Problem 620 for a new link to what is not there, is another's or is taken.

    Links that the document has may be sent again, whatever they are; what the lines of a payment
    name is looked at where it is applied.
    """
    known = set(of(old or {}))
    holders = [body] if entity in settlement.SETTLED_BY else [body, *(body.get("Line") or [])]
    for kind, object_id in dict.fromkeys(link for holder in holders for link in own(holder)):
        is_known = (kind, object_id) in known
        if kind in SOURCES.get(entity, ()) or kind in NAMED.get(entity, ()):
            _check_source(company, (kind, object_id), body, is_known=is_known)
        elif is_known:
            continue
        elif entity == "Deposit" and kind in DEPOSITED:
            _check_undeposited(company, kind, object_id)
        else:
            raise Problem("620", f"Transaction {kind} {object_id} cannot be linked", "LinkedTxn")
    if old is not None:
        settlement.check_settled(company, entity, old, body)
        if is_deposited(old) and not is_deposited(body):
            body["LinkedTxn"] = old["LinkedTxn"]


def _check_source(
    company: Company, key: tuple[str, str], body: JsonObject, *, is_known: bool
) -> None:
    kind, object_id = key
    source = company.body(kind, object_id)
    if source is None and is_known:
        return
    if source is None:
        raise Problem("620", f"Transaction {kind} {object_id} cannot be linked", "LinkedTxn")
    is_closed = source.get(CLOSED.get(kind, "")) == "Closed" and source.get("LinkedTxn")
    if is_closed and not is_known:
        raise Problem("620", f"{kind} {object_id} is closed", "LinkedTxn")
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


def check_deposited(company: Company, body: JsonObject) -> None:
    """Raises Problem 620 for money deposited twice, 6000 for another amount than there is."""
    seen: set[tuple[str, str]] = set()
    for line in body["Line"]:
        there = Decimal(0)
        for kind, object_id in own(line):
            if (kind, object_id) in seen:
                raise Problem("620", f"{kind} {object_id} is deposited twice", "LinkedTxn")
            seen.add((kind, object_id))
            there = add(there, _undeposited(kind, company.body(kind, object_id) or {}))
        if line.get("LinkedTxn") and there != Decimal(line["Amount"]):
            raise business("The amount of a deposit's line must be that of what it deposits.")


def _undeposited(kind: str, body: JsonObject) -> Decimal:
    """What a document brought to undeposited funds."""
    if kind != "JournalEntry":
        total = Decimal(body.get("TotalAmt") or 0)
        return -total if kind == "RefundReceipt" else total
    result = Decimal(0)
    for line in body.get("Line") or []:
        detail = line.get("JournalEntryLineDetail") or {}
        if reference(detail, "AccountRef") == UNDEPOSITED_FUNDS:
            amount = Decimal(line.get("Amount") or 0)
            result = add(result, amount if detail.get("PostingType") == "Debit" else -amount)
    return result


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
