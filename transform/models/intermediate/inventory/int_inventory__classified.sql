-- One row per company and SKU that either side knows: its class, with cause, evidence and what it is worth.
{{ config(
    materialized='table',
    indexes=[{'columns': ['realm_id', 'sku_key'], 'unique': True}],
    post_hook='analyze {{ this }}'
) }}

with
pack_sizes as (
    select distinct u.factor
    from {{ ref('stg_seeds__unit_conversions') }} as u
    where u.factor > 1
),

joined as (
    select
        i.realm_id,
        i.sku_key,
        i.identity_class,
        i.qbo_item_id,
        i.qbo_sku,
        i.platform_sku,
        i.item_name,
        i.unit_cost,
        i.unit_cost_source,
        n.snapshot_id,
        n.taken_at,
        n.platform_quantity,
        n.qbo_quantity,
        n.platform_read_at,
        n.qbo_read_at,
        d.decision,
        d.reason,
        d.hold_reason,
        d.obstacle,
        d.base_version,
        d.platform_residual,
        d.qbo_residual,
        d.in_flight_to_quickbooks,
        d.in_flight_to_platform,
        d.variance_quantity,
        r.base_platform_quantity,
        r.base_established_at,
        t.abc_class,
        t.tolerance_fraction,
        t.tolerance_units,
        t.tolerance_source,
        f.in_flight_sources,
        f.waiting_since,
        m.refused_sources,
        m.refused_commands,
        m.edited_documents,
        m.unknown_writes,
        e.receipt_quantity,
        e.receipt_documents,
        e.doubled_documents,
        e.out_of_scope_quantity,
        e.out_of_scope_locations,
        coalesce(f.in_flight_count, 0) > 0 as is_in_flight,
        coalesce(f.is_late, false) as is_late,
        coalesce(m.has_refused_source or m.has_blocked_source, false) as has_refused_source,
        coalesce(m.has_refused_command, false) as has_refused_command,
        coalesce(m.has_open_edit, false) as has_open_edit,
        n.qbo_quantity + d.in_flight_to_quickbooks as qbo_expected_quantity,
        n.platform_quantity + d.in_flight_to_platform as platform_expected_quantity
    from {{ ref('int_items__identity') }} as i
    left join {{ ref('int_inventory__quantities') }} as n
        on i.realm_id = n.realm_id and i.sku_key = n.sku_key
    left join {{ ref('int_inventory__decisions') }} as d
        on i.realm_id = d.realm_id and i.sku_key = d.sku_key
    left join {{ ref('int_inventory__residuals') }} as r
        on i.realm_id = r.realm_id and i.sku_key = r.sku_key
    left join {{ ref('int_inventory__tolerances') }} as t
        on i.realm_id = t.realm_id and i.sku_key = t.sku_key
    left join {{ ref('int_inventory__in_flight') }} as f
        on i.realm_id = f.realm_id and i.sku_key = f.sku_key
    left join {{ ref('int_inventory__open_matters') }} as m
        on i.realm_id = m.realm_id and i.sku_key = m.sku_key
    left join {{ ref('int_inventory__evidence') }} as e
        on i.realm_id = e.realm_id and i.sku_key = e.sku_key
),

judged as (
    select
        j.*,
        coalesce(
            {{ is_within_tolerance(
                'j.variance_quantity', 'j.platform_expected_quantity', 'j.tolerance_fraction', 'j.tolerance_units'
            ) }},
            false
        ) as is_close,
        j.variance_quantity <> 0
        and exists (
            select s.factor from pack_sizes as s
            where
                abs(j.qbo_expected_quantity) = s.factor * abs(j.platform_expected_quantity)
                or abs(j.platform_expected_quantity) = s.factor * abs(j.qbo_expected_quantity)
        ) as is_pack_size
    from joined as j
),

classified as (
    select
        j.*,
        case
            when j.identity_class is not null then j.identity_class
            when
                j.decision is null
                or j.obstacle in (
                    'not_in_snapshot', 'reading_stale', 'reading_older_than_baseline', 'documents_unknown'
                )
                then 'not_comparable'
            when j.platform_residual <> 0 and j.qbo_residual <> 0 and j.obstacle is null then 'both_edited'
            when j.has_open_edit then 'foreign_edit'
            when j.has_refused_command then 'rejected_write'
            when j.has_refused_source then 'missing_sale'
            when j.decision = 'held' then 'held'
            when j.is_late then 'sync_late'
            when j.obstacle is not null then 'timing_in_flight'
            when j.is_in_flight and j.is_close then 'timing_in_flight'
            when j.variance_quantity = 0 then 'match'
            when j.is_close then 'within_tolerance'
            when sign(j.qbo_expected_quantity) = -sign(j.platform_expected_quantity) then 'sign_flip'
            when j.qbo_expected_quantity < 0 then 'negative_in_qbo'
            when j.platform_expected_quantity < 0 then 'negative_on_platform'
            when j.doubled_documents is not null then 'duplicated_posting'
            when j.receipt_quantity <> 0 and j.variance_quantity = j.receipt_quantity then 'missing_receipt'
            when j.is_pack_size then 'uom_suspected'
            when j.out_of_scope_quantity <> 0 and j.variance_quantity = j.out_of_scope_quantity
                then 'location_scope'
            when j.qbo_residual <> 0 then 'qbo_edited'
            when j.platform_residual <> 0 then 'platform_edited'
            else 'unexplained'
        end as discrepancy_class
    from judged as j
),

