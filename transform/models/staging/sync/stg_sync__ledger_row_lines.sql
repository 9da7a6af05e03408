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
    -- Some taps hand a list over as JSON text, which the target takes as well.
    case jsonb_typeof(r.input -> 'lines')
        when 'array' then r.input -> 'lines'
        when 'string' then cast(r.input ->> 'lines' as jsonb)
    end
) with ordinality as l (line, line_number)
