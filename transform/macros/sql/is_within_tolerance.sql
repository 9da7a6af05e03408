{# Whether `variance` is within tolerance: |variance| <= max(units, fraction x |basis|), inclusive.
   Exact on numerics, nothing divides; null where the variance or the basis is null. #}
{% macro is_within_tolerance(variance, basis, tolerance_fraction, tolerance_units) -%}
    abs({{ variance }}) <= greatest({{ tolerance_units }}, {{ tolerance_fraction }} * abs({{ basis }}))
{%- endmacro %}
