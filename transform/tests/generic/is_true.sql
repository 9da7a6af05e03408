{# `expression` is true for every row: false and null both fail. #}
{% test is_true(model, expression, column_name=none) %}
    select *
    from {{ model }}
    where ({{ expression }}) is distinct from true
{% endtest %}
