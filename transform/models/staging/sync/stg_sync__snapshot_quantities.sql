-- One row per side, item and location of a kept snapshot. Quantities in base units.
select
    t.snapshot_id,
    t.side,
    t.sku_key,
    t.location,
    t.item_id,
    {{ exact("t.quantity") }} as quantity,
    t.read_at
from {{ source('sync', 'snapshot_quantities') }} as t
