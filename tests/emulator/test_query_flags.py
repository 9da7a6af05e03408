"""What filters, what sorts and how rows come. Intuit: the reference page of each entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quickbooks_emulator.catalogue import ENTITIES

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

MOMENTS = {"MetaData.CreateTime", "MetaData.LastUpdatedTime"}

DOCUMENTED = {
    # As the reference pages mark them: a star sorts too; behind the bar stands what sorts only.
    "Invoice": "CustomerRef DocNumber* TxnDate* DueDate* SalesTermRef Balance* ProjectRef",
    "SalesReceipt": "CustomerRef DocNumber* TxnDate* TotalAmt Balance* ProjectRef",
    "CreditMemo": "CustomerRef DocNumber* TxnDate* Balance* SalesTermRef ProjectRef",
    "RefundReceipt": "CustomerRef DocNumber* TxnDate* Balance* PaymentType* ProjectRef",
    "Payment": "CustomerRef TxnDate* TotalAmt PaymentMethodRef PaymentRefNum",
    "Bill": "VendorRef* APAccountRef* SalesTermRef* DocNumber* TxnDate* DueDate* TotalAmt* Balance",
    "BillPayment": "VendorRef* APAccountRef* DocNumber* TxnDate* TotalAmt*",
    "PurchaseOrder": "DocNumber* TxnDate* DueDate*",
    "VendorCredit": "APAccountRef* DocNumber* TxnDate* TotalAmt*",
    "Estimate": "CustomerRef DocNumber* TxnDate* DueDate* ProjectRef",
    "JournalEntry": "DocNumber* TxnDate*",
    "Deposit": "TxnDate*",
    "Transfer": "TxnDate*",
    "Purchase": "TxnDate* DocNumber*",
    "InventoryAdjustment": "TxnDate* DocNumber*",
    "Item": "Name* Type* Active FullyQualifiedName SubItem Taxable Sku | UnitPrice PurchaseCost",
    "Customer": "DisplayName* GivenName* MiddleName* FamilyName* CompanyName* PrintOnCheckName* "
    "FullyQualifiedName* PrimaryEmailAddr Balance* Active* | BalanceWithJobs",
    "Employee": "DisplayName* GivenName* MiddleName* FamilyName* Suffix* PrintOnCheckName* Active*",
    "Vendor": "DisplayName* Active*",
    "Account": "Name* FullyQualifiedName* AccountType* AccountSubType* Classification* Active*",
    "Class": "Name* FullyQualifiedName* Active*",
    "Department": "Name* FullyQualifiedName* Active*",
    "Term": "Name* Active*",
    "PaymentMethod": "Name* Active*",
    "TaxCode": "Name* Description* Active",
    "TaxRate": "Name* Description* Active* AgencyRef*",
    "TaxAgency": "DisplayName*",
    "TimeActivity": "TxnDate* BillableStatus ProjectRef",
    "Attachable": "AttachableRef.EntityRef.Type AttachableRef.EntityRef.value",
    "CompanyCurrency": "",
    "CompanyInfo": "",
    "Preferences": "",
}


@pytest.mark.parametrize("entity", sorted(DOCUMENTED))
def test_only_marked_properties_filter_and_sort(
    caller: Caller, emulator: Emulator, entity: str
) -> None:
    """
    Any other is refused by name, and the Id never sorts.
    Source: Intuit, API reference, "filterable" and "sortable"; release notes on Id (2025, 2026).
    """
    emulator.switch(adjustment_update_queryable=True)
    marked, _, sorting = DOCUMENTED[entity].partition("|")
    sorts = {word[:-1] for word in marked.split() if word.endswith("*")} | MOMENTS
    filters = {word.rstrip("*") for word in marked.split()} | sorts | {"Id"}
    sorts |= set(sorting.split())

    filtered, ordered = set(), set()
    for name in sorted((ENTITIES[entity].properties | filters | sorts) - {"MetaData"}):
        for text, words, passed in (
            (f"where {name} = ' '", "queryable", filtered),
            (f"orderby {name}", "sortable", ordered),
        ):
            reply = caller.send("GET", "query", params={"query": f"select * from {entity} {text}"})
            if reply.status_code == 200:
                passed.add(name)
                continue
            assert (
                f"QueryValidationError: property '{name}' is not {words}"
                == (reply.json()["Fault"]["Error"][0]["Detail"])
            )

    assert filters == filtered
    assert sorts == ordered


def test_every_entity_has_its_marks() -> None:
    """
    Source: Intuit, API reference, the page of each entity.
    """
    assert set(DOCUMENTED) == set(ENTITIES)


def test_properties_whose_marks_are_unknown_follow_a_switch(
    caller: Caller, emulator: Emulator
) -> None:
    """
    Source: Intuit, "Vendor", "Item", "Account"; reports disagree.
    """
    emulator.create("Vendor", {"DisplayName": "Wholesale", "CompanyName": "Wholesale Inc"})
    assert "4001" == caller.refused_query("select * from Vendor where CompanyName = 'x'")

    emulator.switch(query_uncertain_properties=True)

    found = caller.rows("Vendor", "where CompanyName like '%INC' orderby Balance")
    assert ["Wholesale"] == [row["DisplayName"] for row in found]


def test_the_value_of_a_reference_follows_a_switch(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Query operations and syntax" (dotted properties).
    """
    emulator.create("Invoice", shop.invoice(DocNumber="A"))
    condition = f"where CustomerRef.value = '{shop.customer_id}'"
    assert "4001" == caller.refused_query(f"select * from Invoice {condition}")

    emulator.switch(query_reference_value=True)

    assert ["A"] == [row["DocNumber"] for row in caller.rows("Invoice", condition)]


