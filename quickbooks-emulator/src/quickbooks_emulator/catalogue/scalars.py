"""Which properties hold numbers, truths, dates and moments, in whatever entity.

Source: Intuit, API reference, the field tables of the entities.
"""

from __future__ import annotations

NUMBERS = frozenset({
    "Amount", "Balance", "BalanceWithJobs", "BillRate", "CostRate", "CurrentBalance",
    "CurrentBalanceWithSubAccounts", "Deposit", "DiscountAmt", "DiscountPercent", "DiscountRate",
    "DueDays", "DiscountDays", "DayOfMonthDue", "DueNextMonthDays", "DiscountDayOfMonth",
    "ExchangeRate", "HomeBalance", "HomeTotalAmt", "MarkUpAmount", "NetAmountTaxable", "NewQty",
    "Percent", "PurchaseCost", "Qty", "QtyDiff", "QtyOnHand", "Quantity", "RateValue",
    "RemainingCredit", "ReorderPoint", "SalesPrice", "TaxAmount", "TaxInclusiveAmt",
    "TaxInclusiveAmount", "TaxPercent", "TotalAmt", "TotalTax", "UnappliedAmt", "UnitPrice",
    "OverrideDeltaAmount", "HourlyRate", "LineNum", "Level",
    "Hours", "Minutes", "BreakHours", "BreakMinutes", "Size", "Received",
})  # fmt: skip

BOOLEANS = frozenset({
    "Active", "AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment",
    "AllowOnlineACHPayment", "ApplyTaxAfterDiscount", "BillWithParent", "Credit", "DeferredRevenue",
    "FreeFormAddress", "IsProject", "Job", "PercentBased", "PrintGroupedItems", "ProcessPayment",
    "PurchaseTaxIncluded", "SalesTaxIncluded", "SubAccount", "SubClass", "SubDepartment", "SubItem",
    "Taxable", "TrackQtyOnHand", "Vendor1099", "sparse", "Adjustment", "BillableTime",
    "T4AEligible", "T5018Eligible", "HasTPAR", "Hidden", "TaxGroup",
    "ClassTrackingPerTxn", "ClassTrackingPerTxnLine", "TrackDepartments", "UseAccountNumbers",
    "CustomTxnNumbers", "AllowDeposit", "AllowDiscount", "AllowShipping", "AllowEstimates",
    "AllowServiceDate", "AutoApplyCredit", "AutoApplyPayments", "MultiCurrencyEnabled",
    "UsingSalesTax", "PartnerTaxEnabled", "ForSales", "ForPurchase", "QuantityOnHand",
    "QuantityWithPriceAndRate", "IncludeOnSend",
})  # fmt: skip

DATES = frozenset({
    "TxnDate", "DueDate", "ShipDate", "InvStartDate", "ServiceDate", "ExpirationDate",
    "AcceptedDate", "OpenBalanceDate", "BirthDate", "HiredDate", "ReleasedDate",
    "BookCloseDate",
})  # fmt: skip

MOMENTS = frozenset({"MetaData.CreateTime", "MetaData.LastUpdatedTime"})
