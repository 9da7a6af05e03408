"""Balances on the rows of accounts, and what a seed's accounts and items began with.

Source: Intuit, "Account" (CurrentBalance, CurrentBalanceWithSubAccounts): balance-sheet accounts
have one, debits positive as recorded; income and expense accounts show nought.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.books.layers import NOUGHT
from quickbooks_emulator.books.ledger import Ledger
from quickbooks_emulator.catalogue.account_types import CLASSIFICATIONS
from quickbooks_emulator.json_text import EXACT, money
from quickbooks_emulator.rules.shape import reference
from quickbooks_emulator.stock import COST, OPENING
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from quickbooks_emulator.store import Company, Key, Movement

TIMELESS = frozenset({"Revenue", "Expense"})


def show(ledger: Ledger) -> list[Key]:
    """Write the balances of today's books on the accounts; returns those that changed.

    Neither SyncToken nor LastUpdatedTime of an account change with its balance.
    """
    ledger.refresh()
    company = ledger.company
    own: dict[str, Decimal] = {}
    for row in company.rows("Account"):
        has_balance = CLASSIFICATIONS.get(row.body.get("AccountType", "")) not in TIMELESS
        own[row.id] = ledger.balance(row.id) if has_balance else NOUGHT
    sums = dict(own)
    for account_id, amount in own.items():
        above = _parent(company, account_id)
        while above is not None and amount:
            sums[above] = EXACT.add(sums.get(above, NOUGHT), amount)
            above = _parent(company, above)
    changed = []
    for row in list(company.rows("Account")):
        shown = {
            "CurrentBalance": money(own[row.id]),
            "CurrentBalanceWithSubAccounts": money(sums[row.id]),
        }
        if any(row.body.get(name) != value for name, value in shown.items()):
            company.put("Account", row.with_body({**row.body, **shown}))
            changed.append(("Account", row.id))
    return changed


def _parent(company: Company, account_id: str) -> str | None:
    body = company.body("Account", account_id)
    return reference(body, "ParentRef") if body is not None else None


def adopt(company: Company) -> None:
    """Keep what the documents of a seed do not explain as what items and accounts began with.

    Inventory accounts keep nothing: their balance is what the items' layers are worth.
    """
    moved: dict[str, Decimal] = {}
    for name in company.tables:
        for row in company.rows(name) if name not in {"Item", "Account"} else ():
            for item_id, change in row.moves:
                moved[item_id] = EXACT.add(moved.get(item_id, NOUGHT), change)
    assets = set()
    for row in list(company.rows("Item")):
        if row.body.get("Type") != "Inventory":
            continue
        assets.add(reference(row.body, "AssetAccountRef"))
        if row.moves:
            continue
        here = Decimal(row.body.get("QtyOnHand") or 0)
        began = EXACT.subtract(here, moved.get(row.id, NOUGHT))
        cost = Decimal(row.body.get("PurchaseCost") or 0)
        company.put("Item", _with_moves(row, ((OPENING, began), (COST, cost))))
    ledger = Ledger(company)
    ledger.refresh()
    for row in list(company.rows("Account")):
        recorded = Decimal(row.body.get("CurrentBalance") or 0)
        rest = EXACT.subtract(recorded, ledger.balance(row.id))
        is_timeless = CLASSIFICATIONS.get(row.body.get("AccountType", "")) in TIMELESS
        if rest and row.id not in assets and not is_timeless:
            company.put("Account", _with_moves(row, ((OPENING, rest),)))


def _with_moves(row: Row, moves: tuple[Movement, ...]) -> Row:
    return Row(row.body, row.created_at, row.updated_at, moves)
