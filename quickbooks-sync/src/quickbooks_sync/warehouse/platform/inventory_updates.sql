create table inventory_updates (
    update_id      text           not null primary key,
    sku            text           not null,
    location       text,
    quantity_delta numeric(28, 6) not null,
    reason         text,
    source_type    text,
    source_id      text,
    created_at     timestamptz    not null default now(),
    applied_at     timestamptz,
    rejected_at    timestamptz,
    note           text,
    constraint inventory_updates_settled_once check (applied_at is null or rejected_at is null)
);
create index inventory_updates_open on inventory_updates (created_at) where applied_at is null and rejected_at is null;
comment on table inventory_updates is 'What QuickBooks tells the platform: apply each open row to your stock once, and set applied_at in the same transaction.';
comment on column inventory_updates.update_id is 'Its id: apply the same one never twice. Written by the sync.';
comment on column inventory_updates.sku is 'SKU as the platform spells it. Written by the sync.';
comment on column inventory_updates.location is 'Location to apply it to (setting update_location); null means your default. Written by the sync.';
comment on column inventory_updates.quantity_delta is 'Units to add to the stock on hand; negative takes off. Written by the sync.';
comment on column inventory_updates.reason is 'Why, for people. Written by the sync.';
comment on column inventory_updates.source_type is 'What caused it: command for a change seen in QuickBooks. Written by the sync.';
comment on column inventory_updates.source_id is 'Id of what caused it. Written by the sync.';
comment on column inventory_updates.created_at is 'When it was decided. Written by the sync.';
comment on column inventory_updates.applied_at is 'You set it, in the transaction that changes your stock. Null until then.';
comment on column inventory_updates.rejected_at is 'You set it when the row cannot be applied; say why in note. A person then decides.';
comment on column inventory_updates.note is 'Your remark, for people.';
