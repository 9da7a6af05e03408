-- One row per company: the preferences that decide what may be written.
select
    d.realm_id,
    d.document #>> '{CurrencyPrefs,HomeCurrency,value}' as home_currency,
    coalesce(cast(d.document #>> '{CurrencyPrefs,MultiCurrencyEnabled}' as boolean), false)
        as is_multi_currency,
    cast(d.document #>> '{AccountingInfoPrefs,BookCloseDate}' as date) as book_close_date,
    cast(d.document #>> '{ProductAndServicesPrefs,QuantityOnHand}' as boolean) as tracks_quantity,
    coalesce(cast(d.document #>> '{TaxPrefs,PartnerTaxEnabled}' as boolean), false)
        as is_tax_automated,
    coalesce(cast(d.document #>> '{SalesFormsPrefs,AutoApplyCredit}' as boolean), false)
        as is_credit_applied_automatically,
    d.read_at,
    d.last_updated_at
from {{ source('quickbooks', 'preferences') }} as d
where not d.is_deleted
