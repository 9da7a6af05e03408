-- Least rights, given again at every `init`. Roles that do not exist are passed over.
--   loader     fills `quickbooks` and `platform`, answers inventory updates
--   analyst    reads everything
--   dashboard  reads `bi`
--   reviewer   reads what the review desk shows and executes sync.review(), nothing else
revoke execute on all functions in schema sync from public;
grant execute on function sync.sku_key(text) to public;

do $$
declare
    target   record;
    relation record;
    is_there jsonb := (select coalesce(jsonb_object_agg(rolname, true), '{}') from pg_catalog.pg_roles);
begin
    for target in
        select *
        from (values
            ('loader', 'quickbooks', 'select, insert, update, delete, truncate'),
            ('loader', 'platform', 'select, insert, update, delete, truncate'),
            ('analyst', 'quickbooks', 'select'),
            ('analyst', 'platform', 'select'),
            ('analyst', 'sync', 'select'),
            ('analyst', 'staging', 'select'),
            ('analyst', 'intermediate', 'select'),
            ('analyst', 'marts', 'select'),
            ('analyst', 'outbox', 'select'),
            ('analyst', 'bi', 'select'),
            ('dashboard', 'bi', 'select'),
            ('reviewer', 'intermediate', 'select'),
            ('reviewer', 'marts', 'select'),
            ('reviewer', 'bi', 'select')
        ) as granted (grantee, schema_name, privileges)
    loop
        if not is_there ? target.grantee then
            continue;
        end if;
        execute format('grant usage on schema %I to %I', target.schema_name, target.grantee);
        -- What dbt builds later is made by the user who runs init, or is granted by the next init.
        execute format(
            'alter default privileges in schema %I grant %s on tables to %I',
            target.schema_name, target.privileges, target.grantee);
        for relation in
            select c.relname
            from pg_catalog.pg_class as c
            inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
            where
                n.nspname = target.schema_name
                and c.relkind in ('r', 'p', 'v', 'm', 'f')
                and pg_catalog.pg_has_role(c.relowner, 'usage')
        loop
            execute format(
                'grant %s on table %I.%I to %I',
                case
                    when target.grantee = 'loader' and target.schema_name = 'platform'
                        and relation.relname = 'inventory_updates' then 'select'
                    else target.privileges
                end,
                target.schema_name, relation.relname, target.grantee);
        end loop;
    end loop;
    if is_there ? 'loader' then
        -- The platform answers an update; it does not make or change one.
        revoke insert, update, delete, truncate on platform.inventory_updates from loader;
        grant select, update (applied_at, rejected_at, note) on platform.inventory_updates to loader;
    end if;
    if is_there ? 'reviewer' then
        grant usage on schema sync to reviewer;
        grant execute on function
            sync.review(text, text, text, text, text, jsonb, integer, text, timestamptz)
            to reviewer;
    end if;
end
$$;