explained as (
    select
        c.*,
        case
            when c.discrepancy_class = 'excluded' then true
            when c.variance_quantity is null then false
            else c.is_close
        end as is_within_tolerance,
        case c.discrepancy_class
            when 'foreign_edit' then c.edited_documents
            when 'rejected_write' then c.refused_commands
            when 'missing_sale' then c.refused_sources
            when 'sync_late' then c.in_flight_sources
            when 'timing_in_flight' then coalesce(c.in_flight_sources, c.unknown_writes)
            when 'duplicated_posting' then c.doubled_documents
            when 'missing_receipt' then c.receipt_documents
            when 'location_scope' then c.out_of_scope_locations
            when 'qbo_edited' then c.receipt_documents
        end as evidence,
        case
            when c.discrepancy_class in ('uom_suspected', 'location_scope', 'unexplained') then 'heuristic'
            when c.discrepancy_class in ('missing_receipt', 'qbo_edited', 'platform_edited', 'both_edited')
                then 'exact_sum'
            else 'proven'
        end as cause_confidence,
        case c.discrepancy_class
            when 'missing_receipt' then c.receipt_quantity
            when 'location_scope' then c.out_of_scope_quantity
            when 'qbo_edited' then c.qbo_residual
            when 'platform_edited' then -c.platform_residual
            when 'match' then 0
        end as explained_quantity,
        coalesce(c.decision in ('conflict', 'review', 'held', 'first_difference'), false) as needs_review
    from classified as c
),

valued as (
    select
        x.*,
        -- Nothing is worth nothing, whatever it costs.
        case when x.variance_quantity = 0 then 0 else x.variance_quantity * x.unit_cost end as variance_value,
        -- Not judged yet: what it would be. Not to be judged at all: what either side holds.
        coalesce(
            abs(x.variance_quantity),
            case
                when x.identity_class is null
                    then abs(x.qbo_expected_quantity - x.platform_expected_quantity)
            end,
            greatest(abs(x.platform_quantity), abs(x.qbo_quantity)),
            0
        ) as quantity_at_stake
    from explained as x
),

weighed as (
    select
        v.*,
        case
            when v.quantity_at_stake = 0 then 'info'
            -- Nobody knows what it is worth: it is not to be lost at the end of a list.
            when v.unit_cost is null then 'medium'
            when v.quantity_at_stake * v.unit_cost >= 5000 then 'critical'
            when v.quantity_at_stake * v.unit_cost >= 500 then 'high'
            when v.quantity_at_stake * v.unit_cost >= 50 then 'medium'
            when v.quantity_at_stake * v.unit_cost >= 5 then 'low'
            else 'info'
        end as severity,
        v.needs_review
        or v.discrepancy_class in (
            'both_edited', 'foreign_edit', 'rejected_write', 'missing_sale', 'held', 'sync_late'
        )
        or (not v.is_within_tolerance and v.discrepancy_class <> 'timing_in_flight') as is_listed
    from valued as v
)

select
    md5(w.realm_id || '|' || w.sku_key) as inventory_discrepancy_id,
    w.realm_id,
    w.sku_key,
    w.qbo_item_id,
    w.qbo_sku,
    w.platform_sku,
    w.item_name,
    w.snapshot_id,
    w.taken_at as compared_at,
    w.qbo_quantity,
    w.platform_quantity,
    w.in_flight_to_quickbooks,
    w.in_flight_to_platform,
    {{ exact("w.qbo_expected_quantity") }} as qbo_expected_quantity,
    {{ exact("w.platform_expected_quantity") }} as platform_expected_quantity,
    {{ exact("w.qbo_quantity - w.platform_quantity") }} as raw_variance_quantity,
    w.variance_quantity,
    -- For people to read; nothing is decided by it.
    cast(w.variance_quantity / nullif(abs(w.platform_expected_quantity), 0) as numeric(28, 9))
        as variance_fraction,
    w.tolerance_fraction,
    w.tolerance_units,
    {{ exact("greatest(w.tolerance_units, w.tolerance_fraction * abs(w.platform_expected_quantity))") }}
        as allowed_quantity,
    w.tolerance_source,
    w.is_within_tolerance,
    w.discrepancy_class,
    c.class_rank,
    case
        when w.decision = 'first_difference' then 'The sides differed before the first sync'
        else c.likely_cause
    end as likely_cause,
    w.cause_confidence,
    case
        when w.decision = 'first_difference'
            then 'Say which side is right: review keep_platform, keep_qbo or accept'
        when w.decision in ('conflict', 'review') and w.discrepancy_class <> 'both_edited'
            then 'Decide with quickbooks-sync review: ' || w.reason
        else c.recommended_action
    end as recommended_action,
    c.owner,
    w.decision,
    w.reason as decision_reason,
    w.hold_reason,
    w.needs_review,
    w.is_listed,
    w.platform_residual,
    w.qbo_residual,
    {{ exact("w.explained_quantity") }} as explained_quantity,
    {{ exact("w.variance_quantity - coalesce(w.explained_quantity, 0)") }} as unexplained_quantity,
    w.evidence,
    w.unit_cost,
    w.unit_cost_source,
    w.unit_cost is null as is_cost_missing,
    {{ exact("w.variance_value") }} as variance_value,
    {{ exact("abs(w.variance_value)") }} as variance_value_abs,
    w.severity,
    w.abc_class,
    w.waiting_since,
    w.qbo_read_at as qbo_as_of,
    w.platform_read_at as platform_as_of,
    w.base_version,
    w.base_platform_quantity as last_agreed_quantity,
    w.base_established_at as last_agreed_at
from weighed as w
left join {{ ref('discrepancy_classes') }} as c
    on w.discrepancy_class = c.discrepancy_class
