-- One row per order: the customer of QuickBooks that its documents name, by id where it is known already.
with named as (
    select
        o.order_id,
        o.currency,
        o.qbo_customer_id,
        s.customer_mode,
        {{ customer_name("coalesce(nullif(trim(o.channel), ''), 'Platform')") }}
        || coalesce(' (' || coalesce(o.currency, s.home_currency) || ')', '') as channel_name,
        {{ customer_name("o.customer_name") }} as buyer_name,
        nullif(trim(o.customer_email), '') as buyer_email
    from {{ ref('int_sources__orders') }} as o
    cross join {{ ref('int_sources__settings') }} as s
),

wanted as (
    select
        n.order_id,
        n.currency,
        n.qbo_customer_id,
        case
            when n.customer_mode = 'buyer' then coalesce(n.buyer_name, n.buyer_email, n.channel_name)
            else n.channel_name
        end as customer_name,
        case when n.customer_mode = 'buyer' then n.buyer_email end as customer_email
    from named as n
),

-- Only what one customer alone carries tells who it is.
by_email as (
    select
        c.email_key,
        min(c.customer_id) as customer_id
    from {{ ref('stg_quickbooks__customers') }} as c
    where c.is_active and c.email_key <> ''
    group by c.email_key
    having count(*) = 1
),

by_name as (
    select
        c.display_name_key,
        min(c.customer_id) as customer_id
    from {{ ref('stg_quickbooks__customers') }} as c
    where c.is_active and c.display_name_key <> ''
    group by c.display_name_key
    having count(*) = 1
)

select
    w.order_id,
    coalesce(w.qbo_customer_id, e.customer_id, n.customer_id, l.qbo_id) as customer_id,
    w.customer_name,
    w.customer_email,
    w.currency
from wanted as w
left join by_email as e
    on e.email_key = lower(w.customer_email)
left join by_name as n
    on n.display_name_key = lower(w.customer_name)
left join {{ ref('int_sources__ledger') }} as l
    on l.idempotency_key = 'customer:' || w.customer_name and l.status = 'posted'
