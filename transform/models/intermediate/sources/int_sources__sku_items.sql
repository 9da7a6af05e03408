-- One row per SKU key that an item of QuickBooks or a product carries: the item its sales are booked on.
with items as (
    select
        i.sku_key,
        sum(case when i.is_active then 1 else 0 end) as active_items,
        min(case when i.is_active then i.item_id end) as item_id,
        min(case when i.is_active then i.sku end) as sku,
        min(case when i.is_active then i.item_type end) as item_type,
        bool_or(i.tracks_quantity and i.is_active) as is_active_one_tracked,
        bool_or(i.tracks_quantity) as is_any_tracked
    from {{ ref('stg_quickbooks__items') }} as i
    where i.sku_key is not null and not i.is_deleted and i.item_type is distinct from 'Category'
    group by i.sku_key
),

products as (
    select
        p.sku_key,
        min(p.name) as product_name,
        bool_or(p.is_stocked) as is_stocked,
        min(coalesce(p.unit, '')) as unit,
        -- No unit means each; one factor must hold for all of a SKU's rows.
        case
            when
                count(*) = sum(case when nullif(trim(p.unit), '') is null or u.factor > 0 then 1 else 0 end)
                and min(coalesce(u.factor, 1)) = max(coalesce(u.factor, 1))
                then min(coalesce(u.factor, 1))
        end as unit_factor
    from {{ ref('stg_platform__products') }} as p
    left join {{ ref('stg_seeds__unit_conversions') }} as u
        on u.unit_key = lower(trim(p.unit))
    where p.sku_key is not null
    group by p.sku_key
)

select
    coalesce(i.sku_key, p.sku_key) as sku_key,
    case when i.active_items = 1 and i.item_type <> 'Group' then i.item_id end as item_id,
    i.sku as item_sku,
    p.product_name,
    -- Whether a document with this SKU moves QuickBooks' stock. Where QuickBooks has no item yet,
    -- the platform tells whether the item to come will.
    coalesce(
        case when i.active_items > 0 then i.is_active_one_tracked else i.is_any_tracked end,
        p.is_stocked,
        true
    ) as tracks_quantity,
    {{ exact("case when p.sku_key is null then 1 else p.unit_factor end") }} as unit_factor,
    case
        when i.sku_key is null then 'no item of QuickBooks has the SKU ' || p.sku_key
        when i.active_items = 0 then 'the item of QuickBooks with the SKU ' || i.sku_key || ' is inactive'
        when i.active_items > 1
            then cast(i.active_items as text) || ' active items of QuickBooks have the SKU ' || i.sku_key
        when i.item_type = 'Group'
            then 'the SKU ' || i.sku_key || ' is a bundle in QuickBooks but not in bundle_parts'
        when p.sku_key is not null and p.unit_factor is null
            then 'the unit "' || p.unit || '" of the SKU ' || i.sku_key || ' is not in unit_conversions'
    end as blocked_reason
from items as i
full outer join products as p
    on p.sku_key = i.sku_key
