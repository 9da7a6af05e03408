create table refunds (
    refund_id       text           not null primary key,
    order_id        text           not null,
    refunded_at     timestamptz    not null,
    currency        text,
    exchange_rate   numeric(28, 6),
    subtotal        numeric(28, 6) not null,
    discount_amount numeric(28, 6) not null default 0,
    shipping_amount numeric(28, 6) not null default 0,
    tax_amount      numeric(28, 6) not null default 0,
    total_amount    numeric(28, 6) not null,
    updated_at      timestamptz    default now()
);
create index refunds_order_id on refunds (order_id);
comment on table refunds is 'One row per refund of an order, of the whole or of a part. All amounts are positive.';
comment on column refunds.refund_id is 'Your own id of the refund. Never reused.';
comment on column refunds.order_id is 'The order that was refunded; the refund waits until that order is posted.';
comment on column refunds.refunded_at is 'When the money was given back; its date is the date of the document.';
comment on column refunds.currency is 'ISO code such as USD; null means the company''s own currency.';
comment on column refunds.exchange_rate is 'Units of the company''s currency for one of this currency; null for the company''s own.';
comment on column refunds.subtotal is 'Sum of the lines'' amounts, before discount, shipping and tax.';
comment on column refunds.discount_amount is 'The part of the order''s discount that is taken back; 0 when none.';
comment on column refunds.shipping_amount is 'Shipping given back; 0 when none.';
comment on column refunds.tax_amount is 'Sales tax given back; 0 when none.';
comment on column refunds.total_amount is 'What the buyer gets back: subtotal - discount_amount + shipping_amount + tax_amount.';
comment on column refunds.updated_at is 'When the row or its lines last changed, with its time zone.';
