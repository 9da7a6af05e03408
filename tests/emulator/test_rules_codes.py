"""One refusal per rule, table by table. Intuit: "Error codes" and the reference pages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_emulator.json_text import loads

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


def ref(object_id: str) -> dict[str, str]:
    return {"value": object_id}


def cost(amount: Any = 5, **detail: Any) -> dict[str, Any]:
    """A line that costs something, by account."""
    return {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": ref("60"), **detail},
    }


def bill(shop: Shop, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"VendorRef": ref(shop.vendor_id), "Line": list(lines) or [cost()], **more}


def purchase(kind: str = "Cash", account: str = "35", **more: Any) -> dict[str, Any]:
    return {"PaymentType": kind, "AccountRef": ref(account), "Line": [cost()], **more}


def deposit(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"DepositToAccountRef": ref("35"), "Line": list(lines), **more}


def into(account: str | None = "1", amount: Any = 5) -> dict[str, Any]:
    detail = {"AccountRef": ref(account)} if account else {}
    return {"Amount": amount, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}


def journal(*sides: tuple[str, Any, str], **detail: Any) -> dict[str, Any]:
    return {
        "Line": [
            {
                "Amount": amount,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": side,
                    "AccountRef": ref(account),
                    **detail,
                },
            }
            for side, amount, account in sides
        ]
    }


def sold(shop: Shop, **detail: Any) -> dict[str, Any]:
    return shop.invoice(shop.line(detail=detail))


def discount(**detail: Any) -> dict[str, Any]:
    return {"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}


def service(**more: Any) -> dict[str, Any]:
    return {"Name": "New", "Type": "Service", "IncomeAccountRef": ref("1"), **more}


def stocked(**more: Any) -> dict[str, Any]:
    body = {
        "Name": "New", "Type": "Inventory", "TrackQtyOnHand": True, "QtyOnHand": 1,
        "InvStartDate": "2026-01-01", "IncomeAccountRef": ref("79"),
        "ExpenseAccountRef": ref("80"), "AssetAccountRef": ref("81"), **more,
    }  # fmt: skip
    return {name: value for name, value in body.items() if value is not None}


def bundle(shop: Shop) -> str:
    """A bundle as a person makes it; its id."""
    parts = {"ItemGroupLine": [{"ItemRef": ref(shop.item_id), "Qty": 1}]}
    body = {"Name": "Set", "Type": "Group", "ItemGroupDetail": parts}
    return str(shop.emulator.create("Item", body)["Id"])


def paid(shop: Shop, amount: Any, **more: Any) -> dict[str, Any]:
    return {"CustomerRef": ref(shop.customer_id), "TotalAmt": amount, **more}


CASES: dict[str, tuple[str, str, Any]] = {
    # required
    "2020 vendor of a bill": ("2020", "Bill", lambda s: {"Line": [cost()]}),
    "2020 reference without a value": (
        "2020", "Bill", lambda s: {"VendorRef": {"name": "Wholesale"}, "Line": [cost()]},
    ),
    "6000 total of a payment": ("6000", "Payment", lambda s: {"CustomerRef": ref(s.customer_id)}),
    "6000 payment of nothing": ("6000", "Payment", lambda s: s.payment(0)),
    "2020 account of a purchase": (
        "2020", "Purchase", lambda s: {"PaymentType": "Cash", "Line": [cost()]},
    ),
    "2020 payables of an order": (
        "2020", "PurchaseOrder", lambda s: {"VendorRef": ref(s.vendor_id), "Line": [cost()]},
    ),
    "2020 account of a deposit": ("2020", "Deposit", lambda s: {"Line": [into()]}),
    "2020 account of a refund": ("2020", "RefundReceipt", lambda s: {"Line": [s.line()]}),
    "2020 accounts of a transfer": ("2020", "Transfer", lambda s: {"Amount": 1}),
    "2020 side of a journal": (
        "2020", "JournalEntry",
        lambda s: {"Line": [{"Amount": 1, "DetailType": "JournalEntryLineDetail",
                             "JournalEntryLineDetail": {"AccountRef": ref("35")}}]},
    ),
    "2020 member of the kind": (
        "2020", "Invoice", lambda s: s.invoice({"Amount": 1, "DetailType": "SalesItemLineDetail"}),
    ),
    "2020 income account": ("2020", "Item", lambda s: {"Name": "New", "Type": "Service"}),
    "2020 start of stock": ("2020", "Item", lambda s: stocked(InvStartDate=None)),
    "2020 quantity of stock": ("2020", "Item", lambda s: stocked(QtyOnHand=None)),
    "2020 parent of a sub-item": ("2020", "Item", lambda s: service(SubItem=True)),
    "2020 days of a term": ("2020", "Term", lambda s: {"Name": "Soon"}),
    "2020 type of an account": ("2020", "Account", lambda s: {"Name": "New"}),
    "2020 address of a mail": ("2020", "Invoice", lambda s: s.invoice(EmailStatus="NeedToSend")),
    "2020 bank of a bill payment": (
        "2020", "BillPayment",
        lambda s: {"VendorRef": ref(s.vendor_id), "PayType": "Check", "TotalAmt": 0, "Line": []},
    ),
    "2020 worker of a time": ("2020", "TimeActivity", lambda s: {"NameOf": "Employee", "Hours": 1}),
    "2020 kind of an item": (
        "2020", "Item", lambda s: {"Name": "New", "IncomeAccountRef": ref("1")},
    ),
    "2020 name of blanks": ("2020", "Item", lambda s: service(Name="  ")),
    "2020 term of blanks": ("2020", "Term", lambda s: {"Name": " ", "DueDays": 1}),
    "2020 day of an adjustment": (
        "2020", "InventoryAdjustment",
        lambda s: {name: value for name, value in s.adjustment(1).items() if name != "TxnDate"},
    ),
    # shape
    "2010 nothing in stock of a service": ("2010", "Item", lambda s: service(QtyOnHand=0)),
    "2010 amount as Python spells it": ("2010", "Payment", lambda s: paid(s, "3_4.5")),
    "2010 amount in other digits": ("2010", "Payment", lambda s: paid(s, "\u0663\u0664")),
    "2010 amount that is none": ("2010", "Payment", lambda s: paid(s, "NaN")),
    "2010 list for an object": ("2010", "Invoice", lambda s: s.invoice(BillAddr=[])),
    "2010 object for a text": ("2010", "Invoice", lambda s: s.invoice(PrivateNote={"a": 1})),
    "2010 text for a reference": ("2010", "Invoice", lambda s: s.invoice(SalesTermRef="3")),
    "2010 unknown in an address": ("2010", "Customer",
                                   lambda s: {"DisplayName": "x", "BillAddr": {"Street": "y"}}),
    "2010 no truth": ("2010", "Customer", lambda s: {"DisplayName": "x", "Taxable": "perhaps"}),
    "2010 price of a category": (
        "2010", "Item", lambda s: {"Name": "New", "Type": "Category", "UnitPrice": 1},
    ),
    "2010 stock of goods that are not tracked": (
        "2010", "Item", lambda s: service(Type="NonInventory", ReorderPoint=3),
    ),
    "2030 reference": ("2030", "Invoice", lambda s: s.invoice() | {"CustomerRef": ref("Ada")}),
    "2040 control character": ("2040", "Customer", lambda s: {"DisplayName": "x", "Notes": "\x07"}),
    "2040 colon in a name": ("2040", "Item", lambda s: service(Name="a:b")),
    "2040 quote in an account": (
        "2040", "Account", lambda s: {"Name": 'The "till"', "AccountType": "Bank"},
    ),
    "2050 address line": (
        "2050", "Customer", lambda s: {"DisplayName": "x", "BillAddr": {"Line1": "y" * 501}},
    ),
    "2050 address": (
        "2050", "Customer",
        lambda s: {"DisplayName": "x", "BillAddr": {f"Line{n}": "y" * 401 for n in range(1, 6)}},
    ),
    "2050 memo of an order": (
        "2050", "PurchaseOrder",
        lambda s: bill(s, APAccountRef=ref("33"), Memo="x" * 4001),
    ),
    "2050 phone": (
        "2050", "Customer",
        lambda s: {"DisplayName": "x", "PrimaryPhone": {"FreeFormNumber": "1" * 31}},
    ),
    "2050 line": (
        "2050", "Invoice", lambda s: s.invoice({**s.line(), "Description": "x" * 4001}),
    ),
    "2050 term": ("2050", "Term", lambda s: {"Name": "x" * 32, "DueDays": 1}),
    "2050 account number": (
        "2050", "Account", lambda s: {"Name": "N", "AccountType": "Bank", "AcctNum": "1" * 8},
    ),
    "2040 colon in the number of an account": (
        "2040", "Account", lambda s: {"Name": "N", "AccountType": "Bank", "AcctNum": "1:2"},
    ),
    "2080 day of a month": ("2080", "Term", lambda s: {"Name": "Never", "DayOfMonthDue": 0}),
    "2080 days": ("2080", "Term", lambda s: {"Name": "Late", "DueDays": 1000}),
    "2140 amount": ("2140", "Payment", lambda s: paid(s, 10**16)),
    "2140 price of an item": (
        "2140", "Item", lambda s: service(UnitPrice=Decimal("99999999999.01")),
    ),
    "2140 tax below nothing": (
        "2140", "Invoice", lambda s: s.invoice(TxnTaxDetail={"TotalTax": -1}),
    ),
    "2150 percent": (
        "2150", "Invoice",
        lambda s: s.invoice(s.line(), discount(PercentBased=True, DiscountPercent=101)),
    ),
    "2160 quantity": ("2160", "InventoryAdjustment", lambda s: s.adjustment(10**16)),
    "2170 bundle by an app": (
        "2170", "Item", lambda s: {"Name": "Set", "Type": "Group"},
    ),
    "2170 print status": ("2170", "Invoice", lambda s: s.invoice(PrintStatus="Soon")),
    "2170 payment type": ("2170", "Purchase", lambda s: purchase("Barter")),
    "2170 billed already": (
        "2170", "Bill",
        lambda s: bill(s, cost(BillableStatus="HasBeenBilled", CustomerRef=ref(s.customer_id))),
    ),
    "2170 type of an account": ("2170", "Account", lambda s: {"Name": "N", "AccountType": "Till"}),
    "2170 detail type": ("2170", "Account", lambda s: {"Name": "N", "AccountSubType": "Till"}),
    "2170 kind of line of another form": ("2170", "Invoice", lambda s: s.invoice(cost())),
    "2210 mail address": (
        "2210", "Customer",
        lambda s: {"DisplayName": "x", "PrimaryEmailAddr": {"Address": "nobody"}},
    ),
    "2210 one of several": (
        "2210", "Invoice", lambda s: s.invoice(BillEmail={"Address": "a@example.com, b"}),
    ),
    # references
    "2500 term": ("2500", "Invoice", lambda s: s.invoice(SalesTermRef=ref("99"))),
    "2500 vendor for a customer": (
        "2500", "Invoice", lambda s: s.invoice() | {"CustomerRef": ref(s.vendor_id)},
    ),
    "2500 tax code": (
        "2500", "Invoice", lambda s: s.invoice(TxnTaxDetail={"TxnTaxCodeRef": ref("99")}),
    ),
    "2500 tax code of an item": ("2500", "Item", lambda s: service(SalesTaxCodeRef=ref("99"))),
    "2500 type of a customer": (
        "2500", "Customer", lambda s: {"DisplayName": "x", "CustomerTypeRef": ref("99")},
    ),
    "2500 bundle sold as a thing": (
        "2500", "Invoice", lambda s: s.invoice(s.line(item_id=bundle(s))),
    ),
    "2500 bundle bought": (
        "2500", "Bill",
        lambda s: bill(s, {"Amount": 1, "DetailType": "ItemBasedExpenseLineDetail",
                           "ItemBasedExpenseLineDetail": {"ItemRef": ref(bundle(s)), "Qty": 1}}),
    ),
    "2500 parent": ("2500", "Customer", lambda s: {"DisplayName": "x", "ParentRef": ref("99")}),
    "2500 no bundle": (
        "2500", "Invoice",
        lambda s: s.invoice({"DetailType": "GroupLineDetail",
                             "GroupLineDetail": {"GroupItemRef": ref(s.service_id)}}),
    ),
    "2500 party of a purchase": ("2500", "Purchase", lambda s: purchase(EntityRef=ref("99"))),
    # lines
    "2250 only a subtotal": (
        "2250", "Invoice",
        lambda s: s.invoice({"DetailType": "SubTotalLineDetail", "Amount": 1}),
    ),
    "2290 share of a payment": (
        "2290", "Payment", lambda s: paid(s, 5, Line=[{"Amount": -5}]),
    ),
    "2290 discount below nothing": (
        "2290", "Invoice", lambda s: s.invoice(s.line(), {**discount(), "Amount": -1}),
    ),
    "2290 side of a journal": (
        "2290", "JournalEntry",
        lambda s: journal(("Debit", -1, "35"), ("Credit", -1, "60")),
    ),
    "6000 two discounts": (
        "6000", "Invoice",
        lambda s: s.invoice(s.line(), *[{**discount(), "Amount": 1}] * 2),
    ),
    "6000 billable to nobody": ("6000", "Bill", lambda s: bill(s, cost(BillableStatus="Billable"))),
    "6000 negative bill": ("6000", "Bill", lambda s: bill(s, cost(-5))),
    "6000 receivables of nobody": (
        "6000", "JournalEntry", lambda s: journal(("Debit", 1, "84"), ("Credit", 1, "60")),
    ),
    "6000 payables of a customer": (
        "6000", "JournalEntry",
        lambda s: journal(
            ("Debit", 1, "33"), ("Credit", 1, "60"),
            Entity={"Type": "Customer", "EntityRef": ref(s.customer_id)},
        ),
    ),
    "6000 transfer of nothing": (
        "6000", "Transfer",
        lambda s: {"FromAccountRef": ref("35"), "ToAccountRef": ref("4"), "Amount": 0},
    ),
    "6000 transfer to itself": (
        "6000", "Transfer",
        lambda s: {"FromAccountRef": ref("35"), "ToAccountRef": ref("35"), "Amount": 1},
    ),
    "6000 credit from a bank": ("6000", "Purchase", lambda s: purchase(Credit=True)),
    "6000 applied too much": (
        "6000", "Payment",
        lambda s: s.payment(5, ("Invoice", s.emulator.create("Invoice", s.invoice())["Id"], 20)),
    ),
    "6070 buying": (
        "6070", "Bill",
        lambda s: {**s.buying(), "Line": [{**s.buying()["Line"][0], "Amount": Decimal("20.01")}]},
    ),
    "6440 cost of nothing": (
        "6440", "Bill", lambda s: bill(s, {**cost(), "AccountBasedExpenseLineDetail": {}}),
    ),
    "6440 deposit from nowhere": ("6440", "Deposit", lambda s: deposit(into(None))),
    "6520 bought without a quantity": (
        "6520", "Bill",
        lambda s: bill(s, {"Amount": 1, "DetailType": "ItemBasedExpenseLineDetail",
                           "ItemBasedExpenseLineDetail": {"ItemRef": ref(s.item_id)}}),
    ),
    "6100 tax code of a cost": ("6100", "Bill", lambda s: bill(s, cost(TaxCodeRef=ref("JUNK")))),
    "6170 tax that does not apply": (
        "6170", "Invoice",
        lambda s: s.invoice(
            GlobalTaxCalculation="NotApplicable", TxnTaxDetail={"TxnTaxCodeRef": ref("2")}
        ),
    ),
    "6170 tax on a bill": (
        "6170", "Bill",
        lambda s: bill(s, GlobalTaxCalculation="NotApplicable", TxnTaxDetail={"TotalTax": 1}),
    ),
    # accounts
    "6430 assets that are no stock": ("6430", "Item", lambda s: stocked(AssetAccountRef=ref("4"))),
    "6430 sales of services": ("6430", "Item", lambda s: stocked(IncomeAccountRef=ref("1"))),
    "6430 refund to a card": (
        "6430", "RefundReceipt",
        lambda s: {"Line": [s.line()], "DepositToAccountRef": ref("41")},
    ),
    "6010 detail type of another": (
        "6010", "Account",
        lambda s: {"Name": "N", "AccountType": "Bank", "AccountSubType": "Inventory"},
    ),
    "6430 cash from a card": ("6430", "Purchase", lambda s: purchase("Cash", "41")),
    "6430 card from a bank": ("6430", "Purchase", lambda s: purchase("CreditCard", "35")),
    "6430 deposit into an expense": (
        "6430", "Deposit", lambda s: deposit(into(), DepositToAccountRef=ref("60")),
    ),
    "6430 receipt into an expense": (
        "6430", "SalesReceipt",
        lambda s: {"Line": [s.line()], "DepositToAccountRef": ref("60")},
    ),
    "6430 payables that are none": ("6430", "Bill", lambda s: bill(s, APAccountRef=ref("35"))),
    "6430 transfer to income": (
        "6430", "Transfer",
        lambda s: {"FromAccountRef": ref("35"), "ToAccountRef": ref("1"), "Amount": 1},
    ),
    "6430 cost of goods": ("6430", "Item", lambda s: stocked(ExpenseAccountRef=ref("60"))),
    # lists
    "700 type of the parent account": (
        "700", "Account", lambda s: {"Name": "N", "AccountType": "Bank", "ParentRef": ref("60")},
    ),
    "700 parent that is no category": (
        "700", "Item", lambda s: service(SubItem=True, ParentRef=ref(s.item_id)),
    ),
    "5030 customer who owes already": (
        "5030", "Customer", lambda s: {"DisplayName": "x", "Balance": 5},
    ),
    "700 parent of a category": (
        "700", "Item", lambda s: {"Name": "N", "Type": "Category", "ParentRef": ref(s.item_id)},
    ),
    "6240 term": ("6240", "Term", lambda s: {"Name": "net 30", "DueDays": 30}),
    "6240 account": ("6240", "Account", lambda s: {"Name": "checking", "AccountType": "Bank"}),
    "6000 foreign name": (
        "6000", "Customer", lambda s: {"DisplayName": "x", "CurrencyRef": ref("EUR")},
    ),
    "2170 no currency": (
        "2170", "Customer", lambda s: {"DisplayName": "x", "CurrencyRef": ref("XYZ")},
    ),
    # features
    "5030 class": ("5030", "Class", lambda s: {"Name": "Retail"}),
    "5030 department": ("5030", "Department", lambda s: {"Name": "North"}),
    # links
    "620 no such estimate": (
        "620", "Invoice",
        lambda s: s.invoice(LinkedTxn=[{"TxnId": "999", "TxnType": "Estimate"}]),
    ),
    "620 no such order": (
        "620", "Bill", lambda s: bill(s, LinkedTxn=[{"TxnId": "999", "TxnType": "PurchaseOrder"}]),
    ),
    "620 no such money": (
        "620", "Deposit",
        lambda s: deposit({"Amount": 1, "LinkedTxn": [{"TxnId": "999", "TxnType": "Payment"}]}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_bad_body_is_refused(caller: Caller, emulator: Emulator, shop: Shop, case: str) -> None:
    """
    HTTP 400 with the code, and nothing is stored or moved. Source: Intuit, "Error codes".
    """
    code, entity, make = CASES[case]
    body = make(shop)
    before = len(emulator.entities(entity))

    refused = caller.fault(entity, body)

    assert (400, code) == refused
    assert before == len(emulator.entities(entity))


WORDS = {
    "missing in a line": (
        "Invoice", lambda s: s.invoice({"Amount": 1}),
        "Required parameter Line.DetailType is missing in the request", "Line.DetailType",
    ),
    "missing name": (
        "Item", lambda s: {"Type": "Service"}, "Required parameter Name is missing in the request",
        "Name",
    ),
    "no such name": (
        "Invoice", lambda s: s.invoice() | {"CustomerRef": ref("583")},
        "Invalid Reference Id : Names element id 583 not found", "Reference Id",
    ),
    "no such account": (
        "Bill", lambda s: bill(s, cost(AccountRef=ref("583"))),
        "Invalid Reference Id : Accounts element id 583 not found", "Reference Id",
    ),
    "no number": (
        "Customer", lambda s: {"Id": "1.5", "SyncToken": "0", "DisplayName": "x"},
        "Id should be a valid number. Supplied value:1.5", "Id",
    ),
    "taken name of a person": (
        "Vendor", lambda s: {"DisplayName": "ADA"},
        ("The name supplied already exists. : Another customer, vendor or employee is already "
        "using this name. Please use a different name."), "",
    ),
    "taken name of a thing": (
        "Term", lambda s: {"Name": "Net 30", "DueDays": 1},
        "The name supplied already exists. : Id=3", "",
    ),
    "nobody there": (
        "Customer", lambda s: {"Id": "999", "SyncToken": "0", "DisplayName": "x"},
        ("Object Not Found : Something you're trying to use has been made inactive. Check the "
        "fields with accounts, customers, items, vendors or employees."), "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WORDS)
def test_the_words_are_those_recorded(caller: Caller, shop: Shop, case: str) -> None:
    """
    Detail and element as Intuit's service said them. Source: recorded faults, 2015 to 2026.
    """
    entity, make, detail, element = WORDS[case]

    error = caller.post(entity.lower(), make(shop)).json()["Fault"]["Error"][0]

    assert (detail, element) == (error["Detail"], error["element"])


def test_an_unknown_property_is_named_with_those_that_are_known(caller: Caller, shop: Shop) -> None:
    """
    The class, how many properties it has, and the first of them. Source: recorded fault (2010).
    """
    reply = caller.post("invoice", shop.invoice(BadJson="x"))

    error = reply.json()["Fault"]["Error"][0]
    assert "Request has invalid or unsupported property" == error["Message"]
    assert error["Detail"].startswith(
        'Property Name:Unrecognized field "BadJson" (class com.intuit.schema.finance.v3.Invoice), '
        "not marked as ignorable ("
    )
    assert ' known properties: "' in error["Detail"]
    assert error["Detail"].endswith(" [truncated]])\n specified is unsupported or invalid")
    assert "element" not in error


def test_a_taken_name_may_be_put_as_null(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Without an element. Source: recorded fault of 2020 (6240).
    """
    emulator.switch(duplicate_name_detail="null")

    error = caller.post("customer", {"DisplayName": "Ada"}).json()["Fault"]["Error"][0]

    assert "The name supplied already exists. : null" == error["Detail"]
    assert "element" not in error


