"""Name lists: names, parents, what goes inactive. Intuit: reference pages, "Error codes"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

ADDRESS = {"Line1": "12 Larch St", "City": "San Pablo", "PostalCode": "87999"}


def marks(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Id": body["Id"], "SyncToken": body["SyncToken"], "sparse": True, **more}


def test_a_new_customer_is_filled(caller: Caller) -> None:
    """
    Source: recorded answer to a create, May 2026.
    """
    sent = {
        "DisplayName": "Test Customer", "GivenName": "Maya", "FamilyName": "Low",
        "BillAddr": ADDRESS,
    }  # fmt: skip

    stored = caller.create("Customer", sent)

    address = stored.pop("BillAddr")
    assert ADDRESS == {name: address[name] for name in ADDRESS}
    assert address["Id"].isdecimal()
    del stored["MetaData"], stored["Id"]
    assert {
        "Taxable": True, "Job": False, "BillWithParent": False, "Balance": 0, "BalanceWithJobs": 0,
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "PreferredDeliveryMethod": "Print", "IsProject": False, "domain": "QBO", "sparse": False,
        "SyncToken": "0", "GivenName": "Maya", "FamilyName": "Low", "DisplayName": "Test Customer",
        "FullyQualifiedName": "Test Customer", "PrintOnCheckName": "Maya Low", "Active": True,
        "DefaultTaxCodeRef": {"value": "2"},
    } == stored  # fmt: skip


def test_a_new_vendor_is_filled(caller: Caller) -> None:
    """
    Source: recorded answer to a create, May 2026.
    """
    stored = caller.create("Vendor", {"DisplayName": "Acme Wholesale", "CompanyName": "Acme Inc"})

    assert stored.pop("V4IDPseudonym").startswith("002098")
    del stored["MetaData"], stored["Id"]
    assert {
        "Balance": 0, "BillRate": 0, "CostRate": 0, "Vendor1099": False,
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"}, "domain": "QBO",
        "sparse": False, "SyncToken": "0", "CompanyName": "Acme Inc",
        "DisplayName": "Acme Wholesale", "PrintOnCheckName": "Acme Inc", "Active": True,
    } == stored  # fmt: skip


def test_a_new_account_is_filled(caller: Caller) -> None:
    """
    Detail type and classification follow the type; the answer to the creation has no time of the
    last update, reading it has. Source: recorded answer to a create, May 2026.
    """
    stored = caller.create("Account", {"Name": "Till", "AccountType": "Bank"})

    assert ("CashOnHand", "Asset", False, 0) == (
        stored["AccountSubType"],
        stored["Classification"],
        stored["SubAccount"],
        stored["CurrentBalance"],
    )
    assert ["CreateTime"] == list(stored["MetaData"])
    read = caller.send("GET", f"account/{stored['Id']}").json()["Account"]
    assert {"CreateTime", "LastUpdatedTime"} == set(read["MetaData"])


def test_an_account_takes_its_type_from_its_detail_type(caller: Caller) -> None:
    """
    Source: Intuit, "Account" (AccountType or AccountSubType).
    """
    stored = caller.create("Account", {"Name": "Fuel", "AccountSubType": "GasAndFuel"})

    assert ("Other Expense", "Expense") == (stored["AccountType"], stored["Classification"])


def test_a_new_service_is_filled(caller: Caller) -> None:
    """
    Source: recorded answer to a create, May 2026; DeferredRevenue is in single answers alone.
    """
    body = {"Name": "Mowing", "Type": "Service", "IncomeAccountRef": {"value": "79"}}

    stored = caller.create("Item", body)

    number = stored.pop("Id")
    del stored["MetaData"]
    assert {
        "Name": "Mowing", "Active": True, "FullyQualifiedName": "Mowing", "Taxable": False,
        "UnitPrice": 0, "Type": "Service", "PurchaseCost": 0, "TrackQtyOnHand": False,
        "IncomeAccountRef": {"value": "79", "name": "Sales of Product Income"},
        "DeferredRevenue": False, "domain": "QBO", "sparse": False, "SyncToken": "0",
    } == stored  # fmt: skip
    assert "DeferredRevenue" not in caller.rows("Item", f"where Id = '{number}'")[0]


def test_an_inactive_name_keeps_its_suffix(caller: Caller, emulator: Emulator) -> None:
    """
    A second one of the name is " (deleted 1)"; nothing else changes while it is inactive (6000),
    and made active again it keeps the suffix.
    Source: Intuit, "Customer" (Active); recorded answers; reports of integrators.
    """
    first = caller.create("Customer", {"DisplayName": "Ada"})
    gone = caller.create("Customer", marks(first, Active=False))
    second = caller.create("Customer", {"DisplayName": "Ada"})
    assert (400, "6000") == caller.fault("Customer", marks(gone, Notes="x"))

    gone_too = caller.create("Customer", marks(second, Active=False))
    back = caller.create("Customer", marks(gone, Active=True))

    assert ["Ada (deleted)", "Ada (deleted 1)", "Ada (deleted)"] == [
        gone["DisplayName"],
        gone_too["DisplayName"],
        back["DisplayName"],
    ]
    named = caller.create("Customer", marks(back, DisplayName="Ada"))
    assert ("Ada", True) == (named["FullyQualifiedName"], named["Active"])


def test_an_account_with_a_balance_stays(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    6220 for a customer who owes, 800 for one with active jobs.
    Source: Intuit, "Error codes" (800, 6220).
    """
    emulator.create("Invoice", shop.invoice())
    debtor = caller.rows("Customer")[0]
    assert (400, "6220") == caller.fault("Customer", marks(debtor, Active=False))
    emulator.switch(inactive_with_balance="allowed")
    assert "Ada (deleted)" == caller.create("Customer", marks(debtor, Active=False))["DisplayName"]

    parent = caller.create("Customer", {"DisplayName": "Bea"})
    job = {"DisplayName": "Roof", "Job": True, "ParentRef": {"value": parent["Id"]}}
    child = caller.create("Customer", job)
    assert (400, "800") == caller.fault("Customer", marks(parent, Active=False))

    caller.create("Customer", marks(child, Active=False))
    assert caller.create("Customer", marks(parent, Active=False))["Active"] is False


