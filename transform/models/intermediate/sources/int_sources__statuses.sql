-- One row per sale, refund, cancellation and later payment of the platform: where it stands on its way to QuickBooks, and why.
{{ config(materialized='live_view') }}
select
    o.realm_id,
    o.source_id,
    'order' as kind,
    o.order_id as platform_id,
    o.order_id,
    o.ordered_at as happened_at,
    o.updated_at,
    o.total_amount,
    o.currency,
    o.state,
    o.state_reason,
    case when o.is_handed or o.ledger_status = 'rejected' then o.ledger_stream else o.wanted_stream end as stream,
    o.is_before_sales_from,
    o.is_acknowledged,
    o.document_id,
    o.qbo_id,
    o.posted_at,
    o.sold_total_amount as handed_total_amount,
    o.qbo_total_amount
from {{ ref('int_sources__orders') }} as o
union all
select
    r.realm_id,
    r.source_id,
    'refund' as kind,
    r.refund_id as platform_id,
    r.order_id,
    r.refunded_at as happened_at,
    r.updated_at,
    r.total_amount,
    r.currency,
    r.state,
    r.state_reason,
    case when r.is_handed or r.ledger_status = 'rejected' then r.ledger_stream else r.wanted_stream end as stream,
    r.is_before_sales_from,
    r.is_acknowledged,
    r.document_id,
    r.qbo_id,
    r.posted_at,
    r.handed_total_amount,
    r.qbo_total_amount
from {{ ref('int_sources__refunds') }} as r
union all
select
    c.realm_id,
    c.source_id,
    'cancel' as kind,
    c.order_id as platform_id,
    c.order_id,
    c.cancelled_at as happened_at,
    c.updated_at,
    c.total_amount,
    c.currency,
    c.state,
    c.state_reason,
    case when c.is_handed or c.ledger_status = 'rejected' then c.ledger_stream else c.wanted_stream end as stream,
    c.is_before_sales_from,
    c.is_acknowledged,
    c.document_id,
    c.qbo_id,
    c.posted_at,
    c.handed_total_amount,
    c.qbo_total_amount
from {{ ref('int_sources__cancellations') }} as c
union all
select
    p.realm_id,
    p.source_id,
    'payment' as kind,
    p.order_id as platform_id,
    p.order_id,
    p.paid_at as happened_at,
    p.updated_at,
    p.total_amount,
    p.currency,
    p.state,
    p.state_reason,
    'payments' as stream,
    p.is_before_sales_from,
    p.is_acknowledged,
    p.document_id,
    p.qbo_id,
    p.posted_at,
    p.handed_total_amount,
    p.qbo_total_amount
from {{ ref('int_sources__payments') }} as p
