{# Whether `figure` is still what a person saw, or less of it: no larger in size and of no other sign. #}
{% macro has_not_grown(figure, seen) -%}
    coalesce(
        {{ figure }} = 0
        or (abs({{ figure }}) <= abs({{ seen }}) and sign({{ figure }}) = sign({{ seen }})),
        {{ figure }} is null
    )
{%- endmacro %}
