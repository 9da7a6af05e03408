create table sales_order_lines (
    order_id    text           not null,
    line_number integer        not null,
    sku         text,
    description text,
    quantity    numeric(28, 6) not null,
    unit_price  numeric(28, 6),
    amount      numeric(28, 6) not null,
    primary key (order_id, line_number)
);
comment on table sales_order_lines is 'What was sold: one row per line of an order.';
comment on column sales_order_lines.order_id is 'The order the line belongs to.';
comment on column sales_order_lines.line_number is 'Position in the order, from 1; stays with the line.';
comment on column sales_order_lines.sku is 'SKU sold, spelled as in products; null for a line without one, which goes on fallback_item_id.';
comment on column sales_order_lines.description is 'Text for the document; null means the product''s name.';
comment on column sales_order_lines.quantity is 'Units sold, above 0.';
comment on column sales_order_lines.unit_price is 'Price of one unit, before tax; null when the line is an amount alone.';
comment on column sales_order_lines.amount is 'The line''s amount before tax, line discounts taken off.';
