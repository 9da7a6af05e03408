-- One row per company and SKU that either side knows: what each says it is, and what forbids to compare it.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with
bundles as (
    select distinct b.sku_key
    from {{ ref('stg_platform__bundle_parts') }} as b
    where b.sku_key is not null
),

qbo_items as (
    select
        i.realm_id,
        coalesce(i.sku_key, 'qbo:' || i.item_id) as sku_key,
        i.sku_key is null as is_blank,
        i.item_id,
        i.sku,
        {{ sku_key("i.sku") }} as natural_key,
        i.item_name,
        i.item_type,
        i.is_active,
        i.tracks_quantity,
        nullif(i.purchase_cost, 0) as purchase_cost,
        -- An inactive item that holds nothing is history: its SKU may have been given to another.
        i.is_active or (i.tracks_quantity and i.quantity_on_hand is distinct from 0) as is_present
    from {{ ref('stg_quickbooks__items') }} as i
    where not i.is_deleted
),

qbo as (
    select
        i.realm_id,
        i.sku_key,
        bool_or(i.is_blank) as is_blank,
        min(case when i.tracks_quantity then i.item_id end) as tracked_item_id,
        min(i.item_id) as any_item_id,
        min(i.sku) as qbo_sku,
        min(case when i.tracks_quantity then i.item_name end) as tracked_item_name,
        min(i.item_name) as any_item_name,
        min(case when i.tracks_quantity then i.item_type end) as tracked_item_type,
        min(i.item_type) as any_item_type,
        bool_or(i.is_active) as is_active,
        bool_or(i.tracks_quantity) as is_tracked,
        min(case when i.tracks_quantity then i.purchase_cost end) as purchase_cost,
        count(*) as item_count,
        count(distinct i.sku) as spelling_count,
        count(distinct i.natural_key) as natural_key_count
    from qbo_items as i
    -- Where nothing is present the history itself is what QuickBooks knows of the SKU.
    where
        i.is_present
        or not exists (
            select 1 from qbo_items as o
            where o.realm_id = i.realm_id and o.sku_key = i.sku_key and o.is_present
        )
    group by i.realm_id, i.sku_key
),

products as (
    select
        coalesce(p.sku_key, 'platform:' || coalesce(p.sku, '')) as sku_key,
        coalesce(p.sku, '') as sku,
        p.sku_key is null as is_blank,
        min(p.name) as product_name,
        bool_or(p.is_active) as is_active,
        bool_or(p.is_stocked) as is_stocked,
        min(nullif(p.unit_cost, 0)) as unit_cost,
        bool_or(trim(p.unit) <> '' and c.unit_key is null) as has_unknown_unit,
        min(case when trim(p.unit) <> '' then c.factor else 1 end) as unit_factor,
        count(*) as row_count
    from {{ ref('stg_platform__products') }} as p
    left join {{ ref('stg_seeds__unit_conversions') }} as c
        on lower(trim(p.unit)) = c.unit_key
    group by p.sku_key, p.sku
),

level_locations as (
    select
        coalesce(l.sku_key, 'platform:' || coalesce(l.sku, '')) as sku_key,
        coalesce(l.sku, '') as sku,
        l.sku_key is null as is_blank,
        bool_or(l.quantity is distinct from 0) as has_quantity,
        coalesce(bool_or(s.is_in_scope), true) as is_in_scope,
        count(*) as row_count
    from {{ ref('stg_platform__inventory_levels') }} as l
    left join {{ ref('location_scope') }} as s
        on l.location = s.location
    group by l.sku_key, l.sku, l.location
),

levels as (
    select
        l.sku_key,
        l.sku,
        bool_or(l.is_blank) as is_blank,
        bool_or(l.has_quantity and l.is_in_scope) as has_quantity,
        bool_or(l.is_in_scope) as has_level,
        max(l.row_count) as rows_per_location
    from level_locations as l
    group by l.sku_key, l.sku
),

