-- One row per reversed order and SKU key ('' for lines without stock): what was sold, as handed over, else as it stands.
with reversed_orders as (
    select r.order_id from {{ ref('stg_platform__refunds') }} as r
    union
    select o.order_id from {{ ref('stg_platform__sales_orders') }} as o
    where o.status = 'cancelled'
),

handed as (
    select
        l.platform_id as order_id,
        case when h.sku is not null then coalesce(i.sku_key, {{ sku_key("h.sku") }}) end as sku_key,
        h.quantity,
        h.amount
    from {{ ref('int_sources__ledger') }} as l
    inner join reversed_orders as r
        on r.order_id = l.platform_id
    inner join {{ ref('stg_sync__ledger_row_lines') }} as h
        on h.realm_id = l.realm_id and h.idempotency_key = l.idempotency_key
    left join {{ ref('stg_quickbooks__items') }} as i
        on i.realm_id = h.realm_id and i.item_id = h.item_id
    where l.kind = 'order' and l.is_handed
),

standing as (
    select
        p.platform_id as order_id,
        p.sku_key,
        p.quantity,
        p.amount
    from {{ ref('int_sources__line_parts') }} as p
    inner join reversed_orders as r
        on r.order_id = p.platform_id
    where p.kind = 'order'
),

sold as (
    select * from handed
    union all
    select * from standing
)

select
    s.order_id,
    coalesce(s.sku_key, '') as sku_key,
    {{ exact("sum(s.quantity)") }} as quantity,
    {{ exact("sum(s.amount)") }} as amount
from sold as s
group by s.order_id, coalesce(s.sku_key, '')
