-- One row per company and SKU that either side knows: what it is called and what each side says of it.
select
    i.realm_id,
    i.sku_key,
    i.qbo_item_id,
    i.qbo_sku,
    i.platform_sku,
    i.item_name,
    i.qbo_item_type,
    i.has_qbo_item,
    i.is_qbo_tracked,
    i.is_qbo_active,
    i.has_platform_product,
    i.is_platform_stocked,
    i.is_platform_active,
    i.identity_class,
    i.identity_class is null as is_comparable,
    t.abc_class,
    i.unit_cost,
    i.unit_cost_source
from {{ ref('int_items__identity') }} as i
left join {{ ref('int_inventory__tolerances') }} as t
    on i.realm_id = t.realm_id and i.sku_key = t.sku_key
