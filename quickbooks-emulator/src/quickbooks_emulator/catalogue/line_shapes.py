"""What a document's lines hold, per kind of line, and which kinds each document takes.

Source: Intuit, API reference, "Line" on the page of each document.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.shapes import (
    ANY,
    LINK,
    NUMBER,
    REFERENCE,
    TEXT,
    TRUTH,
    Shape,
    Sort,
    many,
    members,
    shape_of,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def _detail(java: str, names: str, **more: Shape) -> Shape:
    """A detail whose members have the shapes of their names."""
    return members(java, **{name: shape_of(name) for name in names.split()}, **more)


_ENTITY = members("EntityTypeRef", Type=TEXT, EntityRef=REFERENCE, value=TEXT, name=TEXT, type=TEXT)

DETAILS: Mapping[str, Shape] = MappingProxyType({
    "SalesItemLineDetail": _detail(
        "SalesItemLineDetail",
        "ItemRef Qty UnitPrice TaxCodeRef ClassRef ServiceDate DiscountRate DiscountAmt MarkupInfo "
        "ItemAccountRef TaxInclusiveAmt TaxClassificationRef RatePercent PriceLevelRef UOMRef "
        "MarkUpInfo DeferredRevenue",
    ),
    "ItemBasedExpenseLineDetail": _detail(
        "ItemBasedExpenseLineDetail",
        "ItemRef Qty UnitPrice CustomerRef ClassRef TaxCodeRef BillableStatus MarkupInfo "
        "TaxInclusiveAmt ItemAccountRef PriceLevelRef RatePercent UOMRef TaxAmount",
    ),
    "AccountBasedExpenseLineDetail": _detail(
        "AccountBasedExpenseLineDetail",
        "AccountRef CustomerRef ClassRef TaxCodeRef BillableStatus TaxAmount TaxInclusiveAmt "
        "MarkupInfo",
    ),
    "ItemAdjustmentLineDetail": _detail(
        "ItemAdjustmentLineDetail", "ItemRef QtyDiff NewQty SalesPrice ClassRef"
    ),
    "JournalEntryLineDetail": _detail(
        "JournalEntryLineDetail",
        "PostingType AccountRef ClassRef DepartmentRef TaxCodeRef TaxAmount BillableStatus "
        "JournalCodeRef TaxInclusiveAmt TaxApplicableOn",
        Entity=_ENTITY,
    ),
    "DepositLineDetail": _detail(
        "DepositLineDetail",
        "ClassRef AccountRef PaymentMethodRef CheckNum TxnType TaxCodeRef TaxApplicableOn",
        Entity=_ENTITY,
    ),
    "GroupLineDetail": _detail(
        "GroupLineDetail", "GroupItemRef Quantity ServiceDate ClassRef TaxCodeRef"
    ),
    "DiscountLineDetail": _detail(
        "DiscountLineDetail",
        "PercentBased DiscountPercent DiscountAccountRef TaxCodeRef ClassRef DiscountRef "
        "ServiceDate Discount",
    ),
    "DescriptionLineDetail": _detail("DescriptionLineDetail", "ServiceDate TaxCodeRef"),
    "SubTotalLineDetail": _detail("SubTotalLineDetail", "ItemRef ServiceDate"),
    "PaymentLineDetail": Shape(Sort.ANY),
    "TaxLineDetail": Shape(Sort.ANY),
})  # fmt: skip
"""The member of a line that carries the name of its kind."""

MEMBER_OF_KIND = MappingProxyType({"DescriptionOnly": "DescriptionLineDetail"})
"""Kinds whose member is called otherwise."""

LINE: Mapping[str, Shape] = MappingProxyType({
    "Id": TEXT, "LineNum": NUMBER, "Description": text(4000), "Amount": NUMBER, "DetailType": TEXT,
    "LinkedTxn": many(LINK), "CustomField": ANY, "CustomExtensions": ANY, "LineEx": ANY,
    "Received": NUMBER, "ProjectRef": REFERENCE, "HasQualifier": TRUTH, **DETAILS,
})  # fmt: skip

_SALES = frozenset({
    "SalesItemLineDetail", "SubTotalLineDetail", "DiscountLineDetail", "GroupLineDetail",
    "DescriptionOnly", "DescriptionLineDetail",
})  # fmt: skip
_BUYING = frozenset({
    "ItemBasedExpenseLineDetail", "AccountBasedExpenseLineDetail", "DescriptionOnly",
    "DescriptionLineDetail", "SubTotalLineDetail", "GroupLineDetail",
})  # fmt: skip

KINDS_OF: Mapping[str, frozenset[str]] = MappingProxyType({
    "Invoice": _SALES, "SalesReceipt": _SALES, "CreditMemo": _SALES, "RefundReceipt": _SALES,
    "Estimate": _SALES, "Bill": _BUYING, "Purchase": _BUYING, "VendorCredit": _BUYING,
    "PurchaseOrder": _BUYING,
    "JournalEntry": frozenset({"JournalEntryLineDetail", "DescriptionOnly"}),
    "Deposit": frozenset({"DepositLineDetail"}),
    "InventoryAdjustment": frozenset({"ItemAdjustmentLineDetail"}),
})  # fmt: skip
"""Which kinds of line a document takes; one that is absent takes lines without a kind."""

KIND_NEED_NOT_BE_SAID = frozenset({"InventoryAdjustment"})
"""Documents whose lines may leave DetailType out, as the service's own replies do."""

DETAIL_MAY_BE_ABSENT = frozenset({"SubTotalLineDetail", "DescriptionOnly"})
