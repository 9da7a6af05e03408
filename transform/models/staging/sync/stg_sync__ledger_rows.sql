-- One row per row ever handed to the target (realm and idempotency key). Amounts as handed over, in the row's currency.
select
    r.realm_id,
    r.idempotency_key,
    r.stream,
    r.input_hash,
    r.status,
    r.document_id,
    r.error_code,
    r.error_detail,
    r.attempts,
    r.created_at,
    r.updated_at,
    {{ exact("r.input ->> 'total_amount'") }} as total_amount,
    {{ exact("coalesce(r.input ->> 'discount_amount', '0')") }} as discount_amount,
    {{ exact("coalesce(r.input ->> 'shipping_amount', '0')") }} as shipping_amount,
    {{ exact("coalesce(r.input ->> 'tax_amount', '0')") }} as tax_amount
from {{ source('sync', 'ledger_rows') }} as r