def test_a_journal_may_be_a_business_matter(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "Error codes" (2300, 6000).
    """
    emulator.switch(unbalanced_journal_code="6000")

    refused = caller.fault("JournalEntry", journal(("Debit", 2, "35"), ("Credit", 1, "60")))

    assert (400, "6000") == refused


def test_an_ended_subscription_takes_no_writes(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Reads go on, and a person may still write. Source: Intuit, "Error codes" (6190); recorded fault.
    """
    emulator.switch(subscription_ended=True)

    reply = caller.post("customer", {"DisplayName": "Bea"})

    error = reply.json()["Fault"]["Error"][0]
    assert (400, "6190") == (reply.status_code, error["code"])
    assert error["Detail"].startswith("Subscription period has ended or canceled or there was a")
    assert [shop.customer_id] == [row["Id"] for row in caller.rows("Customer")]
    emulator.create("Customer", {"DisplayName": "Cyd"})


def test_what_replies_show_may_be_sent_back(caller: Caller, shop: Shop) -> None:
    """
    MetaData, totals, LineEx and their kin are echoed by clients: they are ignored.
    Source: observed of published clients; recorded answers.
    """
    invoice = caller.create("Invoice", shop.invoice())
    payment = caller.create("Payment", shop.payment(20, ("Invoice", invoice["Id"], 20)))
    stored = loads(caller.send("GET", f"payment/{payment['Id']}").content)["Payment"]

    again = caller.create("Payment", {**stored, "PrivateNote": "again", "UnappliedAmt": 7})

    assert (0, "1", "again") == (again["UnappliedAmt"], again["SyncToken"], again["PrivateNote"])
    assert "txnOpenBalance" == again["Line"][0]["LineEx"]["any"][1]["value"]["Name"]
    assert "20.00" == again["Line"][0]["LineEx"]["any"][1]["value"]["Value"]
