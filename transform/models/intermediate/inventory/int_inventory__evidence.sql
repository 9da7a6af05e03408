-- One row per company and SKU for which there is something that may explain a difference.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with
item_keys as (
    select
        i.realm_id,
        i.item_id,
        coalesce(i.sku_key, 'qbo:' || i.item_id) as sku_key
    from {{ ref('stg_quickbooks__items') }} as i
),

received as (
    select
        l.realm_id,
        l.item_id,
        'bill:' || l.bill_id as document,
        l.quantity,
        d.last_updated_at
    from {{ ref('stg_quickbooks__bill_lines') }} as l
    inner join {{ ref('stg_quickbooks__bills') }} as d
        on l.realm_id = d.realm_id and l.bill_id = d.bill_id
    union all
    select
        l.realm_id,
        l.item_id,
        'purchase:' || l.purchase_id as document,
        case when d.is_credit then -l.quantity else l.quantity end as quantity,
        d.last_updated_at
    from {{ ref('stg_quickbooks__purchase_lines') }} as l
    inner join {{ ref('stg_quickbooks__purchases') }} as d
        on l.realm_id = d.realm_id and l.purchase_id = d.purchase_id
    union all
    select
        l.realm_id,
        l.item_id,
        'vendor_credit:' || l.vendor_credit_id as document,
        -l.quantity as quantity,
        d.last_updated_at
    from {{ ref('stg_quickbooks__vendor_credit_lines') }} as l
    inner join {{ ref('stg_quickbooks__vendor_credits') }} as d
        on l.realm_id = d.realm_id and l.vendor_credit_id = d.vendor_credit_id
),

receipts as (
    -- What QuickBooks received between the baseline's reading and this one.
    select
        r.realm_id,
        r.sku_key,
        sum(x.quantity) as quantity,
        string_agg(distinct x.document, ', ') as documents
    from {{ ref('int_inventory__residuals') }} as r
    inner join {{ ref('int_inventory__quantities') }} as q
        on r.realm_id = q.realm_id and r.sku_key = q.sku_key
    inner join item_keys as k
        on r.realm_id = k.realm_id and r.sku_key = k.sku_key
    inner join received as x
        on
            k.realm_id = x.realm_id
            and k.item_id = x.item_id
            and r.base_qbo_read_at < x.last_updated_at
            and q.qbo_read_at >= x.last_updated_at
    group by r.realm_id, r.sku_key
),

marked as (
    select
        d.realm_id,
        'SalesReceipt' as qbo_type,
        d.doc_number,
        d.private_note
    from {{ ref('stg_quickbooks__sales_receipts') }} as d
    union all
    select
        d.realm_id,
        'Invoice' as qbo_type,
        d.doc_number,
        d.private_note
    from {{ ref('stg_quickbooks__invoices') }} as d
    union all
    select
        d.realm_id,
        'RefundReceipt' as qbo_type,
        d.doc_number,
        d.private_note
    from {{ ref('stg_quickbooks__refund_receipts') }} as d
    union all
    select
        d.realm_id,
        'CreditMemo' as qbo_type,
        d.doc_number,
        d.private_note
    from {{ ref('stg_quickbooks__credit_memos') }} as d
    union all
    select
        d.realm_id,
        'InventoryAdjustment' as qbo_type,
        d.doc_number,
        d.private_note
    from {{ ref('stg_quickbooks__inventory_adjustments') }} as d
),

doubled_markers as (
    -- The note carries our marker: the same number with the same note is our document twice.
    select
        m.realm_id,
        m.qbo_type,
        m.doc_number
    from marked as m
    where m.private_note is not null
    group by m.realm_id, m.qbo_type, m.doc_number, m.private_note
    having count(*) > 1
),

doubled as (
    select
        e.realm_id,
        e.sku_key,
        string_agg(distinct e.qbo_type || ' ' || e.doc_number, ', ') as documents
    from {{ ref('int_inventory__ledger_effects') }} as e
    inner join doubled_markers as m
        on e.realm_id = m.realm_id and e.qbo_type = m.qbo_type and e.doc_number = m.doc_number
    group by e.realm_id, e.sku_key
),

out_of_scope as (
    select
        i.realm_id,
        l.sku_key,
        sum(l.quantity) as quantity,
        string_agg(distinct l.location, ', ') as locations
    from {{ ref('stg_platform__inventory_levels') }} as l
    inner join {{ ref('location_scope') }} as s
        on l.location = s.location
    inner join {{ ref('int_items__identity') }} as i
        on l.sku_key = i.sku_key
    where not s.is_in_scope and abs(l.quantity) <= 1000000000
    group by i.realm_id, l.sku_key
)

select
    i.realm_id,
    i.sku_key,
    {{ exact("r.quantity") }} as receipt_quantity,
    r.documents as receipt_documents,
    d.documents as doubled_documents,
    -- In base units, like every quantity here.
    {{ exact("o.quantity * i.platform_unit_factor") }} as out_of_scope_quantity,
    o.locations as out_of_scope_locations
from {{ ref('int_items__identity') }} as i
left join receipts as r
    on i.realm_id = r.realm_id and i.sku_key = r.sku_key
left join doubled as d
    on i.realm_id = d.realm_id and i.sku_key = d.sku_key
left join out_of_scope as o
    on i.realm_id = o.realm_id and i.sku_key = o.sku_key
where r.sku_key is not null or d.sku_key is not null or o.sku_key is not null
