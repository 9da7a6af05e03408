-- One row per line of a bill. Quantities in the item's unit, amounts in the document's currency.
{{ quickbooks_lines('bills', 'bill_id', 'ItemBasedExpenseLineDetail') }}
