-- One row per credit memo that exists in QuickBooks. Amounts in its own currency, positive; times in UTC.
select
    d.realm_id,
    d.id as credit_memo_id,
    d.document #>> '{CustomerRef,value}' as customer_id,
    d.document ->> 'DocNumber' as doc_number,
    cast(d.document ->> 'TxnDate' as date) as txn_date,
    {{ exact("coalesce(d.document ->> 'RemainingCredit', d.document ->> 'Balance')") }} as remaining_credit,
    d.document #>> '{CurrencyRef,value}' as currency,
    {{ exact("d.document ->> 'ExchangeRate'") }} as exchange_rate,
    {{ exact("d.document ->> 'TotalAmt'") }} as total_amount,
    {{ exact("d.document #>> '{TxnTaxDetail,TotalTax}'") }} as tax_amount,
    d.document ->> 'PrivateNote' as private_note,
    cast(d.document #>> '{MetaData,CreateTime}' as timestamptz) as created_at,
    d.read_at,
    d.last_updated_at
from {{ source('quickbooks', 'credit_memos') }} as d
where not d.is_deleted
