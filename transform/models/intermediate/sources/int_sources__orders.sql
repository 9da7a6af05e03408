-- One row per order of the platform: what has become of its sale, and what it still needs.
with parts as (
    select
        p.platform_id as order_id,
        sum(case when p.part_number = 0 then 1 else 0 end) as line_count,
        sum(case when p.part_number = 0 then p.amount end) as line_amount,
        bool_and(p.quantity <> 'NaN' and p.amount <> 'NaN') as is_exact,
        bool_or(p.sku_key is null) as needs_fallback,
        min(p.blocked_reason) as blocked_reason
    from {{ ref('int_sources__line_parts') }} as p
    where p.kind = 'order'
    group by p.platform_id
),

orders as (
    select
        o.order_id,
        'order:' || o.order_id as source_id,
        coalesce(o.order_number, o.order_id) as order_number,
        o.channel,
        o.ordered_at,
        o.stock_moved_at,
        o.status as order_status,
        o.paid_at,
        o.cancelled_at,
        o.customer_name,
        o.customer_email,
        o.currency,
        o.exchange_rate,
        o.subtotal,
        o.discount_amount,
        o.shipping_amount,
        o.tax_amount,
        o.total_amount,
        o.updated_at,
        coalesce(
            p.line_count > 0
            and p.is_exact
            and p.line_amount = o.subtotal
            and o.subtotal - o.discount_amount + o.shipping_amount + o.tax_amount = o.total_amount,
            false
        ) as is_complete,
        coalesce(o.ordered_at < s.sales_from, false) as is_before_sales_from,
        s.realm_id,
        case
            when p.needs_fallback and s.fallback_item_id is null
                then 'a line without stock needs the setting fallback_item_id'
            when p.blocked_reason is not null then p.blocked_reason
            when o.shipping_amount <> 0 and s.shipping_item_id is null
                then 'shipping needs the setting shipping_item_id'
            when o.tax_amount <> 0 and s.tax_mode = 'line' and s.tax_item_id is null
                then 'tax needs the setting tax_item_id'
        end as blocked_reason
    from {{ ref('stg_platform__sales_orders') }} as o
    cross join {{ ref('int_sources__settings') }} as s
    left join parts as p
        on p.order_id = o.order_id
),

judged as (
    select
        o.*,
        l.status as ledger_status,
        l.stream as ledger_stream,
        l.document_id,
        l.qbo_id,
        case when l.is_handed then l.customer_id end as qbo_customer_id,
        l.posted_at,
        l.qbo_total_amount,
        coalesce(l.is_handed, false) as is_handed,
        coalesce(l.is_acknowledged, false) as is_acknowledged,
        case
            when l.is_undone then 'closed'
            when l.status in ('pending', 'posted') then l.status
            when l.status = 'cancelled' then 'closed'
            when o.is_before_sales_from then case when o.is_complete then 'posted' else 'incomplete' end
            -- A refused sale that somebody may have typed by hand stays open until a person closes it.
            when
                o.order_status = 'cancelled'
                and not coalesce(l.status = 'rejected' and l.is_acknowledged, false)
                then 'closed'
            when not o.is_complete then 'incomplete'
            when l.status = 'rejected' then 'rejected'
            when o.blocked_reason is not null then 'blocked'
            else 'due'
        end as state,
        l.total_amount as handed_total_amount,
        l.discount_amount as handed_discount_amount,
        l.shipping_amount as handed_shipping_amount,
        l.tax_amount as handed_tax_amount,
        l.error_code,
        l.error_detail
    from orders as o
    left join {{ ref('int_sources__ledger') }} as l
        on l.idempotency_key = o.source_id
)

select
    j.order_id,
    j.source_id,
    j.realm_id,
    j.order_number,
    j.channel,
    j.ordered_at,
    j.stock_moved_at,
    j.order_status,
    j.paid_at,
    j.cancelled_at,
    j.customer_name,
    j.customer_email,
    j.currency,
    {{ exact("j.exchange_rate") }} as exchange_rate,
    {{ exact("j.subtotal") }} as subtotal,
    {{ exact("j.discount_amount") }} as discount_amount,
    {{ exact("j.shipping_amount") }} as shipping_amount,
    {{ exact("j.tax_amount") }} as tax_amount,
    {{ exact("j.total_amount") }} as total_amount,
    -- What QuickBooks was told, or is taken to have been told; else what it will be.
    {{ exact("case when j.is_handed then j.handed_total_amount else j.total_amount end") }}
        as sold_total_amount,
    {{ exact("case when j.is_handed then j.handed_discount_amount else j.discount_amount end") }}
        as sold_discount_amount,
    {{ exact("case when j.is_handed then j.handed_shipping_amount else j.shipping_amount end") }}
        as sold_shipping_amount,
    {{ exact("case when j.is_handed then j.handed_tax_amount else j.tax_amount end") }} as sold_tax_amount,
    j.updated_at,
    j.is_complete,
    j.is_before_sales_from,
    j.state,
    case when j.order_status = 'unpaid' then 'invoices' else 'sales_receipts' end as wanted_stream,
    j.ledger_status,
    j.ledger_stream,
    j.document_id,
    j.qbo_id,
    j.qbo_customer_id,
    j.posted_at,
    {{ exact("j.qbo_total_amount") }} as qbo_total_amount,
    j.is_handed,
    j.is_acknowledged,
    j.blocked_reason,
    j.state in ('due', 'rejected')
    and j.order_status <> 'cancelled'
    and j.blocked_reason is null as is_sendable,
    case
        when j.state = 'incomplete' then 'its lines and amounts do not add up yet'
        when j.state = 'rejected'
            then coalesce(j.error_code || ': ', '') || coalesce(j.error_detail, 'refused by QuickBooks')
        when j.state = 'blocked' then j.blocked_reason
        when j.state = 'closed' and j.ledger_status is null then 'cancelled before it was posted'
        when j.state = 'closed' and j.ledger_status = 'rejected' then 'cancelled after it was refused'
        when j.state = 'closed' and j.ledger_status = 'cancelled' then 'cancelled by a person in review'
        when j.state = 'closed' then 'undone'
    end as state_reason
from judged as j
