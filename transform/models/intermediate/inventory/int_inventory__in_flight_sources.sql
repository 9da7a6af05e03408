-- One row per company, SKU, side and thing that the other side shows already. Base units, signed.
with
positions as (
    select
        q.realm_id,
        q.sku_key,
        q.snapshot_id,
        q.qbo_read_at
    from {{ ref('int_inventory__quantities') }} as q
),

moved as (
    select
        p.realm_id,
        p.sku_key,
        m.source_id,
        sum(m.quantity) as quantity,
        min(s.taken_at) as first_seen_at
    from positions as p
    inner join {{ ref('stg_sync__platform_movements') }} as m
        on p.sku_key = m.sku_key and p.snapshot_id >= m.snapshot_id
    inner join {{ ref('stg_sync__snapshots') }} as s
        on m.snapshot_id = s.snapshot_id
    where m.kind <> 'update'
    group by p.realm_id, p.sku_key, m.source_id
),

applied as (
    select distinct m.source_id as command_id
    from {{ ref('stg_sync__platform_movements') }} as m
    inner join positions as p
        on m.sku_key = p.sku_key and m.snapshot_id <= p.snapshot_id
    where m.kind = 'update'
),

booked as (
    select
        p.realm_id,
        p.sku_key,
        e.source_id,
        sum(case when e.document_status in ('pending', 'posted') then e.stock_effect else 0 end) as effect,
        sum(
            case
                when e.document_status = 'posted' and e.posted_at <= p.qbo_read_at then e.stock_effect
                else 0
            end
        ) as shown_effect
    from positions as p
    inner join {{ ref('int_inventory__ledger_effects') }} as e
        on p.realm_id = e.realm_id and p.sku_key = e.sku_key
    group by p.realm_id, p.sku_key, e.source_id
),

undone as (
    select
        d.document_id,
        u.requested_at
    from {{ ref('stg_sync__documents') }} as d
    left join {{ ref('stg_sync__undo_commands') }} as u
        on d.document_id = u.document_id
    where d.status = 'undone' or u.document_id is not null
),

-- Sources that no side waits for: a person decides about them first, or they were settled by hand.
left_out as (
    select
        f.source_id,
        f.is_before_sales_from
    from {{ ref('int_inventory__source_states') }} as f
    where f.state in ('rejected', 'blocked', 'held') or f.is_before_sales_from
    group by f.source_id, f.is_before_sales_from
),

sales as (
    select
        coalesce(m.realm_id, b.realm_id) as realm_id,
        coalesce(m.sku_key, b.sku_key) as sku_key,
        coalesce(m.source_id, b.source_id) as source_id,
        coalesce(m.quantity, 0) as platform_shown,
        coalesce(b.shown_effect, 0) as qbo_shown,
        b.effect as booked_effect,
        m.first_seen_at
    from moved as m
    full join booked as b
        on m.realm_id = b.realm_id and m.sku_key = b.sku_key and m.source_id = b.source_id
    where split_part(coalesce(m.source_id, b.source_id), ':', 1) not in ('adjustment', 'undo')
),

sale_effects as (
    select
        s.realm_id,
        s.sku_key,
        s.source_id,
        s.platform_shown,
        s.qbo_shown,
        s.first_seen_at,
        r.status = 'posted' as is_posted,
        -- D: what the ledger holds once the row is handed over, before that what the platform was told.
        case
            when r.status in ('pending', 'posted') and d.status in ('pending', 'posted')
                then coalesce(s.booked_effect, 0)
            else s.platform_shown
        end as effect
    from sales as s
    left join {{ ref('stg_sync__ledger_rows') }} as r
        on s.realm_id = r.realm_id and s.source_id = r.idempotency_key
    left join {{ ref('stg_sync__documents') }} as d
        on r.document_id = d.document_id
    left join left_out as o
        on s.source_id = o.source_id
    left join undone as u
        on r.document_id = u.document_id
    where
        coalesce(r.status, 'due') not in ('rejected', 'cancelled')
        and o.source_id is null
        and u.document_id is null
        and (s.platform_shown <> 0 or s.qbo_shown <> 0)
),

