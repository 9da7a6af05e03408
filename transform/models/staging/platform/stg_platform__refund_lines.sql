-- One row per line of a refund. Quantities in the platform's unit, amounts positive, in the refund's currency.
select
    l.refund_id,
    l.line_number,
    l.sku,
    coalesce(m.sku_key, {{ sku_key("l.sku") }}) as sku_key,
    {{ exact("l.quantity") }} as quantity,
    {{ exact("coalesce(l.quantity_restocked, 0)") }} as quantity_restocked,
    {{ exact("l.unit_price") }} as unit_price,
    {{ exact("l.amount") }} as amount
from {{ source('platform', 'refund_lines') }} as l
left join {{ ref('stg_seeds__sku_mappings') }} as m
    on m.side = 'platform' and m.raw_sku = l.sku
