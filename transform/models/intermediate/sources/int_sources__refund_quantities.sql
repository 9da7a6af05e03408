-- One row per refund and SKU key ('' for lines without stock): what was given back of the sale. Quantities in base units.
select
    p.platform_id as refund_id,
    coalesce(p.sku_key, '') as sku_key,
    {{ exact("sum(p.quantity)") }} as quantity,
    {{ exact("sum(p.quantity_restocked)") }} as quantity_restocked,
    {{ exact("sum(p.amount)") }} as amount
from {{ ref('int_sources__line_parts') }} as p
where p.kind = 'refund'
group by p.platform_id, coalesce(p.sku_key, '')
