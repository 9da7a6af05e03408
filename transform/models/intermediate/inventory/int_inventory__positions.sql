-- One row per side, item and location in scope: the quantity it holds in base units, null where that is none.
{{ config(materialized='live_view', tags=['live']) }}

with
product_units as (
    select
        p.sku_key,
        lower(trim(min(p.unit))) as unit_key
    from {{ ref('stg_platform__products') }} as p
    where p.sku_key is not null and trim(p.unit) <> ''
    group by p.sku_key
),

platform_levels as (
    select
        l.sku,
        l.location,
        l.quantity,
        l.updated_at,
        coalesce(l.sku_key, 'platform:' || coalesce(l.sku, '')) as sku_key,
        -- A product that names no unit is counted in base units; a unit nobody knows has no factor.
        case when u.unit_key is null then 1 else c.factor end as factor
    from {{ ref('stg_platform__inventory_levels') }} as l
    left join {{ ref('location_scope') }} as s
        on l.location = s.location
    left join product_units as u
        on l.sku_key = u.sku_key
    left join {{ ref('stg_seeds__unit_conversions') }} as c
        on u.unit_key = c.unit_key
    where coalesce(s.is_in_scope, true)
),

positions as (
    select
        {{ setting('realm_id', "''") }} as realm_id,
        'platform' as side,
        l.sku_key,
        coalesce(l.location, '') as location,
        coalesce(l.sku, '') as item_id,
        -- NaN compares as larger than every number: it is no quantity, and no more is an absurd one.
        case
            when abs(l.quantity) <= 1000000000 and abs(l.quantity * l.factor) <= 1000000000
                then l.quantity * l.factor
        end as quantity,
        l.updated_at as read_at
    from platform_levels as l
    union all
    select
        i.realm_id,
        'quickbooks' as side,
        coalesce(i.sku_key, 'qbo:' || i.item_id) as sku_key,
        '' as location,
        i.item_id,
        case when abs(i.quantity_on_hand) <= 1000000000 then i.quantity_on_hand end as quantity,
        i.read_at
    from {{ ref('stg_quickbooks__items') }} as i
    where i.tracks_quantity and not i.is_deleted
)

select
    cast(p.realm_id as text) as realm_id,
    cast(p.side as text) as side,
    cast(p.sku_key as text) as sku_key,
    cast(p.location as text) as location,
    cast(p.item_id as text) as item_id,
    {{ exact("p.quantity") }} as quantity,
    p.read_at
from positions as p
