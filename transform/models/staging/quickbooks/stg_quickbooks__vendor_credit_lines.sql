-- One row per line of a vendor credit. Quantities in the item's unit, amounts in the document's currency.
{{ quickbooks_lines('vendor_credits', 'vendor_credit_id', 'ItemBasedExpenseLineDetail') }}
