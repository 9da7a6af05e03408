"""How payments and credits settle documents, and what they leave open.

Source: Intuit, "Payment", "BillPayment", "Invoice" (Balance, LinkedTxn): applying a payment lowers
the document's balance, links both and raises the document's SyncToken.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.books.postings import party_of, party_of_line
from quickbooks_emulator.json_text import JsonObject, add, subtract
from quickbooks_emulator.problems import Problem, business, unsupported_property
from quickbooks_emulator.rules.lines import total
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.store import Company

SETTLED_BY = {
    "Payment": {"Invoice": 1, "CreditMemo": -1, "JournalEntry": 1, "Deposit": 1},
    "BillPayment": {"Bill": 1, "VendorCredit": -1, "JournalEntry": 1},
}
"""Per paying document: what it settles (+1) and what it uses up as credit (-1)."""

OWED = {"Invoice": 1, "CreditMemo": -1, "Bill": 1, "VendorCredit": -1}
"""What the open amount of a document does to the balance of its customer or vendor."""

OWED_BY_LINE = {
    "JournalEntry": "JournalEntryLineDetail", "Deposit": "DepositLineDetail",
    "Purchase": "AccountBasedExpenseLineDetail",
}  # fmt: skip
"""Documents whose lines may name a control account."""

CONTROLLED = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}

LINKED_AS = {"BillPayment": "BillPaymentCheck"}


def links(body: JsonObject) -> list[tuple[str, str, Decimal]]:
    """Type, id and amount of each document that a payment's lines name. Raises Problem."""
    found = []
    for line in body.get("Line") or []:
        linked = line.get("LinkedTxn") or []
        if not isinstance(linked, list):
            raise unsupported_property("LinkedTxn: a list is expected,")
        for link in linked:
            if not isinstance(link, dict) or not link.get("TxnId") or not link.get("TxnType"):
                raise unsupported_property("LinkedTxn: TxnId and TxnType are expected,")
            found.append((str(link["TxnType"]), str(link["TxnId"]), Decimal(line.get("Amount", 0))))
    return found


def applied(entity: str, body: JsonObject) -> Decimal:
    """What a payment has applied, credits taken off."""
    result = Decimal(0)
    signs = SETTLED_BY[entity]
    for kind, _, amount in links(body):
        result = add(result, amount if signs.get(kind, 1) > 0 else -amount)
    return result


def check(company: Company, entity: str, body: JsonObject) -> None:
    """Raises Problem when a payment applies more than it has or than a document owes."""
    amount = Decimal(body["TotalAmt"])
    if amount < 0:
        raise business("You must set a transaction amount")
    used = applied(entity, body)
    if used > amount:
        raise business("The amount applied exceeds the amount of the payment.")
    for kind, object_id, share in links(body):
        if kind not in SETTLED_BY[entity]:
            continue
        target = company.body(kind, object_id) if kind in company.tables else None
        if target is None:
            raise Problem("620", f"Transaction {kind} {object_id} cannot be linked", "LinkedTxn")
        if not _may_pay(company, _party(body), _party(target)):
            raise Problem("620", "The transaction belongs to another customer", "LinkedTxn")
        if "Balance" in target and share > Decimal(target["Balance"]):
            raise business("The amount applied exceeds the open balance of the transaction.")


def _may_pay(company: Company, payer: str | None, owner: str | None) -> bool:
    """Whether the document is the payer's own or one of its jobs'."""
    while owner is not None and owner != payer:
        parent = (company.body("Customer", owner) or {}).get("ParentRef") or {}
        owner = parent.get("value")
    return owner == payer


def _party(body: JsonObject) -> str | None:
    reference = body.get("CustomerRef") or body.get("VendorRef") or {}
    value = reference.get("value")
    return str(value) if value is not None else None


def with_share(target: JsonObject, payer: str, payer_id: str, share: Decimal) -> JsonObject:
    """The settled document after a share (negative: given back)."""
    balance = subtract(target.get("Balance", 0), share)
    kind = LINKED_AS.get(payer, payer)
    link = {"TxnId": payer_id, "TxnType": kind}
    linked = [
        entry
        for entry in target.get("LinkedTxn") or []
        if (entry.get("TxnId"), entry.get("TxnType")) != (payer_id, kind)
    ]
    if "RemainingCredit" in target:
        # A credit memo does not say which payments use it up, as recorded.
        return {**target, "Balance": balance, "RemainingCredit": balance}
    if share > 0:
        linked.append(link)
    return {**target, "Balance": balance, "LinkedTxn": linked}


def without(payment: JsonObject, entity: str, kind: str, object_id: str) -> JsonObject:
    """The payment after a document it settled is gone: that share is unapplied again."""
    lines = [
        line
        for line in payment.get("Line") or []
        if not any(
            link.get("TxnId") == object_id and link.get("TxnType") == kind
            for link in line.get("LinkedTxn") or []
        )
    ]
    changed = {**payment, "Line": lines}
    if entity == "Payment":
        changed["UnappliedAmt"] = subtract(payment["TotalAmt"], applied(entity, changed))
    return changed


def owed(company: Company, entity: str, body: JsonObject) -> Iterator[tuple[str, str, Decimal]]:
    """What a document adds to the balances of which customers and vendors, in its currency.

    Over all documents that is what they post to the control accounts (see `books.postings`): what
    a payment has applied to a document is in that document's open amount.
    """
    if not body:
        return
    party = "Customer" if "CustomerRef" in body else "Vendor"
    if entity in OWED:
        yield party, body[f"{party}Ref"]["value"], Decimal(body.get("Balance", 0)) * OWED[entity]
    elif entity in SETTLED_BY:
        rest = Decimal(body.get("TotalAmt") or 0)
        for kind, _, share in links(body):
            rest = subtract(rest, share * OWED.get(kind, 0))
        yield party, body[f"{party}Ref"]["value"], -rest
    for line in (body.get("Line") or []) if entity in OWED_BY_LINE else ():
        detail = line.get(OWED_BY_LINE[entity]) or {}
        account = company.body("Account", reference(detail, "AccountRef") or "") or {}
        party = CONTROLLED.get(account.get("AccountType", ""), "")
        name = party_of_line(detail) or party_of(body)
        if not party or name is None or name[0] != party:
            continue
        is_debit = entity == "Purchase" and not body.get("Credit")
        is_debit = is_debit or detail.get("PostingType") == "Debit"
        debit = Decimal(line.get("Amount") or 0) * (1 if is_debit else -1)
        yield party, name[1], debit if party == "Customer" else -debit


def lines_total(body: JsonObject) -> Decimal:
    """The sum of the lines, for forms that have neither tax nor discount."""
    return total(body.get("Line") or [])
