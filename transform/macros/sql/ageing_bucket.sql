{# The bucket an open amount falls into; due today is not overdue yet. #}
{% macro ageing_bucket(days_past_due) -%}
    case
        when {{ days_past_due }} is null then 'no_due_date'
        when {{ days_past_due }} <= 0 then 'current'
        when {{ days_past_due }} <= 30 then 'days_1_30'
        when {{ days_past_due }} <= 60 then 'days_31_60'
        when {{ days_past_due }} <= 90 then 'days_61_90'
        else 'days_91_plus'
    end
{%- endmacro %}
