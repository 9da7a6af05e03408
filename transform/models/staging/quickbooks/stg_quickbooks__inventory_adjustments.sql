-- One row per inventory adjustment that exists in QuickBooks. Times in UTC; the last change may be known as a date only.
select
    d.realm_id,
    d.id as inventory_adjustment_id,
    d.document #>> '{AdjustAccountRef,value}' as adjustment_account_id,
    d.document ->> 'DocNumber' as doc_number,
    cast(d.document ->> 'TxnDate' as date) as txn_date,
    d.document ->> 'PrivateNote' as private_note,
    d.document #>> '{MetaData,LastUpdatedTime}' as last_updated_text,
    d.read_at,
    d.last_updated_at
from {{ source('quickbooks', 'inventory_adjustments') }} as d
where not d.is_deleted
