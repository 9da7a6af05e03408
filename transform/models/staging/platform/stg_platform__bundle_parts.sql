-- One row per bundle and part. Quantity in units of the part for one bundle.
select
    b.sku,
    coalesce(mb.sku_key, {{ sku_key("b.sku") }}) as sku_key,
    b.part_sku,
    coalesce(mp.sku_key, {{ sku_key("b.part_sku") }}) as part_sku_key,
    {{ exact("b.quantity") }} as quantity
from {{ source('platform', 'bundle_parts') }} as b
left join {{ ref('stg_seeds__sku_mappings') }} as mb
    on mb.side = 'platform' and mb.raw_sku = b.sku
left join {{ ref('stg_seeds__sku_mappings') }} as mp
    on mp.side = 'platform' and mp.raw_sku = b.part_sku
