"""Shape of a request: known properties, right kinds, right lengths; numbers made exact.

Source: Intuit, "Error codes" (2010, 2020, 2050, 2060, 2080) and each entity's reference page.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from quickbooks_emulator.catalogue import BOOLEANS, DATES, NUMBERS, Entity, Kind
from quickbooks_emulator.problems import Problem, missing, unsupported_property

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject

MAX_DEPTH = 12
MAX_DIGITS = 40

LINE = frozenset({
    "Id", "LineNum", "Description", "Amount", "DetailType", "LinkedTxn", "CustomField",
    "CustomExtensions", "LineEx", "Received", "SalesItemLineDetail", "SubTotalLineDetail",
    "DiscountLineDetail", "GroupLineDetail", "DescriptionLineDetail", "TaxLineDetail",
    "ItemBasedExpenseLineDetail", "AccountBasedExpenseLineDetail", "ItemAdjustmentLineDetail",
    "JournalEntryLineDetail", "DepositLineDetail", "PaymentLineDetail", "ProjectRef",
})  # fmt: skip

DETAILS: dict[str, frozenset[str]] = {
    "SalesItemLineDetail": frozenset({
        "ItemRef", "Qty", "UnitPrice", "TaxCodeRef", "ClassRef", "ServiceDate", "DiscountRate",
        "DiscountAmt", "MarkupInfo", "ItemAccountRef", "TaxInclusiveAmt", "TaxClassificationRef",
        "RatePercent", "PriceLevelRef", "UOMRef", "MarkUpInfo", "DeferredRevenue",
    }),
    "ItemBasedExpenseLineDetail": frozenset({
        "ItemRef", "Qty", "UnitPrice", "CustomerRef", "ClassRef", "TaxCodeRef", "BillableStatus",
        "MarkupInfo", "TaxInclusiveAmt", "ItemAccountRef", "PriceLevelRef", "RatePercent", "UOMRef",
        "TaxAmount",
    }),
    "AccountBasedExpenseLineDetail": frozenset({
        "AccountRef", "CustomerRef", "ClassRef", "TaxCodeRef", "BillableStatus", "TaxAmount",
        "TaxInclusiveAmt", "MarkupInfo",
    }),
    "ItemAdjustmentLineDetail": frozenset({
        "ItemRef", "QtyDiff", "NewQty", "SalesPrice", "ClassRef",
    }),
    "GroupLineDetail": frozenset({"GroupItemRef", "Quantity", "Line", "ServiceDate"}),
    "DiscountLineDetail": frozenset({
        "PercentBased", "DiscountPercent", "DiscountAccountRef", "TaxCodeRef", "ClassRef",
        "DiscountRef", "ServiceDate", "Discount",
    }),
}  # fmt: skip

MEMBER_OF_DETAIL = {"DescriptionOnly": "DescriptionLineDetail"}


def checked(entity: Entity, body: Json) -> JsonObject:
    """The request body with exact numbers and real booleans. Raises Problem."""
    if not isinstance(body, dict):
        raise unsupported_property("failed to parse json object")
    shaped: JsonObject = {}
    for name, value in body.items():
        if name not in entity.properties:
            raise unsupported_property(
                f'Unrecognized field "{name}" '
                f"(class com.intuit.schema.finance.v3.{entity.name}), not marked as ignorable\n"
            )
        shaped[name] = _value(name, value, 0)
    for name, most in entity.lengths.items():
        check_length(name, shaped.get(name), most)
    lines = shaped.get("Line")
    if entity.kind is Kind.TRANSACTION and lines is not None:
        _lines(entity, lines)
    return shaped


def check_length(name: str, value: Json, most: int) -> None:
    """Raises Problem 2050 when a text is too long, 2010 when it is no text."""
    if value is None:
        return
    if not isinstance(value, str):
        raise unsupported_property(f"{name}: a text is expected,")
    if len(value) > most:
        raise Problem(
            "2050",
            "String length specified does not match the supported length. "
            f"Min:0 Max:{most} supported. Supplied length:{len(value)}",
            name,
        )


def _value(name: str, value: Json, depth: int) -> Json:
    if depth > MAX_DEPTH:
        raise unsupported_property(f"{name}: nested too deep,")
    if isinstance(value, dict):
        return {key: _value(key, inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_value(name, inner, depth + 1) for inner in value]
    if value == "":
        # Clients send empty texts for what they leave out, also for dates and numbers.
        return value
    for names, read in ((NUMBERS, number), (BOOLEANS, _truth), (DATES, _date)):
        if name in names and value is not None:
            return read(name, value)
    if name == "value" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def number(name: str, value: Json) -> Decimal | int:
    """An exact number, also from a text that spells one. Raises Problem 2010 or 2080."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise unsupported_property(f"Can not deserialize value of {name}")
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            raise unsupported_property(
                f"Can not construct instance of java.math.BigDecimal from String value "
                f"'{value[:40]}': not a valid representation"
            ) from None
    if isinstance(value, int):
        if abs(value) >= 10**MAX_DIGITS:
            raise Problem("2080", f"Number is too large for {name}", name)
        return value
    if not value.is_finite() or abs(value.adjusted()) > MAX_DIGITS:
        raise Problem("2080", f"Number is out of range for {name}", name)
    if len(value.as_tuple().digits) > MAX_DIGITS:
        raise Problem("2080", f"Number is too long for {name}", name)
    return Decimal(f"{value:f}")


