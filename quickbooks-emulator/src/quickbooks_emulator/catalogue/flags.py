"""What queries may filter and sort by, per entity, and how unordered answers come.

Source: Intuit, API reference, "filterable" and "sortable" on the page of each entity; recorded
answers (order, totalCount).
"""

from __future__ import annotations

from quickbooks_emulator.catalogue.scalars import MOMENTS

FILTERS = {
    "Item": "Active FullyQualifiedName SubItem Taxable Sku",
    "Customer": "PrimaryEmailAddr",
    "TaxCode": "Active",
    "Invoice": "CustomerRef SalesTermRef ProjectRef",
    "SalesReceipt": "CustomerRef TotalAmt ProjectRef",
    "CreditMemo": "CustomerRef SalesTermRef ProjectRef",
    "RefundReceipt": "CustomerRef ProjectRef",
    "Estimate": "CustomerRef ProjectRef",
    "Payment": "CustomerRef TotalAmt PaymentMethodRef PaymentRefNum",
    "Bill": "Balance",
    "TimeActivity": "BillableStatus ProjectRef",
    "CustomerType": "Name Active",
    "ExchangeRate": "SourceCurrencyCode AsOfDate",
    "Attachable": "AttachableRef.EntityRef.Type AttachableRef.EntityRef.value",
}
"""Properties that a condition may name and nothing may be sorted by; each entity has `Id` too."""

SORTS = {
    "Item": "Name Type",
    "Customer": "DisplayName GivenName MiddleName FamilyName CompanyName "
    "PrintOnCheckName FullyQualifiedName Balance Active",
    "Vendor": "DisplayName Active",
    "Employee": "DisplayName GivenName MiddleName FamilyName Suffix PrintOnCheckName Active",
    "Account": "Name FullyQualifiedName AccountType AccountSubType Classification Active",
    "Department": "Name FullyQualifiedName Active",
    "Class": "Name FullyQualifiedName Active",
    "Term": "Name Active",
    "PaymentMethod": "Name Active",
    "TaxCode": "Name Description",
    "TaxRate": "Name Description Active AgencyRef",
    "TaxAgency": "DisplayName",
    "Invoice": "DocNumber TxnDate DueDate Balance",
    "SalesReceipt": "DocNumber TxnDate Balance",
    "CreditMemo": "DocNumber TxnDate Balance",
    "RefundReceipt": "DocNumber TxnDate Balance PaymentType",
    "Estimate": "DocNumber TxnDate DueDate",
    "Payment": "TxnDate",
    "Bill": "VendorRef APAccountRef SalesTermRef DocNumber TxnDate DueDate TotalAmt",
    "BillPayment": "VendorRef APAccountRef DocNumber TxnDate TotalAmt",
    "VendorCredit": "APAccountRef DocNumber TxnDate TotalAmt",
    "Purchase": "TxnDate DocNumber",
    "PurchaseOrder": "DocNumber TxnDate DueDate",
    "Deposit": "TxnDate",
    "Transfer": "TxnDate",
    "JournalEntry": "DocNumber TxnDate",
    "TimeActivity": "TxnDate",
    "InventoryAdjustment": "TxnDate DocNumber",
}
"""Properties that filter and sort; each entity has the moments of its MetaData too."""

ONLY_SORTS = {"Item": "UnitPrice PurchaseCost", "Customer": "BalanceWithJobs"}
"""Properties that sort and that no condition may name."""

UNCERTAIN = {
    "Vendor": "GivenName MiddleName FamilyName CompanyName PrintOnCheckName PrimaryEmailAddr "
    "Balance",
    "Account": "SubAccount CurrentBalance AcctNum",
    "Purchase": "PaymentType TotalAmt",
    "Customer": "Title Suffix",
    "Item": "QtyOnHand",
    "VendorCredit": "VendorRef",
    "PaymentMethod": "Type",
}
"""Properties of which it is not known that they filter and sort; a switch lets them."""

COUNTED = frozenset({
    "Invoice", "Bill", "BillPayment", "Deposit", "JournalEntry", "PurchaseOrder", "RefundReceipt",
    "TaxCode", "TaxRate",
})  # fmt: skip
"""Entities whose rows come with a `totalCount`; so recorded, the others without."""

NAMES = {
    "Customer": "FullyQualifiedName", "Department": "FullyQualifiedName",
    "Class": "FullyQualifiedName", "Vendor": "DisplayName", "Employee": "DisplayName",
    "TaxAgency": "DisplayName",
}  # fmt: skip
"""The property by which unordered rows of a list come, where it is not `Name`."""

ELSEWHERE = {
    name.lower(): name
    for name in (
        "Budget", "CreditCardPayment", "CustomerType", "ExchangeRate", "RecurringTransaction",
        "ReimburseCharge", "TaxClassification",
    )
}  # fmt: skip
"""Entities that queries know and of which a company here has none.

Source: Intuit, API reference, the entities with a query operation.
"""

UNKNOWN_HERE = {name.lower(): name for name in ("JournalCode", "TaxPayment", "TaxService")}
"""Entities that queries do not know in a US company."""


def filterable(entity: str) -> frozenset[str]:
    """The properties a condition on the entity may name."""
    return frozenset(f"Id {FILTERS.get(entity, '')} {SORTS.get(entity, '')}".split()) | MOMENTS


def sortable(entity: str) -> frozenset[str]:
    """The properties an order of the entity's rows may name."""
    return frozenset(f"{SORTS.get(entity, '')} {ONLY_SORTS.get(entity, '')}".split()) | MOMENTS


def uncertain(entity: str) -> frozenset[str]:
    """The properties that may filter and sort, or may not."""
    return frozenset(UNCERTAIN.get(entity, "").split())
