create table feeds (
    feed             text not null primary key,
    complete_through timestamptz
);
comment on table feeds is 'Only for a platform that is loaded from elsewhere: how far each feed is complete. Leave empty otherwise.';
comment on column feeds.feed is 'Name of a table of this schema, such as inventory_levels or sales_orders.';
comment on column feeds.complete_through is 'Everything up to this moment is loaded; null while nothing is, and then no snapshot is accepted.';
