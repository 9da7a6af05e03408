-- One row per company and SKU that either side knows: what is to be done about it.
{{ config(
    materialized='table',
    indexes=[{'columns': ['realm_id', 'sku_key'], 'unique': True}],
    post_hook='analyze {{ this }}'
) }}

with
limits as materialized (
    select
        {{ setting('mode', "'two_way'") }} as mode,
        {{ setting('conflict', "'review'") }} as conflict,
        {{ setting('initial_master', "'none'") }} as initial_master,
        coalesce((select min(z.time_zone) from {{ ref('int_sources__settings') }} as z), 'UTC') as time_zone,
        cast({{ setting('settle_s', "'30'") }} as numeric) as settle_s,
        cast({{ setting('max_line_units', "'50'") }} as numeric) as max_line_units,
        cast({{ setting('max_line_share', "'0.5'") }} as numeric) as max_line_share,
        cast({{ setting('max_line_value', "'5000'") }} as numeric) as max_line_value,
        cast({{ setting('max_run_skus', "'50'") }} as numeric) as max_run_skus,
        cast({{ setting('max_run_share', "'0.05'") }} as numeric) as max_run_share,
        cast({{ setting('max_run_value', "'25000'") }} as numeric) as max_run_value
),

stock_moving_streams as (
    select s.stream
    from (
        values
        ('invoices'), ('sales_receipts'), ('credit_memos'), ('refund_receipts'),
        ('inventory_adjustments'), ('bills'), ('purchases'), ('vendor_credits')
    ) as s (stream)
),

extracted as (
    select
        e.realm_id,
        e.stream,
        max(e.complete_through) as complete_through
    from {{ ref('stg_quickbooks__extractions') }} as e
    inner join stock_moving_streams as s
        on e.stream = s.stream
    where e.complete_through is not null
    group by e.realm_id, e.stream
),

documents_known as (
    -- Every document up to here is loaded; unknown while one of the streams never came through.
    select
        e.realm_id,
        case when count(*) = (select count(*) from stock_moving_streams) then min(e.complete_through) end
            as complete_through
    from extracted as e
    group by e.realm_id
),

releases as (
    select
        v.realm_id,
        v.sku_key,
        v.base_version,
        v.figure_platform_residual as platform_residual,
        v.figure_qbo_residual as qbo_residual,
        v.figure_variance_quantity as variance_quantity,
        v.valid_until,
        row_number() over (
            partition by v.realm_id, v.sku_key, v.base_version order by v.review_id desc
        ) as age_rank
    from {{ ref('stg_sync__reviews') }} as v
    where v.verb = 'release' and v.subject_type = 'sku'
),

facts as (
    select
        i.realm_id,
        i.sku_key,
        q.snapshot_id,
        q.taken_at,
        q.platform_quantity,
        q.qbo_quantity,
        q.qbo_read_at,
        r.base_platform_quantity,
        r.platform_residual,
        r.qbo_residual,
        i.unit_cost,
        i.platform_unit_factor,
        i.identity_class,
        l.mode,
        l.conflict,
        l.initial_master,
        l.max_line_units,
        l.max_line_share,
        l.max_line_value,
        l.max_run_skus,
        l.max_run_share,
        l.max_run_value,
        coalesce(r.base_version, 0) as base_version,
        coalesce(f.in_flight_to_quickbooks, 0) as in_flight_to_quickbooks,
        coalesce(f.in_flight_to_platform, 0) as in_flight_to_platform,
        coalesce(m.has_refused_source, false) as has_refused_source,
        coalesce(m.has_refused_command, false) as has_refused_command,
        coalesce(m.has_undone_adjustment, false) as has_undone_adjustment,
        coalesce(p.book_close_date >= cast(q.taken_at at time zone l.time_zone as date), false)
            as are_books_closed,
        coalesce(not p.tracks_quantity, false) as is_plan_without_inventory,
        case
            when i.identity_class is not null then i.identity_class
            when q.sku_key is null or not i.is_in_snapshot then 'not_in_snapshot'
            when q.qbo_read_at is null or q.is_reading_stale then 'reading_stale'
            when q.qbo_read_at < r.base_qbo_read_at then 'reading_older_than_baseline'
            when k.complete_through is null then 'documents_unknown'
            when m.has_unknown_outcome then 'unknown_outcome'
            when q.qbo_read_at > k.complete_through then 'younger_than_documents'
            when m.last_foreign_change_at > q.qbo_read_at - l.settle_s * interval '1 second'
                then 'document_changed'
        end as obstacle
    from {{ ref('int_items__identity') }} as i
    cross join limits as l
    left join {{ ref('int_inventory__quantities') }} as q
        on i.realm_id = q.realm_id and i.sku_key = q.sku_key
    left join {{ ref('int_inventory__residuals') }} as r
        on i.realm_id = r.realm_id and i.sku_key = r.sku_key
    left join {{ ref('int_inventory__in_flight') }} as f
        on i.realm_id = f.realm_id and i.sku_key = f.sku_key
    left join {{ ref('int_inventory__open_matters') }} as m
        on i.realm_id = m.realm_id and i.sku_key = m.sku_key
    left join {{ ref('stg_quickbooks__preferences') }} as p
        on i.realm_id = p.realm_id
    left join documents_known as k
        on i.realm_id = k.realm_id
),

