create table refund_lines (
    refund_id          text           not null,
    line_number        integer        not null,
    sku                text,
    quantity           numeric(28, 6) not null,
    quantity_restocked numeric(28, 6) not null default 0,
    unit_price         numeric(28, 6),
    amount             numeric(28, 6) not null,
    primary key (refund_id, line_number)
);
comment on table refund_lines is 'What was given back: one row per line of a refund.';
comment on column refund_lines.refund_id is 'The refund the line belongs to.';
comment on column refund_lines.line_number is 'Position in the refund, from 1; stays with the line.';
comment on column refund_lines.sku is 'SKU refunded, spelled as in products; null for an amount without goods.';
comment on column refund_lines.quantity is 'Units refunded.';
comment on column refund_lines.quantity_restocked is 'Units of them that were put back on the shelf and are in inventory_levels again; the rest was thrown away or never came back.';
comment on column refund_lines.unit_price is 'Price of one unit given back, before tax.';
comment on column refund_lines.amount is 'The line''s amount before tax, positive.';
