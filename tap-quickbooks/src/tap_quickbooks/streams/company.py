"""The company itself: one record each."""

from __future__ import annotations

from singer_sdk import typing as th

from tap_quickbooks.entity import EntityStream
from tap_quickbooks.schemas import ADDRESS, EMAIL, NAME_VALUE, PHONE, WEB, day, listing, part, text

_GROUP = th.ObjectType(additional_properties=True)


class CompanyInfo(EntityStream):
    """One record: names, addresses, time zone and plan of the company.

    Source: Intuit, Accounting API, "CompanyInfo".
    """

    name = "company_info"
    entity = "CompanyInfo"
    fields = (
        text("CompanyName", "Its name"),
        text("LegalName", "Its legal name"),
        part("CompanyAddr", ADDRESS, "Address"),
        part("LegalAddr", ADDRESS, "Legal address"),
        part("CustomerCommunicationAddr", ADDRESS, "Address for customers"),
        text("Country", "Country"),
        part("Email", EMAIL, "E-mail"),
        part("CustomerCommunicationEmailAddr", EMAIL, "E-mail for customers"),
        part("WebAddr", WEB, "Web page"),
        part("PrimaryPhone", PHONE, "Telephone"),
        day("CompanyStartDate", "When it began to use QuickBooks"),
        text("FiscalYearStartMonth", "First month of its year"),
        text("SupportedLanguages", "Languages"),
        text("EmployerId", "Its number with the tax office"),
        text("DefaultTimeZone", "Its time zone"),
        listing("NameValue", NAME_VALUE, "Plan and features, such as OfferingSku"),
    )


class Preferences(EntityStream):
    """One record: the settings that decide how documents behave.

    Source: Intuit, Accounting API, "Preferences".
    """

    name = "preferences"
    entity = "Preferences"
    fields = (
        part("AccountingInfoPrefs", _GROUP, "Closing date, fiscal year, classes and locations"),
        part("ProductAndServicesPrefs", _GROUP, "Whether inventory is tracked"),
        part("SalesFormsPrefs", _GROUP, "Numbers, discounts, shipping, deposits on sales forms"),
        part("EmailMessagesPrefs", _GROUP, "Texts of e-mails"),
        part("VendorAndPurchasesPrefs", _GROUP, "Purchases"),
        part("TimeTrackingPrefs", _GROUP, "Time tracking"),
        part("TaxPrefs", _GROUP, "Sales tax"),
        part("CurrencyPrefs", _GROUP, "Home currency, multicurrency"),
        part("ReportPrefs", _GROUP, "Accrual or cash"),
        part("OtherPrefs", _GROUP, "Pairs of names and values"),
    )
