-- One row per refund receipt that exists in QuickBooks. Amounts in its own currency, positive; times in UTC.
select
    d.realm_id,
    d.id as refund_receipt_id,
    d.document #>> '{CustomerRef,value}' as customer_id,
    d.document ->> 'DocNumber' as doc_number,
    cast(d.document ->> 'TxnDate' as date) as txn_date,
    d.document #>> '{CurrencyRef,value}' as currency,
    {{ exact("d.document ->> 'ExchangeRate'") }} as exchange_rate,
    {{ exact("d.document ->> 'TotalAmt'") }} as total_amount,
    {{ exact("d.document #>> '{TxnTaxDetail,TotalTax}'") }} as tax_amount,
    d.document ->> 'PrivateNote' as private_note,
    cast(d.document #>> '{MetaData,CreateTime}' as timestamptz) as created_at,
    d.read_at,
    d.last_updated_at
from {{ source('quickbooks', 'refund_receipts') }} as d
where not d.is_deleted
