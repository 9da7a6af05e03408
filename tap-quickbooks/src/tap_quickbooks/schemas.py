"""What entities are made of: short names for typed fields, and the fragments that many share.

Names and meanings are Intuit's ("Accounting API", the page of each entity). Amounts, rates and
quantities are JSON numbers of any length; the tap never turns one into a float.
"""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

Field = th.Property[Any]
"""Any: the value's type is in the property itself."""


def text(name: str, description: str) -> Field:
    """A string, also where it looks like a number (`Id`, `DocNumber`)."""
    return th.Property(name, th.StringType, description=description)


def number(name: str, description: str) -> Field:
    """An amount, a quantity or a rate, exact."""
    return th.Property(name, th.NumberType, description=description)


def whole(name: str, description: str) -> Field:
    """A count."""
    return th.Property(name, th.IntegerType, description=description)


def flag(name: str, description: str) -> Field:
    """True or false."""
    return th.Property(name, th.BooleanType, description=description)


def day(name: str, description: str) -> Field:
    """A calendar date of the company, without a zone."""
    return th.Property(name, th.DateType, description=description)


def moment(name: str, description: str) -> Field:
    """An instant with its offset."""
    return th.Property(name, th.DateTimeType, description=description)


def part(name: str, fragment: th.ObjectType, description: str) -> Field:
    """An object of a known form."""
    return th.Property(name, fragment, description=description)


def listing(name: str, fragment: th.ObjectType, description: str) -> Field:
    """A list of objects of a known form."""
    return th.Property(name, th.ArrayType(fragment), description=description)


REFERENCE = th.ObjectType(
    text("value", "The id of what is referred to"),
    text("name", "Its name when the document was read; may be stale"),
    text("type", "Its entity, where several are possible"),
)


def ref(name: str, description: str) -> Field:
    """A reference: `value` counts, `name` is for people."""
    return part(name, REFERENCE, description)


ADDRESS = th.ObjectType(
    text("Id", "Id of the address"),
    text("Line1", "First line"),
    text("Line2", "Second line"),
    text("Line3", "Third line"),
    text("Line4", "Fourth line"),
    text("Line5", "Fifth line"),
    text("City", "City"),
    text("CountrySubDivisionCode", "State or province"),
    text("PostalCode", "Postal code"),
    text("Country", "Country"),
    text("Lat", "Latitude as text, or INVALID; no longer returned since 2025"),
    text("Long", "Longitude as text, or INVALID; no longer returned since 2025"),
)
EMAIL = th.ObjectType(text("Address", "One address, or several with commas"))
PHONE = th.ObjectType(text("FreeFormNumber", "The number as entered"))
WEB = th.ObjectType(text("URI", "The address of a web page"))
MEMO = th.ObjectType(text("value", "The text"))
NAME_VALUE = th.ObjectType(text("Name", "Name of the pair"), text("Value", "Value of the pair"))
META_DATA = th.ObjectType(
    moment("CreateTime", "When it was created"),
    # Not `moment`: inventory adjustments carry a bare date here.
    text("LastUpdatedTime", "When it was last changed, with the company's offset"),
    ref("CreateByRef", "Who created it"),
    ref("LastModifiedByRef", "Who changed it last"),
    moment("LastChangedInQB", "When it was last changed in QuickBooks itself"),
)
CUSTOM_FIELD = th.ObjectType(
    text("DefinitionId", "Which of the company's custom fields"),
    text("Name", "Its label"),
    text("Type", "StringType"),
    text("StringValue", "Its value; absent when not set"),
)
LINKED_TXN = th.ObjectType(
    text("TxnId", "Id of the other document"),
    text("TxnType", "Its kind"),
    text("TxnLineId", "Its line"),
)
TAX_LINE = th.ObjectType(
    number("Amount", "Tax of this rate"),
    text("DetailType", "TaxLineDetail"),
    part(
        "TaxLineDetail",
        th.ObjectType(
            ref("TaxRateRef", "The rate"),
            flag("PercentBased", "Whether the rate is a percentage"),
            number("TaxPercent", "The percentage"),
            number("NetAmountTaxable", "What the tax is on"),
            number("TaxInclusiveAmount", "Amount with tax"),
            number("OverrideDeltaAmount", "What a person changed"),
        ),
        "How it was computed",
    ),
)
TXN_TAX_DETAIL = th.ObjectType(
    ref("TxnTaxCodeRef", "The tax code of the document"),
    number("TotalTax", "Tax of the whole document"),
    listing("TaxLine", TAX_LINE, "Tax by rate"),
)
SALES_DETAIL = th.ObjectType(
    ref("ItemRef", "The item sold"),
    number("Qty", "How many"),
    number("UnitPrice", "Price of one"),
    ref("ItemAccountRef", "Its income account"),
    ref("TaxCodeRef", "Its tax code: TAX or NON in the US, else an id"),
    ref("ClassRef", "Its class"),
    day("ServiceDate", "When the service was given"),
    number("DiscountRate", "Discount in per cent"),
    number("DiscountAmt", "Discount as an amount"),
    number("TaxInclusiveAmt", "Amount with tax"),
)
DISCOUNT_DETAIL = th.ObjectType(
    flag("PercentBased", "Whether the discount is a percentage"),
    number("DiscountPercent", "8.5 means 8.5 %"),
    ref("DiscountAccountRef", "Its account"),
    ref("TaxCodeRef", "Its tax code"),
    ref("ClassRef", "Its class"),
)
ITEM_EXPENSE_DETAIL = th.ObjectType(
    ref("ItemRef", "The item bought"),
    number("Qty", "How many"),
    number("UnitPrice", "Cost of one"),
    ref("CustomerRef", "The customer it is for"),
    ref("ClassRef", "Its class"),
    ref("TaxCodeRef", "Its tax code"),
    text("BillableStatus", "Billable, NotBillable or HasBeenBilled"),
    number("TaxInclusiveAmt", "Amount with tax"),
)
ACCOUNT_EXPENSE_DETAIL = th.ObjectType(
    ref("AccountRef", "The expense account"),
    ref("CustomerRef", "The customer it is for"),
    ref("ClassRef", "Its class"),
    ref("TaxCodeRef", "Its tax code"),
    text("BillableStatus", "Billable, NotBillable or HasBeenBilled"),
    number("TaxAmount", "Tax of the line"),
    number("TaxInclusiveAmt", "Amount with tax"),
)

