-- One row per line of a refund receipt, and per part of a bundle's line. Quantities in the item's unit, amounts in the document's currency.
{{ quickbooks_lines('refund_receipts', 'refund_receipt_id', 'SalesItemLineDetail') }}
