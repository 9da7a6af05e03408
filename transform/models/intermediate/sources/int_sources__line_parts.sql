-- One row per line of a refund or of an order not yet handed over, and per part of a bundle on it. Quantities in base units.
with lines as (
    select
        'order' as kind,
        l.order_id as platform_id,
        l.line_number,
        l.sku_key,
        l.description,
        l.quantity,
        {{ exact("0") }} as quantity_restocked,
        l.unit_price,
        l.amount
    from {{ ref('stg_platform__sales_order_lines') }} as l
    -- Of a sale that QuickBooks has, the ledger's lines count: the history is not taken apart again.
    left join {{ ref('int_sources__ledger') }} as h
        on h.idempotency_key = 'order:' || l.order_id and h.is_handed
    where h.idempotency_key is null
    union all
    select
        'refund' as kind,
        l.refund_id as platform_id,
        l.line_number,
        l.sku_key,
        cast(null as text) as description,
        l.quantity,
        l.quantity_restocked,
        l.unit_price,
        l.amount
    from {{ ref('stg_platform__refund_lines') }} as l
),

bundles as (
    select b.sku_key
    from {{ ref('stg_platform__bundle_parts') }} as b
    where b.sku_key is not null
    group by b.sku_key
),

parts as (
    -- The line itself: of a bundle it keeps the whole amount and loses the stock.
    select
        l.kind,
        l.platform_id,
        l.line_number,
        0 as part_number,
        case when b.sku_key is null then l.sku_key end as sku_key,
        coalesce(l.description, case when b.sku_key is not null then 'Bundle ' || l.sku_key end) as description,
        l.quantity,
        l.quantity_restocked,
        l.unit_price,
        l.amount
    from lines as l
    left join bundles as b
        on b.sku_key = l.sku_key
    union all
    select
        l.kind,
        l.platform_id,
        l.line_number,
        cast(row_number() over (
            partition by l.kind, l.platform_id, l.line_number
            order by b.part_sku_key, b.sku, b.part_sku
        ) as integer) as part_number,
        b.part_sku_key as sku_key,
        cast(null as text) as description,
        l.quantity * b.quantity as quantity,
        l.quantity_restocked * b.quantity as quantity_restocked,
        {{ exact("0") }} as unit_price,
        {{ exact("0") }} as amount
    from lines as l
    inner join {{ ref('stg_platform__bundle_parts') }} as b
        on b.sku_key = l.sku_key
)

select
    p.kind,
    p.platform_id,
    p.line_number,
    p.part_number,
    p.sku_key,
    coalesce(p.description, s.product_name) as description,
    {{ exact("p.quantity * coalesce(s.unit_factor, 1)") }} as quantity,
    {{ exact("p.quantity_restocked * coalesce(s.unit_factor, 1)") }} as quantity_restocked,
    -- The price of a pack is not that of a base unit; the amount says it all.
    {{ exact("case when coalesce(s.unit_factor, 1) = 1 then p.unit_price end") }} as unit_price,
    {{ exact("p.amount") }} as amount,
    case when p.sku_key is null then false else coalesce(s.tracks_quantity, true) end as tracks_quantity,
    s.item_id,
    s.item_sku,
    case
        when p.sku_key is null then null
        when s.sku_key is null then 'no item of QuickBooks has the SKU ' || p.sku_key
        else s.blocked_reason
    end as blocked_reason
from parts as p
left join {{ ref('int_sources__sku_items') }} as s
    on s.sku_key = p.sku_key
