{# `columns` together name a row: none of them is null, and no two rows share them. One query, where
   `not_null` and `unique` of every column would be several. #}
{% test is_key(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_found
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {% for column in columns -%}
            or {{ column }} is null
        {% endfor %}
{% endtest %}
