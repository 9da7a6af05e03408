-- One row per company and SKU: both sides' quantities as the latest accepted snapshot kept them.
with
kept as (
    select
        snapshots.realm_id,
        snapshots.snapshot_id,
        snapshots.taken_at,
        quantities.side,
        quantities.sku_key,
        quantities.item_id,
        quantities.quantity,
        quantities.read_at,
        max(quantities.snapshot_id) over (partition by snapshots.realm_id) as latest_snapshot_id
    from {{ ref('stg_sync__snapshot_quantities') }} as quantities
    inner join {{ ref('stg_sync__snapshots') }} as snapshots
        on quantities.snapshot_id = snapshots.snapshot_id
    where snapshots.is_accepted
),

platform as (
    select
        realm_id,
        sku_key,
        count(*) as row_count,
        count(quantity) as valid_row_count,
        sum(quantity) as quantity,
        max(read_at) as read_at
    from kept
    where snapshot_id = latest_snapshot_id and side = 'platform'
    group by realm_id, sku_key
),

quickbooks as (
    select
        realm_id,
        sku_key,
        min(item_id) as item_id,
        count(*) as row_count,
        count(quantity) as valid_row_count,
        sum(quantity) as quantity,
        min(read_at) as read_at
    from kept
    where snapshot_id = latest_snapshot_id and side = 'quickbooks'
    group by realm_id, sku_key
),

keys as (
    select distinct
        realm_id,
        sku_key,
        snapshot_id,
        taken_at
    from kept
    where snapshot_id = latest_snapshot_id
),

joined as (
    select
        keys.realm_id,
        keys.sku_key,
        keys.snapshot_id,
        keys.taken_at,
        coalesce(platform.row_count, 0) as platform_row_count,
        coalesce(quickbooks.row_count, 0) as qbo_row_count,
        quickbooks.item_id as qbo_item_id,
        platform.read_at as platform_read_at,
        quickbooks.read_at as qbo_read_at,
        -- One part that is no quantity leaves the sum without meaning.
        case when platform.row_count = platform.valid_row_count then platform.quantity end
            as platform_quantity,
        case when quickbooks.row_count = quickbooks.valid_row_count then quickbooks.quantity end
            as qbo_quantity,
        coalesce(platform.row_count > platform.valid_row_count, false)
        or coalesce(quickbooks.row_count > quickbooks.valid_row_count, false)
            as has_invalid_quantity,
        max(quickbooks.read_at) over (partition by keys.realm_id) as last_read_at
    from keys
    left join platform
        on keys.realm_id = platform.realm_id and keys.sku_key = platform.sku_key
    left join quickbooks
        on keys.realm_id = quickbooks.realm_id and keys.sku_key = quickbooks.sku_key
)

select
    realm_id,
    sku_key,
    snapshot_id,
    taken_at,
    qbo_item_id,
    platform_row_count,
    qbo_row_count,
    cast(platform_quantity as numeric(28, 6)) as platform_quantity,
    cast(qbo_quantity as numeric(28, 6)) as qbo_quantity,
    platform_read_at,
    qbo_read_at,
    has_invalid_quantity,
    -- Measured on QuickBooks' own clock, against the snapshot's last reading.
    coalesce(
        extract(epoch from last_read_at - qbo_read_at)
        > cast({{ setting('max_reading_age_s', '3600') }} as numeric),
        false
    ) as is_reading_stale
from joined
