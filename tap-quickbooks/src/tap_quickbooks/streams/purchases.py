"""Documents from suppliers."""

from __future__ import annotations

from singer_sdk import typing as th

from tap_quickbooks.entity import EntityStream
from tap_quickbooks.schemas import (
    ADDRESS,
    CUSTOM_FIELD,
    EMAIL,
    PURCHASE_FORM,
    day,
    flag,
    listing,
    number,
    part,
    ref,
    text,
)

_EXTENSION = th.ObjectType(additional_properties=True)


class Bills(EntityStream):
    """One record per bill `Id`. Source: Intuit, Accounting API, "Bill"."""

    name = "bills"
    entity = "Bill"
    moves_stock = True
    fields = (
        *PURCHASE_FORM,
        ref("VendorRef", "The supplier"),
        part("VendorAddr", ADDRESS, "Its address"),
        ref("APAccountRef", "The payables account"),
        ref("SalesTermRef", "Terms"),
        day("DueDate", "When it is due"),
        number("Balance", "What is still open"),
        number("HomeBalance", "What is still open, in the home currency"),
    )


class VendorCredits(EntityStream):
    """One record per credit from a supplier, by `Id`.

    Source: Intuit, Accounting API, "VendorCredit".
    """

    name = "vendor_credits"
    entity = "VendorCredit"
    moves_stock = True
    fields = (
        *PURCHASE_FORM,
        ref("VendorRef", "The supplier"),
        part("VendorAddr", ADDRESS, "Its address"),
        ref("APAccountRef", "The payables account"),
        number("Balance", "What is not applied yet"),
    )


class Purchases(EntityStream):
    """One record per expense, check or card charge `Id`.

    Source: Intuit, Accounting API, "Purchase".
    """

    name = "purchases"
    entity = "Purchase"
    moves_stock = True
    fields = (
        *PURCHASE_FORM,
        text("PaymentType", "Cash, Check or CreditCard"),
        ref("AccountRef", "The account it was paid from"),
        ref("EntityRef", "Who was paid"),
        flag("Credit", "True for a refund on a card"),
        ref("PaymentMethodRef", "How it was paid"),
        text("PaymentRefNum", "Number of the payment"),
        text("PrintStatus", "NotSet, NeedToPrint or PrintComplete"),
        part("RemitToAddr", ADDRESS, "Where the check goes"),
        part("PurchaseEx", _EXTENSION, "Internal pairs, such as TxnType"),
    )


class PurchaseOrders(EntityStream):
    """One record per purchase order `Id`. It posts nothing.

    Source: Intuit, Accounting API, "PurchaseOrder".
    """

    name = "purchase_orders"
    entity = "PurchaseOrder"
    fields = (
        *PURCHASE_FORM,
        ref("VendorRef", "The supplier"),
        part("VendorAddr", ADDRESS, "Its address"),
        part("ShipAddr", ADDRESS, "Where it is to be delivered"),
        ref("ShipTo", "The customer it is delivered to"),
        ref("APAccountRef", "The payables account"),
        ref("SalesTermRef", "Terms"),
        day("DueDate", "When it is due"),
        text("POStatus", "Open or Closed"),
        part("POEmail", EMAIL, "Where it is sent"),
        text("EmailStatus", "NotSet, NeedToSend or EmailSent"),
        text("Memo", "A message to the supplier"),
        listing("CustomField", CUSTOM_FIELD, "The company's own fields"),
    )
