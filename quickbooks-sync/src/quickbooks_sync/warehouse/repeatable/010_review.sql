-- What a person decides: recorded in sync.reviews, and put into effect in the same transaction.
-- The only thing that role reviewer may execute. What is wrong is raised with SQLSTATE QS001 and
-- one sentence. Rules of the sync, section 3, "People".

-- Writes the next version of a SKU's baseline, moved by the given quantities; the version.
-- 0, and nothing written, when the SKU has no baseline.
create or replace function sync.move_baseline(
    p_realm_id text,
    p_sku_key text,
    p_platform_change numeric,
    p_qbo_change numeric,
    p_method text,
    p_actor text
) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    written integer;
begin
    insert into sync.baselines (realm_id, sku_key, version, snapshot_id, platform_quantity,
        qbo_quantity, qbo_read_at, method, established_by, established_at)
    select b.realm_id, b.sku_key, b.version + 1, b.snapshot_id,
        b.platform_quantity + p_platform_change, b.qbo_quantity + p_qbo_change, b.qbo_read_at,
        p_method, p_actor, now()
    from sync.baselines as b
    where b.realm_id = p_realm_id and b.sku_key = p_sku_key
    order by b.version desc
    limit 1
    returning version into written;
    return coalesce(written, 0);
end
$$;

-- The SKUs that a row of the ledger (a sale, refund, cancellation …) moves or would move.
create or replace function sync.skus_of_row(p_realm_id text, p_key text) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select distinct coalesce(q.sku_key, sync.sku_key(l.sku))
    from sync.ledger_rows as r
    inner join sync.document_lines as l
        on r.document_id = l.document_id and r.idempotency_key = l.idempotency_key
    left join sync.snapshot_quantities as q on l.item_id = q.item_id and q.side = 'quickbooks'
    where r.realm_id = p_realm_id and r.idempotency_key = p_key
        and coalesce(q.sku_key, sync.sku_key(l.sku)) is not null;
    if to_regclass('intermediate.int_sources__effects') is not null then
        return query execute
            'select sku_key from intermediate.int_sources__effects '
            'where realm_id = $1 and source_id = $2 and sku_key is not null'
            using p_realm_id, p_key;
    end if;
end
$$;

