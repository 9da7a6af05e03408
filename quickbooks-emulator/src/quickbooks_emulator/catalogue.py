"""What the service knows of each entity: its properties, limits, references and query flags.

Source: Intuit, API reference, the page of each entity (fields, "filterable", "sortable", maximum
lengths); names of further properties as the service itself lists them in its 2010 faults.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How an entity lives."""

    LIST = "list"
    """A name list: never deleted, made inactive instead."""
    TRANSACTION = "transaction"
    """A document: dated, numbered, can be deleted."""
    SINGLE = "single"
    """One object per company."""
    READ_ONLY = "read_only"
    """A list that other services write."""


COMMON = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse", "status"})

HEADER = frozenset({
    "DocNumber", "TxnDate", "PrivateNote", "DepartmentRef", "ClassRef", "CurrencyRef",
    "ExchangeRate", "LinkedTxn", "TotalAmt", "Line", "TxnTaxDetail", "GlobalTaxCalculation",
    "TransactionLocationType", "TxnSource", "RecurDataRef", "ProjectRef", "HomeTotalAmt",
    "CustomField", "AttachableRef", "TxnStatus", "Tag", "TaxFormNum", "TaxFormType",
})  # fmt: skip

SALES = HEADER | {
    "CustomerRef", "CustomerMemo", "BillAddr", "ShipAddr", "ShipFromAddr", "FreeFormAddress",
    "BillEmail", "BillEmailCc", "BillEmailBcc", "EmailStatus", "PrintStatus", "ShipDate",
    "TrackingNum", "ShipMethodRef", "ApplyTaxAfterDiscount", "Balance", "HomeBalance",
    "DeliveryInfo", "TaxExemptionRef", "PaymentMethodRef", "PaymentRefNum", "DepositToAccountRef",
    "SalesTermRef", "DueDate", "AutoDocNumber", "SalesRepRef", "PONumber", "FOB", "RemitToRef",
    "DiscountRate", "DiscountAmt", "TxnApprovalInfo",
}  # fmt: skip

INVOICE = SALES | {
    "AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "Deposit",
    "AllowOnlineACHPayment", "InvoiceLink", "EInvoiceStatus", "ECloudStatusTimeStamp", "InvoiceEx",
    "RecurringInfo", "callToAction", "invoiceStatusLog", "invoiceStatus", "LessCIS",
    "ConvenienceFeeDetail", "PaymentDetailsMessage", "ARAccountRef", "FinanceCharge",
}  # fmt: skip

PAID_SALE = SALES | {
    "CreditCardPayment", "CheckPayment", "PaymentType", "CreditCardReceipt", "CheckReceipt",
}  # fmt: skip

CREDIT = SALES | {"RemainingCredit", "InvoiceRef", "ARAccountRef"}

PURCHASING = HEADER | {
    "VendorRef", "VendorAddr", "APAccountRef", "SalesTermRef", "DueDate", "Balance", "HomeBalance",
    "ShipAddr", "ShipMethodRef", "Memo", "PayerRef", "BillEmail", "ReplyEmail",
}  # fmt: skip