compared as (
    select
        f.*,
        case
            when f.obstacle is null
                then
                    f.qbo_quantity + f.in_flight_to_quickbooks
                    - f.platform_quantity - f.in_flight_to_platform
        end as variance_quantity
    from facts as f
),

released as materialized (
    select
        c.*,
        coalesce(
            v.base_version is not null
            and (v.valid_until is null or v.valid_until >= c.taken_at)
            and case
                when c.base_version = 0 then {{ has_not_grown('c.variance_quantity', 'v.variance_quantity') }}
                else
                    {{ has_not_grown('c.platform_residual', 'v.platform_residual') }}
                    and {{ has_not_grown('c.qbo_residual', 'v.qbo_residual') }}
            end,
            false
        ) as is_released
    from compared as c
    left join releases as v
        on
            c.realm_id = v.realm_id
            and c.sku_key = v.sku_key
            and c.base_version = v.base_version
            and v.age_rank = 1
),

wanted as (
    -- What the residuals ask for, before any limit.
    select
        r.*,
        case
            when r.obstacle is not null then 'not_decided'
            when r.base_version = 0
                then case
                    when r.has_refused_source then 'review'
                    when r.variance_quantity = 0 then 'adopt'
                    when r.initial_master = 'platform' then 'to_quickbooks'
                    when r.initial_master = 'quickbooks' then 'to_platform'
                    else 'first_difference'
                end
            when r.platform_residual = 0 and r.qbo_residual = 0 then 'agreed'
            when r.has_refused_command then 'review'
            when r.qbo_residual = 0 then 'to_quickbooks'
            when (r.mode = 'platform_master' or r.has_refused_source) and not r.is_released then 'review'
            when r.platform_residual = 0 then 'to_platform'
            when r.is_released then 'both'
            when r.conflict = 'additive' and sign(r.platform_residual) = -sign(r.qbo_residual) then 'both'
            else 'conflict'
        end as wish
    from released as r
),

sized as (
    select
        w.*,
        case
            when w.wish = 'to_quickbooks' and w.base_version = 0 then -w.variance_quantity
            when w.wish in ('to_quickbooks', 'both') then w.platform_residual
        end as to_quickbooks,
        case
            when w.wish = 'to_platform' and w.base_version = 0 then w.variance_quantity
            when w.wish in ('to_platform', 'both') then w.qbo_residual
        end as to_platform
    from wanted as w
),

line_guarded as materialized (
    select
        s.*,
        s.to_quickbooks is not null or s.to_platform is not null as has_command,
        (coalesce(abs(s.to_quickbooks), 0) + coalesce(abs(s.to_platform), 0)) * coalesce(s.unit_cost, 0)
            as command_value,
        case
            when s.to_quickbooks is null and s.to_platform is null then null
            -- An update is in base units; a platform that counts in others must not add it as it is.
            when s.to_platform is not null and s.platform_unit_factor <> 1 then 'other_unit'
            when s.is_released then null
            when s.has_undone_adjustment then 'undone_adjustment'
            when s.to_quickbooks is not null and s.is_plan_without_inventory then 'plan_without_inventory'
            when s.to_quickbooks is not null and s.are_books_closed then 'books_closed'
            when
                greatest(abs(s.to_quickbooks), abs(s.to_platform))
                > greatest(
                    s.max_line_units,
                    s.max_line_share * abs(coalesce(s.base_platform_quantity, s.platform_quantity))
                )
                then 'max_line_units'
            when greatest(abs(s.to_quickbooks), abs(s.to_platform)) * s.unit_cost > s.max_line_value
                then 'max_line_value'
        end as line_hold
    from sized as s
),

run_counted as (
    select
        g.*,
        g.has_command and g.line_hold is null and not g.is_released as counts_for_run,
        sum(case when g.identity_class is null then 1 else 0 end) over (partition by g.realm_id)
            as compared_skus
    from line_guarded as g
),

