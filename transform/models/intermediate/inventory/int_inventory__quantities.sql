-- One row per company and SKU of the latest accepted snapshot: both sides' quantities, in base units.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with
kept as (
    select
        s.realm_id,
        s.snapshot_id,
        s.taken_at,
        q.side,
        q.sku_key,
        q.item_id,
        q.quantity,
        q.read_at,
        max(q.snapshot_id) over (partition by s.realm_id) as latest_snapshot_id
    from {{ ref('stg_sync__snapshot_quantities') }} as q
    inner join {{ ref('stg_sync__snapshots') }} as s
        on q.snapshot_id = s.snapshot_id
    where s.is_accepted
),

latest as (
    select
        k.realm_id,
        k.sku_key,
        k.snapshot_id,
        k.taken_at,
        sum(case when k.side = 'platform' then 1 else 0 end) as platform_row_count,
        sum(case when k.side = 'quickbooks' then 1 else 0 end) as qbo_row_count,
        sum(case when k.side = 'platform' and k.quantity is null then 1 else 0 end) as platform_invalid_count,
        sum(case when k.side = 'quickbooks' and k.quantity is null then 1 else 0 end) as qbo_invalid_count,
        sum(case when k.side = 'platform' then k.quantity end) as platform_sum,
        sum(case when k.side = 'quickbooks' then k.quantity end) as qbo_sum,
        min(case when k.side = 'quickbooks' then k.item_id end) as qbo_item_id,
        max(case when k.side = 'platform' then k.read_at end) as platform_read_at,
        min(case when k.side = 'quickbooks' then k.read_at end) as qbo_read_at
    from kept as k
    where k.snapshot_id = k.latest_snapshot_id
    group by k.realm_id, k.sku_key, k.snapshot_id, k.taken_at
),

aged as (
    select
        l.*,
        max(l.qbo_read_at) over (partition by l.realm_id) as last_read_at
    from latest as l
)

select
    a.realm_id,
    a.sku_key,
    a.snapshot_id,
    a.taken_at,
    a.qbo_item_id,
    a.platform_row_count,
    a.qbo_row_count,
    -- One part that is no quantity leaves the sum without meaning.
    {{ exact("case when a.platform_invalid_count = 0 then a.platform_sum end") }} as platform_quantity,
    {{ exact("case when a.qbo_invalid_count = 0 then a.qbo_sum end") }} as qbo_quantity,
    a.platform_read_at,
    a.qbo_read_at,
    a.platform_invalid_count + a.qbo_invalid_count > 0 as has_invalid_quantity,
    -- Compared on QuickBooks' own clock, with the snapshot's latest reading.
    coalesce(
        extract(epoch from a.last_read_at - a.qbo_read_at)
        > cast({{ setting('max_reading_age_s', "'3600'") }} as numeric),
        false
    ) as is_reading_stale
from aged as a
