-- One row per setting, as the last `begin` wrote it.
select
    s.name,
    s.value
from {{ source('sync', 'settings') }} as s
