-- One row per company and SKU: do the books and the shelf agree?
select
    r.realm_id,
    r.sku_key,
    r.item_name,
    r.platform_sku,
    r.qbo_sku,
    r.compared_at,
    r.qbo_quantity,
    r.platform_quantity,
    r.in_flight_to_quickbooks,
    r.in_flight_to_platform,
    r.variance_quantity,
    r.variance_fraction,
    r.allowed_quantity,
    r.is_within_tolerance,
    r.discrepancy_class,
    r.severity,
    r.is_listed,
    r.unit_cost,
    r.variance_value,
    r.abc_class
from {{ ref('fct_inventory_reconciliation') }} as r
