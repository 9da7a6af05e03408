-- One row per refund of the platform: what has become of it, and what it still waits for.
with parts as (
    select
        p.platform_id as refund_id,
        sum(case when p.part_number = 0 then 1 else 0 end) as line_count,
        sum(case when p.part_number = 0 then p.amount end) as line_amount,
        bool_and(
            p.quantity <> 'NaN'
            and p.amount <> 'NaN'
            and p.quantity_restocked >= 0
            and p.quantity_restocked <= p.quantity
        ) as is_exact
    from {{ ref('int_sources__line_parts') }} as p
    where p.kind = 'refund'
    group by p.platform_id
),

refunds as (
    select
        r.refund_id,
        'refund:' || r.refund_id as source_id,
        r.order_id,
        r.refunded_at,
        coalesce(r.currency, o.currency) as currency,
        coalesce(r.exchange_rate, o.exchange_rate) as exchange_rate,
        r.subtotal,
        r.discount_amount,
        r.shipping_amount,
        r.tax_amount,
        r.total_amount,
        r.updated_at,
        coalesce(
            p.line_count > 0
            and p.is_exact
            and p.line_amount = r.subtotal
            and r.subtotal - r.discount_amount + r.shipping_amount + r.tax_amount = r.total_amount,
            false
        ) as is_complete,
        coalesce(r.refunded_at < s.sales_from, false) as is_before_sales_from,
        s.realm_id,
        s.fallback_item_id,
        s.shipping_item_id,
        s.tax_item_id,
        s.tax_mode,
        o.state as order_state,
        o.is_before_sales_from as is_order_before_sales_from,
        o.ledger_stream as order_stream,
        o.sold_total_amount,
        -- Units given back before they left the shelf never left it: all of them are stock.
        coalesce(o.stock_moved_at is null or r.refunded_at < o.stock_moved_at, false) as is_before_stock_moved,
        l.status as ledger_status,
        l.stream as ledger_stream,
        l.document_id,
        l.qbo_id,
        l.posted_at,
        l.qbo_total_amount,
        l.total_amount as handed_total_amount,
        l.is_undone,
        l.error_code,
        l.error_detail,
        coalesce(l.is_handed, false) as is_handed,
        coalesce(l.is_acknowledged, false) as is_acknowledged,
        coalesce(c.is_handed, false) as is_cancellation_handed,
        y.status as payment_status
    from {{ ref('stg_platform__refunds') }} as r
    cross join {{ ref('int_sources__settings') }} as s
    left join parts as p
        on p.refund_id = r.refund_id
    left join {{ ref('int_sources__orders') }} as o
        on o.order_id = r.order_id
    left join {{ ref('int_sources__ledger') }} as l
        on l.idempotency_key = 'refund:' || r.refund_id
    left join {{ ref('int_sources__ledger') }} as c
        on c.idempotency_key = 'cancel:' || r.order_id
    left join {{ ref('int_sources__ledger') }} as y
        on y.idempotency_key = 'payment:' || r.order_id
),

placed as (
    select
        r.*,
        r.is_handed or (r.is_before_sales_from and r.is_complete and not coalesce(r.is_undone, false))
            as is_settled,
        not r.is_handed
        and not r.is_before_sales_from
        and r.is_complete
        and (r.ledger_status is distinct from 'cancelled')
        and not coalesce(r.is_undone, false)
        and r.order_state in ('posted', 'pending', 'due', 'rejected', 'blocked') as is_candidate
    from refunds as r
),

-- What the refunds in QuickBooks have used up of the sale, by SKU and in money.
used as (
    select
        r.order_id,
        q.sku_key,
        sum(q.quantity) as quantity
    from placed as r
    inner join {{ ref('int_sources__refund_quantities') }} as q
        on q.refund_id = r.refund_id
    where r.is_settled
    group by r.order_id, q.sku_key
),

used_amounts as (
    select
        r.order_id,
        sum(r.total_amount) as total_amount
    from placed as r
    where r.is_settled
    group by r.order_id
),

candidate_amounts as (
    select
        r.refund_id,
        r.order_id,
        r.refunded_at,
        r.total_amount,
        case
            when r.is_cancellation_handed then 0
            else r.sold_total_amount - coalesce(u.total_amount, 0)
        end as amount_left
    from placed as r
    left join used_amounts as u
        on u.order_id = r.order_id
    where r.is_candidate
),

candidate_quantities as (
    select
        r.refund_id,
        r.order_id,
        r.refunded_at,
        q.sku_key,
        q.quantity,
        case
            when r.is_cancellation_handed then 0
            else coalesce(o.quantity, 0) - coalesce(u.quantity, 0)
        end as quantity_left
    from placed as r
    inner join {{ ref('int_sources__refund_quantities') }} as q
        on q.refund_id = r.refund_id
    left join {{ ref('int_sources__order_quantities') }} as o
        on o.order_id = r.order_id and o.sku_key = q.sku_key
    left join used as u
        on u.order_id = r.order_id and u.sku_key = q.sku_key
    where r.is_candidate and q.sku_key <> ''
),

