-- The key two SKUs are compared by: NFKC, outer blanks off, inner runs of blanks one, lower
-- case as Unicode has it. The collation is chosen once, here: it differs between servers,
-- and a key must not change under the baselines that are stored by it.
do $$
declare
    candidate text;
    chosen    text;
    lowered   text;
begin
    if current_setting('server_encoding') <> 'UTF8' then
        raise exception 'the database has the encoding %, UTF8 is needed', current_setting('server_encoding')
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    foreach candidate in array array['pg_unicode_fast', 'und-x-icu', 'pg_c_utf8', 'C.utf8', 'default']
    loop
        begin
            execute format('select lower(%L collate pg_catalog.%I)', 'ÄÉŠЖΩ', candidate) into lowered;
        exception when undefined_object or feature_not_supported or invalid_parameter_value then
            continue;
        end;
        if lowered = 'äéšжω' then
            chosen := candidate;
            exit;
        end if;
    end loop;
    if chosen is null then
        raise exception 'the server has no collation that lowers letters beyond ASCII; create the database with a UTF-8 locale'
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    execute format(
        $function$
        create or replace function sync.sku_key(raw text) returns text
        language sql immutable parallel safe
        return nullif(
            btrim(
                regexp_replace(
                    normalize(lower(normalize(raw, nfkc) collate pg_catalog.%I), nfkc),
                    '[\s\u0085\u1680\u2028\u2029]+', ' ', 'g'
                )
            ),
            ''
        )
        $function$, chosen);
end
$$;

comment on function sync.sku_key(text) is
    'The key SKUs are compared by: NFKC, blanks trimmed and single, lower case; null when nothing is left.';
