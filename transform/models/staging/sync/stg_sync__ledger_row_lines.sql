-- One row per line of a sale or reversal handed to the target, as it was handed over. Amounts in the row's currency.
select
    r.realm_id,
    r.idempotency_key,
    cast(l.line_number as integer) as line_number,
    l.line ->> 'item_id' as item_id,
    l.line ->> 'sku' as sku,
    {{ exact("l.line ->> 'quantity'") }} as quantity,
    {{ exact("l.line ->> 'amount'") }} as amount
from {{ source('sync', 'ledger_rows') }} as r
cross join lateral jsonb_array_elements(
    case when jsonb_typeof(r.input -> 'lines') = 'array' then r.input -> 'lines' end
) with ordinality as l (line, line_number)
