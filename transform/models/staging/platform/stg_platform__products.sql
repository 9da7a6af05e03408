-- One row per row of the platform's catalogue; a SKU that is there twice has two rows. Cost in the company's currency.
select
    p.sku,
    coalesce(m.sku_key, {{ sku_key("p.sku") }}) as sku_key,
    p.name,
    coalesce(p.is_active, true) as is_active,
    coalesce(p.is_stocked, true) as is_stocked,
    p.unit,
    {{ exact("p.unit_cost") }} as unit_cost,
    p.updated_at
from {{ source('platform', 'products') }} as p
left join {{ ref('stg_seeds__sku_mappings') }} as m
    on m.side = 'platform' and m.raw_sku = p.sku
