"""The properties of documents, people and items, as sets that entities share.

Source: Intuit, API reference, the page of each entity; further names as the service itself lists
them in its 2010 faults.
"""

from __future__ import annotations

COMMON = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse", "status"})
"""What the service sets on every object, whatever a caller sends."""

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

ITEM = frozenset({
    "Name", "Type", "Sku", "Description", "PurchaseDesc", "Active", "SubItem", "ParentRef", "Level",
    "FullyQualifiedName", "Taxable", "SalesTaxIncluded", "PurchaseTaxIncluded", "UnitPrice",
    "PurchaseCost", "IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef", "TrackQtyOnHand",
    "QtyOnHand", "InvStartDate", "ReorderPoint", "PrefVendorRef", "ClassRef", "SalesTaxCodeRef",
    "PurchaseTaxCodeRef", "TaxClassificationRef", "ItemCategoryType", "UQCDisplayText", "UQCId",
    "AbatementRate", "ReverseChargeRate", "ServiceType", "Source", "ItemGroupDetail",
    "PrintGroupedItems", "DeferredRevenue", "RatePercent", "AvgCost", "QtyOnSalesOrder",
    "QtyOnPurchaseOrder", "ManPartNum", "AttachableRef", "CustomField", "COGSAccountRef",
})  # fmt: skip

MADE_ON_TRANSACTIONS = frozenset({
    "HomeTotalAmt", "Balance", "HomeBalance", "RecurDataRef", "TaxExemptionRef", "DeliveryInfo",
    "InvoiceLink", "RemainingCredit", "UnappliedAmt", "AllowIPNPayment", "AllowOnlinePayment",
    "FreeFormAddress", "TxnSource", "InvoiceEx", "PurchaseEx", "EInvoiceStatus", "callToAction",
    "ECloudStatusTimeStamp", "RecurringInfo", "invoiceStatus", "invoiceStatusLog", "AutoDocNumber",
})  # fmt: skip
"""Echoed by clients, made by the service."""

MADE: dict[str, frozenset[str]] = {
    "Item": frozenset({
        "FullyQualifiedName", "Level", "Source", "AvgCost", "QtyOnSalesOrder", "QtyOnPurchaseOrder",
    }),
    "Customer": frozenset({
        "FullyQualifiedName", "Level", "Balance", "BalanceWithJobs", "IsProject", "V4IDPseudonym",
        "ClientEntityId", "Source", "UserId",
    }),
    "Vendor": frozenset({"Balance", "V4IDPseudonym", "ClientEntityId", "Source", "UserId"}),
    "Employee": frozenset({"Balance", "V4IDPseudonym", "ClientEntityId", "Source", "UserId"}),
    "Account": frozenset({
        "FullyQualifiedName", "Classification", "SubAccount", "CurrentBalance",
        "CurrentBalanceWithSubAccounts", "Balance",
    }),
    "Department": frozenset({"FullyQualifiedName", "SubDepartment"}),
    "Class": frozenset({"FullyQualifiedName", "SubClass"}),
    "CompanyInfo": frozenset({"CompanyStartDate", "NameValue", "Country"}),
    "Attachable": frozenset({
        "FileAccessUri", "TempDownloadUri", "Size", "ThumbnailFileAccessUri",
        "ThumbnailTempDownloadUri",
    }),
}  # fmt: skip
"""Per list: what the service makes of it."""