run_totals as (
    select
        c.*,
        sum(case when c.counts_for_run then 1 else 0 end) over (partition by c.realm_id) as run_skus,
        sum(case when c.counts_for_run then c.command_value else 0 end) over (partition by c.realm_id)
            as run_value
    from run_counted as c
),

guarded as (
    select
        t.*,
        case
            when t.line_hold is not null then t.line_hold
            when not t.counts_for_run then null
            when t.run_skus > greatest(t.max_run_skus, t.max_run_share * t.compared_skus) then 'max_run_skus'
            when t.run_value > t.max_run_value then 'max_run_value'
        end as hold_reason
    from run_totals as t
),

decided as materialized (
    select
        g.*,
        case when g.hold_reason is not null then 'held' else g.wish end as decision,
        case
            when g.obstacle is not null then g.obstacle
            when g.hold_reason is not null then g.hold_reason
            when g.wish in ('adopt', 'first_difference', 'agreed', 'conflict') then g.wish
            when g.base_version = 0 and g.wish = 'review' then 'first_review'
            when g.base_version = 0 then 'first_' || g.wish
            when g.wish = 'review' and g.has_refused_command then 'refused_command'
            when g.wish = 'review' and g.has_refused_source then 'refused_source'
            when g.wish = 'review' then 'platform_master'
            when g.is_released then 'released'
            else g.wish
        end as reason_code
    from guarded as g
),

reasons as (
    select
        r.reason_code,
        r.words
    from (
        values
        ('unknown_outcome', 'a write of this SKU has not been answered yet'),
        ('younger_than_documents', 'the quantity was read after the documents that moved it'),
        ('document_changed', 'somebody changed or typed a document of it around the time of the reading'),
        ('not_in_snapshot', 'the latest accepted snapshot does not have it on both sides'),
        ('reading_stale', 'its quantity is much older than the others of the snapshot'),
        ('reading_older_than_baseline', 'its quantity is older than its baseline'),
        ('documents_unknown', 'a stream of documents that move stock has never been read whole'),
        ('other_unit', 'the platform counts in another unit: change it there by hand and accept'),
        ('undone_adjustment', 'an adjustment was undone: a person says where its quantity goes'),
        ('plan_without_inventory', 'the company does not track quantities in QuickBooks'),
        ('books_closed', 'the books are closed for the day of the adjustment'),
        ('max_line_units', 'the change is over max_line_units and max_line_share'),
        ('max_line_value', 'the change is over max_line_value'),
        ('max_run_skus', 'the run changes more SKUs than max_run_skus and max_run_share allow'),
        ('max_run_value', 'the run changes more value than max_run_value allows'),
        ('adopt', 'both sides are equal: first baseline'),
        ('first_difference', 'the sides differ and no baseline tells which of them changed'),
        ('first_review', 'no first baseline while a sale of it is refused'),
        ('first_to_quickbooks', 'first baseline: initial_master is platform'),
        ('first_to_platform', 'first baseline: initial_master is quickbooks'),
        ('agreed', 'neither side changed beyond what it was told'),
        ('refused_command', 'a command of this SKU was refused'),
        ('refused_source', 'QuickBooks changed while a sale of it is refused: somebody may have typed it'),
        ('platform_master', 'QuickBooks changed and mode is platform_master'),
        ('conflict', 'both sides changed beyond what they were told'),
        ('released', 'released by a person'),
        ('to_quickbooks', 'the platform changed beyond what it was told'),
        ('to_platform', 'QuickBooks changed beyond what it was told'),
        ('both', 'both sides changed in opposite directions and conflict is additive')
    ) as r (reason_code, words)
)

select
    d.realm_id,
    d.sku_key,
    d.snapshot_id,
    d.taken_at,
    d.base_version,
    d.platform_quantity,
    d.qbo_quantity,
    d.qbo_read_at,
    d.platform_residual,
    d.qbo_residual,
    {{ exact("d.in_flight_to_quickbooks") }} as in_flight_to_quickbooks,
    {{ exact("d.in_flight_to_platform") }} as in_flight_to_platform,
    {{ exact("d.variance_quantity") }} as variance_quantity,
    d.decision,
    coalesce(w.words, 'the two sides cannot be compared: ' || d.reason_code) as reason,
    {{ exact("case when d.decision in ('to_quickbooks', 'both') then d.to_quickbooks end") }}
        as quickbooks_delta,
    {{ exact("case when d.decision in ('to_platform', 'both') then d.to_platform end") }} as platform_delta,
    d.unit_cost,
    d.hold_reason,
    d.obstacle,
    d.is_released
from decided as d
left join reasons as w
    on d.reason_code = w.reason_code
