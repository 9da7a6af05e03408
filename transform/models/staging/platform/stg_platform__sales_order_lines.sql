-- One row per line of an order. Quantity in the platform's unit, amounts in the order's currency.
select
    l.order_id,
    l.line_number,
    l.sku,
    coalesce(m.sku_key, {{ sku_key("l.sku") }}) as sku_key,
    l.description,
    {{ exact("l.quantity") }} as quantity,
    {{ exact("l.unit_price") }} as unit_price,
    {{ exact("l.amount") }} as amount
from {{ source('platform', 'sales_order_lines') }} as l
left join {{ ref('stg_seeds__sku_mappings') }} as m
    on m.side = 'platform' and m.raw_sku = l.sku
