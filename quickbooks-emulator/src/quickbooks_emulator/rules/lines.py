"""Amounts: line arithmetic, subtotal, discount, tax and total.

Source: Intuit, "Invoice", "SalesReceipt", "Bill" (Line, TxnTaxDetail) and "Error codes" (6070).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.json_text import EXACT, JsonObject, add, multiply, subtract
from quickbooks_emulator.problems import Problem, business, missing
from quickbooks_emulator.rules.references import SHIPPING_ITEM
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quickbooks_emulator.store import Company

CENT = Decimal("0.01")
SALES_DETAIL = "SalesItemLineDetail"
BUYING_DETAIL = "ItemBasedExpenseLineDetail"
DEFAULT_ITEM = "1"


def to_cents(value: Decimal) -> Decimal:
    """Rounded half up to the currency's cents."""
    return value.quantize(CENT, ROUND_HALF_UP, EXACT)


def check_product(line: JsonObject, detail: JsonObject) -> None:
    """Raises Problem 6070 unless Amount is Qty x UnitPrice where both are given."""
    quantity, price = detail.get("Qty"), detail.get("UnitPrice")
    amount = line.get("Amount")
    if amount is None:
        raise missing("Line.Amount")
    if quantity is None or price is None:
        return
    if to_cents(multiply(quantity, price)) != Decimal(amount):
        raise Problem(
            "6070",
            f"Amount is not equal to UnitPrice * Qty. Supplied value:{amount}",
            "",
            message="Amount calculation incorrect in the request",
        )


def number_lines(lines: list[JsonObject], kept: frozenset[str]) -> None:
    """Give every line that can have one its Id; ids of `kept` stay, others count on."""
    used = {str(line["Id"]) for line in lines if str(line.get("Id", "")) in kept}
    following = max((int(number) for number in kept if number.isdigit()), default=0) + 1
    for index, line in enumerate(lines, start=1):
        if line.get("DetailType") in {"SubTotalLineDetail", "DiscountLineDetail"}:
            line.pop("Id", None)
            continue
        if str(line.get("Id", "")) not in used:
            line["Id"] = str(following)
            following += 1
        if "DetailType" in line:
            line["LineNum"] = index


def expanded(company: Company, lines: list[JsonObject]) -> list[JsonObject]:
    """Lines with each bundle's parts written out. Raises Problem for a bundle that is none."""
    for line in lines:
        if line.get("DetailType") != "GroupLineDetail":
            continue
        detail = line["GroupLineDetail"]
        item = company.body("Item", reference(detail, "GroupItemRef") or "")
        if item is None or item.get("Type") != "Group":
            raise missing("GroupLineDetail.GroupItemRef")
        quantity = Decimal(detail.get("Quantity", 1))
        detail["Quantity"] = detail.get("Quantity", 1)
        sent = detail.get("Line") or []
        detail["Line"] = sent or [
            _part(company, part, quantity)
            for part in item.get("ItemGroupDetail", {}).get("ItemGroupLine", [])
        ]
        for number, part in enumerate(detail["Line"], start=1):
            part.setdefault("Id", f"{line.get('Id', '')}{number}")
        line["Amount"] = total(detail["Line"])
    return lines


def _part(company: Company, part: JsonObject, quantity: Decimal) -> JsonObject:
    item = company.body("Item", part["ItemRef"]["value"]) or {}
    price = Decimal(item.get("UnitPrice", 0))
    count = multiply(Decimal(part.get("Qty", 1)), quantity)
    return {
        "Amount": to_cents(multiply(count, price)),
        "DetailType": SALES_DETAIL,
        SALES_DETAIL: {
            "ItemRef": {"value": item.get("Id", ""), "name": item.get("Name", "")},
            "UnitPrice": price,
            "Qty": count,
            "TaxCodeRef": {"value": "NON"},
        },
    }


def total(lines: Iterable[JsonObject]) -> Decimal:
    """The sum of the amounts."""
    result = Decimal(0)
    for line in lines:
        result = add(result, line.get("Amount") or 0)
    return result


def sales_lines(company: Company, lines: list[JsonObject]) -> list[JsonObject]:
    """The lines of a sales form as the reply shows them, with subtotal and discount last."""
    wares = [line for line in lines if line.get("DetailType") != "SubTotalLineDetail"]
    discounts = [line for line in wares if line.get("DetailType") == "DiscountLineDetail"]
    wares = [line for line in wares if line.get("DetailType") != "DiscountLineDetail"]
    for line in wares:
        if line.get("DetailType") == SALES_DETAIL:
            _sales_line(company, line)
    wares = expanded(company, wares)
    subtotal = total(wares)
    shown = [*wares, _subtotal_line(subtotal)]
    if len(discounts) > 1:
        raise business("Only one discount line is allowed on a transaction.")
    return [*shown, *(_discount_line(line, subtotal) for line in discounts)]


def _subtotal_line(amount: Decimal) -> JsonObject:
    return {"Amount": amount, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}