PERSON = frozenset({
    "DisplayName", "Title", "GivenName", "MiddleName", "FamilyName", "Suffix", "CompanyName",
    "PrintOnCheckName", "FullyQualifiedName", "Active", "PrimaryEmailAddr", "PrimaryPhone",
    "AlternatePhone", "Mobile", "Fax", "WebAddr", "BillAddr", "ShipAddr", "Notes", "Balance",
    "CurrencyRef", "AcctNum", "ContactName", "AltContactName", "OtherAddr", "OtherContactInfo",
    "V4IDPseudonym", "GSTIN", "GSTRegistrationType", "BusinessNumber", "Source", "CustomField",
    "OpenBalanceDate", "AttachableRef", "UserId", "Organization", "ClientEntityId",
    "TaxRegime", "HasTPAR",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity of the service."""

    name: str
    kind: Kind
    properties: frozenset[str]
    required: tuple[str, ...] = ()
    references: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Reference property → entity it must name."""
    lengths: MappingProxyType[str, int] = field(default_factory=lambda: MappingProxyType({}))
    filterable: frozenset[str] = frozenset()
    sortable: frozenset[str] = frozenset()
    can_create: bool = True
    in_cdc: bool = True

    @property
    def path(self) -> str:
        """The segment of the address."""
        return self.name.lower()


NUMBERS = frozenset({
    "Amount", "Balance", "BalanceWithJobs", "BillRate", "CostRate", "CurrentBalance",
    "CurrentBalanceWithSubAccounts", "Deposit", "DiscountAmt", "DiscountPercent", "DiscountRate",
    "DueDays", "DiscountDays", "DayOfMonthDue", "DueNextMonthDays", "DiscountDayOfMonth",
    "ExchangeRate", "HomeBalance", "HomeTotalAmt", "MarkUpAmount", "NetAmountTaxable", "NewQty",
    "Percent", "PurchaseCost", "Qty", "QtyDiff", "QtyOnHand", "Quantity", "RateValue",
    "RemainingCredit", "ReorderPoint", "SalesPrice", "TaxAmount", "TaxInclusiveAmt",
    "TaxInclusiveAmount", "TaxPercent", "TotalAmt", "TotalTax", "UnappliedAmt", "UnitPrice",
    "OverrideDeltaAmount", "HourlyRate", "LineNum", "Level",
})  # fmt: skip

BOOLEANS = frozenset({
    "Active", "AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment",
    "AllowOnlineACHPayment", "ApplyTaxAfterDiscount", "BillWithParent", "Credit", "DeferredRevenue",
    "FreeFormAddress", "IsProject", "Job", "PercentBased", "PrintGroupedItems", "ProcessPayment",
    "PurchaseTaxIncluded", "SalesTaxIncluded", "SubAccount", "SubClass", "SubDepartment", "SubItem",
    "Taxable", "TrackQtyOnHand", "Vendor1099", "sparse", "Adjustment", "BillableTime",
    "T4AEligible", "T5018Eligible", "HasTPAR", "Hidden", "TaxGroup",
})  # fmt: skip

DATES = frozenset({
    "TxnDate", "DueDate", "ShipDate", "InvStartDate", "ServiceDate", "ExpirationDate",
    "AcceptedDate", "OpenBalanceDate", "BirthDate", "HiredDate", "ReleasedDate",
})  # fmt: skip

MOMENTS = frozenset({"MetaData.CreateTime", "MetaData.LastUpdatedTime"})

_ITEM = frozenset({
    "Name", "Type", "Sku", "Description", "PurchaseDesc", "Active", "SubItem", "ParentRef", "Level",
    "FullyQualifiedName", "Taxable", "SalesTaxIncluded", "PurchaseTaxIncluded", "UnitPrice",
    "PurchaseCost", "IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef", "TrackQtyOnHand",
    "QtyOnHand", "InvStartDate", "ReorderPoint", "PrefVendorRef", "ClassRef", "SalesTaxCodeRef",
    "PurchaseTaxCodeRef", "TaxClassificationRef", "ItemCategoryType", "UQCDisplayText", "UQCId",
    "AbatementRate", "ReverseChargeRate", "ServiceType", "Source", "ItemGroupDetail",
    "PrintGroupedItems", "DeferredRevenue", "RatePercent", "AvgCost", "QtyOnSalesOrder",
    "QtyOnPurchaseOrder", "ManPartNum", "AttachableRef", "CustomField", "COGSAccountRef",
})  # fmt: skip

_SALE_REFS = {
    "CustomerRef": "Customer", "SalesTermRef": "Term", "PaymentMethodRef": "PaymentMethod",
    "DepositToAccountRef": "Account", "DepartmentRef": "Department", "ClassRef": "Class",
}  # fmt: skip

_BUY_REFS = {
    "VendorRef": "Vendor", "APAccountRef": "Account", "SalesTermRef": "Term",
    "DepartmentRef": "Department", "ClassRef": "Class",
}  # fmt: skip

_TXN_LENGTHS = {"DocNumber": 21, "PrivateNote": 4000, "PaymentRefNum": 21}

_PERSON_LENGTHS = {
    "DisplayName": 500, "Title": 16, "GivenName": 100, "MiddleName": 100, "FamilyName": 100,
    "Suffix": 16, "CompanyName": 100, "PrintOnCheckName": 110, "Notes": 2000, "AcctNum": 100,
}  # fmt: skip


def _entity(
    name: str,
    kind: Kind,
    properties: frozenset[str],
    *,
    required: str = "",
    references: dict[str, str] | None = None,
    lengths: dict[str, int] | None = None,
    filters: str = "",
    sorts: str = "",
    can_create: bool = True,
    in_cdc: bool = True,
) -> Entity:
    """An entity; `filters` names what only filters, `sorts` what sorts and filters."""
    sortable = frozenset(sorts.split()) | MOMENTS
    return Entity(
        name,
        kind,
        properties | COMMON,
        tuple(required.split()),
        MappingProxyType(references or {}),
        MappingProxyType(lengths or {}),
        frozenset(filters.split()) | sortable | {"Id"},
        sortable,
        can_create,
        in_cdc,
    )


_T, _L = Kind.TRANSACTION, Kind.LIST

ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        _entity(
            "Item", _L, _ITEM,
            required="Name",
            references={
                "IncomeAccountRef": "Account", "ExpenseAccountRef": "Account",
                "AssetAccountRef": "Account", "PrefVendorRef": "Vendor", "ParentRef": "Item",
            },
            lengths={"Name": 100, "Sku": 100, "Description": 4000, "PurchaseDesc": 1000},
            filters="Active FullyQualifiedName SubItem Taxable Sku",
            sorts="Name Type UnitPrice PurchaseCost",
        ),
        _entity(
            "Customer", _L,
            PERSON | {
                "Taxable", "Job", "BillWithParent", "ParentRef", "Level", "BalanceWithJobs",
                "DefaultTaxCodeRef", "TaxExemptionReasonId", "ResaleNum", "SalesTermRef",
                "PaymentMethodRef", "PreferredDeliveryMethod", "CustomerTypeRef", "IsProject",
                "PrimaryTaxIdentifier", "SecondaryTaxIdentifier", "ARAccountRef", "ClientCompanyId",
            },
            references={
                "ParentRef": "Customer", "SalesTermRef": "Term",
                "PaymentMethodRef": "PaymentMethod",
            },
            lengths=_PERSON_LENGTHS | {"ResaleNum": 16},
            filters="PrimaryEmailAddr",
            sorts="DisplayName GivenName MiddleName FamilyName CompanyName PrintOnCheckName "
            "FullyQualifiedName Balance Active BalanceWithJobs",
        ),
        _entity(
            "Vendor", _L,
            PERSON | {
                "TaxIdentifier", "TermRef", "Vendor1099", "CostRate", "BillRate", "APAccountRef",
                "TaxReportingBasis", "T4AEligible", "T5018Eligible", "VendorPaymentBankDetail",
                "PrimaryTaxIdentifier",
            },
            references={"TermRef": "Term"},
            lengths=_PERSON_LENGTHS | {"TaxIdentifier": 20},
            filters="PrimaryEmailAddr",
            sorts="DisplayName GivenName FamilyName CompanyName PrintOnCheckName Active Balance",
        ),
        _entity(
            "Employee", _L,
            PERSON | {
                "SSN", "EmployeeNumber", "BillRate", "CostRate", "BirthDate", "Gender", "HiredDate",
                "ReleasedDate", "BillableTime", "PrimaryAddr", "EmailAddress", "EmployeeType",
            },
            lengths=_PERSON_LENGTHS,
            sorts="DisplayName GivenName MiddleName FamilyName Suffix PrintOnCheckName Active",
        ),
        _entity(
            "Account", _L,
            frozenset({
                "Name", "AccountType", "AccountSubType", "Classification", "AcctNum", "ParentRef",
                "SubAccount", "FullyQualifiedName", "Description", "Active", "CurrencyRef",
                "TaxCodeRef", "CurrentBalance", "CurrentBalanceWithSubAccounts", "AccountAlias",
                "TxnLocationType", "OpeningBalance", "OpeningBalanceDate", "TaxAccount",
                "OnlineBankingEnabled", "FIName", "AccountPurposes", "Balance",
            }),
            required="Name",
            references={"ParentRef": "Account"},
            lengths={"Name": 100, "Description": 100, "AcctNum": 20},
            filters="SubAccount",
            sorts="Name FullyQualifiedName AccountType AccountSubType Classification Active "
            "CurrentBalance AcctNum",
        ),
        _entity(
            "Department", _L,
            frozenset({
                "Name", "ParentRef", "SubDepartment", "FullyQualifiedName", "Active", "Address",
            }),
            required="Name", references={"ParentRef": "Department"}, lengths={"Name": 100},
            sorts="Name FullyQualifiedName Active",
        ),
        _entity(
            "Class", _L,
            frozenset({"Name", "ParentRef", "SubClass", "FullyQualifiedName", "Active"}),
            required="Name", references={"ParentRef": "Class"}, lengths={"Name": 100},
            sorts="Name FullyQualifiedName Active",
        ),
        _entity(
            "Term", _L,
            frozenset({
                "Name", "Active", "Type", "DueDays", "DiscountPercent", "DiscountDays",
                "DayOfMonthDue", "DueNextMonthDays", "DiscountDayOfMonth",
            }),
            required="Name", lengths={"Name": 31}, sorts="Name Active",
        ),
        _entity(
            "PaymentMethod", _L, frozenset({"Name", "Type", "Active"}),
            required="Name", lengths={"Name": 31}, sorts="Name Active Type",
        ),
        _entity(
            "TaxCode", Kind.READ_ONLY,
            frozenset({
                "Name", "Description", "Active", "Taxable", "TaxGroup", "Hidden",
                "TaxCodeConfigType", "SalesTaxRateList", "PurchaseTaxRateList",
            }),
            sorts="Name Description", filters="Active", can_create=False, in_cdc=False,
        ),
        _entity(
            "TaxRate", Kind.READ_ONLY,
            frozenset({
                "Name", "Description", "Active", "RateValue", "AgencyRef", "SpecialTaxType",
                "DisplayType", "EffectiveTaxRate", "OriginalTaxRate", "TaxReturnLineRef",
            }),
            sorts="Name Description Active AgencyRef", can_create=False, in_cdc=False,
        ),
        _entity(
            "TaxAgency", Kind.READ_ONLY,
            frozenset({
                "DisplayName", "TaxTrackedOnPurchases", "TaxTrackedOnSales", "TaxAgencyConfig",
                "TaxRegistrationNumber", "LastFileDate",
            }),
            sorts="DisplayName", can_create=False, in_cdc=False,
        ),
        _entity(
            "Invoice", _T, INVOICE, required="CustomerRef Line",
            references=_SALE_REFS, lengths=_TXN_LENGTHS,
            filters="CustomerRef SalesTermRef ProjectRef",
            sorts="DocNumber TxnDate DueDate Balance",
        ),
        _entity(
            "SalesReceipt", _T, PAID_SALE, required="Line",
            references=_SALE_REFS, lengths=_TXN_LENGTHS,
            filters="CustomerRef TotalAmt ProjectRef", sorts="DocNumber TxnDate Balance",
        ),
        _entity(
            "CreditMemo", _T, CREDIT, required="CustomerRef Line",
            references=_SALE_REFS, lengths=_TXN_LENGTHS,
            filters="CustomerRef SalesTermRef ProjectRef", sorts="DocNumber TxnDate Balance",
        ),
        _entity(
            "RefundReceipt", _T, PAID_SALE, required="DepositToAccountRef Line",
            references=_SALE_REFS, lengths=_TXN_LENGTHS,
            filters="CustomerRef ProjectRef", sorts="DocNumber TxnDate Balance PaymentType",
        ),
        _entity(
            "Estimate", _T,
            SALES | {"ExpirationDate", "AcceptedBy", "AcceptedDate"},
            required="CustomerRef Line", references=_SALE_REFS, lengths=_TXN_LENGTHS,
            filters="CustomerRef ProjectRef", sorts="DocNumber TxnDate DueDate",
        ),
        _entity(
            "Payment", _T,
            HEADER | {
                "CustomerRef", "UnappliedAmt", "DepositToAccountRef", "ARAccountRef",
                "PaymentMethodRef", "PaymentRefNum", "CreditCardPayment", "ProcessPayment",
                "TaxExemptionRef", "PaymentType", "RemitToRef",
            },
            required="CustomerRef TotalAmt",
            references={
                "CustomerRef": "Customer", "DepositToAccountRef": "Account",
                "ARAccountRef": "Account", "PaymentMethodRef": "PaymentMethod",
            },
            lengths=_TXN_LENGTHS,
            filters="CustomerRef TotalAmt PaymentMethodRef PaymentRefNum", sorts="TxnDate",
        ),
        _entity(
            "Bill", _T, PURCHASING, required="VendorRef Line",
            references=_BUY_REFS, lengths=_TXN_LENGTHS, filters="Balance",
            sorts="VendorRef APAccountRef SalesTermRef DocNumber TxnDate DueDate TotalAmt",
        ),
        _entity(
            "BillPayment", _T,
            HEADER | {
                "VendorRef", "PayType", "CheckPayment", "CreditCardPayment", "APAccountRef",
                "ProcessBillPayment",
            },
            required="VendorRef PayType TotalAmt Line",
            references={"VendorRef": "Vendor", "APAccountRef": "Account"}, lengths=_TXN_LENGTHS,
            sorts="VendorRef APAccountRef DocNumber TxnDate TotalAmt",
        ),
        _entity(
            "VendorCredit", _T, PURCHASING | {"FromAccountRef", "ToAccountRef"},
            required="VendorRef Line", references=_BUY_REFS, lengths=_TXN_LENGTHS,
            filters="VendorRef", sorts="APAccountRef DocNumber TxnDate TotalAmt",
        ),
        _entity(
            "Purchase", _T,
            HEADER | {
                "PaymentType", "AccountRef", "EntityRef", "Credit", "PaymentMethodRef",
                "PrintStatus", "RemitToAddr", "PurchaseEx", "PaymentRefNum", "CheckPayment",
                "CreditCardPayment", "Memo",
            },
            required="PaymentType AccountRef Line",
            references={
                "AccountRef": "Account", "PaymentMethodRef": "PaymentMethod",
                "DepartmentRef": "Department",
            },
            lengths=_TXN_LENGTHS, filters="PaymentType TotalAmt", sorts="TxnDate DocNumber",
        ),
        _entity(
            "PurchaseOrder", _T,
            PURCHASING | {"POStatus", "POEmail", "EmailStatus", "ShipTo", "TaxCodeRef"},
            required="VendorRef APAccountRef Line", references=_BUY_REFS, lengths=_TXN_LENGTHS,
            sorts="DocNumber TxnDate DueDate",
        ),
        _entity(
            "Deposit", _T,
            HEADER | {"DepositToAccountRef", "CashBack"},
            required="DepositToAccountRef Line",
            references={"DepositToAccountRef": "Account"}, lengths=_TXN_LENGTHS, sorts="TxnDate",
        ),
        _entity(
            "Transfer", _T,
            HEADER | {"FromAccountRef", "ToAccountRef", "Amount"},
            required="FromAccountRef ToAccountRef Amount",
            references={"FromAccountRef": "Account", "ToAccountRef": "Account"},
            lengths=_TXN_LENGTHS, sorts="TxnDate",
        ),
        _entity(
            "JournalEntry", _T, HEADER | {"Adjustment"}, required="Line",
            lengths=_TXN_LENGTHS, sorts="DocNumber TxnDate",
        ),
        _entity(
            "InventoryAdjustment", _T,
            frozenset({
                "AdjustAccountRef", "TxnDate", "Line", "DocNumber", "PrivateNote", "DepartmentRef",
                "CustomerRef", "ShippingAdjustment", "ClassRef",
            }),
            required="AdjustAccountRef Line", references={"AdjustAccountRef": "Account"},
            lengths=_TXN_LENGTHS, sorts="TxnDate DocNumber",
        ),
        _entity(
            "CompanyInfo", Kind.SINGLE,
            frozenset({
                "CompanyName", "LegalName", "CompanyAddr", "LegalAddr", "Country", "Email",
                "CustomerCommunicationAddr", "WebAddr", "PrimaryPhone", "CompanyStartDate",
                "FiscalYearStartMonth", "SupportedLanguages", "EmployerId", "DefaultTimeZone",
                "NameValue",
            }),
            can_create=False,
        ),
        _entity(
            "Preferences", Kind.SINGLE,
            frozenset({
                "AccountingInfoPrefs", "ProductAndServicesPrefs", "SalesFormsPrefs",
                "EmailMessagesPrefs", "VendorAndPurchasesPrefs", "TimeTrackingPrefs", "TaxPrefs",
                "CurrencyPrefs", "ReportPrefs", "OtherPrefs",
            }),
            can_create=False,
        ),
    )
}  # fmt: skip

BY_PATH = {entity.path: entity for entity in ENTITIES.values()}

INACTIVATED_BY_DEFAULT = frozenset(
    name
    for name, entity in ENTITIES.items()
    if entity.kind is not Kind.TRANSACTION and "Active" in entity.properties
)
"""Entities whose inactive rows a query leaves out unless it mentions Active."""

SALES_FORMS = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
BUYING_FORMS = ("Bill", "Purchase", "VendorCredit")


def named(name: str) -> Entity | None:
    """The entity of that name in any case."""
    return BY_PATH.get(name.lower())
