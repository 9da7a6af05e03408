-- One row per line of a invoice, and per part of a bundle's line. Quantities in the item's unit, amounts in the document's currency.
{{ quickbooks_lines('invoices', 'invoice_id', 'SalesItemLineDetail') }}
