-- One row per row ever handed to the target, with its document and what people decided about it.
with decisions as (
    -- Only a later `retry` takes an `acknowledge` back.
    select
        -- A person names the command; the ledger knows it by the key that it went out under.
        case r.subject_type when 'command' then 'adjustment:' || r.subject_id else r.subject_id end
            as idempotency_key,
        max(case when r.verb = 'acknowledge' then r.review_id end) as acknowledged,
        max(case when r.verb = 'retry' then r.review_id end) as retried
    from {{ ref('stg_sync__reviews') }} as r
    where r.subject_type in ('row', 'command') and r.verb in ('acknowledge', 'retry')
    group by 1
),

undone as (
    select r.idempotency_key
    from {{ ref('stg_sync__ledger_rows') }} as r
    where r.idempotency_key like 'undo:%' and r.status in ('pending', 'posted')
)

select
    r.realm_id,
    r.idempotency_key,
    case
        when r.idempotency_key ~ '^(order|payment|refund|cancel|customer|adjustment|undo):'
            then split_part(r.idempotency_key, ':', 1)
        else 'external'
    end as kind,
    case
        when r.idempotency_key ~ '^(order|payment|refund|cancel|customer|adjustment|undo):'
            then substr(r.idempotency_key, strpos(r.idempotency_key, ':') + 1)
    end as platform_id,
    r.stream,
    r.input_hash,
    r.status,
    r.document_id,
    r.error_code,
    r.error_detail,
    r.attempts,
    r.created_at,
    r.updated_at,
    r.total_amount,
    r.discount_amount,
    r.shipping_amount,
    r.tax_amount,
    d.qbo_type,
    d.qbo_id,
    d.doc_number,
    d.customer_id,
    d.sent_at,
    d.posted_at,
    {{ exact("d.total_amount") }} as qbo_total_amount,
    d.error_code as document_error_code,
    d.error_detail as document_error_detail,
    coalesce(d.status = 'undone', false) or u.idempotency_key is not null as is_undone,
    -- QuickBooks has the document, or may have it.
    r.status in ('pending', 'posted')
    and (d.status is distinct from 'undone')
    and u.idempotency_key is null as is_handed,
    v.acknowledged is not null and (v.retried is null or v.retried < v.acknowledged) as is_acknowledged
from {{ ref('stg_sync__ledger_rows') }} as r
left join {{ ref('stg_sync__documents') }} as d
    on d.document_id = r.document_id
left join decisions as v
    on v.idempotency_key = r.idempotency_key
left join undone as u
    on u.idempotency_key = 'undo:' || r.document_id
