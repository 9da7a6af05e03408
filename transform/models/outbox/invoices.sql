-- One row per sale that was not paid when it was handed over and is due in QuickBooks. Amounts in its own currency.
{{ due_sales_forms('invoices') }}
