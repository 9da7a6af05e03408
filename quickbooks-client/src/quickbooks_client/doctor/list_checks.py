"""Whether the accounts and items that settings name exist and fit: pure, on what was read.

Source: Intuit, Accounting API, "Account", "Item", "InventoryAdjustment".
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from quickbooks_client.doctor.findings import Finding, ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COSTS = ("Cost of Goods Sold", "Expense", "Other Expense")
ADJUSTMENT = "adjustment_account_id"
_MONEY = ("Bank", "Other Current Asset")
CANDIDATES = 3
_TELLING = ("shrink", "adjust", "inventory", "stock")
"""Parts of names by which people call such an account, the likeliest first."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """What an account that a setting names must be."""

    subject: str
    types: tuple[str, ...]
    subtypes: tuple[str, ...] = ()


ACCOUNTS: Mapping[str, Wanted] = {
    ADJUSTMENT: Wanted("adjustment account", COSTS, ("OpeningBalanceEquity",)),
    "discount_account_id": Wanted("discount account", ("Income", "Other Income", *COSTS)),
    "deposit_account_id": Wanted("deposit account", _MONEY),
    "refund_account_id": Wanted("refund account", _MONEY),
}
ITEMS: Mapping[str, str] = {
    "shipping_item_id": "shipping item",
    "tax_item_id": "tax item",
    "fallback_item_id": "fallback item",
}
NEEDED_ITEMS = ("shipping_item_id", "fallback_item_id")
_BOOKED_ON = ("Service", "NonInventory")


def check_account(setting: str, wanted_id: str, found: Mapping[str, Any] | None) -> Finding:
    """Return whether the account that `setting` names can be used. Any: JSON."""
    wanted = ACCOUNTS[setting]
    subject = wanted.subject
    if found is None:
        return wrong(subject, f"there is no account with id {wanted_id}: correct {setting}")
    name = str(found.get("FullyQualifiedName") or found.get("Name") or "")
    said = f"{name} (id {wanted_id})"
    if found.get("Active") is False:
        return wrong(subject, f"{said} is inactive: make it active, or choose another {setting}")
    kind = str(found.get("AccountType") or "")
    if kind not in wanted.types and found.get("AccountSubType") not in wanted.subtypes:
        return wrong(
            subject,
            f"{said} is of type {kind or 'unknown'}, which does not do: choose one of type"
            f" {' or '.join(wanted.types)} for {setting}",
        )
    return ok(subject, said)


def check_candidates(accounts: Iterable[Mapping[str, Any]]) -> Finding:
    """Return which accounts would do for adjustments, as none is set. Any: JSON."""
    best = sorted(
        (account for account in accounts if account.get("Active") is not False), key=_rank
    )[:CANDIDATES]
    subject = ACCOUNTS[ADJUSTMENT].subject
    if not best:
        return warning(
            subject,
            f"{ADJUSTMENT} is not set, and the company has no account of expenses: make one and"
            " set its id",
        )
    listed = [
        f"{account.get('Id')} ({account.get('FullyQualifiedName') or account.get('Name')})"
        for account in best
    ]
    return warning(
        subject,
        f"{ADJUSTMENT} is not set, so adjustments that name none are rejected: set it to"
        f" {', '.join(listed[:-1]) + ' or ' if listed[1:] else ''}{listed[-1]}",
    )


def _rank(account: Mapping[str, Any]) -> tuple[int, int, str]:
    name = str(account.get("FullyQualifiedName") or account.get("Name") or "").lower()
    fits = next((rank for rank, part in enumerate(_TELLING) if part in name), len(_TELLING))
    kind = str(account.get("AccountType"))
    return fits, COSTS.index(kind) if kind in COSTS else len(COSTS), name


def check_item(setting: str, wanted_id: str, found: Mapping[str, Any] | None) -> Finding:
    """Return whether the item that `setting` names can be booked on. Any: JSON."""
    subject = ITEMS[setting]
    if found is None:
        return wrong(subject, f"there is no item with id {wanted_id}: correct {setting}")
    said = f"{found.get('FullyQualifiedName') or found.get('Name')} (id {wanted_id})"
    if found.get("Active") is False:
        return wrong(subject, f"{said} is inactive: make it active, or choose another {setting}")
    kind = str(found.get("Type") or "")
    if kind not in _BOOKED_ON:
        return wrong(
            subject,
            f"{said} is of type {kind or 'unknown'}: choose a service or non-inventory item, which"
            f" moves no stock, for {setting}",
        )
    return ok(subject, said)


def check_unset(settings: Sequence[str]) -> Iterator[Finding]:
    """Yield which items are not set, if any."""
    if settings:
        listed = ", ".join(settings)
        yield warning("items", f"not set: {listed}; sales that need one are rejected until it is")
