-- One row per sale, refund or cancellation that may be sent: the head of its document. Amounts in its own currency.
with sources as (
    select
        o.source_id,
        o.wanted_stream as stream,
        'S' as prefix,
        o.order_id as platform_id,
        o.order_id,
        o.ordered_at as happened_at,
        o.discount_amount,
        o.shipping_amount,
        o.tax_amount,
        o.total_amount,
        o.currency,
        o.exchange_rate,
        'Order ' || o.order_number || coalesce(' (' || o.channel || ')', '') as memo
    from {{ ref('int_sources__orders') }} as o
    where o.is_sendable
    union all
    select
        r.source_id,
        r.wanted_stream as stream,
        'R' as prefix,
        r.refund_id as platform_id,
        r.order_id,
        r.refunded_at as happened_at,
        r.discount_amount,
        r.shipping_amount,
        r.tax_amount,
        r.total_amount,
        r.currency,
        r.exchange_rate,
        'Refund ' || r.refund_id || ' of order ' || o.order_number as memo
    from {{ ref('int_sources__refunds') }} as r
    inner join {{ ref('int_sources__orders') }} as o
        on o.order_id = r.order_id
    where r.is_sendable
    union all
    select
        c.source_id,
        c.wanted_stream as stream,
        'C' as prefix,
        c.order_id as platform_id,
        c.order_id,
        c.cancelled_at as happened_at,
        c.discount_amount,
        c.shipping_amount,
        c.tax_amount,
        c.total_amount,
        c.currency,
        c.exchange_rate,
        'Cancellation of order ' || o.order_number as memo
    from {{ ref('int_sources__cancellations') }} as c
    inner join {{ ref('int_sources__orders') }} as o
        on o.order_id = c.order_id
    where c.is_sendable
)

select
    s.source_id as idempotency_key,
    s.stream,
    -- QuickBooks takes 21 characters; a longer id is known by its hash.
    case
        when length(s.platform_id) <= 19 then s.prefix || '-' || s.platform_id
        else s.prefix || '-' || substr(md5(s.platform_id), 1, 19)
    end as doc_number,
    cast(s.happened_at at time zone g.time_zone as date) as txn_date,
    c.customer_id,
    c.customer_name,
    c.customer_email,
    {{ exact("s.discount_amount") }} as discount_amount,
    {{ exact("s.shipping_amount") }} as shipping_amount,
    {{ exact("s.tax_amount") }} as tax_amount,
    {{ exact("s.total_amount") }} as total_amount,
    s.currency,
    {{ exact("s.exchange_rate") }} as exchange_rate,
    s.memo
from sources as s
cross join {{ ref('int_sources__settings') }} as g
inner join {{ ref('int_sources__order_customers') }} as c
    on c.order_id = s.order_id
