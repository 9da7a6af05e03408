{# A name as QuickBooks takes it: no colon, tab or line break, blanks single; null when nothing is left.
   Source: Intuit, Accounting API, "Customer" (read 2026-11). #}
{% macro customer_name(expression) -%}
    nullif(trim(regexp_replace(replace({{ expression }}, ':', ' - '), '\s+', ' ', 'g')), '')
{%- endmacro %}