def _sales_line(company: Company, line: JsonObject) -> None:
    detail = line[SALES_DETAIL]
    check_product(line, detail)
    item_id = reference(detail, "ItemRef")
    if item_id is None and _has_default_item(company):
        item_id = DEFAULT_ITEM
        name = company.body("Item", item_id) or {}
        detail["ItemRef"] = {"value": item_id, "name": name.get("Name", "")}
    item = company.body("Item", item_id) if item_id and item_id != SHIPPING_ITEM else None
    if item is not None:
        _needs_quantity(item, detail)
        if "IncomeAccountRef" in item:
            detail.setdefault("ItemAccountRef", dict(item["IncomeAccountRef"]))
    code = reference(detail, "TaxCodeRef")
    if code is None:
        detail["TaxCodeRef"] = {"value": "TAX" if item and item.get("Taxable") else "NON"}
    elif code not in {"TAX", "NON"}:
        raise Problem(
            "6100", f"Invalid Line TaxCode in the request. Supplied value:{code}", "TaxCodeRef"
        )


def _has_default_item(company: Company) -> bool:
    item = company.body("Item", DEFAULT_ITEM)
    return item is not None and item.get("Type") == "Service"


def _needs_quantity(item: JsonObject, detail: JsonObject) -> None:
    if item.get("Type") == "Inventory" and detail.get("Qty") is None:
        raise Problem("6520", f"Item {item['Name']} is tracked: a quantity is needed", "Qty")


def _discount_line(line: JsonObject, subtotal: Decimal) -> JsonObject:
    detail = line["DiscountLineDetail"]
    percent = detail.get("DiscountPercent")
    if detail.get("PercentBased") and percent is not None:
        line["Amount"] = to_cents(multiply(subtotal, multiply(Decimal(percent), CENT)))
    elif line.get("Amount") is None:
        raise Problem("6090", "The discount line needs an amount or a percent", "Amount")
    return line


def buying_lines(company: Company, lines: list[JsonObject]) -> list[JsonObject]:
    """The lines of a bill, purchase or vendor credit. Raises Problem 6070, 6440 or 6520."""
    for line in lines:
        kind = line.get("DetailType")
        if kind == BUYING_DETAIL:
            detail = line[BUYING_DETAIL]
            check_product(line, detail)
            item = company.body("Item", reference(detail, "ItemRef") or "")
            if item is None:
                raise Problem("6440", "A line needs a product or service", "ItemRef")
            _needs_quantity(item, detail)
            detail.setdefault("TaxCodeRef", {"value": "NON"})
            detail.setdefault("BillableStatus", "NotBillable")
        elif kind == "AccountBasedExpenseLineDetail":
            if line.get("Amount") is None:
                raise missing("Line.Amount")
            detail = line[kind]
            if reference(detail, "AccountRef") is None:
                raise Problem("6440", "A line needs an account", "AccountRef")
            detail.setdefault("TaxCodeRef", {"value": "NON"})
            detail.setdefault("BillableStatus", "NotBillable")
    return lines


def tax_of(company: Company, body: JsonObject) -> JsonObject:
    """The document's TxnTaxDetail: what was sent, or the code's rates on the taxable lines."""
    sent = body.get("TxnTaxDetail") or {}
    if sent.get("TotalTax") is not None:
        return dict(sent)
    code = reference(sent, "TxnTaxCodeRef")
    if code is None:
        return {**sent, "TotalTax": 0}
    base = taxable_amount(body)
    shares = [_tax_line(rate, base) for rate in _rates(company, code)]
    return {**sent, "TotalTax": total(shares), "TaxLine": shares}


def _tax_line(rate: JsonObject, base: Decimal) -> JsonObject:
    percent = rate.get("RateValue", 0)
    return {
        "Amount": to_cents(multiply(base, multiply(percent, CENT))),
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": rate["Id"]},
            "PercentBased": True,
            "TaxPercent": percent,
            "NetAmountTaxable": base,
        },
    }


def taxable_amount(body: JsonObject) -> Decimal:
    """The amounts of the lines marked TAX, less the discount's share when it comes before tax."""
    lines = body.get("Line") or []
    taxable = total(
        line
        for line in lines
        if (line.get(SALES_DETAIL) or {}).get("TaxCodeRef", {}).get("value") == "TAX"
    )
    subtotal = total(line for line in lines if line.get("DetailType") == "SubTotalLineDetail")
    discount = discount_of(body)
    if not discount or not body.get("ApplyTaxAfterDiscount") or not subtotal:
        return taxable
    share = EXACT.divide(multiply(discount, taxable), subtotal)
    return subtract(taxable, share)


def discount_of(body: JsonObject) -> Decimal:
    """The amount of the discount line."""
    lines = body.get("Line") or []
    return total(line for line in lines if line.get("DetailType") == "DiscountLineDetail")


def _rates(company: Company, code: str) -> list[JsonObject]:
    tax_code = company.body("TaxCode", code) or {}
    named = [
        company.body("TaxRate", detail["TaxRateRef"]["value"])
        for detail in tax_code.get("SalesTaxRateList", {}).get("TaxRateDetail", [])
    ]
    return [rate for rate in named if rate is not None]


def sales_total(body: JsonObject) -> Decimal:
    """Subtotal less discount plus tax. Raises Problem 6000 when it is negative."""
    subtotal = total(
        line for line in body["Line"] if line.get("DetailType") == "SubTotalLineDetail"
    )
    result = add(
        subtract(subtotal, discount_of(body)), (body.get("TxnTaxDetail") or {}).get("TotalTax") or 0
    )
    if result < 0:
        raise business("Transaction amount must be 0 or greater.")
    return result
