-- One row per order that was cancelled: what has become of the reversal of its sale, and what it still waits for.
with cancelled as (
    select
        o.order_id,
        'cancel:' || o.order_id as source_id,
        o.realm_id,
        o.cancelled_at,
        o.currency,
        o.exchange_rate,
        o.sold_total_amount,
        o.sold_discount_amount,
        o.sold_shipping_amount,
        o.sold_tax_amount,
        o.updated_at,
        o.state as order_state,
        o.ledger_stream as order_stream,
        coalesce(o.cancelled_at < s.sales_from, false) as is_before_sales_from,
        s.fallback_item_id,
        s.shipping_item_id,
        s.tax_item_id,
        s.tax_mode,
        l.status as ledger_status,
        l.stream as ledger_stream,
        l.document_id,
        l.qbo_id,
        l.posted_at,
        l.qbo_total_amount,
        l.total_amount as handed_total_amount,
        l.error_code,
        l.error_detail,
        coalesce(l.is_undone, false) as is_undone,
        coalesce(l.is_handed, false) as is_handed,
        coalesce(l.is_acknowledged, false) as is_acknowledged,
        y.status as payment_status
    from {{ ref('int_sources__orders') }} as o
    cross join {{ ref('int_sources__settings') }} as s
    left join {{ ref('int_sources__ledger') }} as l
        on l.idempotency_key = 'cancel:' || o.order_id
    left join {{ ref('int_sources__ledger') }} as y
        on y.idempotency_key = 'payment:' || o.order_id
    where o.order_status = 'cancelled' or l.is_handed
),

refunded as (
    select
        r.order_id,
        sum(r.total_amount) as total_amount,
        sum(r.discount_amount) as discount_amount,
        sum(r.shipping_amount) as shipping_amount,
        sum(r.tax_amount) as tax_amount,
        bool_or(r.state <> 'posted') as has_open_refund
    from {{ ref('int_sources__refunds') }} as r
    where r.has_effect
    group by r.order_id
),

remaining as (
    select
        q.order_id,
        bool_or(q.remaining_quantity > 0) as has_remainder,
        bool_or(q.sku_key = '' and q.remaining_amount <> 0) as needs_fallback,
        min(case when q.remaining_quantity > 0 then q.blocked_reason end) as blocked_reason
    from {{ ref('int_sources__cancelled_quantities') }} as q
    group by q.order_id
),

judged as (
    select
        c.*,
        c.sold_total_amount - coalesce(r.total_amount, 0) as total_amount,
        greatest(c.sold_discount_amount - coalesce(r.discount_amount, 0), 0) as discount_amount,
        greatest(c.sold_shipping_amount - coalesce(r.shipping_amount, 0), 0) as shipping_amount,
        greatest(c.sold_tax_amount - coalesce(r.tax_amount, 0), 0) as tax_amount,
        coalesce(r.has_open_refund, false) as has_open_refund,
        coalesce(m.has_remainder, false) as has_remainder,
        case
            when c.cancelled_at is null then 'it has no cancelled_at'
            when c.sold_total_amount < coalesce(r.total_amount, 0) then 'its refunds exceed the sale'
            when m.needs_fallback and c.fallback_item_id is null
                then 'a line without stock needs the setting fallback_item_id'
            when m.blocked_reason is not null then m.blocked_reason
            when c.sold_shipping_amount <> coalesce(r.shipping_amount, 0) and c.shipping_item_id is null
                then 'shipping needs the setting shipping_item_id'
            when
                c.sold_tax_amount <> coalesce(r.tax_amount, 0)
                and c.tax_mode = 'line'
                and c.tax_item_id is null
                then 'tax needs the setting tax_item_id'
        end as blocked_reason
    from cancelled as c
    left join refunded as r
        on r.order_id = c.order_id
    left join remaining as m
        on m.order_id = c.order_id
),

stated as (
    select
        j.*,
        case
            when j.is_undone then 'closed'
            when j.ledger_status in ('pending', 'posted') then j.ledger_status
            when j.ledger_status = 'cancelled' then 'closed'
            when j.order_state not in ('posted', 'pending') then 'closed'
            when j.is_before_sales_from then 'posted'
            when not j.has_remainder and not coalesce(j.ledger_status = 'rejected' and j.is_acknowledged, false)
                then 'closed'
            when j.ledger_status = 'rejected' then 'rejected'
            when
                j.order_state = 'pending'
                or j.has_open_refund
                or coalesce(j.payment_status = 'pending', false)
                then 'waiting'
            when j.blocked_reason is not null then 'blocked'
            else 'due'
        end as state
    from judged as j
)

select
    j.order_id,
    j.source_id,
    j.realm_id,
    j.cancelled_at,
    j.currency,
    {{ exact("j.exchange_rate") }} as exchange_rate,
    {{ exact("j.discount_amount") }} as discount_amount,
    {{ exact("j.shipping_amount") }} as shipping_amount,
    {{ exact("j.tax_amount") }} as tax_amount,
    {{ exact("j.total_amount") }} as total_amount,
    j.updated_at,
    j.is_before_sales_from,
    j.has_remainder,
    j.state,
    j.state in ('posted', 'pending', 'due', 'waiting', 'rejected', 'blocked') as has_effect,
    case
        when j.is_handed then j.ledger_stream
        when j.order_stream = 'invoices' and (j.payment_status is null or j.payment_status = 'cancelled')
            then 'credit_memos'
        else 'refund_receipts'
    end as wanted_stream,
    j.ledger_status,
    j.ledger_stream,
    j.document_id,
    j.qbo_id,
    j.posted_at,
    {{ exact("j.handed_total_amount") }} as handed_total_amount,
    {{ exact("j.qbo_total_amount") }} as qbo_total_amount,
    j.is_handed,
    j.is_acknowledged,
    j.blocked_reason,
    j.state in ('due', 'rejected')
    and j.order_state = 'posted'
    and j.has_remainder
    and not j.has_open_refund
    and (j.payment_status is distinct from 'pending')
    and j.blocked_reason is null as is_sendable,
    case
        when j.state = 'blocked' then j.blocked_reason
        when j.state = 'rejected'
            then coalesce(j.error_code || ': ', '') || coalesce(j.error_detail, 'refused by QuickBooks')
        when j.state = 'waiting' and j.order_state = 'pending'
            then 'the outcome of the sale is not known yet'
        when j.state = 'waiting' and j.has_open_refund then 'a refund of it is not posted yet'
        when j.state = 'waiting' then 'the outcome of the order''s payment is not known yet'
        when j.state = 'closed' and j.is_undone then 'undone'
        when j.state = 'closed' and j.ledger_status = 'cancelled' then 'cancelled by a person in review'
        when j.state = 'closed' and j.order_state in ('posted', 'pending') then 'its refunds cover it'
        when j.state = 'closed' then 'its sale was never posted'
    end as state_reason
from stated as j
