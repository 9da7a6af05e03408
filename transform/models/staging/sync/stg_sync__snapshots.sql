-- One row per moment at which both sides were read. Times in UTC.
select
    t.snapshot_id,
    t.run_id,
    t.realm_id,
    t.taken_at,
    t.is_accepted,
    t.reason
from {{ source('sync', 'snapshots') }} as t
