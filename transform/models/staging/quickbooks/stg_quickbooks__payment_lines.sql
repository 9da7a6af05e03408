-- One row per document that a line of a payment is applied to. Amounts in the payment's currency, positive.
select
    d.realm_id,
    d.id as payment_id,
    cast(l.line_number as integer) as line_number,
    cast(t.link_number as integer) as link_number,
    t.link ->> 'TxnType' as applied_to_type,
    t.link ->> 'TxnId' as applied_to_id,
    {{ exact("l.line ->> 'Amount'") }} as applied_amount,
    d.last_updated_at
from {{ source('quickbooks', 'payments') }} as d
cross join lateral jsonb_array_elements(d.document -> 'Line') with ordinality as l (line, line_number)
cross join lateral jsonb_array_elements(l.line -> 'LinkedTxn') with ordinality as t (link, link_number)
where not d.is_deleted
