-- One raw table per stream of tap-quickbooks in its `document` shape. `document` is the
-- entity's own JSON text: jsonb keeps its numbers exact.
do $$
declare
    stream text;
begin
    foreach stream in array array[
        'accounts', 'bill_payments', 'bills', 'classes', 'company_info', 'credit_memos',
        'customers', 'departments', 'deposits', 'employees', 'estimates',
        'inventory_adjustments', 'invoices', 'items', 'journal_entries', 'payment_methods',
        'payments', 'preferences', 'purchase_orders', 'purchases', 'refund_receipts',
        'sales_receipts', 'tax_agencies', 'tax_codes', 'tax_rates', 'terms', 'transfers',
        'vendor_credits', 'vendors'
    ]
    loop
        execute format(
            'create table if not exists quickbooks.%I (
                realm_id        text        not null,
                id              text        not null,
                sync_token      text,
                last_updated_at timestamptz,
                is_deleted      boolean     not null default false,
                read_at         timestamptz,
                document        jsonb,
                primary key (realm_id, id)
            )', stream);
        execute format(
            'comment on table quickbooks.%I is %L', stream,
            'Raw records of the stream ' || stream || ', the latest version of each.');
        execute format(
            'comment on column quickbooks.%I.read_at is %L', stream,
            'QuickBooks'' own time of the answer the record came in.');
        execute format(
            'comment on column quickbooks.%I.is_deleted is %L', stream,
            'True once QuickBooks reported the record deleted; the document is then a stub.');
    end loop;
end
$$;

create table if not exists quickbooks.extractions (
    realm_id         text not null,
    run_id           text not null,
    stream           text not null,
    mode             text not null,
    complete_through timestamptz,
    records          bigint,
    deletions        bigint,
    requests         bigint,
    metered_requests bigint,
    throttled        bigint,
    retried          bigint,
    refreshed        bigint,
    started_at       timestamptz,
    finished_at      timestamptz,
    primary key (realm_id, run_id, stream, mode)
);

comment on table quickbooks.extractions is
    'The tap''s own account: one row per run, stream and way of reading (full, query, cdc, quantities).';
comment on column quickbooks.extractions.run_id is 'Made by the tap at its start; one per invocation.';
comment on column quickbooks.extractions.complete_through is
    'QuickBooks'' time up to which every change is loaded; null when the stream failed or was cut.';

create index if not exists extractions_finished_at on quickbooks.extractions (realm_id, finished_at);
