"""How payments and credits settle documents, and what they leave open.

Source: Intuit, "Payment", "BillPayment", "Invoice" (Balance, LinkedTxn): applying a payment lowers
the document's balance, links both and raises the document's SyncToken.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.books.chart import CONTROL, OWED
from quickbooks_emulator.books.postings import party_of, party_of_line
from quickbooks_emulator.json_text import JsonObject, add, subtract
from quickbooks_emulator.problems import Problem, business, unsupported_property
from quickbooks_emulator.rules.finding import referring
from quickbooks_emulator.rules.hierarchy import ancestors
from quickbooks_emulator.rules.lines import total
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.rows import Row
    from quickbooks_emulator.store import Company, Key

SETTLED_BY = {
    "Payment": ("Invoice", "CreditMemo", "JournalEntry", "Expense", "Check", "CreditCardCredit"),
    "BillPayment": ("Bill", "VendorCredit", "JournalEntry"),
}
"""Per paying document: the types of link that its lines may have."""

PURCHASES = frozenset({"Expense", "Check", "CreditCardCredit"})
"""What links call a Purchase, by how it was paid."""

OWED_BY_LINE = {
    "JournalEntry": "JournalEntryLineDetail", "Deposit": "DepositLineDetail",
    "Purchase": "AccountBasedExpenseLineDetail",
}  # fmt: skip
"""Documents whose lines may name a control account."""

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


def shares(body: JsonObject) -> dict[tuple[str, str], Decimal]:
    """What a payment gives to, or takes from, each document: by type of link and id."""
    found: dict[tuple[str, str], Decimal] = {}
    for kind, object_id, share in links(body):
        found[kind, object_id] = add(found.get((kind, object_id), 0), share)
    return found


def entity_of(kind: str) -> str:
    """The entity that a type of link names."""
    return "Purchase" if kind in PURCHASES else kind


def applied(company: Company, body: JsonObject) -> Decimal:
    """What a payment has applied, credits taken off."""
    result = Decimal(0)
    for kind, object_id, share in links(body):
        is_credit = OWED.get(kind, 1) < 0 or _worth(company, kind, object_id, body) < 0
        result = add(result, -share if is_credit else share)
    return result


def check(company: Company, entity: str, body: JsonObject) -> None:
    """Raises Problem when a payment applies more than it has or than a document owes.

    Lines that apply nothing are left out.
    """
    body["Line"] = [line for line in body.get("Line") or [] if line.get("Amount") != 0]
    stored = company.body(entity, str(body.get("Id", ""))) or {}
    wanted = shares(body)
    amount = Decimal(body.get("TotalAmt") or 0)
    is_empty = not amount and not wanted and stored.get("TotalAmt") != 0
    if "TotalAmt" not in body or amount < 0 or is_empty:
        raise business("You must set a transaction amount")
    for (kind, object_id), share in wanted.items():
        if share > _left(company, entity, body, (kind, object_id)):
            raise business("The amount applied exceeds the open balance of the transaction.")
    rest = subtract(amount, applied(company, body))
    if rest < 0:
        raise business("The amount applied exceeds the amount of the payment.")
    if entity == "BillPayment" and rest > _unapplied(company, stored):
        raise business("The amount of a bill payment must be what its lines pay.")


def _unapplied(company: Company, stored: JsonObject) -> Decimal:
    """What a stored payment has not applied: a bill that it paid may be gone."""
    return subtract(stored.get("TotalAmt", 0), applied(company, stored))


def _left(company: Company, entity: str, body: JsonObject, link: tuple[str, str]) -> Decimal:
    """What is open for this payment on a document. Raises Problem 620 for none of the payer's."""
    kind, object_id = link
    target = company.body(entity_of(kind), object_id) if kind in SETTLED_BY[entity] else None
    is_kind = target is not None and kind in {entity_of(kind), _purchase_kind(target)}
    if target is None or not is_kind:
        raise Problem("620", f"Transaction {kind} {object_id} cannot be linked", "LinkedTxn")
    if kind in OWED:
        owner, payer = party_of(target), party_of(body)
        if owner is None or payer is None or not _may_pay(company, payer[1], owner[1]):
            raise Problem("620", "The transaction belongs to another customer", "LinkedTxn")
        return Decimal(target["Balance"])
    worth = abs(_worth(company, kind, object_id, body))
    if not worth:
        raise Problem("620", "The transaction belongs to another customer", "LinkedTxn")
    for row in payments_of(company, entity, (entity_of(kind), object_id), target, body):
        if row.id != body.get("Id"):
            worth = subtract(worth, shares(row.body)[link])
    return worth


