-- One row per refund of the platform. Amounts positive, in the refund's own currency; times in UTC.
select
    r.refund_id,
    r.order_id,
    r.refunded_at,
    r.currency,
    {{ exact("r.exchange_rate") }} as exchange_rate,
    {{ exact("r.subtotal") }} as subtotal,
    {{ exact("coalesce(r.discount_amount, 0)") }} as discount_amount,
    {{ exact("coalesce(r.shipping_amount, 0)") }} as shipping_amount,
    {{ exact("coalesce(r.tax_amount, 0)") }} as tax_amount,
    {{ exact("r.total_amount") }} as total_amount,
    r.updated_at
from {{ source('platform', 'refunds') }} as r
