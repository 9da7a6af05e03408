-- One row per side, item and location in scope: the quantity it holds in base units, null where it is none.
with
units as (
    select
        lower(trim(unit)) as unit_key,
        factor,
        valid_from,
        lead(valid_from) over (partition by lower(trim(unit)) order by valid_from) as valid_until
    from {{ ref('unit_conversions') }}
),

product_units as (
    select
        sku_key,
        lower(trim(min(unit))) as unit_key
    from {{ ref('stg_platform__products') }}
    where sku_key is not null and trim(unit) <> ''
    group by sku_key
),

platform_levels as (
    select
        levels.sku,
        levels.location,
        levels.quantity,
        levels.updated_at,
        coalesce(levels.sku_key, 'platform:' || coalesce(levels.sku, '')) as sku_key,
        case
            -- Each is the base unit; a product that names none is counted in it.
            when coalesce(product_units.unit_key, 'each') = 'each' then 1
            else units.factor
        end as factor
    from {{ ref('stg_platform__inventory_levels') }} as levels
    left join {{ ref('location_scope') }} as scope
        on levels.location = scope.location
    left join product_units
        on levels.sku_key = product_units.sku_key
    left join units
        on
            product_units.unit_key = units.unit_key
            -- A count stands in the unit of its own day; without a day in today's.
            and coalesce(cast(levels.updated_at as date) >= units.valid_from, true)
            and coalesce(cast(levels.updated_at as date) < units.valid_until, units.valid_until is null)
    where coalesce(scope.is_in_scope, true)
),

platform_positions as (
    select
        {{ setting('realm_id', '') }} as realm_id,
        'platform' as side,
        sku_key,
        coalesce(location, '') as location,
        coalesce(sku, '') as item_id,
        -- NaN and infinity compare as larger than every number: neither is a quantity.
        case
            when abs(quantity) <= 1000000000 and abs(quantity * factor) <= 1000000000
                then quantity * factor
        end as quantity,
        updated_at as read_at
    from platform_levels
),

quickbooks_positions as (
    select
        realm_id,
        'quickbooks' as side,
        coalesce(sku_key, 'qbo:' || item_id) as sku_key,
        '' as location,
        item_id,
        case when abs(quantity_on_hand) <= 1000000000 then quantity_on_hand end as quantity,
        read_at
    from {{ ref('stg_quickbooks__items') }}
    where tracks_quantity and not is_deleted
),

positions as (
    select * from platform_positions
    union all
    select * from quickbooks_positions
)

select
    cast(realm_id as text) as realm_id,
    cast(side as text) as side,
    cast(sku_key as text) as sku_key,
    cast(location as text) as location,
    cast(item_id as text) as item_id,
    cast(quantity as numeric(28, 6)) as quantity,
    read_at
from positions
