-- One row per source and SKU as this build found them: D and the state, worked out once. Base units, signed.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

select
    f.realm_id,
    f.source_id,
    f.kind,
    f.sku_key,
    f.document_effect,
    f.state,
    f.is_before_sales_from
from {{ ref('int_sources__effects') }} as f
-- What is posted speaks through the ledger; only sales from before the first one have no row there.
where f.is_before_sales_from or f.state not in ('posted', 'pending')
