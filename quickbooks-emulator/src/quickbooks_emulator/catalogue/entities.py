"""What the service knows of each entity: its properties, limits and references.

Source: Intuit, API reference, the page of each entity (fields, maximum lengths).
"""

from __future__ import annotations

from types import MappingProxyType

from quickbooks_emulator.catalogue.flags import filterable, sortable
from quickbooks_emulator.catalogue.kinds import Entity, Kind
from quickbooks_emulator.catalogue.properties import (
    COMMON,
    CREDIT,
    HEADER,
    INVOICE,
    ITEM,
    MADE,
    MADE_ON_TRANSACTIONS,
    PAID_SALE,
    PERSON,
    PURCHASING,
    SALES,
)

_PLACES = {"DepartmentRef": "Department", "ClassRef": "Class"}

_SALE_REFS = {
    "CustomerRef": "Customer", "SalesTermRef": "Term", "PaymentMethodRef": "PaymentMethod",
    "DepositToAccountRef": "Account", "ARAccountRef": "Account", **_PLACES,
}  # fmt: skip

_BUY_REFS = {
    "VendorRef": "Vendor", "APAccountRef": "Account", "SalesTermRef": "Term",
    **_PLACES,
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
    can_create: bool = True,
    in_cdc: bool = True,
) -> Entity:
    """An entity with the flags of its name."""
    return Entity(
        name,
        kind,
        properties | COMMON,
        tuple(required.split()),
        MappingProxyType(references or {}),
        MappingProxyType(lengths or {}),
        filterable(name),
        sortable(name),
        can_create,
        in_cdc,
        MADE.get(name, MADE_ON_TRANSACTIONS if kind is Kind.TRANSACTION else frozenset()),
        kind is Kind.TRANSACTION or name in DELETABLE_LISTS,
        name in VOIDABLE,
    )


DELETABLE_LISTS = frozenset({"Attachable", "TimeActivity"})
VOIDABLE = frozenset({"Invoice", "SalesReceipt", "Payment", "BillPayment"})
"""What the API can void; other documents are only deleted."""