_LINE_HEAD = (
    text("Id", "Id of the line within its document"),
    whole("LineNum", "Position"),
    text("Description", "Text of the line"),
    number("Amount", "Amount of the line"),
    text("DetailType", "Which detail the line carries"),
    listing("LinkedTxn", LINKED_TXN, "Documents the line settles or came from"),
)
SALES_LINE = th.ObjectType(
    *_LINE_HEAD,
    part("SalesItemLineDetail", SALES_DETAIL, "An item sold"),
    part("DiscountLineDetail", DISCOUNT_DETAIL, "A discount on the whole document"),
    part("SubTotalLineDetail", th.ObjectType(ref("ItemRef", "The item")), "A subtotal"),
    part(
        "GroupLineDetail",
        th.ObjectType(
            ref("GroupItemRef", "The bundle"),
            number("Quantity", "How many bundles"),
            listing("Line", th.ObjectType(*_LINE_HEAD), "Its parts"),
        ),
        "A bundle sold",
    ),
    part("DescriptionLineDetail", th.ObjectType(day("ServiceDate", "Its date")), "Text only"),
)
PURCHASE_LINE = th.ObjectType(
    *_LINE_HEAD,
    part("ItemBasedExpenseLineDetail", ITEM_EXPENSE_DETAIL, "An item bought"),
    part("AccountBasedExpenseLineDetail", ACCOUNT_EXPENSE_DETAIL, "An expense by account"),
)
SETTLEMENT_LINE = th.ObjectType(
    number("Amount", "How much of the document it settles"),
    listing("LinkedTxn", LINKED_TXN, "The document"),
)
ADJUSTMENT_LINE = th.ObjectType(
    *_LINE_HEAD,
    part(
        "ItemAdjustmentLineDetail",
        th.ObjectType(
            ref("ItemRef", "The item counted"),
            number("QtyDiff", "Signed change of the quantity on hand"),
        ),
        "The change",
    ),
)
JOURNAL_LINE = th.ObjectType(
    *_LINE_HEAD,
    part(
        "JournalEntryLineDetail",
        th.ObjectType(
            text("PostingType", "Debit or Credit"),
            ref("AccountRef", "The account"),
            part(
                "Entity",
                th.ObjectType(text("Type", "Its kind"), ref("EntityRef", "Who")),
                "Whom the line concerns",
            ),
            ref("ClassRef", "Its class"),
            ref("DepartmentRef", "Its location"),
            ref("TaxCodeRef", "Its tax code"),
            text("BillableStatus", "Billable, NotBillable or HasBeenBilled"),
        ),
        "The posting",
    ),
)
DEPOSIT_LINE = th.ObjectType(
    *_LINE_HEAD,
    part(
        "DepositLineDetail",
        th.ObjectType(
            ref("AccountRef", "The account it came from"),
            ref("Entity", "Who paid"),
            ref("PaymentMethodRef", "How"),
            text("CheckNum", "Number of the check"),
            ref("ClassRef", "Its class"),
        ),
        "A deposit without a document of its own",
    ),
)
TAX_RATE_LIST = th.ObjectType(
    listing(
        "TaxRateDetail",
        th.ObjectType(
            ref("TaxRateRef", "The rate"),
            text("TaxTypeApplicable", "What it is on"),
            whole("TaxOrder", "Order of application"),
        ),
        "Rates in order",
    )
)

