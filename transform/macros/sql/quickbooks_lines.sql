{# The lines of a stream's documents with their items. `detail` names the member that holds the
   item. A bundle's line is followed by its parts (`part_number` from 1), which carry the stock. #}
{% macro quickbooks_lines(stream, document_key, detail) -%}
    select
        d.realm_id,
        d.id as {{ document_key }},
        cast(l.line_number as integer) as line_number,
        cast(p.part_number as integer) as part_number,
        p.line ->> 'DetailType' as detail_type,
        coalesce(
            p.line #>> '{ {{- detail }},ItemRef,value}', p.line #>> '{GroupLineDetail,GroupItemRef,value}'
        ) as item_id,
        p.line ->> 'Description' as description,
        {{ exact("coalesce(p.line #>> '{" ~ detail ~ ",Qty}', p.line #>> '{GroupLineDetail,Quantity}')") }}
            as quantity,
        {{ exact("p.line #>> '{" ~ detail ~ ",UnitPrice}'") }} as unit_price,
        {{ exact("p.line ->> 'Amount'") }} as amount,
        d.last_updated_at
    from {{ source('quickbooks', stream) }} as d
    cross join lateral jsonb_array_elements(d.document -> 'Line') with ordinality as l (line, line_number)
    cross join lateral (
        select
            l.line,
            0 as part_number
        union all
        select
            g.line,
            g.part_number
        from jsonb_array_elements(l.line #> '{GroupLineDetail,Line}') with ordinality as g (line, part_number)
    ) as p
    where not d.is_deleted
{%- endmacro %}
