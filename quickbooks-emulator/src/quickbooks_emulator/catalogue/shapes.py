"""What values look like: kinds, nested members, lengths and enumerations, by property name.

A property has the same shape wherever it appears, apart from the members of `Line` and of its
details. Source: Intuit, API reference, the field tables of the entities (types, maximum lengths).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.entities import ENTITIES
from quickbooks_emulator.catalogue.scalars import BOOLEANS, DATES, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sort(Enum):
    """Which kind of JSON value a property takes."""

    TEXT = "java.lang.String"
    NUMBER = "java.math.BigDecimal"
    TRUTH = "java.lang.Boolean"
    DATE = "java.util.Date"
    OBJECT = "object"
    LIST = "java.util.ArrayList"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Shape:
    """One property's values."""

    sort: Sort
    most: int = 0
    """The longest text; 0 where no limit is known."""
    members: Mapping[str, Shape] | None = None
    """Of an object; None takes any."""
    of: Shape | None = None
    """Of a list: its elements."""
    java: str = ""
    """The class that the service names when an object does not fit."""
    choices: frozenset[str] | None = None
    is_email: bool = False


TEXT = Shape(Sort.TEXT)
NUMBER = Shape(Sort.NUMBER)
TRUTH = Shape(Sort.TRUTH)
DATE = Shape(Sort.DATE)
ANY = Shape(Sort.ANY)
OPEN = Shape(Sort.OBJECT)
"""An object with any members."""


def text(most: int) -> Shape:
    """A text of at most so many characters."""
    return Shape(Sort.TEXT, most)


def choice(words: str) -> Shape:
    """One of some words."""
    return Shape(Sort.TEXT, choices=frozenset(words.split()))


def members(java: str, **shapes: Shape) -> Shape:
    """An object."""
    return Shape(Sort.OBJECT, members=MappingProxyType(shapes), java=java)


def many(element: Shape) -> Shape:
    """A list."""
    return Shape(Sort.LIST, of=element)


REFERENCE = members("ReferenceType", value=TEXT, name=TEXT, type=TEXT)
ADDRESS = members(
    "PhysicalAddress", Id=TEXT, Line1=text(500), Line2=text(500), Line3=text(500), Line4=text(500),
    Line5=text(500), City=text(255), Country=text(255), CountryCode=text(255), County=text(255),
    CountrySubDivisionCode=text(255), PostalCode=text(30), PostalCodeSuffix=text(30), Lat=TEXT,
    Long=TEXT, Tag=TEXT, Note=TEXT,
)  # fmt: skip
EMAIL = members(
    "EmailAddress", Id=TEXT, Address=Shape(Sort.TEXT, 100, is_email=True), Default=TRUTH, Tag=TEXT
)
COPIES = members("EmailAddress", Address=Shape(Sort.TEXT, 200, is_email=True))
PHONE = members(
    "TelephoneNumber", Id=TEXT, FreeFormNumber=text(30), DeviceType=TEXT, CountryCode=TEXT,
    AreaCode=TEXT, ExchangeCode=TEXT, Extension=TEXT, Default=TRUTH, Tag=TEXT,
)  # fmt: skip
WEB = members("WebSiteAddress", Id=TEXT, URI=text(1000), Default=TRUTH, Tag=TEXT)
MEMO = members("MemoRef", value=text(1000))
LINK = members("LinkedTxn", TxnId=TEXT, TxnType=TEXT, TxnLineId=TEXT)
FIELD = members(
    "CustomField", DefinitionId=TEXT, Name=TEXT, Type=TEXT, StringValue=text(31),
    BooleanValue=TRUTH, DateValue=DATE, NumberValue=NUMBER,
)  # fmt: skip
RATES = members("TaxRateList", TaxRateDetail=ANY, originatingGroupId=TEXT)
TAXED = choice("TaxExcluded TaxInclusive NotApplicable")

_PRINT = choice("NotSet NeedToPrint PrintComplete")

