-- One row per SKU and location as the platform has them. Quantity on hand in the platform's unit.
select
    l.sku,
    coalesce(m.sku_key, {{ sku_key("l.sku") }}) as sku_key,
    l.location,
    {{ exact("l.quantity") }} as quantity,
    l.updated_at
from {{ source('platform', 'inventory_levels') }} as l
left join {{ ref('stg_seeds__sku_mappings') }} as m
    on m.side = 'platform' and m.raw_sku = l.sku
