-- The deep views of the sync are compiled in vain: without just-in-time compilation builds,
-- snapshots and pushes take a fraction of the time. Passed over where the database is not ours.
do $$
begin
    execute format('alter database %I set jit = off', current_database());
exception when insufficient_privilege then
    null;
end
$$;
