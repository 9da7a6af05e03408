create table inventory_levels (
    sku        text,
    location   text           not null default 'main',
    quantity   numeric(28, 6),
    updated_at timestamptz    default now()
);
create index inventory_levels_sku on inventory_levels (sku, location);
comment on table inventory_levels is 'What is on the shelf now: one row per SKU and location.';
comment on column inventory_levels.sku is 'SKU, spelled as in products.';
comment on column inventory_levels.location is 'Where it lies. Any text; locations that do not belong to the books are named in the seed location_scope.';
comment on column inventory_levels.quantity is 'On hand, what a count would find: sold but not yet shipped units are still here. Not what is available to sell.';
comment on column inventory_levels.updated_at is 'When the quantity last changed, with its time zone.';
