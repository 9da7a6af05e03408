-- One row per line of a credit memo, and per part of a bundle's line. Quantities in the item's unit, amounts in the document's currency.
{{ quickbooks_lines('credit_memos', 'credit_memo_id', 'SalesItemLineDetail') }}
