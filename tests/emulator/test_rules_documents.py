"""Documents: defaults, tax, lines, numbers, links, currency. Intuit: the reference pages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_emulator.json_text import loads

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

TAXED = {"TaxCodeRef": {"value": "TAX"}}
CALIFORNIA = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}}
TUCSON = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}}}
AUTOMATED = {"TaxPrefs": {"PartnerTaxEnabled": True}}


def marks(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Id": body["Id"], "SyncToken": body["SyncToken"], "sparse": True, **more}


def prefer(emulator: Emulator, **sections: Any) -> None:
    emulator.update("Preferences", {"Id": "1", **sections})


def cost(amount: Any = 150, **more: Any) -> dict[str, Any]:
    return {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "60"}},
        **more,
    }


# -- what the service fills


def test_a_new_invoice_is_filled(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    The customer's addresses, where it is sent from, the due day of the company's term, status and
    the modifier. Source: recorded answer to a create, May 2026.
    """
    address = {"Line1": "4581 Finch St.", "City": "Bayshore"}
    emulator.update("Customer", {"Id": shop.customer_id, "BillAddr": address})
    detail = {"ItemRef": {"value": shop.service_id}, "Qty": 1, "UnitPrice": 100}
    line = {"DetailType": "SalesItemLineDetail", "Amount": 100, "SalesItemLineDetail": detail}

    stored = caller.create("Invoice", shop.invoice(line, TxnDate="2024-01-15"))

    assert list(stored.pop("MetaData")) == ["CreateTime", "LastUpdatedTime", "LastModifiedByRef"]
    customer = caller.rows("Customer")[0]
    sender = stored.pop("ShipFromAddr")
    assert ("123 Sierra Way", "San Pablo, CA  87999") == (sender["Line1"], sender["Line2"])
    del stored["Id"]
    assert {
        "AllowIPNPayment": False, "AllowOnlinePayment": False, "LinkedTxn": [],
        "AllowOnlineCreditCardPayment": False, "AllowOnlineACHPayment": False, "domain": "QBO",
        "sparse": False, "SyncToken": "0", "CustomField": [], "TxnDate": "2024-01-15",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "Line": [
            {
                "Id": "1", "LineNum": 1, "Amount": 100, "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": shop.service_id, "name": "Advice"}, "UnitPrice": 100,
                    "Qty": 1, "ItemAccountRef": {"value": "1", "name": "Services"},
                    "TaxCodeRef": {"value": "NON"},
                },
                "CustomExtensions": [],
            },
            {"Amount": 100, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
        ],
        "TxnTaxDetail": {"TotalTax": 0}, "CustomerRef": {"value": shop.customer_id, "name": "Ada"},
        "BillAddr": customer["BillAddr"], "FreeFormAddress": True, "DueDate": "2024-02-14",
        "TotalAmt": 100, "ApplyTaxAfterDiscount": False, "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet", "Balance": 100,
    } == stored  # fmt: skip


def test_a_new_bill_is_filled(caller: Caller, shop: Shop) -> None:
    """
    Due the same day without a term; lines show that nothing is linked, the head does not.
    Source: recorded answer to a create, May 2026.
    """
    body = {"VendorRef": {"value": shop.vendor_id}, "TxnDate": "2026-05-05", "Line": [cost()]}

    stored = caller.create("Bill", body)

    assert {"value": "9341450000000001"} == stored.pop("MetaData")["LastModifiedByRef"]
    del stored["Id"]
    assert {
        "DueDate": "2026-05-05", "Balance": 150, "domain": "QBO", "sparse": False,
        "SyncToken": "0", "TxnDate": "2026-05-05",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "Line": [
            {
                "Id": "1", "LineNum": 1, "Amount": 150, "LinkedTxn": [],
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {
                    "AccountRef": {"value": "60", "name": "Office Expenses"},
                    "BillableStatus": "NotBillable", "TaxCodeRef": {"value": "NON"},
                },
                "CustomExtensions": [],
            }
        ],
        "VendorRef": {"value": shop.vendor_id, "name": "Wholesale"},
        "APAccountRef": {"value": "33", "name": "Accounts Payable (A/P)"}, "TotalAmt": 150,
    } == stored  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "account", "more", "number"),
    [
        ("Cash", "35", {}, "54"),
        ("Check", "35", {}, "3"),
        ("CreditCard", "41", {}, "54"),
        ("CreditCard", "41", {"Credit": True}, "11"),
    ],
)
def test_a_purchase_says_what_it_is(
    caller: Caller, kind: str, account: str, more: dict[str, Any], number: str
) -> None:
    """
    Lines have no number, only cards have Credit, only checks are printed.
    Source: recorded rows, May 2026.
    """
    body = {"PaymentType": kind, "AccountRef": {"value": account}, "Line": [cost()], **more}

    stored = caller.create("Purchase", body)

    assert {"Name": "TxnType", "Value": number} == stored["PurchaseEx"]["any"][0]["value"]
    assert "LineNum" not in stored["Line"][0]
    assert (kind == "CreditCard", kind == "Check") == ("Credit" in stored, "PrintStatus" in stored)


