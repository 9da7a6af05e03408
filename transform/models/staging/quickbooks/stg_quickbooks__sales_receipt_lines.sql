-- One row per line of a sales receipt, and per part of a bundle's line. Quantities in the item's unit, amounts in the document's currency.
{{ quickbooks_lines('sales_receipts', 'sales_receipt_id', 'SalesItemLineDetail') }}
