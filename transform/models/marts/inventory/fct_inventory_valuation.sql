-- One row per company and SKU that both sides hold and price: what its stock is worth in each.
with
priced as (
    select
        i.realm_id,
        i.sku_key,
        i.item_name,
        q.taken_at as valued_at,
        q.qbo_quantity,
        q.platform_quantity,
        i.qbo_unit_cost,
        i.platform_unit_cost
    from {{ ref('int_items__identity') }} as i
    inner join {{ ref('int_inventory__quantities') }} as q
        on i.realm_id = q.realm_id and i.sku_key = q.sku_key
    where
        i.identity_class is null
        and q.qbo_quantity is not null
        and q.platform_quantity is not null
        and i.qbo_unit_cost is not null
        and i.platform_unit_cost is not null
)

select
    p.realm_id,
    p.sku_key,
    p.item_name,
    p.valued_at,
    p.qbo_quantity,
    p.platform_quantity,
    p.qbo_unit_cost,
    p.platform_unit_cost,
    -- Twelve decimals hold a product of two of six: the parts add up to the last one.
    cast(p.qbo_quantity * p.qbo_unit_cost as numeric(38, 12)) as qbo_value,
    cast(p.platform_quantity * p.platform_unit_cost as numeric(38, 12)) as platform_value,
    cast((p.qbo_quantity - p.platform_quantity) * p.platform_unit_cost as numeric(38, 12))
        as quantity_effect_value,
    cast(p.qbo_quantity * (p.qbo_unit_cost - p.platform_unit_cost) as numeric(38, 12)) as cost_effect_value
from priced as p