def test_a_journal_counts_from_nought(caller: Caller) -> None:
    """
    Lines are numbered from 0, TotalAmt is 0, no number is given.
    Source: recorded answer to a create, May 2026.
    """
    lines = [
        {
            "Amount": 100,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}},
        }
        for side, account in (("Debit", "35"), ("Credit", "60"))
    ]

    stored = caller.create("JournalEntry", {"Line": lines})

    assert ["0", "1"] == [line["Id"] for line in stored["Line"]]
    assert (0, {}, False) == (stored["TotalAmt"], stored["TxnTaxDetail"], stored["Adjustment"])
    assert "DocNumber" not in stored


def test_money_has_two_decimals_and_quantities_what_they_need(caller: Caller, shop: Shop) -> None:
    """
    100.00 for amounts, 0 for nothing, 4.5 for a quantity. Source: recorded bytes of 2020.
    """
    line = shop.line(Decimal("4.50"), 75, amount=Decimal("337.5"))

    reply = caller.post("salesreceipt", {"Line": [line]}).text

    assert '"Amount":337.50,' in reply
    assert '"TotalAmt":337.50' in reply
    assert '"Qty":4.5' in reply
    assert '"UnitPrice":75' in reply
    assert '"Balance":0,' in reply


def test_the_companys_fields_are_on_every_form(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    With a text only where one was given.
    Source: Intuit, "Preferences" (CustomField); recorded rows.
    """
    pairs = [
        {"CustomField": [{"Name": "SalesFormsPrefs.UseSalesCustom1", "BooleanValue": True}]},
        {"CustomField": [{"Name": "SalesFormsPrefs.SalesCustomName1", "StringValue": "Crew #"}]},
    ]
    prefer(emulator, SalesFormsPrefs={"CustomField": pairs})
    field = {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}

    bare = caller.create("Invoice", shop.invoice())
    filled = caller.create("Invoice", shop.invoice(CustomField=[{**field, "StringValue": "7"}]))

    assert [field] == bare["CustomField"]
    assert [{**field, "StringValue": "7"}] == filled["CustomField"]


def test_a_line_without_an_item_sells_the_usual_one(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Invoice" (ItemRef), "Preferences" (SalesFormsPrefs.DefaultItem).
    """
    line = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}
    assert (400, "6440") == caller.fault("Invoice", shop.invoice(line))
    pairs = [{"Name": "SalesFormsPrefs .DefaultItem", "Value": shop.service_id}]
    prefer(emulator, OtherPrefs={"NameValue": pairs})

    stored = caller.create("Invoice", shop.invoice({**line, "SalesItemLineDetail": {"Qty": 1}}))

    assert "Advice" == stored["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"]


# -- tax and discount


def test_each_rate_of_a_code_is_a_line(caller: Caller, shop: Shop) -> None:
    """
    Rounded by itself, half up to the cent. Source: Intuit, "TaxCode", "Invoice" (TxnTaxDetail).
    """
    line = shop.line(1, Decimal("10.35"), amount=Decimal("10.35"), detail=TAXED)

    stored = caller.create("Invoice", shop.invoice(line, shop.line(1, 5), **TUCSON))

    assert [Decimal("0.73"), Decimal("0.21")] == [
        share["Amount"] for share in stored["TxnTaxDetail"]["TaxLine"]
    ]
    assert Decimal("0.94") == stored["TxnTaxDetail"]["TotalTax"]
    assert Decimal("16.29") == stored["TotalAmt"]