platform_skus as (
    select
        coalesce(p.sku_key, l.sku_key) as sku_key,
        coalesce(p.sku, l.sku) as sku,
        coalesce(p.is_blank, l.is_blank) as is_blank,
        p.product_name,
        coalesce(p.is_active, true) as is_active,
        coalesce(p.is_stocked, true) as is_stocked,
        p.unit_cost,
        coalesce(p.has_unknown_unit, false) as has_unknown_unit,
        case when p.sku is null then 1 else p.unit_factor end as unit_factor,
        coalesce(l.has_quantity, false) as has_quantity,
        coalesce(l.has_level, false) as has_level,
        coalesce(p.row_count > 1, false) or coalesce(l.rows_per_location > 1, false) as is_duplicated
    from products as p
    full join levels as l
        on p.sku_key = l.sku_key and p.sku = l.sku
),

platform as (
    select
        s.sku_key,
        bool_or(s.is_blank) as is_blank,
        min(s.sku) as platform_sku,
        min(s.product_name) as product_name,
        bool_or(s.is_active) as is_active,
        bool_or(s.is_stocked) as is_stocked,
        bool_or(s.has_level) as has_level,
        bool_or(s.has_quantity or (s.has_level and s.is_stocked)) as holds_stock,
        bool_or(s.has_unknown_unit) as has_unknown_unit,
        min(s.unit_cost) as unit_cost,
        min(s.unit_factor) as unit_factor,
        bool_or(s.is_duplicated) as is_duplicated,
        count(distinct s.sku) as spelling_count,
        count(distinct {{ sku_key("s.sku") }}) as natural_key_count
    from platform_skus as s
    where
        s.is_active or s.has_quantity
        or not exists (
            select 1 from platform_skus as o
            where o.sku_key = s.sku_key and (o.is_active or o.has_quantity)
        )
    group by s.sku_key
),

mapping_conflicts as (
    -- One spelling that is led to two SKUs; staging takes one of them, a person has to say which.
    select distinct c.sku_key
    from (
        select
            {{ sku_key("m.sku") }} as sku_key,
            min({{ sku_key("m.sku") }}) over (partition by m.side, m.raw_sku) as first_key,
            max({{ sku_key("m.sku") }}) over (partition by m.side, m.raw_sku) as last_key
        from {{ ref('sku_mappings') }} as m
    ) as c
    where c.first_key <> c.last_key
),

keys as (
    select
        q.realm_id,
        q.sku_key
    from qbo as q
    union
    select
        {{ setting('realm_id', "''") }} as realm_id,
        p.sku_key
    from platform as p
    union
    select
        k.realm_id,
        k.sku_key
    from {{ ref('int_inventory__quantities') }} as k
),

facts as (
    select
        k.realm_id,
        k.sku_key,
        n.platform_quantity,
        n.qbo_quantity,
        q.qbo_sku,
        p.platform_sku,
        p.product_name,
        p.unit_factor,
        q.purchase_cost,
        p.unit_cost as platform_unit_cost,
        n.sku_key is not null as is_in_snapshot,
        coalesce(n.platform_row_count, 0) > 0 as is_platform_in_snapshot,
        coalesce(n.qbo_row_count, 0) > 0 as is_qbo_in_snapshot,
        coalesce(n.has_invalid_quantity, false) as has_invalid_quantity,
        coalesce(q.is_blank, false) or coalesce(p.is_blank, false) as is_blank,
        q.sku_key is not null as has_qbo_item,
        coalesce(q.tracked_item_id, q.any_item_id) as qbo_item_id,
        coalesce(q.tracked_item_name, q.any_item_name) as qbo_item_name,
        coalesce(q.tracked_item_type, q.any_item_type) as qbo_item_type,
        coalesce(q.is_tracked, false) as is_qbo_tracked,
        coalesce(q.is_active, true) as is_qbo_active,
        coalesce(q.item_count > greatest(q.spelling_count, 1), false) as is_qbo_duplicated,
        p.sku_key is not null as has_platform_product,
        b.sku_key is not null as is_bundle,
        -- A bundle's stock is that of its parts, whatever the platform says of it.
        coalesce(p.is_stocked and b.sku_key is null, false) as is_platform_stocked,
        coalesce(p.has_level, false) as has_platform_level,
        coalesce(p.holds_stock, false) as holds_platform_stock,
        coalesce(p.is_active, true) as is_platform_active,
        coalesce(p.is_duplicated, false) as is_platform_duplicated,
        coalesce(p.has_unknown_unit, false) as has_unknown_unit,
        coalesce(q.spelling_count > 1 and q.natural_key_count = 1, false)
        or coalesce(p.spelling_count > 1 and p.natural_key_count = 1, false) as has_collision,
        coalesce(q.natural_key_count > 1, false) or coalesce(p.natural_key_count > 1, false)
        or m.sku_key is not null as has_mapping_conflict
    from keys as k
    left join qbo as q
        on k.realm_id = q.realm_id and k.sku_key = q.sku_key
    left join platform as p
        on k.sku_key = p.sku_key
    left join bundles as b
        on k.sku_key = b.sku_key
    left join mapping_conflicts as m
        on k.sku_key = m.sku_key
    left join {{ ref('int_inventory__quantities') }} as n
        on k.realm_id = n.realm_id and k.sku_key = n.sku_key
),

