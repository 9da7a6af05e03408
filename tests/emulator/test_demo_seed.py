"""The demo company: recorded facts that agree among themselves, and the invented shop."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller


@pytest.fixture
def demo(emulator: Emulator) -> Emulator:
    emulator.reset("demo")
    return emulator


def test_it_holds_the_recorded_documents(demo: Emulator) -> None:
    """
    Source: answers of Intuit's US sample company, May 2026.
    """
    counts = demo.counts()

    expected = {
        "Account": 93, "Customer": 34, "Vendor": 36, "Invoice": 37, "Payment": 20, "CreditMemo": 9,
        "Estimate": 8, "Bill": 15, "BillPayment": 10, "Purchase": 35, "PurchaseOrder": 9,
        "Deposit": 13, "JournalEntry": 13, "SalesReceipt": 4, "RefundReceipt": 1, "TimeActivity": 5,
    }  # fmt: skip
    assert expected == {name: counts[name] for name in expected}


def test_quantities_are_the_sum_of_movements(demo: Emulator) -> None:
    """
    Each stocked item's quantity is what the recording says, and its opening quantity makes up
    what the documents do not explain. Source: Intuit, "Item" (QtyOnHand).
    """
    stocked = [row for row in demo.entities("Item") if row["Type"] == "Inventory"]
    recorded = {row["Name"]: row["QtyOnHand"] for row in stocked if "Sku" not in row}

    assert {
        "Pump": 25,
        "Rock Fountain": 2,
        "Sprinkler Heads": 25,
        "Sprinkler Pipes": 31,
    } == recorded
    for item in stocked:
        found = demo.movements(item["Id"])
        moved = sum((entry["quantity"] for entry in found["documents"]), Decimal(0))
        assert found["opening"] + moved == item["QtyOnHand"]


def test_receivables_tie_out(demo: Emulator) -> None:
    """
    Open invoices less open credits and unapplied payments are the customers' balances and the
    receivables account; each invoice is its total less what payments applied.
    Source: Intuit, "Invoice" (Balance), "Account" (CurrentBalance).
    """
    invoices, payments = demo.entities("Invoice"), demo.entities("Payment")
    open_amount = (
        sum(row["Balance"] for row in invoices)
        - sum(row["Balance"] for row in demo.entities("CreditMemo"))
        - sum(row["UnappliedAmt"] for row in payments)
    )
    account = next(row for row in demo.entities("Account") if row["Id"] == "84")
    shares: dict[str, Decimal] = {}
    for payment in payments:
        for line in payment["Line"]:
            for link in line["LinkedTxn"]:
                key = link["TxnId"]
                shares[key] = shares.get(key, Decimal(0)) + line["Amount"]

    assert Decimal("4681.52") == open_amount == account["CurrentBalance"]
    assert open_amount == sum(row["Balance"] for row in demo.entities("Customer"))
    for invoice in invoices:
        paid = shares.get(invoice["Id"], 0)
        assert invoice["TotalAmt"] == invoice["Balance"] + paid, invoice["Id"]


def test_documents_add_up(demo: Emulator) -> None:
    """
    Lines, discount and tax make the total of each sales form. Source: Intuit, "Invoice".
    """
    for entity in ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt", "Estimate"):
        bodies = demo.entities(entity)
        assert bodies, entity
        for body in bodies:
            sums = {"SubTotalLineDetail": Decimal(0), "DiscountLineDetail": Decimal(0)}
            for line in body["Line"]:
                if line["DetailType"] in sums:
                    sums[line["DetailType"]] += line["Amount"]
            tax = body["TxnTaxDetail"]["TotalTax"]
            total = sums["SubTotalLineDetail"] - sums["DiscountLineDetail"] + tax
            assert total == body["TotalAmt"], (entity, body["Id"])


def test_every_reference_resolves(demo: Emulator) -> None:
    """
    Each reference of a document's head names an object that exists.
    """
    ids = {
        name: {row["Id"] for row in demo.entities(name)} for name in ("Customer", "Vendor", "Item")
    }
    for entity in ("Invoice", "Payment", "CreditMemo", "Bill", "SalesReceipt"):
        bodies = demo.entities(entity)
        assert bodies, entity
        for body in bodies:
            for name, target in (("CustomerRef", "Customer"), ("VendorRef", "Vendor")):
                assert name not in body or body[name]["value"] in ids[target]


def test_the_shop_is_there(demo: Emulator, caller: Caller) -> None:
    """
    Forty stocked items with SKUs, some fractional, and what pushed sales need.
    """
    seed = demo.seed()

    skus = [row["sku"] for row in seed["stocked"]]
    assert 40 == len(skus) == len(set(skus))
    assert all(sku.startswith("LSG-") for sku in skus)
    assert all(5 <= row["quantity"] <= 400 for row in seed["stocked"])
    assert any(row["quantity"] % 1 for row in seed["stocked"])
    for row in seed["stocked"]:
        assert row["quantity"] == demo.quantity(row["item_id"])
    items = {row["Id"]: row["Type"] for row in demo.entities("Item")}
    for name in ("shipping_item_id", "tax_item_id", "fallback_item_id"):
        assert "Service" == items[seed[name]]
    names = {row["Id"]: row["Name"] for row in demo.entities("Account")}
    assert "Inventory Shrinkage" == names[seed["adjustment_account_id"]]
    assert "Discounts given" == names[seed["discount_account_id"]]


def test_the_facts_lie_in_the_past(demo: Emulator) -> None:
    """
    Whatever the clock says when the company is planted, no object is younger than now.
    """
    rows = demo.entities("Invoice")
    assert rows
    assert all(row["MetaData"]["LastUpdatedTime"][:10] <= demo.now()[:10] for row in rows)


def test_it_shows_what_every_answer_shows(demo: Emulator) -> None:
    """
    Marks, numbered addresses and extensions that the facts leave out are there as recorded.
    Source: answers of Intuit's US sample company, May 2026.
    """
    invoice = next(row for row in demo.entities("Invoice") if row["Id"] == "96")
    payment = next(row for row in demo.entities("Payment") if row["Id"] == "128")
    purchases = demo.entities("Purchase")

    assert invoice["MetaData"]["LastModifiedByRef"]["value"]
    assert invoice["BillAddr"]["Id"].isdecimal()
    assert [] == invoice["Line"][0]["CustomExtensions"]
    explained = {
        entry["value"]["Name"]: entry["value"]["Value"]
        for entry in payment["Line"][0]["LineEx"]["any"]
    }
    expected = {"txnId": "96", "txnOpenBalance": "387.00", "txnReferenceNumber": "1031"}
    assert expected == explained
    kinds = {row["PurchaseEx"]["any"][0]["value"]["Value"] for row in purchases}
    assert {"1", "3", "11", "31", "54"} == kinds


def test_new_addresses_are_numbered_behind_the_recorded_ones(
    demo: Emulator, caller: Caller
) -> None:
    """
    Source: Intuit, "Customer" (BillAddr.Id).
    """
    taken = {
        int(row[name]["Id"])
        for entity in ("Customer", "Vendor", "Invoice")
        for row in demo.entities(entity)
        for name in ("BillAddr", "ShipAddr", "ShipFromAddr")
        if row.get(name)
    }

    made = caller.create("Customer", {"DisplayName": "New", "BillAddr": {"Line1": "1 New St."}})

    assert int(made["BillAddr"]["Id"]) > max(taken)
