-- One row per cancelled order and SKU key ('' for lines without stock): what of the sale its refunds have left over.
with refunded as (
    select
        r.order_id,
        q.sku_key,
        sum(q.quantity) as quantity,
        sum(q.amount) as amount
    from {{ ref('int_sources__refunds') }} as r
    inner join {{ ref('int_sources__refund_quantities') }} as q
        on q.refund_id = r.refund_id
    where r.has_effect
    group by r.order_id, q.sku_key
)

select
    o.order_id,
    q.sku_key,
    {{ exact("greatest(q.quantity - coalesce(r.quantity, 0), 0)") }} as remaining_quantity,
    {{ exact("q.amount - coalesce(r.amount, 0)") }} as remaining_amount,
    case when q.sku_key = '' then false else coalesce(s.tracks_quantity, true) end as tracks_quantity,
    s.item_id,
    s.item_sku,
    s.product_name,
    case
        when q.sku_key = '' then null
        when s.sku_key is null then 'no item of QuickBooks has the SKU ' || q.sku_key
        else s.blocked_reason
    end as blocked_reason
from {{ ref('int_sources__orders') }} as o
inner join {{ ref('int_sources__order_quantities') }} as q
    on q.order_id = o.order_id
left join refunded as r
    on r.order_id = q.order_id and r.sku_key = q.sku_key
left join {{ ref('int_sources__sku_items') }} as s
    on s.sku_key = q.sku_key
where o.order_status = 'cancelled'