_NESTED: dict[str, Shape] = {
    "CustomField": many(FIELD), "LinkedTxn": many(LINK), "CustomerMemo": MEMO,
    "BillEmail": EMAIL, "PrimaryEmailAddr": EMAIL, "Email": EMAIL, "EmailAddress": EMAIL,
    "POEmail": EMAIL, "ReplyEmail": EMAIL, "BillEmailCc": COPIES, "BillEmailBcc": COPIES,
    "PrimaryPhone": PHONE, "AlternatePhone": PHONE, "Mobile": PHONE, "Fax": PHONE, "WebAddr": WEB,
    "SalesTaxRateList": RATES, "PurchaseTaxRateList": RATES,
    "ShipMethodRef": REFERENCE, "AttachableRef": many(OPEN), "MetaData": ANY, "LineEx": ANY,
    "PurchaseEx": ANY, "InvoiceEx": ANY, "DeliveryInfo": ANY, "RecurringInfo": ANY, "Tag": ANY,
    "CustomExtensions": ANY, "NameValue": many(OPEN), "TxnApprovalInfo": ANY,
    "MarkupInfo": ANY, "MarkUpInfo": ANY, "ContactName": ANY, "AltContactName": ANY,
    "OtherAddr": ANY, "OtherContactInfo": ANY, "EffectiveTaxRate": ANY, "ConvenienceFeeDetail": ANY,
    "ItemGroupDetail": OPEN, "Source": ANY, "invoiceStatusLog": ANY, "AccountPurposes": ANY,
    "VendorPaymentBankDetail": ANY, "TaxAgencyConfig": ANY, "CreditCardReceipt": ANY,
    "CheckReceipt": ANY, "sparse": ANY, "domain": ANY, "status": ANY,
    "AccountingInfoPrefs": OPEN, "ProductAndServicesPrefs": OPEN, "SalesFormsPrefs": OPEN,
    "EmailMessagesPrefs": OPEN, "VendorAndPurchasesPrefs": OPEN, "TimeTrackingPrefs": OPEN,
    "TaxPrefs": OPEN, "CurrencyPrefs": OPEN, "ReportPrefs": OPEN, "OtherPrefs": OPEN,
    "CheckPayment": members(
        "BillPaymentCheck", BankAccountRef=REFERENCE, CheckDetail=ANY, PrintStatus=_PRINT,
        CheckNum=TEXT, Status=TEXT, NameOnAcct=TEXT, AcctNum=TEXT, BankName=TEXT, PayeeAddr=ADDRESS,
    ),
    "CreditCardPayment": members(
        "CreditCardPayment", CCAccountRef=REFERENCE, CCDetail=ANY, CreditChargeInfo=ANY,
        CreditChargeResponse=ANY,
    ),
    "HomeCurrency": REFERENCE, "DefaultTerms": REFERENCE,
    "CashBack": members("CashBackInfo", AccountRef=REFERENCE, Amount=NUMBER, Memo=text(4000)),
    "TxnTaxDetail": members(
        "TxnTaxDetail", DefaultTaxCodeRef=REFERENCE, TxnTaxCodeRef=REFERENCE, TotalTax=NUMBER,
        TaxReviewStatus=TEXT, UseAutomatedSalesTax=TRUTH,
        TaxLine=many(members(
            "Line", Id=TEXT, LineNum=NUMBER, Amount=NUMBER, DetailType=TEXT, Description=TEXT,
            CustomExtensions=ANY,
            TaxLineDetail=members(
                "TaxLineDetail", TaxRateRef=REFERENCE, PercentBased=TRUTH, TaxPercent=NUMBER,
                NetAmountTaxable=NUMBER, TaxInclusiveAmount=NUMBER, OverrideDeltaAmount=NUMBER,
                ServiceDate=DATE,
            ),
        )),
    ),
    "GlobalTaxCalculation": TAXED,
    "EmailStatus": choice("NotSet NeedToSend EmailSent"),
    "PrintStatus": _PRINT,
    "BillableStatus": choice("Billable NotBillable HasBeenBilled"),
    "PostingType": choice("Debit Credit"),
    "PayType": choice("Check CreditCard"),
    "POStatus": choice("Open Closed"),
    "PreferredDeliveryMethod": choice("Print Email None"),
    "NameOf": choice("Vendor Employee Other"),
}  # fmt: skip

PAYMENT_TYPES = choice("Cash Check CreditCard")
ESTIMATE_STATUS = choice("Accepted Closed Pending Rejected Converted")

ENTITY_CHOICES: dict[tuple[str, str], Shape] = {
    ("Purchase", "PaymentType"): PAYMENT_TYPES,
    ("RefundReceipt", "PaymentType"): choice("Cash Check CreditCard Other"),
    ("Estimate", "TxnStatus"): ESTIMATE_STATUS,
    ("PaymentMethod", "Type"): choice("CREDIT_CARD NON_CREDIT_CARD"),
    ("Term", "Type"): choice("STANDARD DATE_DRIVEN"),
    ("Employee", "Gender"): choice("Male Female"),
    ("Department", "Address"): ADDRESS,
    ("CompanyInfo", "Country"): TEXT,
}
"""Where a property's words depend on the entity."""


def shape_of(name: str) -> Shape:
    """The shape of a property of that name."""
    nested = _NESTED.get(name)
    if nested is not None:
        return nested
    if name in NUMBERS:
        return NUMBER
    if name in BOOLEANS:
        return TRUTH
    if name in DATES:
        return DATE
    if name.endswith("Ref"):
        return REFERENCE
    return ADDRESS if name.endswith("Addr") else TEXT


@cache
def shapes_of(name_of_entity: str) -> Mapping[str, Shape]:
    """The shape of each property of an entity, lines apart."""
    entity = ENTITIES[name_of_entity]
    found: dict[str, Shape] = {}
    for name in sorted(entity.properties):
        if name == "Line":
            continue
        special = ENTITY_CHOICES.get((entity.name, name))
        most = entity.lengths.get(name)
        found[name] = special or (text(most) if most else shape_of(name))
    return MappingProxyType(found)
