-- One row per customer that a due document names and QuickBooks has not got.
with outgoing as (
    select
        'customer:' || d.customer_name as idempotency_key,
        d.customer_name as display_name,
        min(d.customer_email) as email,
        min(d.currency) as currency
    from {{ ref('int_sources__documents') }} as d
    where d.customer_id is null
    group by d.customer_name
),

{{ due_rows('customers', ['idempotency_key', 'display_name', 'email', 'currency']) }}
