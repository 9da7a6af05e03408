create table products (
    sku        text,
    name       text,
    is_active  boolean     default true,
    is_stocked boolean     default true,
    unit       text,
    unit_cost  numeric(28, 6),
    updated_at timestamptz default now()
);
create index products_sku on products (sku);
comment on table products is 'One row per product that the platform sells or keeps in stock.';
comment on column products.sku is 'The product''s SKU as you spell it. Should be unique: duplicates and blanks are flagged, never guessed.';
comment on column products.name is 'What people call it; shown in tables and dashboards.';
comment on column products.is_active is 'False for a product no longer sold. Null counts as true.';
comment on column products.is_stocked is 'True when you count it; false for services, fees and bundles (their parts are counted). Null counts as true.';
comment on column products.unit is 'Unit your quantities are in, such as each, box of 12, kg; null means each. Other units need a row in the seed unit_conversions.';
comment on column products.unit_cost is 'Cost of one unit in the company''s currency, used to value differences; null or 0 when you do not know.';
comment on column products.updated_at is 'When the row last changed, with its time zone.';
