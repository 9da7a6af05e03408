-- One row per item of QuickBooks, inactive and deleted ones too. Quantities in the item's own unit, prices in the company's currency.
select
    i.realm_id,
    i.id as item_id,
    i.document ->> 'Sku' as sku,
    coalesce(m.sku_key, {{ sku_key("i.document ->> 'Sku'") }}) as sku_key,
    i.document ->> 'Name' as item_name,
    i.document ->> 'Type' as item_type,
    coalesce(cast(i.document ->> 'Active' as boolean), true) and not i.is_deleted as is_active,
    i.is_deleted,
    coalesce(cast(i.document ->> 'TrackQtyOnHand' as boolean), i.document ->> 'Type' = 'Inventory', false)
        as tracks_quantity,
    -- What no exact column can hold is no quantity; the models downstream flag it.
    {{ exact("case
        when abs(cast(i.document ->> 'QtyOnHand' as numeric)) < 1e22
            then cast(i.document ->> 'QtyOnHand' as numeric)
        when i.document ->> 'QtyOnHand' is not null then 'NaN'
    end") }} as quantity_on_hand,
    {{ exact("i.document ->> 'UnitPrice'") }} as unit_price,
    {{ exact("i.document ->> 'PurchaseCost'") }} as purchase_cost,
    cast(i.document ->> 'InvStartDate' as date) as inventory_start_date,
    i.read_at,
    i.last_updated_at
from {{ source('quickbooks', 'items') }} as i
left join {{ ref('stg_seeds__sku_mappings') }} as m
    on m.side = 'quickbooks' and m.raw_sku = i.document ->> 'Sku'
