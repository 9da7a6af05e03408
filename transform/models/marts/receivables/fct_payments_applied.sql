-- One row per document that a payment is applied to (realm, payment, line and link). Amounts in the payment's currency.
select
    cast(l.realm_id as text) as realm_id,
    cast(l.payment_id as text) as payment_id,
    cast(l.line_number as integer) as line_number,
    cast(l.link_number as integer) as link_number,
    cast(p.txn_date as date) as payment_date,
    cast(p.payment_ref as text) as payment_ref,
    cast(p.customer_id as text) as customer_id,
    cast(l.applied_to_type as text) as applied_to_type,
    cast(l.applied_to_id as text) as applied_to_id,
    cast(coalesce(i.doc_number, m.doc_number) as text) as applied_to_doc_number,
    cast(coalesce(i.txn_date, m.txn_date) as date) as applied_to_date,
    cast(p.txn_date - i.txn_date as integer) as days_to_pay,
    cast(p.currency as text) as currency,
    {{ exact("l.applied_amount") }} as applied_amount
from {{ ref('stg_quickbooks__payment_lines') }} as l
inner join {{ ref('stg_quickbooks__payments') }} as p
    on p.realm_id = l.realm_id and p.payment_id = l.payment_id
left join {{ ref('stg_quickbooks__invoices') }} as i
    on l.applied_to_type = 'Invoice' and i.realm_id = l.realm_id and i.invoice_id = l.applied_to_id
left join {{ ref('stg_quickbooks__credit_memos') }} as m
    on l.applied_to_type = 'CreditMemo' and m.realm_id = l.realm_id and m.credit_memo_id = l.applied_to_id
