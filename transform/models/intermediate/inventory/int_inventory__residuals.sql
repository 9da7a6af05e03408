-- One row per company and SKU with a baseline: what each side changed by beyond what it was told. Base units.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with
current_baselines as (
    select
        b.*,
        max(b.version) over (partition by b.realm_id, b.sku_key) as current_version
    from {{ ref('stg_sync__baselines') }} as b
),

positions as (
    select
        q.realm_id,
        q.sku_key,
        q.snapshot_id,
        q.platform_quantity,
        q.qbo_quantity,
        q.qbo_read_at,
        b.version as base_version,
        b.snapshot_id as base_snapshot_id,
        b.platform_quantity as base_platform_quantity,
        b.qbo_quantity as base_qbo_quantity,
        b.qbo_read_at as base_qbo_read_at,
        b.method as base_method,
        b.established_at as base_established_at
    from {{ ref('int_inventory__quantities') }} as q
    inner join current_baselines as b
        on q.realm_id = b.realm_id and q.sku_key = b.sku_key and b.version = b.current_version
),

platform_told as (
    select
        p.realm_id,
        p.sku_key,
        sum(m.quantity) as quantity
    from positions as p
    inner join {{ ref('stg_sync__platform_movements') }} as m
        on
            p.sku_key = m.sku_key
            and p.base_snapshot_id < m.snapshot_id
            and p.snapshot_id >= m.snapshot_id
    group by p.realm_id, p.sku_key
),

qbo_effects as (
    select
        e.sku_key,
        e.posted_at as effective_at,
        e.stock_effect as quantity
    from {{ ref('int_inventory__ledger_effects') }} as e
    where e.document_status in ('posted', 'undone')
    union all
    select
        d.sku_key,
        d.effective_at,
        d.quantity
    from {{ ref('stg_sync__document_edits') }} as d
),

qbo_told as (
    select
        p.realm_id,
        p.sku_key,
        sum(e.quantity) as quantity
    from positions as p
    inner join qbo_effects as e
        on
            p.sku_key = e.sku_key
            and p.base_qbo_read_at < e.effective_at
            and p.qbo_read_at >= e.effective_at
    group by p.realm_id, p.sku_key
)

select
    p.realm_id,
    p.sku_key,
    p.snapshot_id,
    p.base_version,
    p.base_snapshot_id,
    p.base_platform_quantity,
    p.base_qbo_quantity,
    p.base_qbo_read_at,
    p.base_method,
    p.base_established_at,
    {{ exact("coalesce(t.quantity, 0)") }} as platform_told_quantity,
    {{ exact("coalesce(u.quantity, 0)") }} as qbo_told_quantity,
    {{ exact("p.platform_quantity - p.base_platform_quantity - coalesce(t.quantity, 0)") }}
        as platform_residual,
    {{ exact("p.qbo_quantity - p.base_qbo_quantity - coalesce(u.quantity, 0)") }} as qbo_residual
from positions as p
left join platform_told as t
    on p.realm_id = t.realm_id and p.sku_key = t.sku_key
left join qbo_told as u
    on p.realm_id = u.realm_id and p.sku_key = u.sku_key
