-- One row per vendor credit that exists in QuickBooks. Amounts in its own currency; times in UTC.
select
    d.realm_id,
    d.id as vendor_credit_id,
    d.document #>> '{VendorRef,value}' as vendor_id,
    d.document ->> 'DocNumber' as doc_number,
    cast(d.document ->> 'TxnDate' as date) as txn_date,
    d.document #>> '{CurrencyRef,value}' as currency,
    {{ exact("d.document ->> 'TotalAmt'") }} as total_amount,
    d.document ->> 'PrivateNote' as private_note,
    cast(d.document #>> '{MetaData,CreateTime}' as timestamptz) as created_at,
    d.read_at,
    d.last_updated_at
from {{ source('quickbooks', 'vendor_credits') }} as d
where not d.is_deleted
