"""Sales forms: sales receipts, invoices, refund receipts and credit memos. Pure.

Source: Intuit, Accounting API, "SalesReceipt", "Invoice", "RefundReceipt", "CreditMemo"
(read 2026-11). An amount that is not quantity times price is refused there with 6070.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

from quickbooks_client.push.document import Document, DocumentLine
from quickbooks_client.push.documents import (
    DOC_NUMBER_LENGTH,
    References,
    add_exchange_rate,
    references_of,
    wanted_customer,
)
from quickbooks_client.push.exact import plain_decimal, to_cents
from quickbooks_client.push.identity import marker, noted, own_number
from quickbooks_client.push.records import (
    AMOUNT_DECIMALS,
    PRICE_DECIMALS,
    QUANTITY_DECIMALS,
    Fields,
    InputRow,
)

if TYPE_CHECKING:
    from quickbooks_client.push.settings import DocumentSettings

DESCRIPTION_LENGTH = 4000
_WIDE = Context(prec=60)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SalesForm:
    """What sets one kind of sales form apart from the others."""

    entity: str
    stock_sign: int
    """What a line does to the stock: a sale takes away, a refund brings back."""


FORMS = {
    "sales_receipts": SalesForm("SalesReceipt", -1),
    "invoices": SalesForm("Invoice", -1),
    "refund_receipts": SalesForm("RefundReceipt", 1),
    "credit_memos": SalesForm("CreditMemo", 1),
}


def sales_document(row: InputRow, settings: DocumentSettings, references: References) -> Document:
    """The sales form a record asks for; its total is checked to the cent.

    Raises:
        RecordError: it cannot be made.
    """
    form = FORMS[row.stream]
    fields = Fields(row.key, row.record)
    number = fields.text("doc_number", most=DOC_NUMBER_LENGTH) or own_number(
        settings.realm_id, (row.key,)
    )
    customer = wanted_customer(fields)
    body: dict[str, Any] = {
        "DocNumber": number,
        "TxnDate": fields.required_date("txn_date").isoformat(),
        "PrivateNote": noted(fields.text("memo"), marker(settings.realm_id, (row.key,))),
        "CustomerRef": {
            "value": references.customer(fields, customer)
            if customer
            else fields.text("customer_id")
        },
    }
    _add_accounts(fields, body, form, settings)
    add_exchange_rate(fields, body)

    tax = _amount(fields, "tax_amount")
    entries = fields.items("lines")
    if not entries:
        raise fields.error("lines", "there is none")
    sent: list[dict[str, Any]] = []
    kept: list[DocumentLine] = []
    subtotal = _ZERO
    for entry in entries:
        body_line, line = _line(entry, form, settings, references, is_taxed=bool(tax))
        sent.append(body_line)
        kept.append(line)
        subtotal += line.amount or _ZERO
    total = subtotal + _extras(fields, body, sent, settings, tax)
    _check_total(fields, total, subtotal)
    body["Line"] = sent
    return Document(form.entity, body, tuple(kept), (row.key,), number, plain_decimal(total))


def _add_accounts(
    fields: Fields, body: dict[str, Any], form: SalesForm, settings: DocumentSettings
) -> None:
    body |= references_of(
        fields, CurrencyRef="currency", DepartmentRef="department_id", ClassRef="class_id"
    )
    if form.entity == "Invoice":
        if due_date := fields.date("due_date"):
            body["DueDate"] = due_date.isoformat()
        return
    if form.entity == "CreditMemo":
        return
    body |= references_of(fields, PaymentMethodRef="payment_method_id")
    account_id = fields.text("deposit_account_id")
    if form.entity == "SalesReceipt":
        account_id = account_id or settings.deposit_account_id
    else:
        account_id = account_id or settings.refund_account_id
        if account_id is None:
            raise fields.error(
                "deposit_account_id", "is missing, and so is the setting refund_account_id"
            )
    if account_id:
        body["DepositToAccountRef"] = {"value": account_id}


def _amount(fields: Fields, name: str) -> Decimal:
    value = fields.number(name, places=AMOUNT_DECIMALS) or _ZERO
    if value < 0:
        raise fields.error(name, "is negative")
    return value


def _extras(
    fields: Fields,
    body: dict[str, Any],
    sent: list[dict[str, Any]],
    settings: DocumentSettings,
    tax: Decimal,
) -> Decimal:
    """Add shipping, tax and discount; what they change the total by."""
    shipping = _amount(fields, "shipping_amount")
    discount = _amount(fields, "discount_amount")
    if shipping:
        item_id = _setting(fields, "shipping_amount", settings.shipping_item_id, "shipping_item_id")
        sent.append(_extra_line(item_id, shipping, "Shipping", settings))
    if tax and settings.tax_mode == "line":
        item_id = _setting(fields, "tax_amount", settings.tax_item_id, "tax_item_id")
        sent.append(_extra_line(item_id, tax, "Sales tax", settings))
    if settings.tax_mode == "override":
        body["TxnTaxDetail"] = {"TotalTax": tax}
    if discount:
        detail: dict[str, Any] = {"PercentBased": False}
        if settings.discount_account_id:
            detail["DiscountAccountRef"] = {"value": settings.discount_account_id}
        sent.append(
            {
                "Amount": discount,
                "DetailType": "DiscountLineDetail",
                "DiscountLineDetail": detail,
            }
        )
    return shipping + tax - discount


def _setting(fields: Fields, name: str, value: str | None, setting: str) -> str:
    if value is None:
        raise fields.error(name, f"needs the setting {setting}: the item it is booked on")
    return value


def _extra_line(
    item_id: str, amount: Decimal, description: str, settings: DocumentSettings
) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "ItemRef": {"value": item_id},
        "Qty": Decimal(1),
        "UnitPrice": amount,
    }
    if settings.tax_mode != "quickbooks":
        detail["TaxCodeRef"] = {"value": "NON"}
    return {
        "Amount": amount,
        "Description": description,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }


def _line(
    entry: Fields,
    form: SalesForm,
    settings: DocumentSettings,
    references: References,
    *,
    is_taxed: bool,
) -> tuple[dict[str, Any], DocumentLine]:
    item_id, sku, is_stocked = _item(entry, settings, references)
    quantity = entry.number("quantity", places=QUANTITY_DECIMALS)
    amount, price = _priced(entry, quantity)
    detail: dict[str, Any] = {"ItemRef": {"value": item_id}}
    if quantity:
        detail["Qty"] = quantity
        detail["UnitPrice"] = price
    elif is_stocked:
        raise entry.error("quantity", "is missing or 0 on an item with stock")
    detail["TaxCodeRef"] = {"value": _tax_code(entry, settings, is_taxed=is_taxed)}
    detail |= references_of(entry, ClassRef="class_id")
    line: dict[str, Any] = {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }
    if description := entry.cut("description", DESCRIPTION_LENGTH):
        line["Description"] = description
    effect = (quantity or _ZERO) * form.stock_sign if is_stocked else _ZERO
    return line, DocumentLine(
        entry.key, item_id, sku, quantity, plain_decimal(effect), plain_decimal(amount)
    )


def _item(
    entry: Fields, settings: DocumentSettings, references: References
) -> tuple[str, str | None, bool]:
    """Item id, SKU, and whether the line moves stock.

    An id alone does not tell that (asking would cost a metered call): the line may say so
    with `is_stocked`; if it does not, only the items of the settings are known to have none.
    """
    sku = entry.text("sku")
    item_id = entry.text("item_id")
    said = entry.flag("is_stocked")
    if item_id is None and sku is not None:
        item = references.item(entry, sku)
        return item.item_id, sku, item.is_stocked
    if item_id is None:
        item_id = settings.fallback_item_id
        if item_id is None:
            raise entry.error(
                "item_id", "is missing, and so are sku and the setting fallback_item_id"
            )
        return item_id, None, False
    if said is None:
        without = (settings.fallback_item_id, settings.shipping_item_id, settings.tax_item_id)
        said = item_id not in without
    return item_id, sku, said


def _priced(entry: Fields, quantity: Decimal | None) -> tuple[Decimal, Decimal | None]:
    """Amount and unit price of a line; QuickBooks wants their product to agree to the cent.

    The amount is what counts. A price that does not make it (a discount inside the line,
    more than seven decimals) is replaced by the one that does.
    """
    amount = entry.number("amount", places=AMOUNT_DECIMALS)
    price = entry.number("unit_price")
    if amount is None:
        if price is None or quantity is None:
            raise entry.error("amount", "is missing, and so is quantity or unit_price")
        if _places(price) > PRICE_DECIMALS:
            raise entry.error("unit_price", f"has more than {PRICE_DECIMALS} decimals")
        return to_cents(_WIDE.multiply(quantity, price)), price
    if not quantity:
        return amount, None
    if price is not None and _places(price) <= PRICE_DECIMALS and _makes(quantity, price, amount):
        return amount, price
    step = Decimal(1).scaleb(-PRICE_DECIMALS)
    price = _WIDE.divide(amount, quantity).quantize(step, ROUND_HALF_UP, context=_WIDE)
    if not _makes(quantity, price, amount):
        raise entry.error("amount", "no unit price of seven decimals times quantity makes it")
    return amount, plain_decimal(price)


def _makes(quantity: Decimal, price: Decimal, amount: Decimal) -> bool:
    return to_cents(_WIDE.multiply(quantity, price)) == amount


def _places(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def _tax_code(entry: Fields, settings: DocumentSettings, *, is_taxed: bool) -> str:
    if settings.tax_mode == "line":
        return "NON"
    given = entry.text("tax_code")
    if settings.tax_mode == "override" and not is_taxed:
        return given or "NON"
    return given or "TAX"


def _check_total(fields: Fields, total: Decimal, subtotal: Decimal) -> None:
    given = fields.number("total_amount", places=AMOUNT_DECIMALS)
    if given is not None and given != total:
        raise fields.error(
            "total_amount",
            f"is {given}, but lines of {subtotal} less discount plus shipping and tax make {total}",
        )
    if total < 0:
        raise fields.error("total_amount", f"is negative ({total}); QuickBooks refuses that")
