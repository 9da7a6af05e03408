create table sales_orders (
    order_id        text           not null primary key,
    order_number    text,
    channel         text,
    ordered_at      timestamptz    not null,
    stock_moved_at  timestamptz,
    status          text           not null,
    paid_at         timestamptz,
    cancelled_at    timestamptz,
    customer_name   text,
    customer_email  text,
    currency        text,
    exchange_rate   numeric(28, 6),
    subtotal        numeric(28, 6) not null,
    discount_amount numeric(28, 6) not null default 0,
    shipping_amount numeric(28, 6) not null default 0,
    tax_amount      numeric(28, 6) not null default 0,
    total_amount    numeric(28, 6) not null,
    updated_at      timestamptz    default now(),
    constraint sales_orders_status check (status in ('paid', 'unpaid', 'cancelled'))
);
create index sales_orders_updated_at on sales_orders (updated_at);
comment on table sales_orders is 'One row per sale. It goes to QuickBooks once its lines are there and its amounts add up; until then it waits.';
comment on column sales_orders.order_id is 'Your own id of the order. Never reused: it is what keeps a sale from being posted twice.';
comment on column sales_orders.order_number is 'The number people know the order by; null means order_id.';
comment on column sales_orders.channel is 'Where it was sold, such as web, shop or a marketplace; names the customer in QuickBooks when customer_mode is channel.';
comment on column sales_orders.ordered_at is 'When the sale was made; its date is the date of the document.';
comment on column sales_orders.stock_moved_at is 'When its units left inventory_levels: at the sale or at fulfilment, as you do it. Null while they have not.';
comment on column sales_orders.status is 'paid (becomes a sales receipt), unpaid (becomes an invoice) or cancelled.';
comment on column sales_orders.paid_at is 'When it was paid; null while it is not. An invoice paid later becomes a payment of this date.';
comment on column sales_orders.cancelled_at is 'When it was cancelled; null otherwise.';
comment on column sales_orders.customer_name is 'The buyer; used when customer_mode is buyer. May be null.';
comment on column sales_orders.customer_email is 'The buyer''s e-mail address, which finds the customer before the name does. May be null.';
comment on column sales_orders.currency is 'ISO code such as USD; null means the company''s own currency.';
comment on column sales_orders.exchange_rate is 'Units of the company''s currency for one of this currency; null for the company''s own.';
comment on column sales_orders.subtotal is 'Sum of the lines'' amounts, before discount, shipping and tax.';
comment on column sales_orders.discount_amount is 'Discount on the whole order as a positive amount; 0 when none.';
comment on column sales_orders.shipping_amount is 'Shipping charged to the buyer, without tax; 0 when none.';
comment on column sales_orders.tax_amount is 'Sales tax charged; 0 when none.';
comment on column sales_orders.total_amount is 'What the buyer pays: subtotal - discount_amount + shipping_amount + tax_amount.';
comment on column sales_orders.updated_at is 'When the row or its lines last changed, with its time zone.';
