"""What a QuickBooks document looks like. Pure.

Sources: Intuit, Accounting API, "InventoryAdjustment", "Payment", "Customer" (read 2026-11);
the sales forms stand in `sales`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from quickbooks_client.push.document import Document, DocumentLine
from quickbooks_client.push.exact import to_date
from quickbooks_client.push.identity import marker, noted, own_number
from quickbooks_client.push.records import (
    AMOUNT_DECIMALS,
    QUANTITY_DECIMALS,
    Fields,
    InputRow,
    shorten,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from quickbooks_client.push.settings import DocumentSettings

DOC_NUMBER_LENGTH = 21
NAME_LENGTH = 500


@dataclass(frozen=True, slots=True)
class ItemRef:
    """An item found by its SKU."""

    item_id: str
    is_stocked: bool


class References(Protocol):
    """Names that have been looked up already."""

    def item(self, fields: Fields, sku: str) -> ItemRef:
        """The one active item with `sku`. Raises RecordError when there is none or several."""
        ...

    def customer(self, fields: Fields, customer: CustomerName) -> str:
        """The id of `customer`. Raises RecordError when it could not be found or made."""
        ...


@dataclass(frozen=True, slots=True)
class CustomerName:
    """A customer known by name only."""

    name: str
    email: str | None = field(default=None)
    currency: str | None = field(default=None)

    @property
    def key(self) -> str:
        """The ledger key it is found or made under."""
        return f"customer:{self.name}"


# -- inventory adjustments


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One row of `inventory_adjustments`, ready to be packed with others."""

    key: str
    item_id: str
    sku: str | None
    quantity_delta: Decimal
    txn_date: dt.date
    account_id: str
    memo: str | None


def adjustment(row: InputRow, settings: DocumentSettings, references: References) -> Adjustment:
    """The adjustment a record asks for.

    Raises:
        RecordError: it cannot be made.
    """
    fields = Fields(row.key, row.record)
    quantity = fields.required_number("quantity_delta", places=QUANTITY_DECIMALS)
    if not quantity:
        raise fields.error("quantity_delta", "is 0: there is nothing to adjust")
    account_id = fields.text("adjustment_account_id") or settings.adjustment_account_id
    if account_id is None:
        raise fields.error(
            "adjustment_account_id", "is missing, and so is the setting of that name"
        )
    txn_date = fields.required_date("txn_date")
    sku = fields.text("sku")
    item_id = fields.text("item_id")
    if item_id is None:
        if sku is None:
            raise fields.error("item_id", "is missing, and so is sku")
        item = references.item(fields, sku)
        if not item.is_stocked:
            raise fields.error("sku", f"QuickBooks keeps no quantity of item {item.item_id}")
        item_id = item.item_id
    memo = fields.text("memo")
    return Adjustment(row.key, item_id, sku, quantity, txn_date, account_id, memo)


def pack(adjustments: Iterable[Adjustment], max_lines: int) -> list[list[Adjustment]]:
    """As few groups as `max_lines` allows: one date and account each, no item twice in one."""
    packed: list[list[Adjustment]] = []
    with_space: dict[tuple[dt.date, str], list[_Group]] = {}
    for entry in adjustments:
        groups = with_space.setdefault((entry.txn_date, entry.account_id), [])
        group = next((group for group in groups if entry.item_id not in group.items), None)
        if group is None:
            group = _Group([], set())
            groups.append(group)
            packed.append(group.entries)
        group.entries.append(entry)
        group.items.add(entry.item_id)
        if len(group.entries) == max_lines:
            groups.remove(group)
    return packed


@dataclass(slots=True)
class _Group:
    entries: list[Adjustment]
    items: set[str]


def adjustment_document(realm_id: str, entries: Sequence[Adjustment]) -> Document:
    """One InventoryAdjustment for `entries`, which share date and account."""
    keys = tuple(entry.key for entry in entries)
    memos = list(dict.fromkeys(entry.memo for entry in entries if entry.memo))
    number = own_number(realm_id, keys)
    body = {
        "DocNumber": number,
        "TxnDate": entries[0].txn_date.isoformat(),
        "PrivateNote": noted("; ".join(memos), marker(realm_id, keys)),
        "AdjustAccountRef": {"value": entries[0].account_id},
        "Line": [
            {
                "DetailType": "ItemAdjustmentLineDetail",
                "ItemAdjustmentLineDetail": {
                    "ItemRef": {"value": entry.item_id},
                    "QtyDiff": entry.quantity_delta,
                },
            }
            for entry in entries
        ],
    }
    lines = tuple(
        DocumentLine(
            entry.key, entry.item_id, entry.sku, entry.quantity_delta, entry.quantity_delta, None
        )
        for entry in entries
    )
    return Document("InventoryAdjustment", body, lines, keys, number, None)


def halves(realm_id: str, document: Document) -> tuple[Document, Document]:
    """A packed adjustment as two of half its lines each."""
    entries = [
        Adjustment(
            key=line.key,
            item_id=str(line.item_id),
            sku=line.sku,
            quantity_delta=line.stock_effect,
            txn_date=to_date(document.body["TxnDate"]),
            account_id=document.body["AdjustAccountRef"]["value"],
            memo=_memo(document.body.get("PrivateNote")),
        )
        for line in document.lines
    ]
    middle = len(entries) // 2
    return (
        adjustment_document(realm_id, entries[:middle]),
        adjustment_document(realm_id, entries[middle:]),
    )


