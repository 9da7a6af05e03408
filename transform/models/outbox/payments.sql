-- One row per payment of an invoice that is due in QuickBooks: the invoice less its credit memos, in its currency.
with outgoing as (
    select
        p.source_id as idempotency_key,
        p.customer_id,
        p.total_amount,
        cast(p.paid_at at time zone s.time_zone as date) as txn_date,
        jsonb_build_array(jsonb_build_object('invoice_id', p.invoice_id, 'amount', p.total_amount)) as invoices,
        case when length(p.order_number) <= 21 then p.order_number else substr(md5(p.order_number), 1, 21) end
            as payment_ref,
        p.currency,
        p.exchange_rate,
        'Payment of order ' || p.order_number as memo
    from {{ ref('int_sources__payments') }} as p
    cross join {{ ref('int_sources__settings') }} as s
    where p.is_sendable
),

{{ due_rows('payments', [
    'idempotency_key', 'customer_id', 'total_amount', 'txn_date', 'invoices', 'payment_ref', 'currency',
    'exchange_rate', 'memo'
]) }}
