{# The key that two SKUs are compared by; null when nothing is left of it. #}
{% macro sku_key(expression) -%}
    sync.sku_key({{ expression }})
{%- endmacro %}