def _memo(note: object) -> str | None:
    return str(note or "").rpartition("[quickbooks-sync ")[0].strip() or None


# -- payments and customers


def payment(row: InputRow, settings: DocumentSettings) -> Document:
    """The Payment a record asks for.

    Raises:
        RecordError: it cannot be made.
    """
    fields = Fields(row.key, row.record)
    customer_id = fields.text("customer_id")
    if customer_id is None:
        raise fields.error("customer_id", "is missing")
    total = fields.required_number("total_amount", places=AMOUNT_DECIMALS)
    if total < 0:
        raise fields.error("total_amount", "is negative")
    links, lines = _applied(fields, row.key, total)
    reference = fields.text("payment_ref")
    # A longer reference is cut in its own field and whole in the note.
    memo = fields.text("memo")
    if reference and len(reference) > DOC_NUMBER_LENGTH:
        memo = f"{reference} {memo or ''}".strip()
    body: dict[str, Any] = {
        "CustomerRef": {"value": customer_id},
        "TxnDate": fields.required_date("txn_date").isoformat(),
        "TotalAmt": total,
        "PrivateNote": noted(memo, marker(settings.realm_id, (row.key,))),
    }
    number = shorten(reference, DOC_NUMBER_LENGTH) if reference else None
    if number:
        body["PaymentRefNum"] = number
    if links:
        body["Line"] = links
    body |= references_of(
        fields,
        PaymentMethodRef="payment_method_id",
        DepositToAccountRef="deposit_account_id",
        CurrencyRef="currency",
    )
    if settings.deposit_account_id:
        body.setdefault("DepositToAccountRef", {"value": settings.deposit_account_id})
    add_exchange_rate(fields, body)
    return Document("Payment", body, tuple(lines), (row.key,), number, total)


def _applied(
    fields: Fields, key: str, total: Decimal
) -> tuple[list[dict[str, Any]], list[DocumentLine]]:
    links: list[dict[str, Any]] = []
    lines: list[DocumentLine] = []
    for invoice in fields.items("invoices"):
        invoice_id = invoice.text("invoice_id")
        if invoice_id is None:
            raise invoice.error("invoice_id", "is missing")
        amount = invoice.required_number("amount", places=AMOUNT_DECIMALS)
        if amount < 0:
            raise invoice.error("amount", "is negative")
        links.append(
            {
                "Amount": amount,
                "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}],
            }
        )
        lines.append(DocumentLine(key, None, None, None, Decimal(0), amount))
    applied = sum((line.amount or Decimal(0) for line in lines), Decimal(0))
    if applied > total:
        raise fields.error("invoices", f"their amounts, {applied}, exceed total_amount, {total}")
    return links, lines


def customer(row: InputRow) -> Document:
    """The Customer a record asks for.

    Raises:
        RecordError: it cannot be made.
    """
    fields = Fields(row.key, row.record)
    name = fields.text("display_name", most=NAME_LENGTH)
    if name is None:
        raise fields.error("display_name", "is missing")
    body: dict[str, Any] = {"DisplayName": display_name(name)}
    for target, source, most in (
        ("GivenName", "given_name", 100),
        ("FamilyName", "family_name", 100),
        ("CompanyName", "company_name", 100),
        ("Notes", "notes", 2000),
    ):
        if text := fields.cut(source, most):
            body[target] = text
    if email := fields.text("email", most=100):
        body["PrimaryEmailAddr"] = {"Address": email}
    if phone := fields.text("phone", most=30):
        body["PrimaryPhone"] = {"FreeFormNumber": phone}
    body |= references_of(fields, CurrencyRef="currency")
    return Document("Customer", body, (), (row.key,), None, None)


def display_name(name: str) -> str:
    """`name` as QuickBooks takes it: no colon, tab or line break, blanks single."""
    return " ".join(name.replace(":", " - ").split())


def wanted_customer(fields: Fields) -> CustomerName | None:
    """The customer that a sale names, when it gives no id."""
    if fields.text("customer_id") is not None:
        return None
    name = fields.text("customer_name", most=NAME_LENGTH)
    email = fields.text("customer_email", most=100)
    if name is None and email is None:
        raise fields.error("customer_id", "is missing, and so are customer_name and customer_email")
    return CustomerName(display_name(name or email or ""), email, fields.text("currency"))


def references_of(fields: Fields, **names: str) -> dict[str, dict[str, str]]:
    """`{"value": id}` for each reference whose field is given."""
    given = {target: fields.text(source) for target, source in names.items()}
    return {target: {"value": value} for target, value in given.items() if value is not None}


def add_exchange_rate(fields: Fields, body: dict[str, Any]) -> None:
    """Put the exchange rate into `body`, where one is given that says anything."""
    rate = fields.number("exchange_rate")
    if rate is None or rate == 1:
        return
    if rate < 0 or not rate:
        raise fields.error("exchange_rate", "must be positive")
    body["ExchangeRate"] = rate
