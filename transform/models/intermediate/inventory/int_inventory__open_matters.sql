-- One row per company and SKU with something unsettled in the ledger, on the platform or with a person.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with
unknown_writes as (
    -- Sent, or about to be, and not answered.
    select distinct
        e.realm_id,
        e.sku_key,
        e.source_id as matter,
        'unknown_outcome' as kind,
        cast(null as timestamptz) as effective_at
    from {{ ref('int_inventory__ledger_effects') }} as e
    where
        e.document_status = 'pending'
        or (e.document_status = 'split' and e.row_status = 'pending')
        or (e.document_status = 'posted' and e.posted_at is null)
),

refused_sources as (
    -- By their state, not by the ledger's row: one that has nothing left to send closes itself.
    select
        f.realm_id,
        f.sku_key,
        f.source_id as matter
    from {{ ref('int_inventory__source_states') }} as f
    where f.state = 'rejected' and f.kind in ('order', 'refund', 'cancel')
),

blocked_sources as (
    select
        f.realm_id,
        f.sku_key,
        f.source_id as matter
    from {{ ref('int_inventory__source_states') }} as f
    where f.state = 'blocked' and f.document_effect <> 0
),

refused_commands as (
    select
        c.realm_id,
        c.sku_key,
        c.command_id as matter
    from {{ ref('stg_sync__inventory_commands') }} as c
    inner join {{ ref('stg_sync__ledger_rows') }} as r
        on c.realm_id = r.realm_id and 'adjustment:' || c.command_id = r.idempotency_key
    where c.side = 'quickbooks' and r.status = 'rejected'
    union
    select
        c.realm_id,
        c.sku_key,
        c.command_id as matter
    from {{ ref('stg_sync__inventory_commands') }} as c
    inner join {{ ref('stg_platform__inventory_updates') }} as t
        on c.command_id = t.update_id
    left join {{ ref('stg_sync__reviews') }} as v
        on c.command_id = v.subject_id and v.verb = 'cancel' and v.subject_type = 'command'
    where c.side = 'platform' and t.rejected_at is not null and t.applied_at is null and v.review_id is null
),

foreign_changes as (
    select
        d.realm_id,
        e.sku_key,
        e.document_id as matter,
        e.quantity,
        e.effective_at,
        s.taken_at as seen_at
    from {{ ref('stg_sync__document_edits') }} as e
    inner join {{ ref('stg_sync__documents') }} as d
        on e.document_id = d.document_id
    inner join {{ ref('stg_sync__snapshots') }} as s
        on e.snapshot_id = s.snapshot_id
),

open_edits as (
    select
        f.realm_id,
        f.sku_key,
        f.matter,
        'foreign_edit' as kind,
        max(f.effective_at) as effective_at
    from foreign_changes as f
    where
        not exists (
            select 1 from {{ ref('stg_sync__reviews') }} as v
            where
                v.realm_id = f.realm_id
                and v.created_at >= f.seen_at
                and (
                    (v.verb in ('restore', 'forward') and v.subject_id = f.matter)
                    or (v.verb in ('accept', 'keep_platform', 'keep_qbo') and v.sku_key = f.sku_key)
                )
        )
    group by f.realm_id, f.sku_key, f.matter
    -- An edit that somebody took back has moved nothing.
    having sum(f.quantity) <> 0
),

adoptions as (
    select
        e.realm_id,
        e.sku_key,
        e.source_id as matter,
        'adopted' as kind,
        max(e.posted_at) as effective_at
    from {{ ref('int_inventory__ledger_effects') }} as e
    inner join {{ ref('stg_sync__reviews') }} as v
        on e.realm_id = v.realm_id and e.source_id = v.subject_id and v.verb = 'adopt'
    where e.posted_at is not null
    group by e.realm_id, e.sku_key, e.source_id
),

undone_adjustments as (
    -- Its quantity came back as a residual; a person says where it goes.
    select distinct
        e.realm_id,
        e.sku_key,
        e.document_id as matter
    from {{ ref('int_inventory__ledger_effects') }} as e
    inner join {{ ref('stg_sync__undo_commands') }} as u
        on e.document_id = u.document_id
    where
        e.kind = 'adjustment'
        and not exists (
            select 1 from {{ ref('stg_sync__reviews') }} as v
            where
                v.realm_id = e.realm_id
                and v.sku_key = e.sku_key
                and v.verb <> 'note'
                and v.created_at >= u.requested_at
        )
),

matters as (
    select * from unknown_writes
    union all
    select
        r.realm_id,
        r.sku_key,
        r.matter,
        'refused_source' as kind,
        cast(null as timestamptz) as effective_at
    from refused_sources as r
    union all
    select
        b.realm_id,
        b.sku_key,
        b.matter,
        'blocked_source' as kind,
        cast(null as timestamptz) as effective_at
    from blocked_sources as b
    union all
    select
        c.realm_id,
        c.sku_key,
        c.matter,
        'refused_command' as kind,
        cast(null as timestamptz) as effective_at
    from refused_commands as c
    union all
    select
        f.realm_id,
        f.sku_key,
        f.matter,
        'foreign_change' as kind,
        f.effective_at
    from foreign_changes as f
    union all
    select * from open_edits
    union all
    select * from adoptions
    union all
    select
        u.realm_id,
        u.sku_key,
        u.matter,
        'undone_adjustment' as kind,
        cast(null as timestamptz) as effective_at
    from undone_adjustments as u
)

select
    m.realm_id,
    m.sku_key,
    bool_or(m.kind = 'unknown_outcome') as has_unknown_outcome,
    bool_or(m.kind = 'refused_source') as has_refused_source,
    bool_or(m.kind = 'blocked_source') as has_blocked_source,
    bool_or(m.kind = 'refused_command') as has_refused_command,
    bool_or(m.kind = 'foreign_edit') as has_open_edit,
    bool_or(m.kind = 'undone_adjustment') as has_undone_adjustment,
    max(case when m.kind in ('foreign_change', 'adopted') then m.effective_at end) as last_foreign_change_at,
    string_agg(distinct case when m.kind in ('refused_source', 'blocked_source') then m.matter end, ', ')
        as refused_sources,
    string_agg(distinct case when m.kind = 'refused_command' then m.matter end, ', ') as refused_commands,
    string_agg(distinct case when m.kind = 'foreign_edit' then m.matter end, ', ') as edited_documents,
    string_agg(distinct case when m.kind = 'unknown_outcome' then m.matter end, ', ') as unknown_writes
from matters as m
where m.sku_key is not null
group by m.realm_id, m.sku_key
