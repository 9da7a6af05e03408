{# Rows of an outbox view: those of `outgoing` whose key the ledger does not know, or knows as rejected
   with another `input_hash` and not acknowledged. The hash covers the stream (an invoice that becomes
   a receipt has the same row) and the whole row, so nothing in it may depend on the session or the
   day: no time with a zone, no current date. #}
{% macro due_rows(stream, columns) -%}
    hashed as (
        select
            r.*,
            md5('{{ stream }}' || cast(to_jsonb(r) as text)) as input_hash
        from outgoing as r
    )

    select
        {% for column in columns -%}
            h.{{ column }},
        {% endfor -%}
        h.input_hash
    from hashed as h
    left join {{ ref('int_sources__ledger') }} as l
        on l.idempotency_key = h.idempotency_key
    where
        l.status is null
        or (l.status = 'rejected' and l.input_hash is distinct from h.input_hash and not l.is_acknowledged)
{%- endmacro %}

{# The sales forms that are due on one stream of the target. #}
{% macro due_sales_forms(stream) -%}
    with lines as (
        select
            l.idempotency_key,
            jsonb_agg(
                jsonb_build_object(
                    'item_id', l.item_id,
                    'sku', l.sku,
                    'description', l.description,
                    'quantity', l.quantity,
                    'unit_price', l.unit_price,
                    'amount', l.amount,
                    'is_stocked', l.is_stocked
                )
                order by l.line_number
            ) as lines
        from {{ ref('int_sources__document_lines') }} as l
        group by l.idempotency_key
    ),

    outgoing as (
        select
            d.idempotency_key,
            d.doc_number,
            d.txn_date,
            d.customer_id,
            d.customer_name,
            d.customer_email,
            l.lines,
            d.discount_amount,
            d.shipping_amount,
            d.tax_amount,
            d.total_amount,
            d.currency,
            d.exchange_rate,
            d.memo
        from {{ ref('int_sources__documents') }} as d
        inner join lines as l
            on l.idempotency_key = d.idempotency_key
        where d.stream = '{{ stream }}'
    ),

    {{ due_rows(stream, [
        'idempotency_key', 'doc_number', 'txn_date', 'customer_id', 'customer_name', 'customer_email', 'lines',
        'discount_amount', 'shipping_amount', 'tax_amount', 'total_amount', 'currency', 'exchange_rate', 'memo'
    ]) }}
{%- endmacro %}
