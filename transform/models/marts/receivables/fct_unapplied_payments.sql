-- One row per payment or credit memo with an amount that is applied to nothing (realm, kind and document). Amounts in its own currency.
with unapplied as (
    select
        p.realm_id,
        'payment' as kind,
        p.payment_id as document_id,
        p.payment_ref as doc_number,
        p.customer_id,
        p.txn_date,
        p.currency,
        p.exchange_rate,
        p.total_amount,
        p.unapplied_amount
    from {{ ref('stg_quickbooks__payments') }} as p
    where p.unapplied_amount <> 0
    union all
    select
        m.realm_id,
        'credit_memo' as kind,
        m.credit_memo_id as document_id,
        m.doc_number,
        m.customer_id,
        m.txn_date,
        m.currency,
        m.exchange_rate,
        m.total_amount,
        m.remaining_credit as unapplied_amount
    from {{ ref('stg_quickbooks__credit_memos') }} as m
    where m.remaining_credit <> 0
),

oldest as (
    select
        r.realm_id,
        r.customer_id,
        min(r.invoice_date) as oldest_open_invoice_date,
        sum(r.open_balance) as open_balance
    from {{ ref('fct_accounts_receivable') }} as r
    group by r.realm_id, r.customer_id
)

select
    cast(u.realm_id as text) as realm_id,
    cast(u.kind as text) as kind,
    cast(u.document_id as text) as document_id,
    cast(u.doc_number as text) as doc_number,
    cast(u.customer_id as text) as customer_id,
    cast(c.display_name as text) as customer_name,
    cast(u.txn_date as date) as txn_date,
    cast(u.currency as text) as currency,
    {{ exact("u.total_amount") }} as total_amount,
    {{ exact("u.unapplied_amount") }} as unapplied_amount,
    {{ exact("u.unapplied_amount * coalesce(u.exchange_rate, 1)") }} as home_unapplied_amount,
    cast(o.oldest_open_invoice_date as date) as oldest_open_invoice_date,
    {{ exact("coalesce(o.open_balance, 0)") }} as customer_open_balance,
    cast(a.as_of_date as date) as as_of_date
from unapplied as u
left join {{ ref('int_receivables__as_of') }} as a
    on a.realm_id = u.realm_id
left join {{ ref('stg_quickbooks__customers') }} as c
    on c.realm_id = u.realm_id and c.customer_id = u.customer_id
left join oldest as o
    on o.realm_id = u.realm_id and o.customer_id = u.customer_id
