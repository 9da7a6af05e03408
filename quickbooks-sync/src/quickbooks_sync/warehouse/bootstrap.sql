-- What `init` needs before it can keep account of anything else.
create schema if not exists sync;

create table if not exists sync.schema_versions (
    version    integer     not null primary key,
    name       text        not null,
    applied_at timestamptz not null default now()
);

comment on table sync.schema_versions is
    'The numbered files of `quickbooks-sync init` that this database has had, each once.';
