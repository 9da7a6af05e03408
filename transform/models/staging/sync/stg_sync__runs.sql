-- One row per run of a job. Times in UTC.
select
    t.run_id,
    t.realm_id,
    t.environment,
    t.job,
    t.started_at,
    t.finished_at,
    t.status,
    t.failed_step
from {{ source('sync', 'runs') }} as t
