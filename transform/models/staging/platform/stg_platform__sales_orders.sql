-- One row per order of the platform. Amounts in the order's own currency; times in UTC.
select
    o.order_id,
    o.order_number,
    o.channel,
    o.ordered_at,
    o.stock_moved_at,
    o.status,
    o.paid_at,
    o.cancelled_at,
    o.customer_name,
    o.customer_email,
    o.currency,
    {{ exact("o.exchange_rate") }} as exchange_rate,
    {{ exact("o.subtotal") }} as subtotal,
    {{ exact("coalesce(o.discount_amount, 0)") }} as discount_amount,
    {{ exact("coalesce(o.shipping_amount, 0)") }} as shipping_amount,
    {{ exact("coalesce(o.tax_amount, 0)") }} as tax_amount,
    {{ exact("o.total_amount") }} as total_amount,
    o.updated_at
from {{ source('platform', 'sales_orders') }} as o
