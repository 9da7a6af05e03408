-- One row per side and raw SKU that counts as another SKU. Two rows for one spelling count as the smaller.
select
    s.side,
    s.raw_sku,
    {{ sku_key("min(s.sku)") }} as sku_key
from {{ ref('sku_mappings') }} as s
group by s.side, s.raw_sku
