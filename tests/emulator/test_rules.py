"""Refusals with Intuit's codes. Intuit: "Error codes" and the reference pages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


def invoice_without(shop: Shop, name: str) -> dict[str, Any]:
    body = shop.invoice()
    del body[name]
    return body


CASES = {
    "2020 Name": ("2020", "Item", lambda s: {"Type": "Service"}),
    "2020 CustomerRef": ("2020", "Invoice", lambda s: invoice_without(s, "CustomerRef")),
    "2020 Line": ("2020", "Invoice", lambda s: s.invoice(Line=[])),
    "2020 DetailType": ("2020", "Invoice", lambda s: s.invoice({"Amount": 1})),
    "2020 Amount": (
        "2020",
        "Invoice",
        lambda s: s.invoice({k: v for k, v in s.line().items() if k != "Amount"}),
    ),
    "2020 AdjustAccountRef": (
        "2020",
        "InventoryAdjustment",
        lambda s: {"Line": s.adjustment(1)["Line"]},
    ),
    "2020 QtyDiff": (
        "2020",
        "InventoryAdjustment",
        lambda s: s.adjustment(None),
    ),
    "2020 SyncToken": ("2020", "Customer", lambda s: {"Id": s.customer_id, "DisplayName": "x"}),
    "2010 unknown property": ("2010", "Invoice", lambda s: s.invoice(Colour="red")),
    "2010 unknown in a line": ("2010", "Invoice", lambda s: s.invoice({**s.line(), "Hue": 1})),
    "2010 unknown in a detail": (
        "2010",
        "Invoice",
        lambda s: s.invoice(s.line(detail={"Quantity": 1})),
    ),
    "2010 no number": ("2010", "Invoice", lambda s: s.invoice(s.line(amount="ten"))),
    "2010 no object": ("2010", "Customer", lambda s: ["a"]),
    "2010 stock field of a service": (
        "2010",
        "Item",
        lambda s: {
            "Name": "S",
            "Type": "Service",
            "IncomeAccountRef": {"value": "1"},
            "QtyOnHand": 5,
        },
    ),
    "2030 id": ("2030", "Customer", lambda s: {"Id": "1.5", "SyncToken": "0", "DisplayName": "x"}),
    "2050 number": ("2050", "Invoice", lambda s: s.invoice(DocNumber="x" * 22)),
    "2050 note": ("2050", "Invoice", lambda s: s.invoice(PrivateNote="x" * 4001)),
    "2050 name": ("2050", "Customer", lambda s: {"DisplayName": "x" * 501}),
    "2060 date": ("2060", "Invoice", lambda s: s.invoice(TxnDate="30.02.2026")),
    "2070 day": ("2070", "Invoice", lambda s: s.invoice(TxnDate="2026-02-30")),
    "2170 kind of line": (
        "2170",
        "Invoice",
        lambda s: s.invoice({"Amount": 1, "DetailType": "Nonsense"}),
    ),
    "2170 kind of item": ("2170", "Item", lambda s: {"Name": "X", "Type": "Assembly"}),
    "2300 journal": (
        "2300",
        "JournalEntry",
        lambda s: {
            "Line": [
                {
                    "Amount": amount,
                    "DetailType": "JournalEntryLineDetail",
                    "JournalEntryLineDetail": {
                        "PostingType": side,
                        "AccountRef": {"value": "35"},
                    },
                }
                for side, amount in (("Debit", 10), ("Credit", 9))
            ]
        },
    ),
    "2500 customer": (
        "2500",
        "Invoice",
        lambda s: s.invoice() | {"CustomerRef": {"value": "583"}},
    ),
    "2500 item": ("2500", "Invoice", lambda s: s.invoice(s.line(item_id="583"))),
    "2500 account": (
        "2500",
        "InventoryAdjustment",
        lambda s: s.adjustment(1) | {"AdjustAccountRef": {"value": "583"}},
    ),
    "6000 service adjusted": (
        "6000",
        "InventoryAdjustment",
        lambda s: {
            **s.adjustment(),
            "Line": [
                {
                    "DetailType": "ItemAdjustmentLineDetail",
                    "ItemAdjustmentLineDetail": {
                        "ItemRef": {"value": s.service_id},
                        "QtyDiff": 1,
                    },
                }
            ],
        },
    ),
    "6000 negative total": ("6000", "Invoice", lambda s: s.invoice(s.line(1, -10))),
    "6070 arithmetic": ("6070", "Invoice", lambda s: s.invoice(s.line(amount=Decimal("20.01")))),
    "6080 nobody": ("6080", "Customer", lambda s: {"Notes": "no name"}),
    "6090 discount": (
        "6090",
        "Invoice",
        lambda s: s.invoice(
            s.line(), {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {}}
        ),
    ),
    "6100 tax code": (
        "6100",
        "Invoice",
        lambda s: s.invoice(s.line(detail={"TaxCodeRef": {"value": "2"}})),
    ),
    "6240 person": ("6240", "Vendor", lambda s: {"DisplayName": "ADA"}),
    "6240 item": (
        "6240",
        "Item",
        lambda s: {"Name": "advice", "Type": "Service", "IncomeAccountRef": {"value": "1"}},
    ),
    "6270 start date": ("6270", "Invoice", lambda s: s.invoice(TxnDate="2019-12-31")),
    "6270 adjustment": (
        "6270",
        "InventoryAdjustment",
        lambda s: s.adjustment(1, TxnDate="2019-12-31"),
    ),
    "6430 account type": (
        "6430",
        "Item",
        lambda s: {
            "Name": "W",
            "Type": "Inventory",
            "TrackQtyOnHand": True,
            "QtyOnHand": 1,
            "InvStartDate": "2026-01-01",
            "IncomeAccountRef": {"value": "35"},
            "ExpenseAccountRef": {"value": "80"},
            "AssetAccountRef": {"value": "81"},
        },
    ),
    "6520 no quantity": (
        "6520",
        "Invoice",
        lambda s: s.invoice(
            {
                "Amount": 5,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {"ItemRef": {"value": s.item_id}},
            }
        ),
    ),
    "500 read only": ("500", "TaxCode", lambda s: {"Name": "X"}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_body_is_refused_with_its_code(
    caller: Caller, emulator: Emulator, shop: Shop, case: str
) -> None:
    """
    HTTP 400 with the code, and nothing is stored or moved. Source: Intuit, "Error codes".
    """
    code, entity, make = CASES[case]
    before = len(emulator.entities(entity))

    refused = caller.fault(entity, make(shop))

    assert (400, code) == refused
    assert before == len(emulator.entities(entity))
    assert 40 == emulator.quantity(shop.item_id)


def test_an_inactive_reference_is_refused(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Error codes" (2500); recorded answer.
    """
    emulator.update("Item", {"Id": shop.service_id, "Active": False})

    reply = caller.post("invoice", shop.invoice(shop.line(item_id=shop.service_id)))

    error = reply.json()["Fault"]["Error"][0]
    assert "2500" == error["code"]
    assert error["Detail"].startswith("Invalid Reference Id : Something you're trying to use")


