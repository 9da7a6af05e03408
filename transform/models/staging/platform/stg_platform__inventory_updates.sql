-- One row per change of stock that QuickBooks tells the platform. Quantity in the platform's unit, negative takes off.
select
    u.update_id,
    u.sku,
    coalesce(m.sku_key, {{ sku_key("u.sku") }}) as sku_key,
    u.location,
    {{ exact("u.quantity_delta") }} as quantity_delta,
    u.reason,
    u.source_type,
    u.source_id,
    u.created_at,
    u.applied_at,
    u.rejected_at,
    u.note
from {{ source('platform', 'inventory_updates') }} as u
left join {{ ref('stg_seeds__sku_mappings') }} as m
    on m.side = 'platform' and m.raw_sku = u.sku