-- A refund that is too large by itself is out; the others take their share in order of time.
too_large as (
    select a.refund_id from candidate_amounts as a
    where a.total_amount > a.amount_left
    union
    select q.refund_id from candidate_quantities as q
    where q.quantity > q.quantity_left
),

in_turn as (
    select
        a.refund_id,
        sum(a.total_amount) over (
            partition by a.order_id order by a.refunded_at, a.refund_id
        ) > a.amount_left as is_too_large
    from candidate_amounts as a
    where a.refund_id not in (select t.refund_id from too_large as t)
    union all
    select
        q.refund_id,
        sum(q.quantity) over (
            partition by q.order_id, q.sku_key order by q.refunded_at, q.refund_id
        ) > q.quantity_left as is_too_large
    from candidate_quantities as q
    where q.refund_id not in (select t.refund_id from too_large as t)
),

exceeding as (
    select t.refund_id from too_large as t
    union
    select i.refund_id from in_turn as i
    where i.is_too_large
),

unresolved as (
    select
        p.platform_id as refund_id,
        min(p.blocked_reason) as blocked_reason,
        bool_or(
            p.part_number = 0
            and (
                p.sku_key is null
                or (p.tracks_quantity and not r.is_before_stock_moved and p.quantity_restocked < p.quantity)
            )
        ) as needs_fallback
    from {{ ref('int_sources__line_parts') }} as p
    inner join placed as r
        on r.refund_id = p.platform_id
    where p.kind = 'refund'
    group by p.platform_id
),

judged as (
    select
        r.*,
        e.refund_id is not null as is_exceeding,
        case
            when n.needs_fallback and r.fallback_item_id is null
                then 'goods that were not restocked need the setting fallback_item_id'
            when n.blocked_reason is not null then n.blocked_reason
            when r.shipping_amount <> 0 and r.shipping_item_id is null
                then 'shipping needs the setting shipping_item_id'
            when r.tax_amount <> 0 and r.tax_mode = 'line' and r.tax_item_id is null
                then 'tax needs the setting tax_item_id'
        end as blocked_reason
    from placed as r
    left join exceeding as e
        on e.refund_id = r.refund_id
    left join unresolved as n
        on n.refund_id = r.refund_id
),

stated as (
    select
        j.*,
        case
            when j.is_undone then 'closed'
            when j.ledger_status in ('pending', 'posted') then j.ledger_status
            when j.ledger_status = 'cancelled' then 'closed'
            when not j.is_complete then 'incomplete'
            when j.order_state is null then 'incomplete'
            when j.is_before_sales_from then 'posted'
            when j.order_state in ('closed', 'incomplete') then j.order_state
            when j.is_exceeding then 'blocked'
            when j.ledger_status = 'rejected' then 'rejected'
            when j.order_state <> 'posted' or coalesce(j.payment_status = 'pending', false) then 'waiting'
            when j.blocked_reason is not null then 'blocked'
            else 'due'
        end as state
    from judged as j
)

select
    j.refund_id,
    j.source_id,
    j.realm_id,
    j.order_id,
    j.refunded_at,
    j.currency,
    {{ exact("j.exchange_rate") }} as exchange_rate,
    {{ exact("j.subtotal") }} as subtotal,
    {{ exact("j.discount_amount") }} as discount_amount,
    {{ exact("j.shipping_amount") }} as shipping_amount,
    {{ exact("j.tax_amount") }} as tax_amount,
    {{ exact("j.total_amount") }} as total_amount,
    j.updated_at,
    j.is_complete,
    j.is_before_sales_from,
    j.is_before_stock_moved,
    j.is_exceeding,
    j.state,
    -- The refund moves stock, or will: nobody has closed it and nothing forbids it for good.
    j.state in ('posted', 'pending', 'due', 'waiting', 'rejected')
    or (j.state = 'blocked' and not j.is_exceeding) as has_effect,
    case
        when j.is_handed then j.ledger_stream
        -- A credit lowers what an invoice still asks for; once it is paid, money goes back.
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
    and (j.payment_status is distinct from 'pending')
    and j.blocked_reason is null as is_sendable,
    case
        when j.state = 'incomplete' and j.order_state is null then 'its order is not there yet'
        when j.state = 'incomplete' and j.is_complete then 'its order is incomplete'
        when j.state = 'incomplete' then 'its lines and amounts do not add up yet'
        when j.state = 'blocked' and j.is_exceeding then 'it exceeds what is left of the sale'
        when j.state = 'blocked' then j.blocked_reason
        when j.state = 'rejected'
            then coalesce(j.error_code || ': ', '') || coalesce(j.error_detail, 'refused by QuickBooks')
        when j.state = 'waiting' and j.order_state <> 'posted' then 'its order is not posted yet'
        when j.state = 'waiting' then 'the outcome of the order''s payment is not known yet'
        when j.state = 'closed' and j.ledger_status = 'cancelled' then 'cancelled by a person in review'
        when j.state = 'closed' and j.is_undone then 'undone'
        when j.state = 'closed' then 'its order was never posted'
    end as state_reason
from stated as j
