-- One row per company, day and currency: what the platform sold and gave back against what QuickBooks holds of it. Amounts in that currency.
with settings as (
    select * from {{ ref('int_sources__settings') }}
),

platform as (
    select
        s.realm_id,
        cast(s.happened_at at time zone g.time_zone as date) as revenue_date,
        coalesce(s.currency, g.home_currency, '') as currency,
        sum(case when s.kind = 'order' then s.total_amount else 0 end) as platform_sales_amount,
        sum(case when s.kind <> 'order' then s.total_amount else 0 end) as platform_reversed_amount,
        sum(
            case
                when
                    s.state not in ('posted', 'closed')
                    then case when s.kind = 'order' then 1 else -1 end * s.total_amount
                else 0
            end
        ) as open_amount
    from {{ ref('int_sources__statuses') }} as s
    cross join settings as g
    where s.kind in ('order', 'refund', 'cancel') and not s.is_before_sales_from and s.state <> 'closed'
    group by
        s.realm_id, cast(s.happened_at at time zone g.time_zone as date), coalesce(s.currency, g.home_currency, '')
),

posted as (
    select
        d.realm_id,
        d.txn_date,
        d.currency,
        d.total_amount as sales_amount,
        0 as reversed_amount
    from {{ ref('stg_quickbooks__sales_receipts') }} as d
    union all
    select
        d.realm_id,
        d.txn_date,
        d.currency,
        d.total_amount as sales_amount,
        0 as reversed_amount
    from {{ ref('stg_quickbooks__invoices') }} as d
    union all
    select
        d.realm_id,
        d.txn_date,
        d.currency,
        0 as sales_amount,
        d.total_amount as reversed_amount
    from {{ ref('stg_quickbooks__refund_receipts') }} as d
    union all
    select
        d.realm_id,
        d.txn_date,
        d.currency,
        0 as sales_amount,
        d.total_amount as reversed_amount
    from {{ ref('stg_quickbooks__credit_memos') }} as d
),

quickbooks as (
    select
        p.realm_id,
        p.txn_date as revenue_date,
        coalesce(p.currency, g.home_currency, '') as currency,
        sum(p.sales_amount) as qbo_sales_amount,
        sum(p.reversed_amount) as qbo_reversed_amount
    from posted as p
    cross join settings as g
    where p.txn_date is not null
    group by p.realm_id, p.txn_date, coalesce(p.currency, g.home_currency, '')
),

days as (
    select
        coalesce(p.realm_id, q.realm_id) as realm_id,
        coalesce(p.revenue_date, q.revenue_date) as revenue_date,
        coalesce(p.currency, q.currency) as currency,
        coalesce(p.platform_sales_amount, 0) as platform_sales_amount,
        coalesce(p.platform_reversed_amount, 0) as platform_reversed_amount,
        coalesce(p.open_amount, 0) as open_amount,
        coalesce(q.qbo_sales_amount, 0) as qbo_sales_amount,
        coalesce(q.qbo_reversed_amount, 0) as qbo_reversed_amount
    from platform as p
    full outer join quickbooks as q
        on q.realm_id = p.realm_id and q.revenue_date = p.revenue_date and q.currency = p.currency
)

select
    cast(d.realm_id as text) as realm_id,
    cast(d.revenue_date as date) as revenue_date,
    cast(d.currency as text) as currency,
    {{ exact("d.platform_sales_amount") }} as platform_sales_amount,
    {{ exact("d.platform_reversed_amount") }} as platform_reversed_amount,
    {{ exact("d.platform_sales_amount - d.platform_reversed_amount") }} as platform_net_amount,
    {{ exact("d.open_amount") }} as open_amount,
    {{ exact("d.qbo_sales_amount") }} as qbo_sales_amount,
    {{ exact("d.qbo_reversed_amount") }} as qbo_reversed_amount,
    {{ exact("d.qbo_sales_amount - d.qbo_reversed_amount") }} as qbo_net_amount,
    {{ exact("d.qbo_sales_amount - d.qbo_reversed_amount
        - (d.platform_sales_amount - d.platform_reversed_amount - d.open_amount)") }} as difference_amount
from days as d
