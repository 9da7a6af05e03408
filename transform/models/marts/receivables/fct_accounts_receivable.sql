-- One row per invoice that is open, as of a date (realm, invoice and as_of_date). Amounts in the invoice's own currency unless they say home.
with applied as (
    select
        p.realm_id,
        p.applied_to_id as invoice_id,
        sum(p.applied_amount) as applied_amount
    from {{ ref('stg_quickbooks__payment_lines') }} as p
    where p.applied_to_type = 'Invoice'
    group by p.realm_id, p.applied_to_id
),

open_invoices as (
    select
        i.realm_id,
        i.invoice_id,
        a.as_of_date,
        i.doc_number,
        i.customer_id,
        c.display_name as customer_name,
        i.txn_date as invoice_date,
        i.due_date,
        a.as_of_date - i.due_date as days_past_due,
        i.currency,
        i.total_amount,
        i.open_balance,
        p.applied_amount,
        i.exchange_rate
    from {{ ref('stg_quickbooks__invoices') }} as i
    inner join {{ ref('int_receivables__as_of') }} as a
        on a.realm_id = i.realm_id
    left join {{ ref('stg_quickbooks__customers') }} as c
        on c.realm_id = i.realm_id and c.customer_id = i.customer_id
    left join applied as p
        on p.realm_id = i.realm_id and p.invoice_id = i.invoice_id
    where i.open_balance <> 0
)

select
    cast(o.realm_id as text) as realm_id,
    cast(o.invoice_id as text) as invoice_id,
    cast(o.as_of_date as date) as as_of_date,
    cast(o.doc_number as text) as doc_number,
    cast(o.customer_id as text) as customer_id,
    cast(o.customer_name as text) as customer_name,
    cast(o.invoice_date as date) as invoice_date,
    cast(o.due_date as date) as due_date,
    cast(o.days_past_due as integer) as days_past_due,
    cast({{ ageing_bucket('o.days_past_due') }} as text) as ageing_bucket,
    cast(o.currency as text) as currency,
    {{ exact("o.total_amount") }} as total_amount,
    {{ exact("coalesce(o.applied_amount, 0)") }} as payments_applied_amount,
    -- Deposits, journal entries and credits that QuickBooks applied by itself.
    {{ exact("o.total_amount - o.open_balance - coalesce(o.applied_amount, 0)") }} as other_applied_amount,
    {{ exact("o.open_balance") }} as open_balance,
    {{ exact("o.open_balance * coalesce(o.exchange_rate, 1)") }} as home_open_balance
from open_invoices as o