def _purchase_kind(body: JsonObject) -> str:
    """What links call this Purchase."""
    if body.get("Credit"):
        return "CreditCardCredit"
    return "Check" if body.get("PaymentType") == "Check" else "Expense"


def _worth(company: Company, kind: str, object_id: str, payment: JsonObject) -> Decimal:
    """What the lines of a document add to what the payer owes; below nought for a credit."""
    entity, payer = entity_of(kind), party_of(payment)
    body = company.body(entity, object_id) if entity in OWED_BY_LINE else None
    result = Decimal(0)
    for party, owner, amount in owed(company, entity, body or {}):
        if payer is not None and party == payer[0] and _may_pay(company, payer[1], owner):
            result = add(result, amount)
    return result


def payments_of(
    company: Company, payer: str, key: Key, body: JsonObject, rival: JsonObject | None = None
) -> Iterator[Row]:
    """The payments of a kind that name a document, found by whose it is.

    With a `rival` only those that settle what it could.
    """
    party = "Customer" if payer == "Payment" else "Vendor"
    mine = party_of(rival) if rival is not None else None
    names: dict[str, None] = {}
    for whose, owner, _ in owed(company, key[0], body):
        if whose == party and (mine is None or _may_pay(company, mine[1], owner)):
            names.update(dict.fromkeys((owner, *ancestors(company, party, owner))))
    for name in names:
        for row in referring(company, payer, f"{party}Ref", name):
            if any((entity_of(kind), number) == key for kind, number in shares(row.body)):
                yield row


def check_settled(company: Company, entity: str, old: JsonObject, body: JsonObject) -> None:
    """Raises Problem 6000 when a settled document would become another's.

    A journal entry or a purchase that a payment names keeps all that names owe by it.
    """
    is_held = False
    if entity in OWED and party_of(old) != party_of(body):
        worth = subtract(old["TotalAmt"], old.get("Deposit") or 0)
        is_held = Decimal(old.get("Balance", worth)) != worth
    elif entity in OWED_BY_LINE and _owed_by(company, entity, old) != _owed_by(
        company, entity, body
    ):
        key = (entity, str(old["Id"]))
        is_held = any(any(payments_of(company, payer, key, old)) for payer in SETTLED_BY)
    if is_held:
        raise business("The transaction is linked to a payment: remove it from the payment first.")


def _owed_by(company: Company, entity: str, body: JsonObject) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for party, object_id, amount in owed(company, entity, body):
        found[party, object_id] = add(found.get((party, object_id), 0), amount)
    return found


def _may_pay(company: Company, payer: str, owner: str) -> bool:
    """Whether the document is the payer's own or one of its jobs'."""
    return payer == owner or payer in ancestors(company, "Customer", owner)


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


def without(company: Company, payment: JsonObject, key: Key) -> JsonObject:
    """The payment after a document it settled is gone: that share is unapplied again.

    Where a credit is gone, what it paid is not paid any more: the last lines go first.
    """
    lines = []
    for line in payment.get("Line") or []:
        linked = line.get("LinkedTxn") or []
        others = [x for x in linked if (entity_of(x["TxnType"]), x["TxnId"]) != key]
        if len(others) == len(linked):
            lines.append(line)
        elif others:
            lines.append({**line, "LinkedTxn": others})
    changed = {**payment, "Line": lines}
    rest = _unapplied(company, changed)
    for line in reversed(lines):
        others = [one for one in changed["Line"] if one.get("LinkedTxn") != line.get("LinkedTxn")]
        more = _unapplied(company, {**changed, "Line": others})
        if rest < 0 and more > rest:
            changed["Line"], rest = others, more
    if "UnappliedAmt" in payment:
        changed["UnappliedAmt"] = rest
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
        party = CONTROL.get(account.get("AccountType", ""), "")
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
