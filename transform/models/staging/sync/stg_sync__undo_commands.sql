-- One row per document of ours that a person asked to compensate.
select
    t.document_id,
    t.run_id,
    t.requested_by,
    t.requested_at
from {{ source('sync', 'undo_commands') }} as t
