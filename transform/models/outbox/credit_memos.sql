-- One row per refund or cancellation of an invoice that nobody has paid and is due in QuickBooks. Amounts in its own currency.
{{ due_sales_forms('credit_memos') }}