ENTITY = (
    text("SyncToken", "Version of the record, up by one with each change"),
    part("MetaData", META_DATA, "When it was created and changed"),
    text("domain", "QBO"),
    flag("sparse", "Whether fields were left out"),
    text("status", "Deleted in a deletion"),
)
"""On every entity."""

NAME_LIST = (flag("Active", "False once it was made inactive; its name then ends in (deleted)"),)
"""On the entities that are never deleted, only made inactive."""

TRANSACTION = (
    text("DocNumber", "The document's number, text of up to 21 characters"),
    day("TxnDate", "Date of the document"),
    text("PrivateNote", "A note for the company itself"),
    ref("CurrencyRef", "Currency of the document"),
    number("ExchangeRate", "Home units for one unit of the currency"),
    ref("DepartmentRef", "Location"),
    ref("ClassRef", "Class, where the company keeps one for the whole document"),
    ref("ProjectRef", "Project"),
    listing("LinkedTxn", LINKED_TXN, "Documents this one is linked to"),
    number("TotalAmt", "Total with tax"),
    number("HomeTotalAmt", "Total in the home currency"),
    part("TxnTaxDetail", TXN_TAX_DETAIL, "Tax of the document"),
    text("GlobalTaxCalculation", "TaxExcluded, TaxInclusive or NotApplicable; outside the US"),
    text("TransactionLocationType", "Place of supply; some countries"),
    text("TxnSource", "The program that made it"),
    ref("RecurDataRef", "The recurring transaction it came from"),
)
"""The head that most documents share."""

SALES_FORM = (
    *TRANSACTION,
    ref("CustomerRef", "The customer"),
    listing("Line", SALES_LINE, "Lines"),
    number("Balance", "What is still open"),
    number("HomeBalance", "What is still open, in the home currency"),
    part("BillAddr", ADDRESS, "Billing address"),
    part("ShipAddr", ADDRESS, "Shipping address"),
    part("ShipFromAddr", ADDRESS, "Where it is shipped from"),
    part("BillEmail", EMAIL, "Where it is sent"),
    part("BillEmailCc", EMAIL, "Copy"),
    part("BillEmailBcc", EMAIL, "Blind copy"),
    text("EmailStatus", "NotSet, NeedToSend or EmailSent"),
    text("PrintStatus", "NotSet, NeedToPrint or PrintComplete"),
    part(
        "DeliveryInfo",
        th.ObjectType(text("DeliveryType", "How"), moment("DeliveryTime", "When")),
        "How it was delivered",
    ),
    part("CustomerMemo", MEMO, "A message to the customer"),
    listing("CustomField", CUSTOM_FIELD, "The company's own fields"),
    flag("ApplyTaxAfterDiscount", "Whether the discount lowers the tax"),
    flag("FreeFormAddress", "Whether the addresses are free text"),
    day("ShipDate", "When it was shipped"),
    ref("ShipMethodRef", "How it was shipped"),
    text("TrackingNum", "Number of the shipment"),
    ref("TaxExemptionRef", "Why it is exempt from tax"),
)
"""Documents to customers."""

PAID_AT_ONCE = (
    ref("PaymentMethodRef", "How it was paid"),
    text("PaymentRefNum", "Number of the check or transfer"),
    ref("DepositToAccountRef", "The account the money went to, or left"),
)
"""Documents that carry their own payment."""

PURCHASE_FORM = (
    *TRANSACTION,
    listing("Line", PURCHASE_LINE, "Lines"),
)
"""Documents from suppliers."""

PERSON = (
    text("DisplayName", "Its name, unique over customers, vendors and employees"),
    text("Title", "Title"),
    text("GivenName", "First name"),
    text("MiddleName", "Middle name"),
    text("FamilyName", "Family name"),
    text("Suffix", "Suffix"),
    text("CompanyName", "Name of the company"),
    text("PrintOnCheckName", "Name on checks"),
    part("PrimaryEmailAddr", EMAIL, "E-mail"),
    part("PrimaryPhone", PHONE, "Telephone"),
    part("AlternatePhone", PHONE, "Another telephone"),
    part("Mobile", PHONE, "Mobile telephone"),
    part("Fax", PHONE, "Fax"),
    part("WebAddr", WEB, "Web page"),
    part("BillAddr", ADDRESS, "Billing address"),
    ref("CurrencyRef", "Its currency"),
    text("V4IDPseudonym", "Intuit's id of it elsewhere"),
)
"""Customers, vendors and employees."""
