-- One row per source and SKU: D, what its document moves in QuickBooks, and how much of it the platform's stock shows. Base units.
{{ config(materialized='live_view') }}
with handed as (
    -- Once its row is pending or posted, the ledger's lines are what counts, whatever the platform did since.
    select
        l.idempotency_key as source_id,
        l.realm_id,
        l.kind,
        l.platform_id,
        l.status as state,
        l.document_id,
        l.posted_at,
        coalesce(i.sku_key, {{ sku_key("d.sku") }}, 'qbo:' || d.item_id) as sku_key,
        sum(d.stock_effect) as document_effect
    from {{ ref('int_sources__ledger') }} as l
    inner join {{ ref('stg_sync__document_lines') }} as d
        on d.document_id = l.document_id and d.idempotency_key = l.idempotency_key
    left join {{ ref('stg_quickbooks__items') }} as i
        on i.realm_id = l.realm_id and i.item_id = d.item_id
    where l.is_handed and l.kind in ('order', 'refund', 'cancel', 'external') and d.stock_effect <> 0
    group by
        l.idempotency_key, l.realm_id, l.kind, l.platform_id, l.status, l.document_id, l.posted_at,
        coalesce(i.sku_key, {{ sku_key("d.sku") }}, 'qbo:' || d.item_id)
),

standing as (
    select
        o.source_id,
        o.realm_id,
        'order' as kind,
        o.order_id as platform_id,
        o.state,
        o.is_before_sales_from,
        p.sku_key,
        -p.quantity as quantity
    from {{ ref('int_sources__orders') }} as o
    inner join {{ ref('int_sources__line_parts') }} as p
        on p.kind = 'order' and p.platform_id = o.order_id
    where
        not o.is_handed
        and o.state in ('posted', 'due', 'rejected', 'blocked')
        and p.sku_key is not null
        and p.tracks_quantity
    union all
    select
        r.source_id,
        r.realm_id,
        'refund' as kind,
        r.refund_id as platform_id,
        r.state,
        r.is_before_sales_from,
        p.sku_key,
        case when r.is_before_stock_moved then p.quantity else p.quantity_restocked end as quantity
    from {{ ref('int_sources__refunds') }} as r
    inner join {{ ref('int_sources__line_parts') }} as p
        on p.kind = 'refund' and p.platform_id = r.refund_id
    where not r.is_handed and r.has_effect and p.sku_key is not null and p.tracks_quantity
    union all
    select
        c.source_id,
        c.realm_id,
        'cancel' as kind,
        c.order_id as platform_id,
        c.state,
        c.is_before_sales_from,
        q.sku_key,
        q.remaining_quantity as quantity
    from {{ ref('int_sources__cancellations') }} as c
    inner join {{ ref('int_sources__cancelled_quantities') }} as q
        on q.order_id = c.order_id
    where not c.is_handed and c.has_effect and q.sku_key <> '' and q.tracks_quantity
),

effects as (
    select
        h.source_id,
        h.realm_id,
        h.kind,
        h.platform_id,
        h.state,
        h.document_id,
        h.posted_at,
        false as is_before_sales_from,
        h.sku_key,
        h.document_effect
    from handed as h
    union all
    select
        s.source_id,
        s.realm_id,
        s.kind,
        s.platform_id,
        s.state,
        cast(null as text) as document_id,
        cast(null as timestamptz) as posted_at,
        s.is_before_sales_from,
        s.sku_key,
        sum(s.quantity) as document_effect
    from standing as s
    group by s.source_id, s.realm_id, s.kind, s.platform_id, s.state, s.is_before_sales_from, s.sku_key
),

given_back as (
    select
        r.order_id,
        q.sku_key,
        sum(q.quantity) as quantity
    from {{ ref('int_sources__refunds') }} as r
    inner join {{ ref('int_sources__refund_quantities') }} as q
        on q.refund_id = r.refund_id
    where r.has_effect
    group by r.order_id, q.sku_key
),

-- Orders whose stock will never move, because all of it was given back before it did.
refunded_whole as (
    select q.order_id
    from {{ ref('int_sources__order_quantities') }} as q
    inner join {{ ref('int_sources__orders') }} as o
        on o.order_id = q.order_id and o.stock_moved_at is null
    left join given_back as g
        on g.order_id = q.order_id and g.sku_key = q.sku_key
    where q.sku_key <> ''
    group by q.order_id
    having bool_and(coalesce(g.quantity, 0) >= q.quantity)
)

select
    e.realm_id,
    e.source_id,
    e.kind,
    e.sku_key,
    {{ exact("e.document_effect") }} as document_effect,
    {{ exact("
        case
            when e.kind = 'external' then e.document_effect
            -- A sale that the platform no longer lists has long moved its stock.
            when o.order_id is null then e.document_effect
            when o.stock_moved_at is not null then e.document_effect
            when o.order_status = 'cancelled' or w.order_id is not null then e.document_effect
            else 0
        end
    ") }} as platform_effect,
    e.state,
    e.document_id,
    e.posted_at,
    e.is_before_sales_from
from effects as e
left join {{ ref('stg_platform__refunds') }} as r
    on e.kind = 'refund' and r.refund_id = e.platform_id
left join {{ ref('int_sources__orders') }} as o
    on o.order_id = case when e.kind = 'refund' then r.order_id else e.platform_id end
left join refunded_whole as w
    on w.order_id = o.order_id
where e.document_effect <> 0
