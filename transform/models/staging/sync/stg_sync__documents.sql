-- One row per document that the target attempted. Amounts in the document's currency; times are QuickBooks'.
select
    d.document_id,
    d.realm_id,
    d.qbo_type,
    d.request_id,
    d.doc_number,
    d.status,
    d.sent_at,
    d.posted_at,
    d.qbo_id,
    d.sync_token,
    cast(d.body as jsonb) #>> '{CustomerRef,value}' as customer_id,
    {{ exact("d.total_amount") }} as total_amount,
    d.error_code,
    d.error_detail
from {{ source('sync', 'documents') }} as d
