-- One row per company.
select
    d.realm_id,
    d.document ->> 'CompanyName' as company_name,
    d.document ->> 'LegalName' as legal_name,
    d.document ->> 'Country' as country,
    d.document ->> 'DefaultTimeZone' as time_zone,
    (
        select min(pair ->> 'Value')
        from jsonb_array_elements(d.document -> 'NameValue') as pair
        where pair ->> 'Name' = 'OfferingSku'
    ) as plan,
    d.read_at,
    d.last_updated_at
from {{ source('quickbooks', 'company_info') }} as d
where not d.is_deleted
