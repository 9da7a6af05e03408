{# A quantity, price or amount: exact, never a float. Every numeric column ends in this type,
   which also keeps a live view's columns the same from build to build. #}
{% macro exact(expression) -%}
    cast({{ expression }} as numeric(28, 6))
{%- endmacro %}
