-- One row per document of ours, row of the ledger in it and SKU: what it moves in QuickBooks, signed.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

select
    d.realm_id,
    d.document_id,
    l.idempotency_key as source_id,
    coalesce(i.sku_key, 'qbo:' || i.item_id, {{ sku_key("l.sku") }}, 'qbo:' || l.item_id) as sku_key,
    split_part(l.idempotency_key, ':', 1) as kind,
    d.qbo_type,
    d.qbo_id,
    d.doc_number,
    d.status as document_status,
    r.status as row_status,
    d.sent_at,
    d.posted_at,
    {{ exact("sum(l.stock_effect)") }} as stock_effect
from {{ ref('stg_sync__document_lines') }} as l
inner join {{ ref('stg_sync__documents') }} as d
    on l.document_id = d.document_id
left join {{ ref('stg_sync__ledger_rows') }} as r
    on d.realm_id = r.realm_id and l.idempotency_key = r.idempotency_key
left join {{ ref('stg_quickbooks__items') }} as i
    on d.realm_id = i.realm_id and l.item_id = i.item_id
where l.stock_effect <> 0
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
