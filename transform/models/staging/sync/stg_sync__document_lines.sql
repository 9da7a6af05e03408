-- One row per line of a document that the target attempted. `stock_effect` is what it moves of QtyOnHand, signed.
select
    l.document_id,
    l.line_number,
    l.idempotency_key,
    l.item_id,
    l.sku,
    {{ exact("l.quantity") }} as quantity,
    {{ exact("coalesce(l.stock_effect, 0)") }} as stock_effect,
    {{ exact("l.amount") }} as amount
from {{ source('sync', 'document_lines') }} as l
