-- One row per refund or cancellation that gives money back and is due in QuickBooks. Amounts in its own currency.
{{ due_sales_forms('refund_receipts') }}
