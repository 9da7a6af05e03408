-- One row per order that went to QuickBooks as an invoice and was paid since: its payment, and what it still waits for.
with credits as (
    select
        r.order_id,
        sum(case when r.state = 'posted' and r.ledger_stream = 'credit_memos' then r.qbo_total_amount else 0 end)
            as credited_amount,
        bool_or(r.state <> 'posted') as has_open_reversal
    from {{ ref('int_sources__refunds') }} as r
    where r.has_effect
    group by r.order_id
),

paid as (
    select
        o.order_id,
        'payment:' || o.order_id as source_id,
        o.realm_id,
        o.order_number,
        o.paid_at,
        o.currency,
        o.exchange_rate,
        o.qbo_id as invoice_id,
        o.qbo_customer_id as customer_id,
        o.state as order_state,
        coalesce(o.qbo_total_amount, o.sold_total_amount) - coalesce(c.credited_amount, 0)
        - coalesce(
            case when x.state = 'posted' and x.ledger_stream = 'credit_memos' then x.qbo_total_amount end, 0
        ) as total_amount,
        coalesce(c.has_open_reversal, false)
        or coalesce(x.state in ('pending', 'due', 'waiting', 'rejected', 'blocked'), false) as has_open_reversal,
        coalesce(o.paid_at < s.sales_from, false) as is_before_sales_from,
        l.status as ledger_status,
        l.document_id,
        l.qbo_id,
        l.posted_at,
        l.qbo_total_amount,
        l.total_amount as handed_total_amount,
        o.updated_at,
        l.error_code,
        l.error_detail,
        coalesce(l.is_undone, false) as is_undone,
        coalesce(l.is_handed, false) as is_handed,
        coalesce(l.is_acknowledged, false) as is_acknowledged
    from {{ ref('int_sources__orders') }} as o
    cross join {{ ref('int_sources__settings') }} as s
    left join credits as c
        on c.order_id = o.order_id
    left join {{ ref('int_sources__cancellations') }} as x
        on x.order_id = o.order_id
    left join {{ ref('int_sources__ledger') }} as l
        on l.idempotency_key = 'payment:' || o.order_id
    where o.is_handed and o.ledger_stream = 'invoices' and (o.order_status = 'paid' or l.status is not null)
),

stated as (
    select
        p.*,
        case
            when p.is_undone then 'closed'
            when p.ledger_status in ('pending', 'posted') then p.ledger_status
            when p.ledger_status = 'cancelled' or p.is_before_sales_from then 'closed'
            when p.order_state = 'closed' then 'closed'
            when
                p.total_amount <= 0
                and not p.has_open_reversal
                and not coalesce(p.ledger_status = 'rejected' and p.is_acknowledged, false)
                then 'closed'
            when p.ledger_status = 'rejected' then 'rejected'
            when p.order_state <> 'posted' or p.has_open_reversal then 'waiting'
            when p.paid_at is null then 'blocked'
            else 'due'
        end as state
    from paid as p
)

select
    p.order_id,
    p.source_id,
    p.realm_id,
    p.order_number,
    p.paid_at,
    p.currency,
    {{ exact("p.exchange_rate") }} as exchange_rate,
    p.invoice_id,
    p.customer_id,
    {{ exact("p.total_amount") }} as total_amount,
    p.state,
    p.ledger_status,
    p.document_id,
    p.qbo_id,
    p.posted_at,
    {{ exact("p.handed_total_amount") }} as handed_total_amount,
    {{ exact("p.qbo_total_amount") }} as qbo_total_amount,
    p.updated_at,
    p.is_before_sales_from,
    p.is_handed,
    p.is_acknowledged,
    p.state in ('due', 'rejected')
    and p.order_state = 'posted'
    and not p.has_open_reversal
    and p.paid_at is not null
    and p.total_amount > 0 as is_sendable,
    case
        when p.state = 'blocked' then 'it has no paid_at'
        when p.state = 'rejected'
            then coalesce(p.error_code || ': ', '') || coalesce(p.error_detail, 'refused by QuickBooks')
        when p.state = 'waiting' and p.order_state <> 'posted'
            then 'the outcome of its invoice is not known yet'
        when p.state = 'waiting' then 'a refund of the order is not posted yet'
        when p.state = 'closed' and p.is_undone then 'undone'
        when p.state = 'closed' and p.ledger_status = 'cancelled' then 'cancelled by a person in review'
        when p.state = 'closed' and p.is_before_sales_from then 'paid before sales_from'
        when p.state = 'closed' then 'its credits cover it'
    end as state_reason
from stated as p
