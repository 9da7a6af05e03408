-- One row per company: the day its receivables are as of, the company's date of the latest reading of invoices.
with readings as (
    select
        e.realm_id,
        coalesce(e.complete_through, e.finished_at, e.started_at) as read_at
    from {{ ref('stg_quickbooks__extractions') }} as e
    where e.stream = 'invoices'
    union all
    -- Where nobody kept account of the reading, the records tell when they were read.
    select
        i.realm_id,
        max(i.read_at) as read_at
    from {{ ref('stg_quickbooks__invoices') }} as i
    where
        i.realm_id not in (
            select e.realm_id from {{ ref('stg_quickbooks__extractions') }} as e
            where e.stream = 'invoices'
        )
    group by i.realm_id
)

select
    r.realm_id,
    cast(max(r.read_at) at time zone s.time_zone as date) as as_of_date
from readings as r
cross join {{ ref('int_sources__settings') }} as s
group by r.realm_id, s.time_zone
