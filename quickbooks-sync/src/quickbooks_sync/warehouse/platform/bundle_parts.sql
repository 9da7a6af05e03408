create table bundle_parts (
    sku      text           not null,
    part_sku text           not null,
    quantity numeric(28, 6) not null,
    primary key (sku, part_sku)
);
comment on table bundle_parts is 'What a bundle consists of: one row per bundle and part. Leave empty if you sell none.';
comment on column bundle_parts.sku is 'SKU of the bundle, as in order lines.';
comment on column bundle_parts.part_sku is 'SKU of one of its parts; the part is what stock is kept of.';
comment on column bundle_parts.quantity is 'Units of the part in one bundle; above 0.';
