-- One row per change of a source's recorded effect on the platform's stock. Quantities in base units, signed.
select
    t.snapshot_id,
    t.sku_key,
    t.kind,
    t.source_id,
    {{ exact("t.quantity") }} as quantity
from {{ source('sync', 'platform_movements') }} as t
