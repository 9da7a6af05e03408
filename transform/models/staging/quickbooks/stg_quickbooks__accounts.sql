-- One row per account of QuickBooks' chart, inactive ones too. Balance in the account's own currency.
select
    a.realm_id,
    a.id as account_id,
    a.document ->> 'Name' as account_name,
    a.document ->> 'FullyQualifiedName' as full_name,
    a.document ->> 'AccountType' as account_type,
    a.document ->> 'AccountSubType' as account_sub_type,
    a.document ->> 'Classification' as classification,
    {{ exact("a.document ->> 'CurrentBalance'") }} as current_balance,
    a.document #>> '{CurrencyRef,value}' as currency,
    coalesce(cast(a.document ->> 'Active' as boolean), true) as is_active,
    a.read_at,
    a.last_updated_at
from {{ source('quickbooks', 'accounts') }} as a
where not a.is_deleted
