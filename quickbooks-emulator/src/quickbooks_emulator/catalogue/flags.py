"""What queries may filter and sort by, per entity.

Source: Intuit, API reference, "filterable" and "sortable" on the page of each entity.
"""

from __future__ import annotations

FILTERS = {
    "Item": "Active FullyQualifiedName SubItem Taxable Sku",
    "Customer": "PrimaryEmailAddr",
    "Vendor": "PrimaryEmailAddr",
    "Account": "SubAccount",
    "TaxCode": "Active",
    "Invoice": "CustomerRef SalesTermRef ProjectRef",
    "SalesReceipt": "CustomerRef TotalAmt ProjectRef",
    "CreditMemo": "CustomerRef SalesTermRef ProjectRef",
    "RefundReceipt": "CustomerRef ProjectRef",
    "Estimate": "CustomerRef ProjectRef",
    "Payment": "CustomerRef TotalAmt PaymentMethodRef PaymentRefNum",
    "Bill": "Balance",
    "VendorCredit": "VendorRef",
    "Purchase": "PaymentType TotalAmt",
}
"""Properties that a condition may name and nothing may be sorted by; each entity has `Id` too."""

SORTS = {
    "Item": "Name Type UnitPrice PurchaseCost",
    "Customer": "DisplayName GivenName MiddleName FamilyName CompanyName "
    "PrintOnCheckName FullyQualifiedName Balance Active BalanceWithJobs",
    "Vendor": "DisplayName GivenName FamilyName CompanyName PrintOnCheckName Active Balance",
    "Employee": "DisplayName GivenName MiddleName FamilyName Suffix PrintOnCheckName Active",
    "Account": "Name FullyQualifiedName AccountType AccountSubType Classification "
    "Active CurrentBalance AcctNum",
    "Department": "Name FullyQualifiedName Active",
    "Class": "Name FullyQualifiedName Active",
    "Term": "Name Active",
    "PaymentMethod": "Name Active Type",
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
    "InventoryAdjustment": "TxnDate DocNumber",
}
"""Properties that filter and sort; each entity has the moments of its MetaData too."""