def test_a_job_is_named_under_its_customer(caller: Caller) -> None:
    """
    The parent comes back as a bare value; another customer may have a job of that name.
    Source: Intuit, "Customer"; recorded rows.
    """
    parent = caller.create("Customer", {"DisplayName": "Bea"})
    other = caller.create("Customer", {"DisplayName": "Cyd"})
    job = {"DisplayName": "Roof", "ParentRef": {"value": parent["Id"]}}

    child = caller.create("Customer", job)

    assert ("Bea:Roof", True, 1, {"value": parent["Id"]}) == (
        child["FullyQualifiedName"],
        child["Job"],
        child["Level"],
        child["ParentRef"],
    )
    assert (400, "6240") == caller.fault("Customer", job)
    caller.create("Customer", {**job, "ParentRef": {"value": other["Id"]}})


def test_the_name_on_checks_follows_the_name(caller: Caller) -> None:
    """
    Unless somebody wrote another. Source: recorded updates, 2020 and 2026.
    """
    plain = caller.create("Customer", {"DisplayName": "Jane Doe"})
    firm = caller.create("Customer", {"DisplayName": "Amy", "CompanyName": "Amy's Birds"})

    assert (
        "Jack Moe"
        == (caller.create("Customer", marks(plain, DisplayName="Jack Moe"))["PrintOnCheckName"])
    )
    assert (
        "Amy's Birds"
        == (caller.create("Customer", marks(firm, DisplayName="Aimee"))["PrintOnCheckName"])
    )