def test_sales_forms_share_their_numbers(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    A taken number gives 6140 and says who has it; `allowduplicatedocnum` lets it pass, and so does
    a company that does not warn. Source: Intuit, "Error codes" (6140); recorded answer.
    """
    first = emulator.create("Invoice", shop.invoice(DocNumber="18696"))
    receipt = {"Line": [shop.line()], "DocNumber": "18696"}

    error = caller.post("salesreceipt", receipt).json()["Fault"]["Error"][0]

    assert "6140" == error["code"]
    assert error["Detail"].endswith(
        f"DocNumber=18696 is assigned to TxnType=Invoice with TxnId={first['Id']}"
    )
    caller.create("SalesReceipt", receipt, include="allowduplicatedocnum")
    emulator.switch(warn_duplicate_numbers=False)
    caller.create("SalesReceipt", receipt)


def test_a_document_keeps_its_own_number(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    An update with the number it has is no duplicate. Source: Intuit, "Invoice", update.
    """
    one = emulator.create("Invoice", shop.invoice(DocNumber="7"))

    two = caller.create("Invoice", {**one, "PrivateNote": "again"})

    assert ("7", "1") == (two["DocNumber"], two["SyncToken"])


@pytest.mark.parametrize(("password", "code"), [(False, "6200"), (True, "6210")])
def test_closed_books_take_nothing(
    caller: Caller, emulator: Emulator, shop: Shop, *, password: bool, code: str
) -> None:
    """
    Create, update, void and delete are refused on or before the closing date.
    Source: Intuit, "Preferences" (BookCloseDate); "Error codes" (6200, 6210).
    """
    old = emulator.create("Invoice", shop.invoice(TxnDate="2026-03-31"))
    emulator.update(
        "Preferences", {"Id": "1", "AccountingInfoPrefs": {"BookCloseDate": "2026-03-31"}}
    )
    emulator.switch(book_close_password=password)
    stub = {"Id": old["Id"], "SyncToken": "0", "sparse": True}

    assert (400, code) == caller.fault("Invoice", shop.invoice(TxnDate="2026-03-31"))
    assert (400, code) == caller.fault("Invoice", {**stub, "TxnDate": "2026-04-01"})
    assert (400, code) == caller.fault("Invoice", stub, operation="void")
    assert (400, code) == caller.fault("Invoice", stub, operation="delete")
    assert (400, code) == caller.fault(
        "InventoryAdjustment", shop.adjustment(1, TxnDate="2026-01-01")
    )
    caller.create("Invoice", shop.invoice(TxnDate="2026-04-01"))


def test_a_plan_without_inventory_takes_no_adjustment(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "InventoryAdjustment" (Plus and Advanced); "Error codes" (5020).
    """
    emulator.switch(inventory_feature=False)

    assert (400, "5020") == caller.fault("InventoryAdjustment", shop.adjustment(1))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "2010"),
        (b"", 400, "2010"),
        (b'{"a": "\xff"}', 400, "500"),
        (b"[" * 5000, 400, "2010"),
    ],
)
def test_bytes_that_are_no_json_are_refused(
    caller: Caller, body: bytes, status: int, code: str
) -> None:
    """
    Source: Intuit, "Error codes" (500 for other encodings, 2010 for what does not parse).
    """
    reply = caller.send("POST", "customer", data=body, headers={"Content-Type": "application/json"})

    assert (status, code) == (reply.status_code, reply.json()["Fault"]["Error"][0]["code"])


def test_an_unknown_address_is_no_resource(caller: Caller) -> None:
    """
    Source: recorded answer (code 500, Could not find resource).
    """
    reply = caller.send("GET", "customer/1/5")

    assert (400, "500") == (reply.status_code, reply.json()["Fault"]["Error"][0]["code"])


def test_rounding_is_half_up_to_the_cent(caller: Caller, shop: Shop) -> None:
    """
    3 x 0.335 is 1.005, which is 1.01. Source: Intuit, "Error codes" (6070).
    """
    caller.create("Invoice", shop.invoice(shop.line(3, Decimal("0.335"), amount=Decimal("1.01"))))

    low = shop.line(3, Decimal("0.335"), amount=Decimal("1.00"))
    assert (400, "6070") == caller.fault("Invoice", shop.invoice(low))


def test_currencies_follow_the_preferences(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    One currency unless several are on; then the customer's own, and the total at home too.
    Source: Intuit, "Manage multiple currencies".
    """
    euro = {"CurrencyRef": {"value": "EUR"}}
    assert (400, "6000") == caller.fault("Invoice", shop.invoice(**euro))

    emulator.update("Preferences", {"Id": "1", "CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    foreign = emulator.create("Customer", {"DisplayName": "Bea", **euro})["Id"]
    body = {**shop.invoice(), "CustomerRef": {"value": foreign}, "ExchangeRate": Decimal("1.1")}

    assert (400, "2020") == caller.fault("Invoice", body)
    assert (400, "6000") == caller.fault("Invoice", {**body, "CurrencyRef": {"value": "USD"}})
    stored = caller.create("Invoice", {**body, **euro})
    assert (20, Decimal("22.0")) == (stored["TotalAmt"], stored["HomeTotalAmt"])


def test_an_adjustment_has_so_many_lines(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    100 at most, and by switch only whole quantities. Source: Intuit, "InventoryAdjustment";
    neither is documented.
    """
    emulator.switch(adjustment_repeated_item="summed")
    caller.create("InventoryAdjustment", shop.adjustment(*[1] * 100))

    assert (400, "6000") == caller.fault("InventoryAdjustment", shop.adjustment(*[1] * 101))
    emulator.switch(adjustment_whole_only=True)
    half = shop.adjustment(Decimal("0.5"))
    assert (400, "6000") == caller.fault("InventoryAdjustment", half)


def test_a_parent_pays_for_its_jobs(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Customer" (BillWithParent), "Payment".
    """
    job = {"DisplayName": "Job", "Job": True, "ParentRef": {"value": shop.customer_id}}
    child = emulator.create("Customer", job)["Id"]
    invoice = caller.create("Invoice", {**shop.invoice(), "CustomerRef": {"value": child}})

    caller.create("Payment", shop.payment(20, ("Invoice", invoice["Id"], 20)))

    balances = {row["Id"]: row["Balance"] for row in emulator.entities("Customer")}
    assert {shop.customer_id: 0, child: 0} == balances


def test_nobody_is_their_own_ancestor(caller: Caller, emulator: Emulator) -> None:
    """
    Neither at once nor by way of others, and five levels are the most.
    Source: Intuit, "Error codes" (900, 6180).
    """
    ids = [emulator.create("Customer", {"DisplayName": "0"})["Id"]]
    for number in range(1, 5):
        parent = {"ParentRef": {"value": ids[-1]}, "Job": True}
        ids.append(emulator.create("Customer", {"DisplayName": str(number), **parent})["Id"])

    circle = {"Id": ids[0], "SyncToken": "0", "sparse": True, "ParentRef": {"value": ids[2]}}
    assert (400, "900") == caller.fault("Customer", circle)
    sixth = {"DisplayName": "6", "ParentRef": {"value": ids[-1]}}
    assert (400, "6180") == caller.fault("Customer", sixth)
