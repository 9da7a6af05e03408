-- One row per line of a purchase. Quantities in the item's unit, amounts in the document's currency.
{{ quickbooks_lines('purchases', 'purchase_id', 'ItemBasedExpenseLineDetail') }}