def test_the_currency_of_a_name_stays(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "Manage multiple currencies".
    """
    emulator.update("Preferences", {"Id": "1", "CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    one = caller.create("Customer", {"DisplayName": "Bea", "CurrencyRef": {"value": "EUR"}})

    assert "Euro" == one["CurrencyRef"]["name"]
    dollars = marks(one, CurrencyRef={"value": "USD"})
    assert (400, "6000") == caller.fault("Customer", dollars)
    off = {"CurrencyPrefs": {"MultiCurrencyEnabled": False}}
    preferences = caller.rows("Preferences")[0]
    assert (400, "6000") == caller.fault("Preferences", marks(preferences, **off))


@pytest.mark.parametrize(
    ("entity", "preference", "mark"),
    [
        ("Class", "ClassTrackingPerTxnLine", "SubClass"),
        ("Department", "TrackDepartments", "SubDepartment"),
    ],
)
def test_what_is_tracked_can_be_named(
    caller: Caller, emulator: Emulator, shop: Shop, entity: str, preference: str, mark: str
) -> None:
    """
    Classes and locations need their preference, on documents too (5030).
    Source: Intuit, "Class", "Department", "Preferences"; "Error codes" (5030).
    """
    field = f"{entity}Ref"
    unknown = shop.invoice(**{field: {"value": "1"}})
    assert (400, "5030") == caller.fault("Invoice", unknown)
    emulator.switch(feature_off="ignored")
    assert field not in caller.create("Invoice", unknown)
    emulator.update("Preferences", {"Id": "1", "AccountingInfoPrefs": {preference: True}})

    parent = caller.create(entity, {"Name": "North"})
    child = caller.create(entity, {"Name": "Till", "ParentRef": {"value": parent["Id"]}})
    invoice = caller.create("Invoice", shop.invoice(**{field: {"value": child["Id"]}}))

    assert ("North:Till", True) == (child["FullyQualifiedName"], child[mark])
    assert {"value": child["Id"], "name": "North:Till"} == invoice[field]


def test_a_term_of_a_vendor_is_ignored_at_first(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Integrators report so; an update stores it, and a bill then takes it.
    Source: Intuit, "Vendor" (TermRef); "Bill" (DueDate).
    """
    vendor = caller.create("Vendor", {"DisplayName": "Acme", "TermRef": {"value": "3"}})
    assert "TermRef" not in vendor

    changed = caller.create("Vendor", marks(vendor, TermRef={"value": "3"}))
    bill = {**shop.buying(TxnDate="2026-03-01"), "VendorRef": {"value": vendor["Id"]}}
    stored = caller.create("Bill", bill)

    assert {"value": "3"} == changed["TermRef"] == stored["SalesTermRef"]
    assert "2026-03-31" == stored["DueDate"]
    emulator.switch(vendor_term_on_create="stored")
    assert "TermRef" in caller.create("Vendor", {"DisplayName": "B", "TermRef": {"value": "3"}})


def test_an_item_becomes_stocked_and_never_back(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "Item" (Type).
    """
    item = caller.send("GET", f"item/{shop.service_id}").json()["Item"]
    goods = caller.create("Item", marks(item, Type="NonInventory"))
    stock = {
        "Type": "Inventory", "TrackQtyOnHand": True, "QtyOnHand": 3, "InvStartDate": "2026-01-01",
        "IncomeAccountRef": {"value": "79"}, "ExpenseAccountRef": {"value": "80"},
        "AssetAccountRef": {"value": "81"},
    }  # fmt: skip

    stocked = caller.create("Item", marks(goods, **stock))

    assert ("Inventory", 3) == (stocked["Type"], stocked["QtyOnHand"])
    assert (400, "6000") == caller.fault("Item", marks(stocked, Type="Service"))


def test_time_is_kept_and_can_be_deleted(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "TimeActivity"; recorded rows.
    """
    worker = emulator.create("Employee", {"GivenName": "Emily", "FamilyName": "Platt"})
    body = {
        "NameOf": "Employee", "EmployeeRef": {"value": worker["Id"]}, "Hours": 4, "Minutes": 45,
        "CustomerRef": {"value": shop.customer_id}, "ItemRef": {"value": shop.service_id},
    }  # fmt: skip

    stored = caller.create("TimeActivity", body)

    assert ("NotBillable", False, 0, "Emily Platt") == (
        stored["BillableStatus"],
        stored["Taxable"],
        stored["HourlyRate"],
        stored["EmployeeRef"]["name"],
    )
    gone = caller.create("TimeActivity", marks(stored), operation="delete")
    assert "Deleted" == gone["status"]


def test_an_app_cannot_open_closed_books(caller: Caller, emulator: Emulator) -> None:
    """
    BookCloseDate is read-only; other preferences change inside their section.
    Source: Intuit, "Preferences".
    """
    closed = {"AccountingInfoPrefs": {"BookCloseDate": "2025-12-31"}}
    emulator.update("Preferences", {"Id": "1", **closed})
    preferences = caller.rows("Preferences")[0]

    section = {"BookCloseDate": "2020-12-31", "TrackDepartments": True}
    changed = caller.create("Preferences", marks(preferences, AccountingInfoPrefs=section))

    section = changed["AccountingInfoPrefs"]
    assert ("2025-12-31", True) == (section["BookCloseDate"], section["TrackDepartments"])
    assert section["FirstMonthOfFiscalYear"] == "January"


def test_a_company_keeps_the_numbers_of_its_addresses(caller: Caller) -> None:
    """
    Source: Intuit, "CompanyInfo", sparse update.
    """
    info = caller.rows("CompanyInfo")[0]

    changed = caller.create("CompanyInfo", marks(info, CompanyAddr={"Line1": "1 New Way"}))

    assert {"Id": info["CompanyAddr"]["Id"], "Line1": "1 New Way"} == changed["CompanyAddr"]
    assert info["LegalName"] == changed["LegalName"]


def test_a_company_has_a_name_of_so_many_characters(caller: Caller) -> None:
    """
    Source: Intuit, "CompanyInfo" (CompanyName).
    """
    info = caller.rows("CompanyInfo")[0]

    refused = caller.fault("CompanyInfo", marks(info, CompanyName="x" * 1025))

    assert (400, "2050") == refused
    assert (
        "x" * 1024
        == caller.create("CompanyInfo", marks(info, CompanyName="x" * 1024))["CompanyName"]
    )


@pytest.mark.parametrize(
    ("entity", "field", "sent", "shown"),
    [
        ("Vendor", "TaxIdentifier", "99-5688293", "XXXXXX8293"),
        ("Customer", "PrimaryTaxIdentifier", "123-45-6789", "XXXXXXX6789"),
        ("Employee", "SSN", "444-55-6666", "XXX-XX-XXXX"),
    ],
)
def test_tax_numbers_are_masked(
    caller: Caller, entity: str, field: str, sent: str, shown: str
) -> None:
    """
    In every answer; what was shown and is sent back changes nothing.
    Source: Intuit, "Vendor", "Customer", "Employee"; recorded rows of vendors.
    """
    body = {"DisplayName": "Cyd", "GivenName": "Cyd", field: sent}

    stored = caller.create(entity, body)

    assert shown == stored[field] == caller.rows(entity)[0][field]
    again = caller.create(entity, marks(stored, **{field: shown}))
    assert (shown, stored["SyncToken"]) == (again[field], again["SyncToken"])


def test_stock_does_not_begin_in_closed_books(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "Item" (InvStartDate); "Error codes" (6200).
    """
    closed = {"AccountingInfoPrefs": {"BookCloseDate": "2025-12-31"}}
    emulator.update("Preferences", {"Id": "1", **closed})
    body = {
        "Name": "Spade", "Type": "Inventory", "TrackQtyOnHand": True, "QtyOnHand": 1,
        "IncomeAccountRef": {"value": "79"}, "ExpenseAccountRef": {"value": "80"},
        "AssetAccountRef": {"value": "81"},
    }  # fmt: skip

    assert (400, "6200") == caller.fault("Item", {**body, "InvStartDate": "2025-12-31"})

    stored = caller.create("Item", {**body, "InvStartDate": "2026-01-01"})
    assert "Spade 2" == caller.create("Item", marks(stored, Name="Spade 2"))["Name"]


def test_what_an_item_must_say_can_be_switched(caller: Caller, emulator: Emulator) -> None:
    """
    Its kind, and for what is sold without stock the account of its cost.
    Source: Intuit, "Item" (Type, ExpenseAccountRef).
    """
    body = {"Name": "Mowing", "IncomeAccountRef": {"value": "1"}}
    emulator.switch(item_type="optional", item_expense_account="required")

    assert (400, "2020") == caller.fault("Item", body)

    stored = caller.create("Item", {**body, "ExpenseAccountRef": {"value": "80"}})
    assert "Service" == stored["Type"]


def test_a_bundle_is_not_changed_by_apps(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Item" (Group: read and query only).
    """
    parts = {"ItemGroupLine": [{"ItemRef": {"value": shop.item_id}, "Qty": 2}]}
    bundle = emulator.create("Item", {"Name": "Set", "Type": "Group", "ItemGroupDetail": parts})

    assert (400, "2170") == caller.fault("Item", marks(bundle, Name="Sets"))

    assert "Sets" == emulator.update("Item", marks(bundle, Name="Sets"))["Name"]


def test_lines_have_classes_where_lines_are_tracked(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    A class for the whole document does not do for its lines (5030).
    Source: Intuit, "Preferences" (ClassTrackingPerTxn, ClassTrackingPerTxnLine).
    """
    emulator.update(
        "Preferences", {"Id": "1", "AccountingInfoPrefs": {"ClassTrackingPerTxn": True}}
    )
    of_class = {"ClassRef": {"value": caller.create("Class", {"Name": "North"})["Id"]}}
    on_line = shop.invoice(shop.line(detail=of_class))

    assert "North" == caller.create("Invoice", shop.invoice(**of_class))["ClassRef"]["name"]
    assert (400, "5030") == caller.fault("Invoice", on_line)

    emulator.switch(feature_off="ignored")
    assert "ClassRef" not in caller.create("Invoice", on_line)["Line"][0]["SalesItemLineDetail"]


def test_only_companies_of_the_us_can_be_opened(emulator: Emulator) -> None:
    """
    Tax in others follows other rules, which are not emulated. Source: Intuit, "Invoice"
    (GlobalTaxCalculation).
    """
    url = f"{emulator.url}/_emulator/companies"

    refused = requests.post(url, json={"country": "GB"}, timeout=10)

    error = refused.json()["Fault"]["Error"][0]
    assert (400, "2010", "country") == (refused.status_code, error["code"], error["element"])
    assert requests.post(url, json={"country": "US"}, timeout=10).ok