_T, _L = Kind.TRANSACTION, Kind.LIST

ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        _entity(
            "Item", _L, ITEM,
            required="Name",
            references={
                "IncomeAccountRef": "Account", "ExpenseAccountRef": "Account",
                "AssetAccountRef": "Account", "PrefVendorRef": "Vendor", "ParentRef": "Item",
                "ClassRef": "Class", "SalesTaxCodeRef": "TaxCode", "PurchaseTaxCodeRef": "TaxCode",
            },
            lengths={"Name": 100, "Sku": 100, "Description": 4000, "PurchaseDesc": 1000},
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
                "PaymentMethodRef": "PaymentMethod", "DefaultTaxCodeRef": "TaxCode",
                "CustomerTypeRef": "CustomerType",
            },
            lengths=_PERSON_LENGTHS | {"ResaleNum": 16},
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
        ),
        _entity(
            "Employee", _L,
            PERSON | {
                "SSN", "EmployeeNumber", "BillRate", "CostRate", "BirthDate", "Gender", "HiredDate",
                "ReleasedDate", "BillableTime", "PrimaryAddr", "EmailAddress", "EmployeeType",
            },
            lengths=_PERSON_LENGTHS,
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
            lengths={"Name": 100, "Description": 100, "AcctNum": 7},
        ),
        _entity(
            "Department", _L,
            frozenset({
                "Name", "ParentRef", "SubDepartment", "FullyQualifiedName", "Active", "Address",
            }),
            required="Name", references={"ParentRef": "Department"}, lengths={"Name": 100},
        ),
        _entity(
            "Class", _L,
            frozenset({"Name", "ParentRef", "SubClass", "FullyQualifiedName", "Active"}),
            required="Name", references={"ParentRef": "Class"}, lengths={"Name": 100},
        ),
        _entity(
            "Term", _L,
            frozenset({
                "Name", "Active", "Type", "DueDays", "DiscountPercent", "DiscountDays",
                "DayOfMonthDue", "DueNextMonthDays", "DiscountDayOfMonth",
            }),
            required="Name", lengths={"Name": 31},
        ),
        _entity(
            "PaymentMethod", _L, frozenset({"Name", "Type", "Active"}),
            required="Name", lengths={"Name": 31},
        ),
        _entity(
            "TaxCode", Kind.READ_ONLY,
            frozenset({
                "Name", "Description", "Active", "Taxable", "TaxGroup", "Hidden",
                "TaxCodeConfigType", "SalesTaxRateList", "PurchaseTaxRateList",
            }), can_create=False, in_cdc=False,
        ),
        _entity(
            "TaxRate", Kind.READ_ONLY,
            frozenset({
                "Name", "Description", "Active", "RateValue", "AgencyRef", "SpecialTaxType",
                "DisplayType", "EffectiveTaxRate", "OriginalTaxRate", "TaxReturnLineRef",
            }), can_create=False, in_cdc=False,
        ),
        _entity(
            "TaxAgency", Kind.READ_ONLY,
            frozenset({
                "DisplayName", "TaxTrackedOnPurchases", "TaxTrackedOnSales", "TaxAgencyConfig",
                "TaxRegistrationNumber", "LastFileDate",
            }), can_create=False, in_cdc=False,
        ),
        _entity(
            "Invoice", _T, INVOICE, required="CustomerRef Line",
            references=_SALE_REFS, lengths=_TXN_LENGTHS,
        ),
        _entity(
            "SalesReceipt", _T, PAID_SALE, required="Line",
            references=_SALE_REFS, lengths=_TXN_LENGTHS,
        ),
        _entity(
            "CreditMemo", _T, CREDIT, required="CustomerRef Line",
            references=_SALE_REFS, lengths=_TXN_LENGTHS,
        ),
        _entity(
            "RefundReceipt", _T, PAID_SALE, required="DepositToAccountRef Line",
            references=_SALE_REFS, lengths=_TXN_LENGTHS,
        ),
        _entity(
            "Estimate", _T,
            SALES | {"ExpirationDate", "AcceptedBy", "AcceptedDate"},
            required="CustomerRef Line", references=_SALE_REFS, lengths=_TXN_LENGTHS,
        ),
        _entity(
            "Payment", _T,
            HEADER | {
                "CustomerRef", "UnappliedAmt", "DepositToAccountRef", "ARAccountRef",
                "PaymentMethodRef", "PaymentRefNum", "CreditCardPayment", "ProcessPayment",
                "TaxExemptionRef", "PaymentType", "RemitToRef",
            },
            required="CustomerRef",
            references={
                "CustomerRef": "Customer", "DepositToAccountRef": "Account",
                "ARAccountRef": "Account", "PaymentMethodRef": "PaymentMethod", **_PLACES,
            },
            lengths=_TXN_LENGTHS,
        ),
        _entity(
            "Bill", _T, PURCHASING, required="VendorRef Line",
            references=_BUY_REFS, lengths=_TXN_LENGTHS,
        ),
        _entity(
            "BillPayment", _T,
            HEADER | {
                "VendorRef", "PayType", "CheckPayment", "CreditCardPayment", "APAccountRef",
                "ProcessBillPayment",
            },
            required="VendorRef PayType Line",
            references={"VendorRef": "Vendor", "APAccountRef": "Account", **_PLACES},
            lengths=_TXN_LENGTHS,
        ),
        _entity(
            "VendorCredit", _T, PURCHASING | {"FromAccountRef", "ToAccountRef"},
            required="VendorRef Line", references=_BUY_REFS, lengths=_TXN_LENGTHS,
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
                **_PLACES,
            },
            lengths=_TXN_LENGTHS,
        ),
        _entity(
            "PurchaseOrder", _T,
            PURCHASING | {"POStatus", "POEmail", "EmailStatus", "ShipTo", "TaxCodeRef"},
            required="VendorRef APAccountRef Line", references=_BUY_REFS,
            lengths=_TXN_LENGTHS | {"Memo": 4000},
        ),
        _entity(
            "Deposit", _T,
            HEADER | {"DepositToAccountRef", "CashBack"},
            required="DepositToAccountRef Line",
            references={"DepositToAccountRef": "Account", **_PLACES}, lengths=_TXN_LENGTHS,
        ),
        _entity(
            "Transfer", _T,
            HEADER | {"FromAccountRef", "ToAccountRef", "Amount"},
            required="FromAccountRef ToAccountRef Amount",
            references={"FromAccountRef": "Account", "ToAccountRef": "Account", **_PLACES},
            lengths=_TXN_LENGTHS,
        ),
        _entity(
            "JournalEntry", _T, HEADER | {"Adjustment"}, required="Line",
            references=_PLACES, lengths=_TXN_LENGTHS,
        ),
        _entity(
            "InventoryAdjustment", _T,
            frozenset({
                "AdjustAccountRef", "TxnDate", "Line", "DocNumber", "PrivateNote", "DepartmentRef",
                "CustomerRef", "ShippingAdjustment", "ClassRef",
            }),
            required="AdjustAccountRef Line",
            references={"AdjustAccountRef": "Account", "CustomerRef": "Customer", **_PLACES},
            lengths=_TXN_LENGTHS,
        ),
        _entity(
            "TimeActivity", _L,
            frozenset({
                "TxnDate", "NameOf", "EmployeeRef", "VendorRef", "OtherNameRef", "CustomerRef",
                "DepartmentRef", "ClassRef", "ItemRef", "PayrollItemRef", "ProjectRef",
                "BillableStatus", "Taxable", "HourlyRate", "CostRate", "Hours", "Minutes",
                "BreakHours", "BreakMinutes", "StartTime", "EndTime", "Description",
                "TransactionLocationType", "TimeZone",
            }),
            required="NameOf",
            references={
                "EmployeeRef": "Employee", "VendorRef": "Vendor", "CustomerRef": "Customer",
                "ItemRef": "Item", "DepartmentRef": "Department", "ClassRef": "Class",
            },
            lengths={"Description": 4000},
        ),
        _entity(
            "Attachable", _L,
            frozenset({
                "AttachableRef", "Note", "FileName", "Category", "ContentType", "PlaceName", "Lat",
                "Long", "Tag", "FileAccessUri", "TempDownloadUri", "Size", "ThumbnailFileAccessUri",
                "ThumbnailTempDownloadUri", "CustomField",
            }),
            lengths={
                "FileName": 1000, "Note": 2000, "Category": 100, "ContentType": 100, "Lat": 100,
                "Long": 100, "PlaceName": 2000, "Tag": 2000,
            },
        ),
        _entity(
            "CompanyCurrency", _L, frozenset({"Code", "Name", "Active", "CustomField"}),
            required="Code", lengths={"Code": 3, "Name": 100},
        ),
        _entity(
            "CompanyInfo", Kind.SINGLE,
            frozenset({
                "CompanyName", "LegalName", "CompanyAddr", "LegalAddr", "Country", "Email",
                "CustomerCommunicationAddr", "WebAddr", "PrimaryPhone", "CompanyStartDate",
                "FiscalYearStartMonth", "SupportedLanguages", "EmployerId", "DefaultTimeZone",
                "NameValue",
            }),
            lengths={"CompanyName": 1024}, can_create=False,
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
