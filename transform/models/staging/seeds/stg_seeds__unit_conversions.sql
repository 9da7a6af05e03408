-- One row per unit of the platform: the base units in one, as in force when the latest run began.
select
    lower(trim(u.unit)) as unit_key,
    {{ exact("(array_agg(u.factor order by u.valid_from desc nulls last))[1]") }} as factor
from {{ ref('unit_conversions') }} as u
where
    u.valid_from is null
    or u.valid_from <= (
        select coalesce(max(r.started_at), cast('infinity' as timestamptz)) from {{ ref('stg_sync__runs') }} as r
    )
group by lower(trim(u.unit))
