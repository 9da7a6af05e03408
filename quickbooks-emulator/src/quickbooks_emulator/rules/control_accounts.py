"""Receivables and payables on lines: they need the name whose balance they change.

Source: Intuit, "JournalEntry" (Entity) and the words of recorded faults (6000); that the other
forms keep the same rule follows from the balances of names being those of the accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.books.chart import CONTROL
from quickbooks_emulator.books.postings import party_of, party_of_line
from quickbooks_emulator.problems import Problem, business
from quickbooks_emulator.rules.shape import reference
from quickbooks_emulator.settlement import OWED_BY_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

NAMELESS = ("DepositToAccountRef", "FromAccountRef", "ToAccountRef")
DETAILS = (
    "AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail", "SalesItemLineDetail",
    "DiscountLineDetail", "DepositLineDetail", "JournalEntryLineDetail",
)  # fmt: skip
FIELDS = ("AccountRef", "ItemAccountRef", "DiscountAccountRef")


def check(company: Company, entity: str, body: JsonObject) -> None:
    """Raises Problem 6000 or 6430 for a control account without its customer or vendor."""
    for line in body.get("Line") or []:
        for member in DETAILS:
            detail = line.get(member)
            if isinstance(detail, dict):
                _check_line(company, entity, body, member, detail)
    holders = [body[name] for name in NAMELESS if name in body]
    back = body.get("CashBack")
    if isinstance(back, dict) and "AccountRef" in back:
        holders.append(back["AccountRef"])
    for holder in holders:
        kind = _kind(company, {"AccountRef": holder}, "AccountRef")
        if kind in CONTROL:
            raise Problem("6430", f"Invalid account type: {kind} cannot be used here", "")


def _check_line(
    company: Company, entity: str, body: JsonObject, member: str, detail: JsonObject
) -> None:
    for kind in _kinds(company, detail):
        wanted = CONTROL.get(kind)
        if wanted is None:
            continue
        party = party_of_line(detail) or party_of(body)
        if OWED_BY_LINE.get(entity) != member or party is None or party[0] != wanted:
            raise business(
                f"When you use {kind}, you must choose a {wanted.lower()} in the Name field."
            )


def _kinds(company: Company, detail: JsonObject) -> Iterator[str]:
    for name in FIELDS:
        yield _kind(company, detail, name)


def _kind(company: Company, holder: JsonObject, name: str) -> str:
    account = company.body("Account", reference(holder, name) or "") or {}
    return str(account.get("AccountType", ""))
