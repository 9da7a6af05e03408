-- One row per sale that was paid when it was handed over and is due in QuickBooks. Amounts in its own currency.
{{ due_sales_forms('sales_receipts') }}
