{#
    A view that other programs may read while it is rebuilt. dbt's own view materialization
    renames and drops with cascade, which takes every live view above it away; this one
    replaces the view in place. Only when its columns changed in a way that PostgreSQL cannot
    replace is it dropped with what stands on it, in the same transaction: the live views above
    come back in the same run, since they are built after it.
#}
{% materialization live_view, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set grant_config = config.get('grants') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if existing is not none and not existing.is_view %}
        {{ adapter.drop_relation(existing) }}
    {% endif %}

    {% call statement('main') -%}
        {{ replace_view(target_relation, sql) }}
    {%- endcall %}

    {% do apply_grants(target_relation, grant_config, should_revoke=True) %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro replace_view(relation, sql) %}
    {% if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(sql) }}
    {% endif %}
    do $live_view$
    begin
        create or replace view {{ relation }} as
        {{ sql }}
        ;
    exception when invalid_table_definition then
        drop view {{ relation }} cascade;
        create view {{ relation }} as
        {{ sql }}
        ;
    end
    $live_view$
{% endmacro %}
