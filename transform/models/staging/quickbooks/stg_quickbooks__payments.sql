-- One row per customer payment that exists in QuickBooks. Amounts in its own currency; times in UTC.
select
    d.realm_id,
    d.id as payment_id,
    d.document #>> '{CustomerRef,value}' as customer_id,
    d.document ->> 'PaymentRefNum' as payment_ref,
    cast(d.document ->> 'TxnDate' as date) as txn_date,
    d.document #>> '{CurrencyRef,value}' as currency,
    {{ exact("d.document ->> 'ExchangeRate'") }} as exchange_rate,
    {{ exact("d.document ->> 'TotalAmt'") }} as total_amount,
    {{ exact("d.document ->> 'UnappliedAmt'") }} as unapplied_amount,
    d.document ->> 'PrivateNote' as private_note,
    cast(d.document #>> '{MetaData,CreateTime}' as timestamptz) as created_at,
    d.read_at,
    d.last_updated_at
from {{ source('quickbooks', 'payments') }} as d
where not d.is_deleted
