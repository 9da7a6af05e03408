"""Tax codes, rates and agencies.

Change data capture leaves these out (Intuit, "Change data capture"): they are read whole, at most
every `reference_refresh_hours`.
"""

from __future__ import annotations

from singer_sdk import typing as th

from tap_quickbooks.entity import EntityStream
from tap_quickbooks.schemas import (
    NAME_LIST,
    TAX_RATE_LIST,
    day,
    flag,
    listing,
    number,
    part,
    ref,
    text,
)


class TaxCodes(EntityStream):
    """One record per tax code `Id`. Source: Intuit, Accounting API, "TaxCode"."""

    name = "tax_codes"
    entity = "TaxCode"
    fields = (
        *NAME_LIST,
        text("Name", "Its name"),
        text("Description", "Description"),
        flag("Taxable", "Whether it taxes"),
        flag("TaxGroup", "Whether it has several rates"),
        flag("Hidden", "Whether forms offer it"),
        text("TaxCodeConfigType", "Who made it"),
        part("SalesTaxRateList", TAX_RATE_LIST, "Rates on sales"),
        part("PurchaseTaxRateList", TAX_RATE_LIST, "Rates on purchases"),
    )


class TaxRates(EntityStream):
    """One record per tax rate `Id`. Source: Intuit, Accounting API, "TaxRate"."""

    name = "tax_rates"
    entity = "TaxRate"
    fields = (
        *NAME_LIST,
        text("Name", "Its name"),
        text("Description", "Description"),
        number("RateValue", "In per cent"),
        ref("AgencyRef", "Whom it is paid to"),
        ref("TaxReturnLineRef", "Line of the tax return"),
        text("SpecialTaxType", "Kind"),
        text("DisplayType", "How it is shown"),
        listing(
            "EffectiveTaxRate",
            th.ObjectType(
                number("RateValue", "In per cent"),
                day("EffectiveDate", "From"),
                day("EndDate", "Until"),
            ),
            "The rate over time",
        ),
    )


class TaxAgencies(EntityStream):
    """One record per tax agency `Id`. Source: Intuit, Accounting API, "TaxAgency"."""

    name = "tax_agencies"
    entity = "TaxAgency"
    fields = (
        text("DisplayName", "Its name"),
        flag("TaxTrackedOnSales", "Whether it taxes sales"),
        flag("TaxTrackedOnPurchases", "Whether it taxes purchases"),
        text("TaxRegistrationNumber", "Our number with it"),
        day("LastFileDate", "Last return"),
        text("TaxAgencyConfig", "Who made it"),
    )
