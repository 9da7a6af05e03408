-- One row per company and SKU: the tolerance that its difference is judged by, and where it comes from.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with
valued as (
    select
        i.realm_id,
        i.sku_key,
        coalesce(abs(q.platform_quantity) * i.unit_cost, 0) as stock_value
    from {{ ref('int_items__identity') }} as i
    left join {{ ref('int_inventory__quantities') }} as q
        on i.realm_id = q.realm_id and i.sku_key = q.sku_key
),

ranked as (
    select
        v.realm_id,
        v.sku_key,
        v.stock_value,
        sum(v.stock_value) over (
            partition by v.realm_id order by v.stock_value desc, v.sku_key asc
            rows between unbounded preceding and current row
        ) - v.stock_value as value_before,
        sum(v.stock_value) over (partition by v.realm_id) as total_value
    from valued as v
),

classed as (
    select
        r.realm_id,
        r.sku_key,
        case
            when r.stock_value = 0 then 'C'
            when r.value_before < 0.80 * r.total_value then 'A'
            when r.value_before < 0.95 * r.total_value then 'B'
            else 'C'
        end as abc_class
    from ranked as r
),

overrides as (
    select
        o.scope,
        case
            when o.scope = 'sku' then {{ sku_key("o.scope_key") }}
            else upper(trim(o.scope_key))
        end as scope_key,
        o.tolerance_fraction,
        o.tolerance_units
    from {{ ref('tolerance_overrides') }} as o
)

select
    c.realm_id,
    c.sku_key,
    c.abc_class,
    cast(
        coalesce(
            s.tolerance_fraction, k.tolerance_fraction,
            cast({{ setting('tolerance_fraction', "'0.01'") }} as numeric)
        ) as numeric(28, 9)
    ) as tolerance_fraction,
    {{ exact("coalesce(
        s.tolerance_units, k.tolerance_units, cast(" ~ setting('tolerance_units', "'0'") ~ " as numeric)
    )") }} as tolerance_units,
    case
        when s.scope is not null then 'sku'
        when k.scope is not null then 'class'
        else 'default'
    end as tolerance_source
from classed as c
left join overrides as s
    on s.scope = 'sku' and c.sku_key = s.scope_key
left join overrides as k
    on k.scope = 'class' and c.abc_class = k.scope_key
