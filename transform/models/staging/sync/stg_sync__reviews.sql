-- One row per decision of a person. Times are the database's.
select
    t.review_id,
    t.realm_id,
    t.verb,
    t.subject_type,
    t.subject_id,
    t.sku_key,
    t.base_version,
    {{ exact("t.figures ->> 'platform_residual'") }} as figure_platform_residual,
    {{ exact("t.figures ->> 'qbo_residual'") }} as figure_qbo_residual,
    {{ exact("t.figures ->> 'variance_quantity'") }} as figure_variance_quantity,
    {{ exact("t.figures ->> 'run_sku_count'") }} as figure_run_sku_count,
    {{ exact("t.figures ->> 'run_value'") }} as figure_run_value,
    t.qbo_id,
    t.actor,
    t.note,
    t.valid_until,
    t.created_at
from {{ source('sync', 'reviews') }} as t