-- Sales before sales_from stand in the books already: only the shelf can still wait for them.
earlier_sales as (
    select
        p.realm_id,
        p.sku_key,
        f.source_id,
        f.document_effect - coalesce(m.quantity, 0) as to_platform
    from positions as p
    inner join {{ ref('int_inventory__source_states') }} as f
        on p.sku_key = f.sku_key
    left join moved as m
        on p.realm_id = m.realm_id and f.sku_key = m.sku_key and f.source_id = m.source_id
    where f.is_before_sales_from
),

commands as (
    select
        p.realm_id,
        p.sku_key,
        c.command_id,
        c.side,
        c.quantity_delta,
        c.planned_at,
        r.status = 'posted' as is_posted,
        case
            when c.side = 'platform'
                then
                    a.command_id is null
                    and (t.rejected_at is null or t.applied_at is not null)
                    and v.subject_id is null
            else
                coalesce(r.status, 'due') not in ('rejected', 'cancelled')
                and (d.posted_at is null or d.posted_at > p.qbo_read_at or r.status <> 'posted')
        end as is_in_flight
    from positions as p
    inner join {{ ref('stg_sync__inventory_commands') }} as c
        on p.realm_id = c.realm_id and p.sku_key = c.sku_key
    left join {{ ref('stg_sync__ledger_rows') }} as r
        on
            c.realm_id = r.realm_id
            and 'adjustment:' || c.command_id = r.idempotency_key
            and c.side = 'quickbooks'
    left join {{ ref('stg_sync__documents') }} as d
        on r.document_id = d.document_id
    left join applied as a
        on c.command_id = a.command_id
    left join {{ ref('stg_platform__inventory_updates') }} as t
        on c.command_id = t.update_id
    left join (
        select distinct w.subject_id
        from {{ ref('stg_sync__reviews') }} as w
        where w.verb = 'cancel' and w.subject_type = 'command'
    ) as v
        on c.command_id = v.subject_id
),

undos as (
    select
        p.realm_id,
        p.sku_key,
        'undo:' || u.document_id as source_id,
        u.requested_at,
        coalesce(bool_or(r.status = 'posted'), false) as is_posted,
        -sum(e.stock_effect) as quantity
    from undone as u
    inner join {{ ref('int_inventory__ledger_effects') }} as e
        on u.document_id = e.document_id
    inner join positions as p
        on e.realm_id = p.realm_id and e.sku_key = p.sku_key
    left join {{ ref('stg_sync__ledger_rows') }} as r
        on e.realm_id = r.realm_id and 'undo:' || u.document_id = r.idempotency_key
    left join {{ ref('stg_sync__documents') }} as d
        on r.document_id = d.document_id
    where
        u.requested_at is not null
        and coalesce(r.status, 'due') not in ('rejected', 'cancelled')
        and (d.posted_at is null or d.posted_at > p.qbo_read_at or r.status <> 'posted')
    group by p.realm_id, p.sku_key, u.document_id, u.requested_at
),

outstanding as (
    select
        s.realm_id,
        s.sku_key,
        s.source_id,
        'quickbooks' as side,
        s.effect - s.qbo_shown as quantity,
        case when not coalesce(s.is_posted, false) then s.first_seen_at end as waiting_since
    from sale_effects as s
    union all
    select
        s.realm_id,
        s.sku_key,
        s.source_id,
        'platform' as side,
        s.effect - s.platform_shown as quantity,
        -- Not fulfilled yet: it may wait as long as it takes.
        cast(null as timestamptz) as waiting_since
    from sale_effects as s
    union all
    select
        e.realm_id,
        e.sku_key,
        e.source_id,
        'platform' as side,
        e.to_platform as quantity,
        cast(null as timestamptz) as waiting_since
    from earlier_sales as e
    union all
    select
        c.realm_id,
        c.sku_key,
        case c.side when 'quickbooks' then 'adjustment:' else 'update:' end || c.command_id as source_id,
        c.side,
        c.quantity_delta as quantity,
        case when not coalesce(c.is_posted, false) then c.planned_at end as waiting_since
    from commands as c
    where c.is_in_flight
    union all
    select
        u.realm_id,
        u.sku_key,
        u.source_id,
        'quickbooks' as side,
        u.quantity,
        case when not u.is_posted then u.requested_at end as waiting_since
    from undos as u
)

select
    o.realm_id,
    o.sku_key,
    o.source_id,
    o.side,
    {{ exact("o.quantity") }} as quantity,
    o.waiting_since
from outstanding as o
where o.quantity <> 0
