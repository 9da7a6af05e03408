"""Names looked up in QuickBooks: SKU to item, name to customer; found once, kept for the run.

A lookup is a metered query; hundreds share one, and what the ledger knows costs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quickbooks_client.push.books import rows_where
from quickbooks_client.push.documents import CustomerName, ItemRef, wanted_customer
from quickbooks_client.push.exact import folded
from quickbooks_client.push.items import HeldItem, find_items
from quickbooks_client.push.records import Fields, InputRow, RecordError
from quickbooks_client.push.sales import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quickbooks_client.push.books import Books
    from quickbooks_client.push.ledger import Ledger

KEPT = 50_000
"""Names kept at most; then they are looked up anew, so that memory stays flat."""


class CustomerWaitsError(Exception):
    """What became of a customer that a row names is not known yet: the row has to wait."""


class Lookups:
    """Items and customers by name. `load` asks for what a set of rows needs; the rest is memory."""

    def __init__(self, books: Books, ledger: Ledger, *, by_email: bool) -> None:
        self._books = books
        self._ledger = ledger
        self._by_email = by_email
        self._items: dict[str, list[HeldItem]] = {}
        self._customers: dict[tuple[str, str], str] = {}
        self._unmade: dict[str, str] = {}

    # -- documents.References

    def item(self, fields: Fields, sku: str) -> ItemRef:
        """The one active item with `sku`."""
        found = self._items.get(folded(sku), [])
        if len(found) == 1:
            return ItemRef(found[0].item_id, found[0].is_stocked)
        if found:
            ids = ", ".join(item.item_id for item in found)
            raise fields.error("sku", f"{sku!r} fits {len(found)} items (Ids {ids}): make it one")
        raise fields.error("sku", f"no active item in QuickBooks has {sku!r}")

    def customer(self, fields: Fields, customer: CustomerName) -> str:
        """The id of `customer`.

        Raises:
            CustomerWaitsError: nobody knows yet whether it was made.
        """
        known = self.customer_id(customer)
        if known is not None:
            return known
        if self._unmade.get(customer.key) == "rejected":
            problem = f"the customer could not be made; see {customer.key} in the ledger"
            raise fields.error("customer_name", problem)
        raise CustomerWaitsError(customer.key)

    def customer_id(self, customer: CustomerName) -> str | None:
        """The id of `customer` where it is known."""
        return self._customers.get(self._slot(customer))

    # -- asking

    def load_items(self, rows: Iterable[InputRow]) -> None:
        """Look up the SKUs that `rows` name and that are not known yet."""
        wanted: dict[str, str] = {}
        for sku in wanted_skus(rows):
            if folded(sku) not in self._items:
                wanted.setdefault(folded(sku), sku)
        if len(self._items) + len(wanted) > KEPT:
            self._items.clear()
        for name, items in find_items(self._books, wanted.values()).items():
            self._items[name] = [item for item in items if item.is_active]

    def find_customers(self, wanted: Sequence[CustomerName]) -> None:
        """Look up those of `wanted` that are not known yet: in the ledger, then in QuickBooks."""
        if len(self._customers) > KEPT:
            self._customers.clear()
        for step in (self._from_ledger, self._by_mail, self._by_name):
            missing = [name for name in dict.fromkeys(wanted) if self.customer_id(name) is None]
            if missing:
                for customer, customer_id in step(missing):
                    self.learn(customer, customer_id)

    def learn(self, customer: CustomerName, customer_id: str) -> None:
        """Remember the id of `customer`."""
        self._customers[self._slot(customer)] = customer_id

    def give_up(self, customer: CustomerName, status: str) -> None:
        """Remember that `customer` could not be made in this run; `status` is its ledger row's."""
        self._unmade[customer.key] = status

    def _slot(self, customer: CustomerName) -> tuple[str, str]:
        # Two buyers of one name are told apart by their e-mail; a channel has only its name.
        email = folded(customer.email or "") if self._by_email else ""
        return folded(customer.name), email

    def _from_ledger(self, wanted: list[CustomerName]) -> list[tuple[CustomerName, str]]:
        posted = self._ledger.posted(customer.key for customer in wanted)
        found = []
        for customer in wanted:
            if customer.key in posted:
                customer_id, record = posted[customer.key]
                was = CustomerName(customer.name, _text(record.get("email")))
                if self._slot(was) == self._slot(customer) or not customer.email:
                    found.append((customer, customer_id))
        return found

    def _by_mail(self, wanted: list[CustomerName]) -> list[tuple[CustomerName, str]]:
        emails = [customer.email for customer in wanted if customer.email and self._by_email]
        if not emails:
            return []
        by_email: dict[str, list[str]] = {}
        for row, _ in rows_where(self._books, "Customer", "PrimaryEmailAddr", emails):
            address = folded(str((row.get("PrimaryEmailAddr") or {}).get("Address") or ""))
            by_email.setdefault(address, []).append(str(row["Id"]))
        # Several with one e-mail: the name decides, it is never guessed.
        return [
            (customer, by_email[folded(customer.email)][0])
            for customer in wanted
            if customer.email and len(by_email.get(folded(customer.email), [])) == 1
        ]

    def _by_name(self, wanted: list[CustomerName]) -> list[tuple[CustomerName, str]]:
        names = [customer.name for customer in wanted]
        ids = {
            folded(str(row.get("DisplayName"))): str(row["Id"])
            for row, _ in rows_where(self._books, "Customer", "DisplayName", names)
        }
        return [
            (customer, ids[folded(customer.name)])
            for customer in wanted
            if folded(customer.name) in ids
        ]


def wanted_skus(rows: Iterable[InputRow]) -> list[str]:
    """The SKUs that `rows` name without an item id. What is wrong with a row is said later."""
    skus: list[str] = []
    for row in rows:
        fields = Fields(row.key, row.record)
        try:
            entries = fields.items("lines") if row.stream in FORMS else [fields]
            for entry in entries:
                sku = entry.text("sku")
                if sku is not None and entry.text("item_id") is None:
                    skus.append(sku)
        except RecordError:
            continue
    return skus


def wanted_customers(rows: Iterable[InputRow]) -> list[CustomerName]:
    """The customers that `rows` name without an id."""
    names: list[CustomerName] = []
    for row in rows:
        if row.stream not in FORMS:
            continue
        try:
            customer = wanted_customer(Fields(row.key, row.record))
        except RecordError:
            continue
        if customer is not None:
            names.append(customer)
    return names


def customer_row(customer: CustomerName) -> dict[str, Any]:
    """The `customers` record that makes `customer`."""
    record = {"idempotency_key": customer.key, "display_name": customer.name}
    if customer.email:
        record["email"] = customer.email
    if customer.currency:
        record["currency"] = customer.currency
    return record


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
