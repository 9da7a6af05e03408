"""The ground every company stands on: accounts, tax, terms, payment methods, preferences.

Names and ids are those of Intuit's US sample company where it has them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.catalogue.account_types import CLASSIFICATIONS
from quickbooks_emulator.clock import date_text, second_text
from quickbooks_emulator.effects import SHOWS_LAST_WRITER, WRITER_ID
from quickbooks_emulator.store import Row, series_of

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company, Movement

USD = {"value": "USD", "name": "United States Dollar"}

ACCOUNTS = (
    ("1", "Services", "Income", "ServiceFeeIncome"),
    ("4", "Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("33", "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("34", "Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("35", "Checking", "Bank", "Checking"),
    ("41", "Mastercard", "Credit Card", "CreditCard"),
    ("60", "Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("79", "Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("80", "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("81", "Inventory Asset", "Other Current Asset", "Inventory"),
    ("84", "Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("86", "Discounts given", "Income", "DiscountsRefundsGiven"),
    ("90", "Board of Equalization Payable", "Other Current Liability", "SalesTaxPayable"),
    ("97", "Inventory Shrinkage", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
)

TERMS = (
    ("1", "Due on receipt", 0), ("2", "Net 15", 15), ("3", "Net 30", 30),
    ("4", "Net 60", 60), ("5", "Net 10", 10),
)  # fmt: skip

PAYMENT_METHODS = (
    ("1", "Cash", "NON_CREDIT_CARD"), ("2", "Check", "NON_CREDIT_CARD"),
    ("3", "Visa", "CREDIT_CARD"), ("4", "MasterCard", "CREDIT_CARD"),
    ("5", "Discover", "CREDIT_CARD"),
)  # fmt: skip

TAX_AGENCIES = (("1", "Arizona Dept. of Revenue"), ("2", "Board of Equalization"))
TAX_RATES = (
    ("1", "AZ State tax", "Sales Tax", "7.1", "1"), ("2", "Tucson City", "Sales Tax", "2", "1"),
    ("3", "California", "Sales Tax", "8", "2"),
)  # fmt: skip
TAX_CODES = (("2", "California", ("3",)), ("3", "Tucson", ("1", "2")))

ADJUSTMENT_ACCOUNT = "97"
DISCOUNT_ACCOUNT = "86"
UNDEPOSITED_FUNDS = "4"
CHECKING = "35"


def facts() -> JsonObject:
    """What users of an empty company need to know."""
    return {
        "adjustment_account_id": ADJUSTMENT_ACCOUNT,
        "discount_account_id": DISCOUNT_ACCOUNT,
        "deposit_account_id": UNDEPOSITED_FUNDS,
        "refund_account_id": CHECKING,
        "income_account_id": "79",
        "expense_account_id": "80",
        "asset_account_id": "81",
        "shipping_item_id": None,
        "tax_item_id": None,
        "fallback_item_id": None,
        "vendor_id": None,
        "stocked": [],
    }


def put(
    company: Company,
    entity: str,
    body: JsonObject,
    moment: int,
    *,
    created: int | None = None,
    token: str = "0",  # noqa: S107 - a SyncToken
    moves: tuple[Movement, ...] = (),
) -> None:
    """Store an object as it is, with its marks, past all rules; ids count on behind it."""
    born = moment if created is None else created
    meta: JsonObject = {"CreateTime": second_text(born), "LastUpdatedTime": second_text(moment)}
    if entity == "InventoryAdjustment":
        meta = {"LastUpdatedTime": date_text(moment)}
    if entity in SHOWS_LAST_WRITER:
        meta["LastModifiedByRef"] = {"value": WRITER_ID}
    marked = {"domain": "QBO", "sparse": False, "SyncToken": token, "MetaData": meta}
    company.put(entity, Row({**body, **marked}, born, moment, moves))
    series = series_of(entity)
    company.series[series] = max(company.series.get(series, 1), int(body["Id"]) + 1)


def plant(company: Company, now: int, *, has_accounts: bool = True) -> None:
    """Fill the lists every company has."""
    for account in ACCOUNTS if has_accounts else ():
        put_account(company, account, now)
    for object_id, name, days in TERMS:
        term = {
            "Id": object_id,
            "Name": name,
            "Active": True,
            "Type": "STANDARD",
            "DueDays": days,
            "DiscountDays": 0,
        }
        put(company, "Term", term, now)
    for object_id, name, kind in PAYMENT_METHODS:
        method = {"Id": object_id, "Name": name, "Active": True, "Type": kind}
        put(company, "PaymentMethod", method, now)
    _plant_tax(company, now)
    name = "Emulated Company" if has_accounts else "Craig's Design and Landscaping Services"
    put(company, "CompanyInfo", company_info(name), now)
    put(company, "Preferences", preferences(), now)


def put_account(company: Company, account: tuple[str, str, str, str], now: int) -> None:
    """One account (id, name, type, subtype) without a balance."""
    object_id, name, kind, subtype = account
    body = {
        "Id": object_id,
        "Name": name,
        "SubAccount": False,
        "FullyQualifiedName": name,
        "Active": True,
        "Classification": CLASSIFICATIONS[kind],
        "AccountType": kind,
        "AccountSubType": subtype,
        "CurrentBalance": 0,
        "CurrentBalanceWithSubAccounts": 0,
        "CurrencyRef": USD,
    }
    put(company, "Account", body, now)


def _plant_tax(company: Company, now: int) -> None:
    for object_id, name in TAX_AGENCIES:
        agency = {
            "Id": object_id,
            "DisplayName": name,
            "TaxTrackedOnPurchases": False,
            "TaxTrackedOnSales": True,
        }
        put(company, "TaxAgency", agency, now)
    names = {}
    for object_id, name, description, rate, agency_id in TAX_RATES:
        names[object_id] = name
        body = {
            "Id": object_id,
            "Name": name,
            "Description": description,
            "Active": True,
            "RateValue": Decimal(rate),
            "AgencyRef": {"value": agency_id},
            "SpecialTaxType": "NONE",
            "DisplayType": "ReadOnly",
        }
        put(company, "TaxRate", body, now)
    for object_id, name, rates in TAX_CODES:
        details = [
            {
                "TaxRateRef": {"value": rate, "name": names[rate]},
                "TaxTypeApplicable": "TaxOnAmount",
                "TaxOrder": 0,
            }
            for rate in rates
        ]
        code = {
            "Id": object_id,
            "Name": name,
            "Description": name,
            "Active": True,
            "Taxable": True,
            "TaxGroup": True,
            "SalesTaxRateList": {"TaxRateDetail": details},
            "PurchaseTaxRateList": {"TaxRateDetail": []},
        }
        put(company, "TaxCode", code, now)


def company_info(name: str = "Emulated Company") -> JsonObject:
    """CompanyInfo of a US company on the Plus plan."""
    address = {
        "Id": "1",
        "Line1": "123 Sierra Way",
        "City": "San Pablo",
        "Country": "USA",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "87999",
    }
    pairs = {
        "NeoEnabled": "true",
        "IndustryType": "Landscaping Services",
        "SubscriptionStatus": "PAID",
        "OfferingSku": "QuickBooks Online Plus",
        "PayrollFeature": "false",
        "AccountantFeature": "false",
        "ItemCategoriesFeature": "true",
    }
    return {
        "Id": "1",
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "PrimaryPhone": {},
        "CompanyStartDate": "2026-03-31",
        "FiscalYearStartMonth": "January",
        "Country": "US",
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "DefaultTimeZone": "America/Los_Angeles",
        "NameValue": [{"Name": key, "Value": value} for key, value in pairs.items()],
    }


def preferences() -> JsonObject:
    """Preferences of a company that tracks stock and numbers its documents itself."""
    return {
        "Id": "1",
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January",
            "UseAccountNumbers": False,
            "TaxYearMonth": "January",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "TrackDepartments": False,
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": True,
            "AllowDeposit": False,
            "AllowDiscount": True,
            "DefaultDiscountAccount": DISCOUNT_ACCOUNT,
            "AllowEstimates": True,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "AutoApplyCredit": False,
            "DefaultTerms": {"value": "3"},
            "CustomField": [],
        },
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
        "TaxPrefs": {"UsingSalesTax": True, "TaxGroupCodeRef": {"value": "2"}},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultItem", "Value": "1"}]},
    }