def test_a_sent_tax_stands(caller: Caller, shop: Shop) -> None:
    """
    The difference is on the first rate. Source: Intuit, "Invoice" (TotalTax).
    """
    tax = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}, "TotalTax": Decimal("9.2")}}

    stored = caller.create("Invoice", shop.invoice(shop.line(1, 100, detail=TAXED), **tax))

    assert Decimal("109.20") == stored["TotalAmt"]
    shares = [share["Amount"] for share in stored["TxnTaxDetail"]["TaxLine"]]
    assert [Decimal("7.20"), Decimal("2.00")] == shares


@pytest.mark.parametrize(("after", "tax"), [(False, "8.00"), (True, "7.20")])
def test_tax_comes_before_or_after_a_discount(
    caller: Caller, shop: Shop, *, after: bool, tax: str
) -> None:
    """
    The account of discounts is the company's. Source: Intuit, "Invoice" (ApplyTaxAfterDiscount).
    """
    detail = {"PercentBased": True, "DiscountPercent": 10}
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}
    body = shop.invoice(shop.line(1, 100, detail=TAXED), discount, **CALIFORNIA)

    stored = caller.create("Invoice", {**body, "ApplyTaxAfterDiscount": after})

    assert Decimal(tax) == stored["TxnTaxDetail"]["TotalTax"]
    assert 90 + Decimal(tax) == stored["TotalAmt"]
    account = stored["Line"][2]["DiscountLineDetail"]["DiscountAccountRef"]
    assert {"value": "86", "name": "Discounts given"} == account


