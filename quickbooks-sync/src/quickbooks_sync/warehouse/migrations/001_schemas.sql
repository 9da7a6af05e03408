-- Every schema of the warehouse. dbt fills the last five.
create schema if not exists quickbooks;
create schema if not exists platform;
create schema if not exists sync;
create schema if not exists staging;
create schema if not exists intermediate;
create schema if not exists marts;
create schema if not exists outbox;
create schema if not exists bi;

comment on schema quickbooks is 'Raw records of QuickBooks Online, one table per stream of tap-quickbooks.';
comment on schema platform is 'The selling platform''s side: tables or views that the platform fills.';
comment on schema sync is 'Operational state that no rebuild may lose: back this schema up.';
comment on schema staging is 'Raw tables renamed and typed, and the seeds. Built by dbt.';
comment on schema intermediate is 'Steps between staging and marts. Built by dbt.';
comment on schema marts is 'Tables that answer a question. Built by dbt.';
comment on schema outbox is 'What is due to be written to QuickBooks, in the target''s input shape. Built by dbt.';
comment on schema bi is 'Thin views for dashboards, the only schema they read. Built by dbt.';
