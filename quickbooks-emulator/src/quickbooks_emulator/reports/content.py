"""What a report looks at, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.account_types import CLASSIFICATIONS
from quickbooks_emulator.reports.asked import year_start
from quickbooks_emulator.reports.cash import on_cash_basis
from quickbooks_emulator.rules.references import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from quickbooks_emulator.books.ledger import Ledger, Movement
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.reports.asked import Asked

KINDS = (
    "Bank", "Accounts Receivable", "Other Current Asset", "Fixed Asset", "Other Asset",
    "Accounts Payable", "Credit Card", "Other Current Liability", "Long Term Liability", "Equity",
    "Income", "Cost of Goods Sold", "Expense", "Other Income", "Other Expense",
)  # fmt: skip
"""Types of accounts in the order of a chart."""


@dataclass(frozen=True, slots=True)
class Content:
    """A report's columns and rows, and whether it has anything to tell."""

    columns: Sequence[JsonObject]
    rows: Sequence[JsonObject]
    has_data: bool
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """The books as a report's parameters let them be seen."""

    ledger: Ledger
    asked: Asked
    first_month: int

    def movements(self) -> Iterator[Movement]:
        """The legs of the books, by the basis and for the names asked for."""
        found: Iterable[Movement] = self.ledger.movements()
        if self.asked.is_cash:
            found = on_cash_basis(self.ledger, found)
        for name, kind in (("customer", "Customer"), ("vendor", "Vendor")):
            wanted = self.asked.ids(name)
            if wanted:
                found = [
                    one for one in found if one.party and one.party[0] == kind
                    and one.party[1] in wanted
                ]  # fmt: skip
        yield from found

    def kinds(self) -> Iterable[str]:
        """The types of accounts in the order of a chart."""
        return (kind for kind in KINDS if kind in CLASSIFICATIONS)

    def name(self, account_id: str) -> str:
        """An account's full name."""
        return name_of("Account", self.ledger.chart.body(account_id))

    def year_start(self, day: str) -> str:
        """The first day of the fiscal year of a day."""
        last = self.asked.period.end if day == self.asked.end else type(self.asked.today)(
            *map(int, day.split("-"))
        )  # fmt: skip
        return year_start(last, self.first_month).isoformat()

    def content(
        self, columns: Sequence[JsonObject], rows: Sequence[JsonObject], *, has_data: bool
    ) -> Content:
        """A finished report."""
        return Content(columns, rows, has_data)
