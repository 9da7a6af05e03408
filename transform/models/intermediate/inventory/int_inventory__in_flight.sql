-- One row per company and SKU of the latest accepted snapshot: the units on their way to each side, signed.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

select
    q.realm_id,
    q.sku_key,
    q.snapshot_id,
    {{ exact("coalesce(sum(case when s.side = 'quickbooks' then s.quantity end), 0)") }}
        as in_flight_to_quickbooks,
    {{ exact("coalesce(sum(case when s.side = 'platform' then s.quantity end), 0)") }}
        as in_flight_to_platform,
    count(s.source_id) as in_flight_count,
    min(s.waiting_since) as waiting_since,
    coalesce(bool_or(s.waiting_since < q.taken_at - interval '15 minutes'), false) as is_late,
    string_agg(s.source_id, ', ' order by s.source_id) as in_flight_sources
from {{ ref('int_inventory__quantities') }} as q
left join {{ ref('int_inventory__in_flight_sources') }} as s
    on q.realm_id = s.realm_id and q.sku_key = s.sku_key
group by q.realm_id, q.sku_key, q.snapshot_id
