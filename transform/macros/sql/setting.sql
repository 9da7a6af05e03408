{# A setting's text as the last `begin` wrote it, or `default` (SQL) when it is absent or blank. #}
{% macro setting(name, default='null') -%}
    coalesce(
        (
            select nullif(trim(setting.value), '')
            from {{ ref('stg_sync__settings') }} as setting
            where setting.name = '{{ name }}'
        ),
        {{ default }}
    )
{%- endmacro %}
