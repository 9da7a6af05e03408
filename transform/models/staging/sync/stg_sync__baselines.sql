-- One row per SKU and version: the position of both sides that was accounted for. Quantities in base units.
select
    t.realm_id,
    t.sku_key,
    t.version,
    t.snapshot_id,
    {{ exact("t.platform_quantity") }} as platform_quantity,
    {{ exact("t.qbo_quantity") }} as qbo_quantity,
    t.qbo_read_at,
    t.method,
    t.established_by,
    t.established_at
from {{ source('sync', 'baselines') }} as t
