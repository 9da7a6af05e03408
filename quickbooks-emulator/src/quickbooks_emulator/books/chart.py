"""Which account takes what: the accounts that documents imply without naming them.

Source: Intuit, "Account" (AccountType, AccountSubType): each company has one account of each of
these kinds, found by type and subtype.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

RECEIVABLE, PAYABLE = "Accounts Receivable", "Accounts Payable"
CONTROL = {RECEIVABLE: "Customer", PAYABLE: "Vendor"}
"""The accounts whose balance is that of names, and whose."""
OWED = {"Invoice": 1, "CreditMemo": -1, "Bill": 1, "VendorCredit": -1}
"""What the open amount of a document does to the balance of its customer or vendor."""

ROLES: dict[str, tuple[str, tuple[str, ...]]] = {
    # role: account type, subtypes in order of preference
    "receivable": (RECEIVABLE, ()),
    "payable": (PAYABLE, ()),
    "undeposited": ("Other Current Asset", ("UndepositedFunds",)),
    "stock": ("Other Current Asset", ("Inventory",)),
    "tax": ("Other Current Liability", ("SalesTaxPayable", "GlobalTaxPayable")),
    "opening": ("Equity", ("OpeningBalanceEquity",)),
    "retained": ("Equity", ("RetainedEarnings",)),
    "income": ("Income", ("SalesOfProductIncome", "ServiceFeeIncome")),
    "discount": ("Income", ("DiscountsRefundsGiven",)),
    "sold": ("Cost of Goods Sold", ("SuppliesMaterialsCogs",)),
    "expense": ("Expense", ()),
    "exchange": ("Other Expense", ("ExchangeGainOrLoss",)),
}
NAMES = {
    "receivable": "Accounts Receivable (A/R)", "payable": "Accounts Payable (A/P)",
    "undeposited": "Undeposited Funds", "stock": "Inventory Asset", "tax": "Sales Tax Payable",
    "opening": "Opening Balance Equity", "retained": "Retained Earnings",
    "income": "Sales of Product Income", "discount": "Discounts given",
    "sold": "Cost of Goods Sold", "expense": "Uncategorized Expense",
    "exchange": "Exchange Gain or Loss",
}  # fmt: skip
STRICT = frozenset({
    "undeposited", "stock", "opening", "retained", "discount", "tax", "exchange",
})  # fmt: skip
"""Roles that no account of merely the same type takes."""


@dataclass(slots=True)
class Chart:
    """A company's accounts by role; what it has found it keeps until `forget`.

    A role that no account has is its own id: such a company's reports show it by name.
    """

    company: Company
    _found: dict[str, str] = field(default_factory=dict)
    _agencies: dict[str, str] = field(default_factory=dict)

    def forget(self) -> None:
        """Accounts have changed."""
        self._found.clear()
        self._agencies.clear()

    def of(self, role: str) -> str:
        """The id of the account with that role."""
        found = self._found.get(role)
        if found is None:
            found = self._found[role] = self._search(role)
        return found

    def _search(self, role: str) -> str:
        kind, subtypes = ROLES[role]
        same_kind = [
            row.body for row in self.company.rows("Account") if row.body.get("AccountType") == kind
        ]
        for subtype in subtypes:
            for body in same_kind:
                if body.get("AccountSubType") == subtype:
                    return str(body["Id"])
        if role in STRICT or not same_kind:
            return role
        return str(same_kind[0]["Id"])

    def tax_of(self, rate_id: str) -> str:
        """The account that owes the tax of a rate: its agency's, or the general one."""
        found = self._agencies.get(rate_id)
        if found is None:
            rate = self.company.body("TaxRate", rate_id) or {}
            agency = self.company.body("TaxAgency", (rate.get("AgencyRef") or {}).get("value", ""))
            wanted = f"{(agency or {}).get('DisplayName', '')} Payable"
            named = [
                row.id for row in self.company.rows("Account") if row.body.get("Name") == wanted
            ]
            found = self._agencies[rate_id] = named[0] if named else self.of("tax")
        return found

    def body(self, account_id: str) -> JsonObject:
        """The account of that id; one that a company lacks is made up from its role."""
        found = self.company.body("Account", account_id)
        if found is not None:
            return found
        role = account_id if account_id in ROLES else "expense"
        return {
            "Id": "",
            "Name": NAMES[role],
            "FullyQualifiedName": NAMES[role],
            "AccountType": ROLES[role][0],
        }

    def type_of(self, account_id: str) -> str:
        """The account's type."""
        return str(self.body(account_id)["AccountType"])
