-- One row per sale, refund, cancellation and later payment of the platform (realm and source): where it stands on its way to QuickBooks. Amounts in its own currency, times in UTC.
select
    cast(s.realm_id as text) as realm_id,
    cast(s.source_id as text) as source_id,
    cast(s.kind as text) as kind,
    cast(s.platform_id as text) as platform_id,
    cast(s.order_id as text) as order_id,
    cast(s.stream as text) as stream,
    cast(s.state as text) as state,
    cast(s.state_reason as text) as state_reason,
    s.is_before_sales_from,
    s.is_acknowledged,
    s.happened_at,
    s.updated_at as platform_updated_at,
    s.posted_at,
    {{ exact("extract(epoch from s.posted_at - s.happened_at)") }} as latency_s,
    cast(s.currency as text) as currency,
    {{ exact("s.total_amount") }} as platform_amount,
    {{ exact("
        case when s.state in ('posted', 'pending') and not s.is_before_sales_from then s.handed_total_amount end
    ") }} as handed_amount,
    {{ exact("case when s.state = 'posted' then s.qbo_total_amount end") }} as qbo_amount,
    case
        when s.state = 'posted' and s.qbo_total_amount is not null
            then s.qbo_total_amount = s.handed_total_amount
    end as is_amount_equal,
    -- The platform changed it after it was handed over; the document stays as it is.
    s.state in ('posted', 'pending')
    and not s.is_before_sales_from
    and s.kind in ('order', 'refund')
    and (s.handed_total_amount is distinct from s.total_amount) as is_edited_after_posting,
    cast(s.document_id as text) as document_id,
    cast(s.qbo_id as text) as qbo_id
from {{ ref('int_sources__statuses') }} as s
