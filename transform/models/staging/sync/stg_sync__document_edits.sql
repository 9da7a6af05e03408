-- One row per change that somebody made to a document of ours, by SKU. Quantities in base units, signed.
select
    t.document_id,
    t.sku_key,
    {{ exact("t.quantity") }} as quantity,
    t.effective_at,
    t.snapshot_id
from {{ source('sync', 'document_edits') }} as t
