-- One row per line of a sale, refund or cancellation that may be sent. Quantities in base units, amounts in its currency.
with refund_parts as (
    select
        p.*,
        r.source_id,
        -- What goes back to the item. What has no stock goes back to it whole.
        case
            when p.sku_key is null then 0
            when r.is_before_stock_moved or not p.tracks_quantity then p.quantity
            else p.quantity_restocked
        end as returned_quantity
    from {{ ref('int_sources__refunds') }} as r
    inner join {{ ref('int_sources__line_parts') }} as p
        on p.kind = 'refund' and p.platform_id = r.refund_id
    where r.is_sendable
),

refund_amounts as (
    select
        p.*,
        case
            when p.returned_quantity = 0 and p.part_number = 0 then 0
            when p.returned_quantity = p.quantity then p.amount
            -- Of goods that came back in part, the item takes their price and the rest the remainder.
            when p.unit_price is not null then least(p.amount, round(p.unit_price * p.returned_quantity, 2))
            else 0
        end as returned_amount
    from refund_parts as p
),

cancelled as (
    select
        c.source_id,
        c.order_id,
        c.total_amount + c.discount_amount - c.shipping_amount - c.tax_amount as subtotal
    from {{ ref('int_sources__cancellations') }} as c
    where c.is_sendable
),

cancelled_items as (
    select
        c.source_id,
        q.sku_key,
        q.product_name,
        q.remaining_quantity,
        q.remaining_amount,
        q.tracks_quantity,
        q.item_id,
        q.item_sku
    from cancelled as c
    inner join {{ ref('int_sources__cancelled_quantities') }} as q
        on q.order_id = c.order_id
    where q.sku_key <> '' and q.remaining_quantity > 0
),

lines as (
    select
        o.source_id,
        p.line_number as sort_line,
        p.part_number as sort_part,
        cast(null as text) as sort_key,
        p.sku_key is not null as is_item,
        p.item_id,
        p.item_sku,
        p.description,
        p.quantity,
        p.unit_price,
        p.amount,
        p.tracks_quantity
    from {{ ref('int_sources__orders') }} as o
    inner join {{ ref('int_sources__line_parts') }} as p
        on p.kind = 'order' and p.platform_id = o.order_id
    where o.is_sendable
    union all
    select
        p.source_id,
        p.line_number as sort_line,
        p.part_number as sort_part,
        '1' as sort_key,
        true as is_item,
        p.item_id,
        p.item_sku,
        p.description,
        p.returned_quantity as quantity,
        p.unit_price,
        p.returned_amount as amount,
        p.tracks_quantity
    from refund_amounts as p
    where p.returned_quantity > 0
    union all
    select
        p.source_id,
        p.line_number as sort_line,
        p.part_number as sort_part,
        '2' as sort_key,
        false as is_item,
        cast(null as text) as item_id,
        cast(null as text) as item_sku,
        coalesce(p.description, 'Refund') || case when p.sku_key is not null then ', not restocked' else '' end
            as description,
        p.quantity - p.returned_quantity as quantity,
        p.unit_price,
        p.amount - p.returned_amount as amount,
        false as tracks_quantity
    from refund_amounts as p
    where p.part_number = 0 and p.returned_quantity < p.quantity
    union all
    select
        i.source_id,
        1 as sort_line,
        0 as sort_part,
        i.sku_key as sort_key,
        true as is_item,
        i.item_id,
        i.item_sku,
        i.product_name as description,
        i.remaining_quantity as quantity,
        cast(null as numeric) as unit_price,
        i.remaining_amount as amount,
        i.tracks_quantity
    from cancelled_items as i
    union all
    -- What the items leave of the amount: lines without stock, bundles, and prices that differed.
    select
        c.source_id,
        2 as sort_line,
        0 as sort_part,
        cast(null as text) as sort_key,
        false as is_item,
        cast(null as text) as item_id,
        cast(null as text) as item_sku,
        'Other lines of the order' as description,
        1 as quantity,
        cast(null as numeric) as unit_price,
        c.subtotal - coalesce(i.amount, 0) as amount,
        false as tracks_quantity
    from cancelled as c
    left join (
        select
            n.source_id,
            sum(n.remaining_amount) as amount
        from cancelled_items as n
        group by n.source_id
    ) as i
        on i.source_id = c.source_id
    where c.subtotal <> coalesce(i.amount, 0)
)

select
    l.source_id as idempotency_key,
    cast(row_number() over (
        partition by l.source_id
        order by l.sort_line, l.sort_part, l.sort_key, l.is_item
    ) as integer) as line_number,
    case when l.is_item then l.item_id else s.fallback_item_id end as item_id,
    case when l.is_item then l.item_sku end as sku,
    l.description,
    {{ exact("l.quantity") }} as quantity,
    {{ exact("l.unit_price") }} as unit_price,
    {{ exact("l.amount") }} as amount,
    l.is_item and l.tracks_quantity as is_stocked
from lines as l
cross join {{ ref('int_sources__settings') }} as s
