-- Operational state. The ledger's three tables are made by `quickbooks ledger init`.
-- Rows of snapshots, movements, edits, baselines, commands and reviews are only ever added.
create table if not exists sync.settings (
    name  text not null primary key,
    value text
);
comment on table sync.settings is
    'Settings as the last `begin` found them, for views and commands; realm_id and environment were written by `init` and stay.';

create table if not exists sync.runs (
    run_id           text        not null primary key,
    realm_id         text        not null,
    environment      text        not null,
    job              text        not null,
    owner_host       text        not null,
    owner_pid        integer     not null,
    owner_started_at timestamptz not null,
    started_at       timestamptz not null,
    finished_at      timestamptz,
    status           text        not null check (status in ('running', 'succeeded', 'failed', 'died')),
    failed_step      text,
    summary          jsonb       not null default '{}'
);
comment on table sync.runs is 'One row per run of a job.';
comment on column sync.runs.owner_pid is 'The `meltano run` process (or, without one, the shell) that the run lives in.';
comment on column sync.runs.failed_step is 'The last step begun, of a run that failed or died.';
comment on column sync.runs.summary is 'step: the last step begun; from `end`: what was pulled, pushed, held, and the calls used.';
create index if not exists runs_started_at on sync.runs (realm_id, started_at desc);

create table if not exists sync.leases (
    realm_id         text        not null primary key,
    run_id           text        not null references sync.runs (run_id),
    owner_host       text        not null,
    owner_pid        integer     not null,
    owner_started_at timestamptz not null,
    renewed_at       timestamptz not null
);
comment on table sync.leases is
    'Who may write for a company now. Free when its owner is dead; on another host, 20 minutes after renewed_at.';

create table if not exists sync.snapshots (
    snapshot_id bigint      generated always as identity primary key,
    run_id      text,
    realm_id    text        not null,
    taken_at    timestamptz not null,
    is_accepted boolean     not null,
    reason      text,
    totals      jsonb       not null
);
comment on table sync.snapshots is 'Both sides as read at one moment, accepted or refused as a measure to decide by.';
comment on column sync.snapshots.reason is 'Why it was refused, in one sentence; null when accepted.';
comment on column sync.snapshots.totals is 'Rows and quantity by side and location, and the extraction the quantities came from.';
create index if not exists snapshots_realm on sync.snapshots (realm_id, snapshot_id desc);

create table if not exists sync.snapshot_quantities (
    snapshot_id bigint not null references sync.snapshots (snapshot_id),
    side        text   not null check (side in ('platform', 'quickbooks')),
    sku_key     text   not null,
    location    text   not null default '',
    item_id     text   not null,
    quantity    numeric(28, 6),
    read_at     timestamptz
);
comment on table sync.snapshot_quantities is 'The quantities of the latest accepted snapshot of each company; older ones are dropped.';
comment on column sync.snapshot_quantities.item_id is 'The platform''s SKU as it spells it, or the Id of the item in QuickBooks.';
comment on column sync.snapshot_quantities.quantity is 'In base units; null when it is no valid quantity.';
create index if not exists snapshot_quantities_sku on sync.snapshot_quantities (snapshot_id, sku_key);

create table if not exists sync.platform_movements (
    snapshot_id bigint         not null references sync.snapshots (snapshot_id),
    sku_key     text           not null,
    kind        text           not null check (kind in ('order', 'refund', 'cancel', 'external', 'update')),
    source_id   text           not null,
    quantity    numeric(28, 6) not null,
    primary key (snapshot_id, kind, source_id, sku_key)
);
comment on table sync.platform_movements is
    'What each source''s effect on the platform''s stock changed by, recorded with the accepted snapshot that first showed it.';
create index if not exists platform_movements_source on sync.platform_movements (source_id, sku_key);
create index if not exists platform_movements_sku on sync.platform_movements (sku_key, snapshot_id);

create table if not exists sync.document_edits (
    document_id  text           not null,
    sku_key      text           not null,
    quantity     numeric(28, 6) not null,
    effective_at timestamptz    not null,
    snapshot_id  bigint         not null references sync.snapshots (snapshot_id),
    primary key (document_id, sku_key, snapshot_id)
);
comment on table sync.document_edits is
    'What somebody''s edit, void or deletion of a document of ours changed its effect on stock by, since last recorded.';

create table if not exists sync.baselines (
    realm_id          text           not null,
    sku_key           text           not null,
    version           integer        not null,
    snapshot_id       bigint         not null references sync.snapshots (snapshot_id),
    platform_quantity numeric(28, 6) not null,
    qbo_quantity      numeric(28, 6) not null,
    qbo_read_at       timestamptz    not null,
    method            text           not null,
    established_by    text           not null,
    established_at    timestamptz    not null,
    primary key (realm_id, sku_key, version)
);
comment on table sync.baselines is
    'The last position of both sides that was accounted for; the highest version of a SKU is the current one.';
comment on column sync.baselines.method is
    'How it came about: adopt, agreed, to_quickbooks, to_platform, both, or the verb of a review.';

create table if not exists sync.inventory_commands (
    command_id     text           not null primary key,
    realm_id       text           not null,
    sku_key        text           not null,
    side           text           not null check (side in ('platform', 'quickbooks')),
    quantity_delta numeric(28, 6) not null check (quantity_delta <> 0),
    snapshot_id    bigint         not null references sync.snapshots (snapshot_id),
    base_version   integer        not null,
    reason         text,
    run_id         text,
    planned_at     timestamptz    not null
);
comment on table sync.inventory_commands is 'Changes of stock that `plan` decided on.';
comment on column sync.inventory_commands.side is 'Where the command goes.';
comment on column sync.inventory_commands.base_version is 'Version of the baseline the decision rested on; 0 when there was none.';
create index if not exists inventory_commands_sku on sync.inventory_commands (realm_id, sku_key);

create table if not exists sync.plans (
    snapshot_id bigint      not null primary key references sync.snapshots (snapshot_id),
    realm_id    text        not null,
    run_id      text,
    planned_at  timestamptz not null,
    totals      jsonb       not null
);
comment on table sync.plans is 'The snapshots that have been planned: each is planned once.';

create table if not exists sync.reviews (
    review_id    bigint      generated always as identity primary key,
    realm_id     text        not null,
    verb         text        not null check (verb in (
        'release', 'keep_platform', 'keep_qbo', 'accept', 'retry', 'acknowledge', 'cancel',
        'adopt', 'restore', 'forward', 'note'
    )),
    subject_type text        not null check (subject_type in ('sku', 'row', 'command', 'document', 'snapshot', 'run')),
    subject_id   text        not null,
    sku_key      text,
    base_version integer,
    figures      jsonb       not null default '{}',
    qbo_id       text,
    actor        text        not null,
    note         text,
    valid_until  timestamptz,
    created_at   timestamptz not null
);
comment on table sync.reviews is 'What people decided, who and when; written by sync.review() alone.';
comment on column sync.reviews.base_version is
    'Version of the SKU''s baseline right after the decision: the decision holds while that version is current. Null without a SKU, 0 without a baseline.';
comment on column sync.reviews.figures is 'The figures the person saw, under the column names of intermediate.int_inventory__decisions.';
create index if not exists reviews_subject on sync.reviews (realm_id, subject_type, subject_id);
create index if not exists reviews_sku on sync.reviews (realm_id, sku_key);

create table if not exists sync.undo_commands (
    document_id  text        not null primary key,
    run_id       text,
    requested_by text        not null,
    requested_at timestamptz not null
);
comment on table sync.undo_commands is 'Documents of ours that a person asked to compensate.';