judged as (
    select
        f.*,
        f.is_qbo_tracked or f.is_platform_stocked or f.holds_platform_stock as is_stock,
        coalesce(f.platform_quantity, 0) = 0 and coalesce(f.qbo_quantity, 0) = 0
        and not f.has_invalid_quantity as is_empty
    from facts as f
)

select
    j.realm_id,
    j.sku_key,
    case
        when j.is_blank and j.is_stock then 'unmapped'
        -- What no side counts, and what is out of use and gone from the shelf and the books.
        when not j.is_stock then 'excluded'
        when j.has_qbo_item and not j.is_qbo_tracked and not j.holds_platform_stock then 'excluded'
        when
            j.has_platform_product
            and not j.is_platform_stocked
            and not j.holds_platform_stock
            and j.is_empty
            then 'excluded'
        when not (j.is_qbo_active and j.is_platform_active) and j.is_empty then 'excluded'
        when j.is_qbo_duplicated then 'duplicate_sku_qbo'
        when j.is_platform_duplicated then 'duplicate_sku_platform'
        when j.has_collision then 'sku_collision'
        when j.has_mapping_conflict then 'mapping_conflict'
        when not j.has_qbo_item and not j.is_bundle then 'missing_in_qbo'
        when not j.has_platform_product or (j.is_platform_stocked and not j.has_platform_level)
            then 'missing_on_platform'
        when not j.is_qbo_tracked or not j.is_platform_stocked then 'type_mismatch'
        when not j.is_qbo_active then 'inactive_in_qbo'
        when not j.is_platform_active then 'inactive_on_platform'
        when j.has_unknown_unit then 'uom_unknown'
        when j.has_invalid_quantity then 'invalid_quantity'
    end as identity_class,
    j.qbo_item_id,
    j.qbo_sku,
    j.platform_sku,
    coalesce(j.product_name, j.qbo_item_name) as item_name,
    j.qbo_item_type,
    j.has_qbo_item,
    j.is_qbo_tracked,
    j.is_qbo_active,
    j.is_qbo_duplicated,
    j.has_platform_product,
    j.is_platform_stocked,
    j.holds_platform_stock,
    j.is_platform_active,
    j.is_platform_duplicated,
    j.has_collision,
    j.has_mapping_conflict,
    j.has_unknown_unit,
    j.has_invalid_quantity,
    j.is_platform_in_snapshot and j.is_qbo_in_snapshot as is_in_snapshot,
    {{ exact("j.unit_factor") }} as platform_unit_factor,
    {{ exact("j.purchase_cost") }} as qbo_unit_cost,
    -- A cost is shown, and limits what goes out unseen; the division decides about no quantity.
    {{ exact("j.platform_unit_cost / nullif(j.unit_factor, 0)") }} as platform_unit_cost,
    {{ exact("coalesce(j.purchase_cost, j.platform_unit_cost / nullif(j.unit_factor, 0))") }} as unit_cost,
    case
        when j.purchase_cost is not null then 'qbo_purchase_cost'
        when j.platform_unit_cost is not null and j.unit_factor is not null then 'platform_unit_cost'
        else 'missing'
    end as unit_cost_source
from judged as j
