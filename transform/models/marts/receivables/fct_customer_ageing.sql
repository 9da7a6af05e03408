-- One row per customer with open invoices, currency and as_of_date. Amounts in that currency.
select
    cast(r.realm_id as text) as realm_id,
    cast(coalesce(r.customer_id, '') as text) as customer_id,
    cast(min(r.customer_name) as text) as customer_name,
    cast(coalesce(r.currency, '') as text) as currency,
    cast(r.as_of_date as date) as as_of_date,
    {{ exact("sum(case when r.ageing_bucket = 'current' then r.open_balance else 0 end)") }} as current,
    {{ exact("sum(case when r.ageing_bucket = 'days_1_30' then r.open_balance else 0 end)") }} as days_1_30,
    {{ exact("sum(case when r.ageing_bucket = 'days_31_60' then r.open_balance else 0 end)") }} as days_31_60,
    {{ exact("sum(case when r.ageing_bucket = 'days_61_90' then r.open_balance else 0 end)") }} as days_61_90,
    {{ exact("sum(case when r.ageing_bucket = 'days_91_plus' then r.open_balance else 0 end)") }} as days_91_plus,
    {{ exact("sum(case when r.ageing_bucket = 'no_due_date' then r.open_balance else 0 end)") }} as no_due_date,
    {{ exact("sum(r.open_balance)") }} as total
from {{ ref('fct_accounts_receivable') }} as r
group by r.realm_id, coalesce(r.customer_id, ''), coalesce(r.currency, ''), r.as_of_date
