-- One row per planned change of stock that is due in QuickBooks. Quantity in base units, negative takes off.
with outgoing as (
    select
        'adjustment:' || c.command_id as idempotency_key,
        coalesce(i.item_id, b.item_id) as item_id,
        coalesce(i.item_sku, b.sku) as sku,
        c.quantity_delta,
        cast(c.planned_at at time zone s.time_zone as date) as txn_date,
        s.adjustment_account_id,
        c.reason as memo
    from {{ ref('stg_sync__inventory_commands') }} as c
    cross join {{ ref('int_sources__settings') }} as s
    left join {{ ref('int_sources__sku_items') }} as i
        on i.sku_key = c.sku_key and i.tracks_quantity
    -- An item without SKU goes by its id.
    left join {{ ref('stg_quickbooks__items') }} as b
        on b.realm_id = c.realm_id and 'qbo:' || b.item_id = c.sku_key and b.is_active and b.tracks_quantity
    where c.side = 'quickbooks' and coalesce(i.item_id, b.item_id) is not null
),

{{ due_rows('inventory_adjustments', [
    'idempotency_key', 'item_id', 'sku', 'quantity_delta', 'txn_date', 'adjustment_account_id', 'memo'
]) }}
