-- One row per line of an inventory adjustment. Quantities in the item's unit, negative when stock went down.
select
    d.realm_id,
    d.id as inventory_adjustment_id,
    cast(l.line_number as integer) as line_number,
    l.line #>> '{ItemAdjustmentLineDetail,ItemRef,value}' as item_id,
    {{ exact("l.line #>> '{ItemAdjustmentLineDetail,QtyDiff}'") }} as quantity_delta,
    d.last_updated_at
from {{ source('quickbooks', 'inventory_adjustments') }} as d
cross join lateral jsonb_array_elements(d.document -> 'Line') with ordinality as l (line, line_number)
where not d.is_deleted