@pytest.mark.parametrize(
    "entity", ["Budget", "CompanyCurrency", "exchangerate", "RecurringTransaction"]
)
def test_an_entity_without_rows_answers_with_nothing(caller: Caller, entity: str) -> None:
    """
    Source: Intuit, API reference, entities with a query operation.
    """
    assert {} == caller.query(f"select * from {entity}")
    assert {"totalCount": 0} == caller.query(f"select count(*) from {entity}")


def test_rows_without_an_order_come_as_recorded(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Documents by their last change, newest first; lists by name, capitals before small letters.
    Source: recorded answers of all entities, 2015 to 2026.
    """
    for name in ("Pam Seitz", "PG&E", "Ace"):
        emulator.create("Vendor", {"DisplayName": name})
    made = []
    for second, number in enumerate("ABCD"):
        emulator.set_clock(f"2026-01-15T12:00:0{second // 2}-08:00", freeze=True)
        made.append(emulator.create("Invoice", shop.invoice(DocNumber=number)))
    caller.refresh()

    def vendors() -> list[str]:
        return [row["DisplayName"] for row in caller.rows("Vendor")]

    def numbers(rest: str = "") -> str:
        return "".join(row["DocNumber"] for row in caller.rows("Invoice", rest))

    assert ["Ace", "PG&E", "Pam Seitz", "Wholesale"] == vendors()
    assert "CD" == "".join(sorted(numbers("maxresults 2")))
    emulator.set_clock("2026-01-15T13:00:00-08:00", freeze=True)
    caller.refresh()
    emulator.update("Invoice", {"Id": made[0]["Id"], "PrivateNote": "changed"})
    assert "A" == numbers("maxresults 1")

    emulator.switch(query_unordered="creation")
    assert "ABCD" == numbers()
    assert ["Wholesale", "Pam Seitz", "PG&E", "Ace"] == vendors()


@pytest.mark.parametrize(("reading", "expected"), [("page", 2), ("whole", 3), ("absent", None)])
def test_some_entities_count_their_rows(
    caller: Caller, emulator: Emulator, shop: Shop, reading: str, expected: int | None
) -> None:
    """
    Invoices do, sales receipts and lists do not; an empty answer never does.
    Source: recorded answers.
    """
    emulator.switch(query_total_count=reading)
    for number in "ABC":
        emulator.create("Invoice", shop.invoice(DocNumber=number))
    emulator.create("SalesReceipt", {"Line": [shop.line()]})

    page = caller.query("select * from Invoice maxresults 2")
    assert ["Invoice", "startPosition", "maxResults", "totalCount"][: len(page)] == list(page)
    assert expected == page.get("totalCount")
    assert "totalCount" not in caller.query("select * from SalesReceipt")
    assert "totalCount" not in caller.query("select * from Item")
    assert {} == caller.query("select * from Invoice startposition 4")


def test_more_than_1000_rows_follow_a_switch(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "Query operations and syntax", pagination; reports disagree.
    """
    assert (
        200
        == caller.send(
            "GET", "query", params={"query": "select * from Item maxresults 1001"}
        ).status_code
    )

    emulator.switch(query_over_1000="refused")

    assert "4001" == caller.refused_query("select * from Item maxresults 1001")
    assert {} == caller.query("select * from Item maxresults 1000")


def test_attachments_are_found_by_what_they_hang_on(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    The properties inside the list of references filter. Source: Intuit, "Attachable".
    """
    for note, entities in (("one", "Vendor"), ("both", "Customer Vendor"), ("none", "")):
        held = [
            {"EntityRef": {"type": entity, "value": ids}}
            for entity, ids in (("Vendor", shop.vendor_id), ("Customer", shop.customer_id))
            if entity in entities.split()
        ]
        emulator.create("Attachable", {"Note": note} | ({"AttachableRef": held} if held else {}))
    of_type = "AttachableRef.EntityRef.Type"

    def notes(condition: str) -> list[str]:
        rows = caller.rows("Attachable", f"where {condition} orderby MetaData.CreateTime")
        return sorted(row["Note"] for row in rows)

    assert ["both"] == notes(f"{of_type} = 'customer'")
    assert ["both", "one"] == notes(f"{of_type} = 'Vendor'")
    assert ["both", "one"] == notes(f"{of_type} IN ('Invoice', 'Vendor')")
    assert ["both"] == notes(
        f"{of_type} = 'Customer' AND AttachableRef.EntityRef.value = '{shop.customer_id}'"
    )
    assert [] == notes("AttachableRef.EntityRef.value = '999'")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("select * from Budget where Id > '3'", "4001"),
        ("select * from Budget where Id in ('3', '4')", ""),
        ("select * from ReimburseCharge orderby Id", "4001"),
        ("select * from ReimburseCharge where Active = true", "4001"),
        ("select * from RecurringTransaction where Colour = 'red'", "4001"),
        ("select Colour from RecurringTransaction", "4001"),
        ("select * from TaxClassification where MetaData.CreateTime > 'soon'", "4001"),
        ("select * from TaxClassification orderby MetaData.LastUpdatedTime", ""),
        ("select * from CustomerType where Name = 'Retail' and Active = false", ""),
        ("select count(*) from ExchangeRate where SourceCurrencyCode = 'EUR'", ""),
    ],
)
def test_entities_without_rows_are_asked_by_the_same_rules(
    caller: Caller, query: str, code: str
) -> None:
    """
    Source: Intuit, "Query operations and syntax"; release notes on Id (2025, 2026).
    """
    reply = caller.send("GET", "query", params={"query": query})

    if code:
        assert code == reply.json()["Fault"]["Error"][0]["code"]
    else:
        assert reply.json()["QueryResponse"] in ({}, {"totalCount": 0})