-- Whoever pushes holds this lock of the ledger (quickbooks_client.push.ledger) from before its first
-- row to its last: a row that it has read already would go out in spite of the decision.
create or replace function sync.keep_pushes_out(p_realm_id text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not pg_try_advisory_xact_lock(hashtext('quickbooks ledger'), hashtext(p_realm_id)) then
        raise exception 'A push is under way: try again in a minute.' using errcode = 'QS001';
    end if;
end
$$;

create or replace function sync.review(
    p_verb text,
    p_subject_type text,
    p_subject_id text,
    p_actor text,
    p_note text default null,
    p_figures jsonb default '{}',
    p_base_version integer default null,
    p_qbo_id text default null,
    p_valid_until timestamptz default null
) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_realm_id    text := (select value from sync.settings where name = 'realm_id');
    v_figures     jsonb := coalesce(p_figures, '{}');
    v_sku_key     text;
    v_version     integer;
    v_current     sync.baselines;
    v_command     sync.inventory_commands;
    v_snapshot    sync.snapshots;
    v_row_status  text;
    v_applied_at  timestamptz;
    v_platform    numeric := (v_figures ->> 'platform_quantity')::numeric;
    v_qbo         numeric := (v_figures ->> 'qbo_quantity')::numeric;
    v_r_platform  numeric := (v_figures ->> 'platform_residual')::numeric;
    v_r_qbo       numeric := (v_figures ->> 'qbo_residual')::numeric;
    v_variance    numeric := (v_figures ->> 'variance_quantity')::numeric;
    v_read_at     timestamptz := (v_figures ->> 'qbo_read_at')::timestamptz;
    v_snapshot_id bigint := (v_figures ->> 'snapshot_id')::bigint;
    v_edit        record;
    v_one         jsonb;
    v_review_id   bigint;
begin
    if v_realm_id is null then
        raise exception 'The database has not been prepared: run `quickbooks-sync init` first.'
            using errcode = 'QS001';
    end if;
    if btrim(coalesce(p_actor, '')) = '' then
        raise exception 'A decision needs the name of the person who takes it.' using errcode = 'QS001';
    end if;
    if p_verb = 'release' and btrim(coalesce(p_note, '')) = '' then
        raise exception 'A release needs a note that says why.' using errcode = 'QS001';
    end if;
    -- plan writes baselines under the same lock.
    perform pg_advisory_xact_lock(hashtextextended('baselines:' || v_realm_id, 0));

    if p_verb = 'note' then
        v_sku_key := case p_subject_type when 'sku' then p_subject_id end;
        select max(version) into v_version
        from sync.baselines where realm_id = v_realm_id and sku_key = v_sku_key;

    elsif p_subject_type = 'sku' and p_verb in ('accept', 'keep_platform', 'keep_qbo', 'release', 'acknowledge') then
        v_sku_key := p_subject_id;
        select * into v_current
        from sync.baselines where realm_id = v_realm_id and sku_key = v_sku_key
        order by version desc limit 1;
        if coalesce(v_current.version, 0) is distinct from coalesce(p_base_version, 0) then
            raise exception 'The figures of % have changed since they were looked at (baseline % instead of %): look again with `quickbooks-sync review show %`.',
                v_sku_key, coalesce(v_current.version, 0), coalesce(p_base_version, 0), v_sku_key
                using errcode = 'QS001';
        end if;
        if p_verb in ('accept', 'keep_platform', 'keep_qbo') then
            -- A write without an answer stands in QuickBooks' quantity and not yet in what QuickBooks
            -- was told: a baseline made of such residuals would count it twice.
            if coalesce(v_figures ->> 'decision', 'not_decided') = 'not_decided' then
                raise exception 'Nothing can be decided about % now, because %: run `meltano run sync-inventory`, then look again with `quickbooks-sync review show %`.',
                    v_sku_key, coalesce(v_figures ->> 'reason', 'the two sides cannot be compared'), v_sku_key
                    using errcode = 'QS001';
            end if;
            if v_current.version is not null then
                if v_r_platform is null or v_r_qbo is null then
                    raise exception 'The two sides of % cannot be compared now, so that nothing can be decided about it.', v_sku_key
                        using errcode = 'QS001';
                end if;
                v_version := sync.move_baseline(
                    v_realm_id, v_sku_key,
                    case p_verb when 'keep_platform' then v_r_qbo else v_r_platform end,
                    case p_verb when 'keep_qbo' then v_r_platform else v_r_qbo end,
                    p_verb, p_actor);
            else
                if v_platform is null or v_qbo is null or v_read_at is null or v_snapshot_id is null
                    or v_variance is null then
                    raise exception 'The two sides of % cannot be compared now, so that nothing can be decided about it.', v_sku_key
                        using errcode = 'QS001';
                end if;
                v_version := 1;
                insert into sync.baselines (realm_id, sku_key, version, snapshot_id,
                    platform_quantity, qbo_quantity, qbo_read_at, method, established_by,
                    established_at)
                values (v_realm_id, v_sku_key, 1, v_snapshot_id,
                    v_platform + case p_verb when 'keep_platform' then v_variance else 0 end,
                    v_qbo - case p_verb when 'keep_qbo' then v_variance else 0 end,
                    v_read_at, p_verb, p_actor, now());
            end if;
        else
            if p_verb = 'release' and v_current.version is null
                and v_figures ->> 'decision' is distinct from 'held' then
                raise exception '% has no baseline to say which side changed: decide with keep_platform, keep_qbo or accept.', v_sku_key
                    using errcode = 'QS001';
            end if;
            v_version := sync.move_baseline(v_realm_id, v_sku_key, 0, 0, p_verb, p_actor);
        end if;

    elsif p_subject_type = 'row' and p_verb in ('retry', 'acknowledge', 'cancel') then
        if p_verb in ('acknowledge', 'cancel') then
            perform sync.keep_pushes_out(v_realm_id);
        end if;
        select status into v_row_status
        from sync.ledger_rows where realm_id = v_realm_id and idempotency_key = p_subject_id
        for update;
        if p_verb in ('retry', 'acknowledge') and v_row_status is distinct from 'rejected' then
            raise exception '% is not refused (it is %), so there is nothing to %.',
                p_subject_id, coalesce(v_row_status, 'not sent yet'), p_verb using errcode = 'QS001';
        end if;
        if p_verb = 'cancel' and v_row_status in ('pending', 'posted') then
            raise exception '% is in QuickBooks already or on its way (%), so it cannot be cancelled.',
                p_subject_id, v_row_status using errcode = 'QS001';
        end if;
        if p_verb = 'cancel' and v_row_status = 'cancelled' then
            raise exception '% is cancelled already.', p_subject_id using errcode = 'QS001';
        end if;
        -- Every SKU it moves gets a new version: what was decided with the row as it was is void.
        perform sync.move_baseline(v_realm_id, s.sku_key, 0, 0, p_verb, p_actor)
        from (select distinct k as sku_key from sync.skus_of_row(v_realm_id, p_subject_id) as k) as s;
        if p_verb = 'retry' then
            update sync.ledger_rows set input_hash = null, updated_at = now()
            where realm_id = v_realm_id and idempotency_key = p_subject_id;
        elsif p_verb = 'cancel' then
            insert into sync.ledger_rows (realm_id, idempotency_key, stream, input, input_hash,
                status, attempts, created_at, updated_at)
            values (v_realm_id, p_subject_id, 'cancelled', '{}', null, 'cancelled', 0, now(), now())
            on conflict (realm_id, idempotency_key) do update
            set status = 'cancelled', updated_at = excluded.updated_at;
        end if;

    elsif p_subject_type = 'command' and p_verb in ('retry', 'acknowledge', 'cancel') then
        select * into v_command
        from sync.inventory_commands where command_id = p_subject_id and realm_id = v_realm_id;
        if v_command.command_id is null then
            raise exception 'There is no command %.', p_subject_id using errcode = 'QS001';
        end if;
        if exists (
            select from sync.reviews
            where subject_type = 'command' and subject_id = p_subject_id and verb = 'cancel'
        ) then
            raise exception 'Command % is cancelled already.', p_subject_id using errcode = 'QS001';
        end if;
        v_sku_key := v_command.sku_key;
        if v_command.side = 'quickbooks' then
            if p_verb in ('acknowledge', 'cancel') then
                perform sync.keep_pushes_out(v_realm_id);
            end if;
            select status into v_row_status
            from sync.ledger_rows
            where realm_id = v_realm_id and idempotency_key = 'adjustment:' || p_subject_id
            for update;
            v_row_status := coalesce(v_row_status, 'waiting');
        else
            select case when applied_at is not null then 'posted'
                when rejected_at is not null then 'rejected' else 'waiting' end
            into v_row_status
            from platform.inventory_updates where update_id = p_subject_id
            for update;
        end if;
        if p_verb in ('retry', 'acknowledge') and v_row_status is distinct from 'rejected' then
            raise exception 'Command % is not refused, so there is nothing to %.', p_subject_id, p_verb
                using errcode = 'QS001';
        end if;
        if p_verb = 'cancel' and v_row_status in ('pending', 'posted') then
            raise exception 'Command % has been carried out already or is on its way, so it cannot be cancelled.', p_subject_id
                using errcode = 'QS001';
        end if;
        -- What was to go out was counted as done: taken back, it is a residual again.
        v_version := sync.move_baseline(
            v_realm_id, v_sku_key,
            case when p_verb = 'cancel' and v_command.side = 'quickbooks' then -v_command.quantity_delta else 0 end,
            case when p_verb = 'cancel' and v_command.side = 'platform' then -v_command.quantity_delta else 0 end,
            p_verb, p_actor);
        if v_command.side = 'quickbooks' and p_verb = 'retry' then
            update sync.ledger_rows set input_hash = null, updated_at = now()
            where realm_id = v_realm_id and idempotency_key = 'adjustment:' || p_subject_id;
        elsif v_command.side = 'quickbooks' and p_verb = 'cancel' then
            insert into sync.ledger_rows (realm_id, idempotency_key, stream, input, input_hash,
                status, attempts, created_at, updated_at)
            values (v_realm_id, 'adjustment:' || p_subject_id, 'inventory_adjustments', '{}', null,
                'cancelled', 0, now(), now())
            on conflict (realm_id, idempotency_key) do update
            set status = 'cancelled', updated_at = excluded.updated_at;
        elsif v_command.side = 'platform' and p_verb = 'retry' then
            update platform.inventory_updates set rejected_at = null where update_id = p_subject_id;
        elsif v_command.side = 'platform' and p_verb = 'cancel' then
            update platform.inventory_updates
            set rejected_at = coalesce(rejected_at, now()),
                note = concat_ws('; ', note, 'cancelled by ' || p_actor)
            where update_id = p_subject_id;
        end if;

    elsif p_subject_type = 'document' and p_verb in ('restore', 'forward', 'acknowledge') then
        if not exists (
            select from sync.document_edits as e
            inner join sync.documents as d on e.document_id = d.document_id
            where e.document_id = p_subject_id and d.realm_id = v_realm_id
        ) then
            raise exception 'Nobody has changed document % in QuickBooks, as far as the last snapshot knows.', p_subject_id
                using errcode = 'QS001';
        end if;
        for v_edit in
            select e.sku_key, sum(e.quantity) as quantity, max(e.snapshot_id) as through
            from sync.document_edits as e
            where e.document_id = p_subject_id
                and e.snapshot_id > coalesce((
                    select max((r.figures ->> 'edits_through')::bigint)
                    from sync.reviews as r
                    where r.subject_type = 'document' and r.subject_id = p_subject_id
                        and r.verb in ('restore', 'forward')
                ), 0)
            group by e.sku_key
        loop
            perform sync.move_baseline(
                v_realm_id, v_edit.sku_key,
                case p_verb when 'restore' then v_edit.quantity else 0 end,
                case p_verb when 'forward' then -v_edit.quantity else 0 end,
                p_verb, p_actor);
            v_figures := v_figures || jsonb_build_object('edits_through', greatest(
                (v_figures ->> 'edits_through')::bigint, v_edit.through));
        end loop;

    elsif p_subject_type = 'snapshot' and p_verb = 'release' then
        select * into v_snapshot
        from sync.snapshots where snapshot_id::text = p_subject_id and realm_id = v_realm_id;
        if v_snapshot.snapshot_id is null or v_snapshot.is_accepted then
            raise exception 'There is no refused snapshot %.', p_subject_id using errcode = 'QS001';
        end if;

    elsif p_subject_type = 'run' and p_verb = 'release' then
        if jsonb_array_length(coalesce(v_figures -> 'skus', '[]')) = 0 then
            raise exception 'No SKU is held for the size of the run.' using errcode = 'QS001';
        end if;
        for v_one in select * from jsonb_array_elements(v_figures -> 'skus')
        loop
            perform sync.review('release', 'sku', v_one ->> 'sku_key', p_actor, p_note, v_one,
                (v_one ->> 'base_version')::integer, null, p_valid_until);
        end loop;

    else
        raise exception 'A % cannot be decided by %.', p_subject_type, p_verb using errcode = 'QS001';
    end if;

    insert into sync.reviews (realm_id, verb, subject_type, subject_id, sku_key, base_version,
        figures, qbo_id, actor, note, valid_until, created_at)
    values (v_realm_id, p_verb, p_subject_type, p_subject_id, v_sku_key,
        case when v_sku_key is not null then coalesce(v_version, 0) end,
        v_figures || jsonb_build_object('database_user', session_user), p_qbo_id, btrim(p_actor),
        p_note, p_valid_until, now())
    returning review_id into v_review_id;
    return v_review_id;
end
$$;

comment on function sync.review(text, text, text, text, text, jsonb, integer, text, timestamptz) is
    'Records a person''s decision and puts it into effect; the id of the review. Everything is checked inside.';
