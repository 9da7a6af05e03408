-- One row: the settings that sources and outbox need, typed, each with its default.
with given as (
    select
        coalesce(
            {{ setting('time_zone') }},
            (select min(c.time_zone) from {{ ref('stg_quickbooks__company_info') }} as c),
            'UTC'
        ) as time_zone,
        {{ setting('sales_from') }} as sales_from
)

select
    {{ setting('realm_id') }} as realm_id,
    g.time_zone,
    -- A date, or a time without its zone, is meant in the company's time zone.
    case
        when g.sales_from ~ ':.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$' then cast(g.sales_from as timestamptz)
        else cast(g.sales_from as timestamp) at time zone g.time_zone
    end as sales_from,
    {{ setting('customer_mode', "'channel'") }} as customer_mode,
    {{ setting('tax_mode', "'line'") }} as tax_mode,
    {{ setting('fallback_item_id') }} as fallback_item_id,
    {{ setting('shipping_item_id') }} as shipping_item_id,
    {{ setting('tax_item_id') }} as tax_item_id,
    {{ setting('adjustment_account_id') }} as adjustment_account_id,
    {{ setting('refund_account_id') }} as refund_account_id,
    (select min(p.home_currency) from {{ ref('stg_quickbooks__preferences') }} as p) as home_currency
from given as g
