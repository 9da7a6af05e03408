{# The relation as the last build left it, none before the first one and while parsing. #}
{% macro earlier_build(relation) -%}
    {%- if execute and load_cached_relation(relation) is not none -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}