def test_automated_tax_takes_no_advice(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    The code and the total that are sent are ignored, and who is exempt pays none; by switch the
    total is kept. Source: Intuit, "Invoice" (TxnTaxDetail), "Preferences" (PartnerTaxEnabled).
    """
    prefer(emulator, **AUTOMATED)
    line = shop.line(1, 100, detail=TAXED)
    sent = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}, "TotalTax": 1}}

    stored = caller.create("Invoice", shop.invoice(line, **sent))

    assert (8, "2") == (
        stored["TxnTaxDetail"]["TotalTax"],
        stored["TxnTaxDetail"]["TxnTaxCodeRef"]["value"],
    )
    emulator.switch(automated_tax_override="kept")
    assert 101 == caller.create("Invoice", shop.invoice(line, **sent))["TotalAmt"]
    emulator.switch(automated_tax_override="ignored")
    emulator.update("Customer", {"Id": shop.customer_id, "Taxable": False})
    assert {"TotalTax": 0} == caller.create("Invoice", shop.invoice(line, **sent))["TxnTaxDetail"]


def test_shipping_needs_its_preference(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Invoice" (SHIPPING_ITEM_ID), "Preferences" (AllowShipping).
    """
    detail = {"ItemRef": {"value": "SHIPPING_ITEM_ID"}}
    shipping = {"DetailType": "SalesItemLineDetail", "Amount": 5, "SalesItemLineDetail": detail}
    body = shop.invoice(shop.line(), shipping)
    assert (400, "5030") == caller.fault("Invoice", body)
    prefer(emulator, SalesFormsPrefs={"AllowShipping": True})

    stored = caller.create("Invoice", body)

    assert 25 == stored["TotalAmt"]
    ref = stored["Line"][1]["SalesItemLineDetail"]["ItemRef"]
    assert "SHIPPING_ITEM_ID" == ref["value"]


def test_no_discount_where_there_are_none(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Preferences" (AllowDiscount); "Error codes" (5030).
    """
    prefer(emulator, SalesFormsPrefs={"AllowDiscount": False})
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {}, "Amount": 1}

    assert (400, "5030") == caller.fault("Invoice", shop.invoice(shop.line(), discount))


# -- lines and updates


def test_a_bundle_is_written_out(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Each part with its quantity times the bundle's, its own id and the bundle's amount.
    Source: Intuit, "Invoice" (GroupLineDetail), "Item" (ItemGroupDetail).
    """
    parts = [
        {"ItemRef": {"value": shop.item_id}, "Qty": 2},
        {"ItemRef": {"value": shop.service_id}, "Qty": 1},
    ]
    group = {"Name": "Set", "Type": "Group", "ItemGroupDetail": {"ItemGroupLine": parts}}
    bundle = emulator.create("Item", group)
    detail = {"GroupItemRef": {"value": bundle["Id"]}, "Quantity": 3}
    line = {"DetailType": "GroupLineDetail", "GroupLineDetail": detail}

    stored = caller.create("Invoice", shop.invoice(line, shop.line(1, 10)))

    bought = stored["Line"][0]["GroupLineDetail"]["Line"]
    assert [6, 3] == [part["SalesItemLineDetail"]["Qty"] for part in bought]
    assert (60, 70) == (stored["Line"][0]["Amount"], stored["TotalAmt"])
    ids = [stored["Line"][0]["Id"], *(part["Id"] for part in bought), stored["Line"][1]["Id"]]
    assert 4 == len(set(ids))
    assert 33 == emulator.quantity(shop.item_id)


def test_lines_that_only_describe_cost_nothing(caller: Caller, shop: Shop) -> None:
    """
    A subtotal that is sent is worked out again. Source: Intuit, "Invoice" (DescriptionOnly).
    """
    note = {"DetailType": "DescriptionOnly", "Description": "thanks", "Amount": 99}
    sent = {"DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}, "Amount": 77}

    stored = caller.create("Invoice", shop.invoice(note, sent, shop.line()))

    assert [99, 20, 20] == [line["Amount"] for line in stored["Line"]]
    assert 20 == stored["TotalAmt"]


def test_an_update_replaces_the_lines(caller: Caller, shop: Shop) -> None:
    """
    A known id keeps its line, one that is unknown or absent is new, what is not named goes; without
    Line all stay. Source: Intuit, "Invoice" (Line.Id), sparse update.
    """
    one = caller.create("Invoice", shop.invoice(shop.line(1), shop.line(2), shop.line(3)))
    lines = [shop.line(5, Id="2"), shop.line(6), shop.line(7, Id="77")]

    two = caller.create("Invoice", marks(one, Line=lines))
    three = caller.create("Invoice", marks(two, PrivateNote="again"))

    wares = [line for line in two["Line"] if "Id" in line]
    assert ["2", "4", "5"] == [line["Id"] for line in wares]
    assert [5, 6, 7] == [line["SalesItemLineDetail"]["Qty"] for line in wares]
    assert two["Line"] == three["Line"]


@pytest.mark.parametrize("full", [False, True])
def test_an_update_that_says_nothing_new_leaves_no_mark(
    caller: Caller, emulator: Emulator, shop: Shop, *, full: bool
) -> None:
    """
    Neither token nor time move. Source: recorded updates of an account, an item and an order, 2026.
    """
    emulator.set_clock("2026-07-01T12:00:00Z", freeze=True)
    caller.refresh()
    one = caller.create("Invoice", shop.invoice(DocNumber="7", PrivateNote="x"))
    emulator.advance(60)
    body = one if full else marks(one, PrivateNote="x", DocNumber="7")

    two = caller.create("Invoice", body)

    assert one == two


def test_what_the_service_adds_is_nothing_new(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    A full update with what was sent at first says nothing new.
    Source: recorded full update of a purchase order, May 2026.
    """
    emulator.set_clock("2026-07-01T20:00:00Z", freeze=True)
    caller.refresh()
    sent = {**shop.buying(), "APAccountRef": {"value": "33"}, "Memo": "x"}
    one = caller.create("PurchaseOrder", sent)

    lines = [{**sent["Line"][0], "Id": "1"}]
    again = {**sent, "Line": lines, "Id": one["Id"], "SyncToken": "0"}
    two = caller.create("PurchaseOrder", again)

    assert one == two


def test_a_full_update_takes_today_and_keeps_its_number(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Where the company numbers its forms. Source: recorded full update of a credit memo, May 2026.
    """
    prefer(emulator, SalesFormsPrefs={"CustomTxnNumbers": False})
    emulator.set_clock("2026-07-01T20:00:00Z", freeze=True)
    caller.refresh()
    one = caller.create("CreditMemo", shop.invoice(TxnDate="2026-03-01"))

    full = {**shop.invoice(), "Id": one["Id"], "SyncToken": "0"}
    two = caller.create("CreditMemo", full)

    assert (one["DocNumber"], "2026-07-01") == (two["DocNumber"], two["TxnDate"])


def test_each_series_counts_by_itself(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Sales forms share one; bills, journal entries and payments get none; estimates may share.
    Source: Intuit, "Preferences" (CustomTxnNumbers); recorded answers of May 2026.
    """
    prefer(emulator, SalesFormsPrefs={"CustomTxnNumbers": False})
    order = {**shop.buying(), "APAccountRef": {"value": "33"}}

    numbers = [
        caller.create("Invoice", shop.invoice())["DocNumber"],
        caller.create("CreditMemo", shop.invoice())["DocNumber"],
        caller.create("Estimate", shop.invoice())["DocNumber"],
        caller.create("PurchaseOrder", order)["DocNumber"],
        caller.create("SalesReceipt", {"Line": [shop.line()]})["DocNumber"],
    ]

    assert ["1001", "1002", "1001", "1001", "1003"] == numbers
    assert "DocNumber" not in caller.create("Bill", shop.buying())
    caller.create("Estimate", shop.invoice(DocNumber="1001"))


# -- links


def test_an_estimate_is_closed_by_its_invoice(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    And open again when the invoice is gone; somebody else's cannot be billed (620).
    Source: Intuit, "Estimate" (TxnStatus, LinkedTxn); recorded rows.
    """
    estimate = caller.create("Estimate", shop.invoice())
    link = {"LinkedTxn": [{"TxnId": estimate["Id"], "TxnType": "Estimate"}]}
    other = emulator.create("Customer", {"DisplayName": "Bea"})["Id"]
    stolen = {**shop.invoice(**link), "CustomerRef": {"value": other}}
    assert (400, "620") == caller.fault("Invoice", stolen)

    invoice = caller.create("Invoice", shop.invoice(**link))

    closed = caller.rows("Estimate")[0]
    assert ("Closed", [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]) == (
        closed["TxnStatus"],
        closed["LinkedTxn"],
    )
    caller.create("Invoice", marks(invoice), operation="delete")
    assert "Accepted" == caller.rows("Estimate")[0]["TxnStatus"]


def test_an_order_is_closed_by_its_bill(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "PurchaseOrder" (POStatus), "Bill" (LinkedTxn).
    """
    order = caller.create("PurchaseOrder", {**shop.buying(), "APAccountRef": {"value": "33"}})
    link = [{"TxnId": order["Id"], "TxnType": "PurchaseOrder"}]

    caller.create("Bill", shop.buying(LinkedTxn=link))

    assert "Closed" == caller.rows("PurchaseOrder")[0]["POStatus"]


def test_what_was_made_from_a_source_closes_it_for_others(caller: Caller, shop: Shop) -> None:
    """
    A second invoice or bill is refused (620); when the source is deleted its link is gone too.
    Source: Intuit, "Estimate", "PurchaseOrder" (LinkedTxn); "Error codes" (620).
    """
    order = {**shop.buying(), "APAccountRef": {"value": "33"}}
    for source, maker, made_from, body in (
        ("Estimate", "Invoice", shop.invoice(), shop.invoice()),
        ("PurchaseOrder", "Bill", order, shop.buying()),
    ):
        made = caller.create(source, made_from)
        body["LinkedTxn"] = [{"TxnId": made["Id"], "TxnType": source}]
        caller.create(maker, body)
        assert (400, "620") == caller.fault(maker, body)

        caller.create(source, marks(caller.rows(source)[0]), operation="delete")

        left = caller.rows(maker)[0]
        assert ([], "1") == (left["LinkedTxn"], left["SyncToken"])


@pytest.mark.parametrize("kind", ["Foo", "Payment", "ReimburseCharge", "TimeActivity", "Bill"])
def test_an_invoice_links_what_it_can_bill(caller: Caller, shop: Shop, kind: str) -> None:
    """
    Only what is there, of those it can be made from; what it is paid by may be sent again.
    Source: Intuit, "Invoice" (LinkedTxn); "Error codes" (620).
    """
    link = [{"TxnId": "99999", "TxnType": kind}]
    line = {**shop.line(), "LinkedTxn": link}
    assert (400, "620") == caller.fault("Invoice", shop.invoice(LinkedTxn=link))
    assert (400, "620") == caller.fault("Invoice", shop.invoice(line))
    made = caller.create("Invoice", shop.invoice())
    assert (400, "620") == caller.fault("Invoice", marks(made, LinkedTxn=link))

    caller.create("Payment", shop.payment(5, ("Invoice", made["Id"], 5)))
    paid = caller.rows("Invoice")[0]
    caller.create("Invoice", marks(paid, LinkedTxn=paid["LinkedTxn"], PrivateNote="echo"))


def test_an_invoice_bills_the_time_of_its_customer(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Invoice" (LinkedTxn), "TimeActivity".
    """
    employee = emulator.create("Employee", {"GivenName": "Em", "FamilyName": "Ployee"})["Id"]
    other = emulator.create("Customer", {"DisplayName": "Bea"})["Id"]
    time = {"NameOf": "Employee", "EmployeeRef": {"value": employee}, "Hours": 1}
    for customer, status in ((shop.customer_id, 200), (other, 400)):
        made = emulator.create("TimeActivity", {**time, "CustomerRef": {"value": customer}})
        link = {"TxnId": made["Id"], "TxnType": "TimeActivity"}
        assert status == caller.post("invoice", shop.invoice(LinkedTxn=[link])).status_code


def test_a_deposit_takes_all_of_a_receipt_once(caller: Caller, shop: Shop) -> None:
    """
    Not twice, no other amount, and only what can be deposited; money taken back is negative.
    Source: Intuit, "Deposit" (LinkedTxn); "Error codes" (620, 6000).
    """
    receipt = caller.create("SalesReceipt", shop.invoice())["Id"]
    invoice = caller.create("Invoice", shop.invoice())["Id"]

    def body(*links: tuple[str, str, int]) -> dict[str, Any]:
        lines = [
            {"Amount": amount, "LinkedTxn": [{"TxnId": number, "TxnType": kind}]}
            for kind, number, amount in links
        ]
        return {"DepositToAccountRef": {"value": "35"}, "Line": lines}

    taken = ("SalesReceipt", receipt, 20)
    assert (400, "620") == caller.fault("Deposit", body(taken, taken))
    assert (400, "6000") == caller.fault("Deposit", body(("SalesReceipt", receipt, 19)))
    assert (400, "620") == caller.fault("Deposit", body(("Invoice", invoice, 20)))
    assert (400, "620") == caller.fault("Deposit", body(("Foo", receipt, 20)))
    caller.create("Deposit", body(taken))


def test_a_full_update_keeps_the_deposit(caller: Caller, shop: Shop) -> None:
    """
    A deposited payment stays so when its links are not sent. Source: Intuit, "Deposit", "Payment".
    """
    payment = caller.create("Payment", shop.payment(100))
    line = {"Amount": 100, "LinkedTxn": [{"TxnId": payment["Id"], "TxnType": "Payment"}]}
    caller.create("Deposit", {"DepositToAccountRef": {"value": "35"}, "Line": [line]})

    whole = {**shop.payment(100), "Id": payment["Id"], "SyncToken": "0", "PrivateNote": "till"}
    changed = caller.create("Payment", whole)

    assert ["Deposit"] == [link["TxnType"] for link in changed["LinkedTxn"]]


def test_a_deposit_on_an_invoice_needs_its_preference(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    And is no more than the total. Source: Intuit, "Invoice" (Deposit), "Preferences"
    (AllowDeposit); "Error codes" (5030, 6000).
    """
    assert (400, "5030") == caller.fault("Invoice", shop.invoice(Deposit=5))
    prefer(emulator, SalesFormsPrefs={"AllowDeposit": True})
    assert (400, "6000") == caller.fault("Invoice", shop.invoice(Deposit=21))
    assert 15 == caller.create("Invoice", shop.invoice(Deposit=5))["Balance"]


def test_deposited_money_stays(caller: Caller, shop: Shop) -> None:
    """
    A payment in a deposit keeps its amount, is neither voided nor deleted (6540), and cannot be
    deposited twice; its note may change, and without the deposit it is free.
    Source: Intuit, "Deposit" (LinkedTxn); "Error codes" (620, 6540); recorded rows.
    """
    payment = caller.create("Payment", shop.payment(100))
    line = {"Amount": 100, "LinkedTxn": [{"TxnId": payment["Id"], "TxnType": "Payment"}]}
    body = {"DepositToAccountRef": {"value": "35"}, "Line": [line]}
    back = {"AccountRef": {"value": "4"}, "Amount": 30, "Memo": "till"}

    deposit = caller.create("Deposit", {**body, "CashBack": back})

    assert 70 == deposit["TotalAmt"]
    assert ["0"] == [link["TxnLineId"] for link in deposit["Line"][0]["LinkedTxn"]]
    assert (400, "620") == caller.fault("Deposit", body)
    held = caller.rows("Payment")[0]
    assert [{"TxnId": deposit["Id"], "TxnType": "Deposit"}] == held["LinkedTxn"]
    less = marks(held, TotalAmt=90, CustomerRef=held["CustomerRef"])
    assert (400, "6540") == caller.fault("Payment", less)
    assert (400, "6540") == caller.fault("Payment", marks(held), operation="delete")
    void = {"operation": "update", "include": "void"}
    assert (400, "6540") == caller.fault("Payment", marks(held), **void)
    same = {name: held[name] for name in ("CustomerRef", "TotalAmt")}
    noted = caller.create("Payment", marks(held, PrivateNote="till 2", **same))
    caller.create("Deposit", marks(deposit), operation="delete")
    assert 0 == caller.create("Payment", marks(noted), **void)["TotalAmt"]


def test_credits_apply_themselves_where_wanted(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    By a payment of nothing. Source: Intuit, "Preferences" (AutoApplyCredit), "CreditMemo".
    """
    caller.create("CreditMemo", shop.invoice(shop.line(1, 30)))
    assert 100 == caller.create("Invoice", shop.invoice(shop.line(1, 100)))["Balance"]
    prefer(emulator, SalesFormsPrefs={"AutoApplyCredit": True})

    stored = caller.create("Invoice", shop.invoice(shop.line(1, 100)))

    assert 70 == stored["Balance"]
    assert 0 == caller.rows("CreditMemo")[0]["Balance"]
    assert [0] == [row["TotalAmt"] for row in caller.rows("Payment")]


@pytest.mark.parametrize("entity", ["Bill", "Estimate", "CreditMemo", "Transfer"])
def test_only_some_documents_can_be_voided(caller: Caller, entity: str) -> None:
    """
    Source: Intuit, "Invoice", "Payment", "SalesReceipt", "BillPayment", void; "Error codes" (500).
    """
    body = {"Id": "1", "SyncToken": "0"}

    assert (400, "500") == caller.fault(entity, body, operation="void")


def test_the_rate_and_the_total_at_home(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Home currency has rate 1; an update keeps currency and rate.
    Source: Intuit, "Manage multiple currencies".
    """
    prefer(emulator, CurrencyPrefs={"MultiCurrencyEnabled": True})
    euro = {"CurrencyRef": {"value": "EUR"}}
    foreign = emulator.create("Customer", {"DisplayName": "Bea", **euro})["Id"]
    body = {**shop.invoice(**euro), "CustomerRef": {"value": foreign}}

    one = caller.create("Invoice", {**body, "ExchangeRate": Decimal("1.25")})
    two = caller.create("Invoice", marks(one, Line=[shop.line(1, 100)]))

    assert (25, 25) == (one["HomeTotalAmt"], one["HomeBalance"])
    assert (Decimal("1.25"), 125, "EUR") == (
        two["ExchangeRate"],
        two["HomeTotalAmt"],
        two["CurrencyRef"]["value"],
    )
    bare = caller.create("Invoice", body)
    assert Decimal("1.05") < bare["ExchangeRate"] < Decimal("1.15")
    home = caller.create("Invoice", shop.invoice(CurrencyRef={"value": "USD"}, ExchangeRate=9))
    assert (1, 20) == (home["ExchangeRate"], home["HomeTotalAmt"])


def test_the_clients_noughts_are_nothing(caller: Caller, shop: Shop) -> None:
    """
    Qty and UnitPrice of 0 beside an amount count as absent. Source: observed of python-quickbooks.
    """
    detail = {"ItemRef": {"value": shop.service_id}, "Qty": 0, "UnitPrice": 0}
    line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}

    stored = caller.create("CreditMemo", shop.invoice(line))

    assert {"Qty", "UnitPrice"}.isdisjoint(stored["Line"][0]["SalesItemLineDetail"])


def test_every_answer_is_what_is_read_afterwards(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "Basics of the Accounting API".
    """
    order = {**shop.buying(), "APAccountRef": {"value": "33"}}
    for entity, body in (
        ("Invoice", shop.invoice()),
        ("Estimate", shop.invoice()),
        ("Bill", shop.buying()),
        ("PurchaseOrder", order),
        ("InventoryAdjustment", shop.adjustment(3)),
    ):
        stored = caller.create(entity, body)

        read = caller.send("GET", f"{entity.lower()}/{stored['Id']}")

        assert stored == loads(read.content)[entity]


@pytest.mark.parametrize(
    ("term", "day", "due"),
    [
        ({"DueDays": 15}, "2026-03-20", "2026-04-04"),
        ({"DayOfMonthDue": 28}, "2026-03-20", "2026-03-28"),
        ({"DayOfMonthDue": 15}, "2026-12-20", "2027-01-15"),
        ({"DayOfMonthDue": 28, "DueNextMonthDays": 10}, "2026-03-20", "2026-04-28"),
        ({"DayOfMonthDue": 31}, "2026-02-20", "2026-02-28"),
        ({"DueDays": 30}, "9999-12-31", "9999-12-31"),
    ],
)
def test_a_term_says_when_an_invoice_is_due(
    caller: Caller, shop: Shop, term: dict[str, Any], day: str, due: str
) -> None:
    """
    Source: Intuit, "Term" (DueDays, DayOfMonthDue, DueNextMonthDays).
    """
    made = caller.create("Term", {"Name": "Own", **term})

    ref = {"value": made["Id"]}
    stored = caller.create("Invoice", shop.invoice(TxnDate=day, SalesTermRef=ref))

    assert due == stored["DueDate"]


def test_a_credit_memo_keeps_its_payments_to_itself(caller: Caller, shop: Shop) -> None:
    """
    It shows no link, and still frees the payment when it is deleted: what it paid is owed again.
    Source: recorded rows of applied credit memos, May 2026.
    """
    memo = caller.create("CreditMemo", shop.invoice(shop.line(1)))
    invoice = caller.create("Invoice", shop.invoice())
    shares = [("Invoice", invoice["Id"], 10), ("CreditMemo", memo["Id"], 10)]
    caller.create("Payment", shop.payment(0, *shares))

    used = caller.rows("CreditMemo")[0]
    caller.create("CreditMemo", marks(used), operation="delete")

    assert (0, 0, False) == (used["Balance"], used["RemainingCredit"], "LinkedTxn" in used)
    payment = caller.rows("Payment")[0]
    assert ([], 0) == (payment["Line"], payment["UnappliedAmt"])
    owed_again = caller.rows("Invoice")[0]
    assert (20, []) == (owed_again["Balance"], owed_again["LinkedTxn"])


def test_a_sparse_update_names_its_references_again(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Unless switched; other forms do not ask for them.
    Source: Intuit, "Bill", "Purchase", "Payment", sparse update.
    """
    bill = caller.create("Bill", shop.buying())
    payment = caller.create("Payment", shop.payment(5))
    invoice = caller.create("Invoice", shop.invoice())

    assert (400, "2020") == caller.fault("Bill", marks(bill, PrivateNote="x"))
    again = caller.create("Bill", marks(bill, PrivateNote="x", VendorRef=bill["VendorRef"]))
    same = {"CustomerRef": payment["CustomerRef"]}
    assert (400, "2020") == caller.fault("Payment", marks(payment, PrivateNote="x", **same))
    assert "x" == caller.create("Invoice", marks(invoice, PrivateNote="x"))["PrivateNote"]

    emulator.switch(sparse_demands_references=False)
    assert "y" == caller.create("Bill", marks(again, PrivateNote="y"))["PrivateNote"]


def test_whether_a_receipt_needs_its_customer_can_be_switched(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    The page requires one; recorded receipts have none.
    Source: Intuit, "SalesReceipt" (CustomerRef).
    """
    assert "CustomerRef" not in caller.create("SalesReceipt", {"Line": [shop.line()]})

    emulator.switch(sales_receipt_customer="required")
    assert (400, "2020") == caller.fault("SalesReceipt", {"Line": [shop.line()]})


def test_an_adjustment_may_be_of_today(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "InventoryAdjustment" (TxnDate).
    """
    emulator.switch(adjustment_date="today")
    body = shop.adjustment(1, DocNumber="COUNT-1")
    day = body.pop("TxnDate")

    assert day == caller.create("InventoryAdjustment", body)["TxnDate"]


def test_no_tax_where_none_applies(caller: Caller, shop: Shop) -> None:
    """
    The answer's own empty tax may be sent back. Source: Intuit, "Invoice" (GlobalTaxCalculation).
    """
    taxed = shop.line(detail={"TaxCodeRef": {"value": "TAX"}})

    stored = caller.create("Invoice", shop.invoice(taxed, GlobalTaxCalculation="NotApplicable"))

    assert {"TotalTax": 0} == stored["TxnTaxDetail"]
    assert "x" == caller.create("Invoice", {**stored, "PrivateNote": "x"})["PrivateNote"]
