-- One row per company and SKU that is out of tolerance or needs a person, as of the latest accepted snapshot.
{{ config(
    indexes=[
        {'columns': ['realm_id', 'sku_key'], 'unique': True},
        {'columns': ['severity_rank']},
        {'columns': ['variance_value_abs']},
    ]
) }}

-- A row that was listed by the last build keeps the time at which it was first seen.
{%- set earlier = earlier_build(this) %}

with
listed as (
    select r.*
    from {{ ref('fct_inventory_reconciliation') }} as r
    where r.is_listed
),

seen as (
    {%- if earlier %}
    select
        e.realm_id,
        e.sku_key,
        e.first_seen_at
    from {{ this }} as e
    {%- else %}
    select
        l.realm_id,
        l.sku_key,
        l.compared_at as first_seen_at
    from listed as l
    where false
    {%- endif %}
),

ranked as (
    select
        l.*,
        coalesce(s.first_seen_at, l.compared_at) as first_seen_at,
        row_number() over (
            order by l.variance_value_abs desc nulls first, s.first_seen_at asc, l.sku_key asc
        ) as severity_rank,
        sum(l.variance_value_abs) over (
            order by l.variance_value_abs desc nulls last, l.sku_key asc
        ) as value_so_far,
        sum(l.variance_value_abs) over () as value_in_all
    from listed as l
    left join seen as s
        on l.realm_id = s.realm_id and l.sku_key = s.sku_key
)

select
    r.inventory_discrepancy_id,
    r.realm_id,
    r.sku_key,
    r.qbo_item_id,
    r.qbo_sku,
    r.platform_sku,
    r.item_name,
    r.snapshot_id,
    r.compared_at,
    r.discrepancy_class,
    r.severity,
    cast(r.severity_rank as integer) as severity_rank,
    r.likely_cause,
    r.cause_confidence,
    r.recommended_action,
    r.owner,
    r.evidence,
    r.qbo_quantity,
    r.platform_quantity,
    r.in_flight_to_quickbooks,
    r.in_flight_to_platform,
    r.qbo_expected_quantity,
    r.platform_expected_quantity,
    r.raw_variance_quantity,
    r.variance_quantity,
    r.variance_fraction,
    r.tolerance_fraction,
    r.tolerance_units,
    r.allowed_quantity,
    r.tolerance_source,
    r.is_within_tolerance,
    r.explained_quantity,
    r.unexplained_quantity,
    r.unit_cost,
    r.unit_cost_source,
    r.is_cost_missing,
    r.variance_value,
    r.variance_value_abs,
    cast(r.value_so_far / nullif(r.value_in_all, 0) as numeric(28, 9)) as cumulative_value_share,
    r.abc_class,
    r.decision,
    r.decision_reason,
    r.hold_reason,
    r.needs_review,
    r.platform_residual,
    r.qbo_residual,
    r.base_version,
    r.waiting_since,
    r.qbo_as_of,
    r.platform_as_of,
    r.last_agreed_quantity,
    r.last_agreed_at,
    r.first_seen_at,
    r.compared_at as last_seen_at,
    {{ exact("extract(epoch from r.compared_at - r.first_seen_at) / 3600") }} as age_hours
from ranked as r