def _truth(name: str, value: Json) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return bool(value == "true")
    raise unsupported_property(f"Can not construct instance of java.lang.Boolean for {name}")


def _date(name: str, value: Json) -> str:
    # A time behind the date is accepted and dropped.
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}(?:$|[T+Z-])", value):
        text = value[:10]
        year, month, day = (int(part) for part in text.split("-"))
        if year and 1 <= month <= len(_DAYS) and 1 <= day <= _days(year, month):
            return text
    raise Problem("2060", f"Date format is invalid: {name} supplied value:{value}", name)


_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _days(year: int, month: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _DAYS[month - 1] + (month == 2 and is_leap)  # noqa: PLR2004 - February


def _lines(entity: Entity, lines: Json) -> None:
    if not isinstance(lines, list):
        raise unsupported_property("Line: a list is expected,")
    for line in lines:
        if not isinstance(line, dict):
            raise unsupported_property("Line: an object is expected,")
        for name in line:
            if name not in LINE:
                raise unsupported_property(
                    f'Unrecognized field "{name}" '
                    "(class com.intuit.schema.finance.v3.Line), not marked as ignorable\n"
                )
        check_length("Line.Description", line.get("Description"), 4000)
        if entity.name in {"Payment", "BillPayment"}:
            continue
        kind = line.get("DetailType")
        if kind is None:
            if entity.name == "InventoryAdjustment" and "ItemAdjustmentLineDetail" in line:
                continue
            if entity.name == "Deposit" and line.get("LinkedTxn"):
                continue
            raise missing("Line.DetailType")
        _detail(line, kind)


def _detail(line: JsonObject, kind: Json) -> None:
    member = MEMBER_OF_DETAIL.get(kind, kind) if isinstance(kind, str) else None
    if member is None or member not in LINE:
        raise Problem("2170", f"Invalid Enumeration : {kind}", "DetailType")
    detail = line.get(member)
    if detail is None:
        if kind in {"SubTotalLineDetail", "DescriptionOnly"}:
            return
        raise missing(f"Line.{member}")
    if not isinstance(detail, dict):
        raise unsupported_property(f"{member}: an object is expected,")
    known = DETAILS.get(member)
    for name in detail if known is not None else ():
        if known is not None and name not in known:
            raise unsupported_property(
                f'Unrecognized field "{name}" '
                f"(class com.intuit.schema.finance.v3.{member}), not marked as ignorable\n"
            )


def reference(body: JsonObject, name: str) -> str | None:
    """The id a reference names, or None when there is none. Raises Problem 2010."""
    value: Any = body.get(name)  # whatever the caller sent
    if value is None or value == {}:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("value", ""), str):
        raise unsupported_property(f"{name}: a reference is expected,")
    return value.get("value") or None
