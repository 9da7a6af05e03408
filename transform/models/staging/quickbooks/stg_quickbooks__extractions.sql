-- One row per run of the tap, stream and way of reading. Times in UTC.
select
    e.realm_id,
    e.run_id,
    e.stream,
    e.mode,
    e.complete_through,
    e.complete_through is not null as is_complete,
    e.records,
    e.deletions,
    e.requests,
    e.metered_requests,
    e.throttled,
    e.retried,
    e.refreshed,
    e.started_at,
    e.finished_at
from {{ source('quickbooks', 'extractions') }} as e
