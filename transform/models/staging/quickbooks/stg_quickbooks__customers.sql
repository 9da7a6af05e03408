-- One row per customer of QuickBooks, inactive ones too. Balance in the customer's own currency.
select
    c.realm_id,
    c.id as customer_id,
    c.document ->> 'DisplayName' as display_name,
    lower(trim(c.document ->> 'DisplayName')) as display_name_key,
    c.document #>> '{PrimaryEmailAddr,Address}' as email,
    lower(trim(c.document #>> '{PrimaryEmailAddr,Address}')) as email_key,
    c.document #>> '{CurrencyRef,value}' as currency,
    {{ exact("c.document ->> 'Balance'") }} as balance,
    coalesce(cast(c.document ->> 'Active' as boolean), true) as is_active,
    c.read_at,
    c.last_updated_at
from {{ source('quickbooks', 'customers') }} as c
where not c.is_deleted
