-- One row per change of stock that was decided on. Quantities in base units, signed.
select
    t.command_id,
    t.realm_id,
    t.sku_key,
    t.side,
    {{ exact("t.quantity_delta") }} as quantity_delta,
    t.snapshot_id,
    t.base_version,
    t.reason,
    t.run_id,
    t.planned_at
from {{ source('sync', 'inventory_commands') }} as t
