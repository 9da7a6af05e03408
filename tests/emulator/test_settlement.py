"""Payments, credits and balances. Intuit: "Payment", "CreditMemo", "BillPayment", "Invoice"."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.conftest import report

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


def one(emulator: Emulator, entity: str, object_id: str) -> dict[str, Any]:
    return next(row for row in emulator.entities(entity) if row["Id"] == object_id)


def test_a_payment_settles_invoices(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Balance falls, both are linked, the invoice's SyncToken rises, the rest is unapplied, the
    customer owes less. Source: Intuit, "Payment".
    """
    first = caller.create("Invoice", shop.invoice(DocNumber="1"))["Id"]
    second = caller.create("Invoice", shop.invoice(DocNumber="2"))["Id"]

    payment = caller.create(
        "Payment", shop.payment(50, ("Invoice", first, 20), ("Invoice", second, 5))
    )

    assert 25 == payment["UnappliedAmt"]
    paid, partly = one(emulator, "Invoice", first), one(emulator, "Invoice", second)
    assert (0, "1") == (paid["Balance"], paid["SyncToken"])
    assert [{"TxnId": payment["Id"], "TxnType": "Payment"}] == paid["LinkedTxn"]
    assert 15 == partly["Balance"]
    assert -10 == one(emulator, "Customer", shop.customer_id)["Balance"]
    assert -10 == one(emulator, "Account", "84")["CurrentBalance"]


def test_a_changed_payment_settles_anew(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    What its lines no longer name is owed again. Source: Intuit, "Payment", update.
    """
    first = caller.create("Invoice", shop.invoice(DocNumber="1"))["Id"]
    second = caller.create("Invoice", shop.invoice(DocNumber="2"))["Id"]
    payment = caller.create("Payment", shop.payment(20, ("Invoice", first, 20)))

    marks = {"Id": payment["Id"], "SyncToken": "0"}
    caller.create("Payment", {**shop.payment(20, ("Invoice", second, 20)), **marks})

    assert (20, []) == (
        one(emulator, "Invoice", first)["Balance"],
        one(emulator, "Invoice", first)["LinkedTxn"],
    )
    assert 0 == one(emulator, "Invoice", second)["Balance"]
    assert 20 == one(emulator, "Customer", shop.customer_id)["Balance"]


def test_a_deleted_or_voided_payment_gives_back(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Payment", delete and void; recorded answer of a void.
    """
    invoice = caller.create("Invoice", shop.invoice())["Id"]
    for params in ({"operation": "delete"}, {"operation": "update", "include": "void"}):
        payment = caller.create("Payment", shop.payment(20, ("Invoice", invoice, 20)))
        assert 0 == one(emulator, "Invoice", invoice)["Balance"]

        marks = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
        caller.create("Payment", marks, **params)

        assert 20 == one(emulator, "Invoice", invoice)["Balance"]
        assert 20 == one(emulator, "Customer", shop.customer_id)["Balance"]

    void = emulator.entities("Payment")[-1]
    assert (0, 0, [], "Voided") == (
        void["TotalAmt"],
        void["UnappliedAmt"],
        void["Line"],
        void["PrivateNote"],
    )


def test_deleting_a_paid_invoice_leaves_the_payment_unapplied(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Invoice", delete.
    """
    invoice = caller.create("Invoice", shop.invoice())["Id"]
    caller.create("Payment", shop.payment(20, ("Invoice", invoice, 20)))

    caller.create("Invoice", {"Id": invoice, "SyncToken": "1"}, operation="delete")

    payment = emulator.entities("Payment")[0]
    assert (20, [], "1") == (payment["UnappliedAmt"], payment["Line"], payment["SyncToken"])
    assert -20 == one(emulator, "Customer", shop.customer_id)["Balance"]


def test_a_credit_memo_settles_an_invoice_through_a_payment(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    One line each with positive amounts, a payment of nought. Source: Intuit, "Payment".
    """
    invoice = caller.create("Invoice", shop.invoice())["Id"]
    credit = caller.create("CreditMemo", shop.invoice(shop.line(1)))["Id"]
    assert 10 == one(emulator, "Customer", shop.customer_id)["Balance"]

    caller.create("Payment", shop.payment(0, ("Invoice", invoice, 10), ("CreditMemo", credit, 10)))

    memo = one(emulator, "CreditMemo", credit)
    assert (0, 0) == (memo["Balance"], memo["RemainingCredit"])
    assert 10 == one(emulator, "Invoice", invoice)["Balance"]
    assert 10 == one(emulator, "Customer", shop.customer_id)["Balance"]


def test_no_more_is_applied_than_there_is(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Neither more than the payment nor more than the invoice; a refused payment leaves no trace.
    Source: Intuit, "Error codes" (6000, 620).
    """
    invoice = caller.create("Invoice", shop.invoice())["Id"]
    other = emulator.create("Customer", {"DisplayName": "Bea"})["Id"]

    assert (400, "6000") == caller.fault("Payment", shop.payment(5, ("Invoice", invoice, 6)))
    assert (400, "6000") == caller.fault("Payment", shop.payment(30, ("Invoice", invoice, 21)))
    assert (400, "620") == caller.fault("Payment", shop.payment(5, ("Invoice", "999", 5)))
    foreign = {**shop.payment(5, ("Invoice", invoice, 5)), "CustomerRef": {"value": other}}
    assert (400, "620") == caller.fault("Payment", foreign)
    assert ("0", 20) == (
        emulator.entities("Invoice")[0]["SyncToken"],
        emulator.entities("Invoice")[0]["Balance"],
    )


def test_an_invoice_keeps_what_was_paid_when_it_changes(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Invoice" (Balance is worked out).
    """
    invoice = caller.create("Invoice", shop.invoice())["Id"]
    caller.create("Payment", shop.payment(15, ("Invoice", invoice, 15)))
    marks = {"Id": invoice, "SyncToken": "1", "sparse": True}

    assert (400, "6000") == caller.fault("Invoice", {**marks, "Line": [shop.line(1)]})
    changed = caller.create("Invoice", {**marks, "Line": [shop.line(3)]})

    assert (30, 15, 1) == (changed["TotalAmt"], changed["Balance"], len(changed["LinkedTxn"]))


def test_a_bill_is_paid(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "BillPayment", "Bill" (LinkedTxn).
    """
    bill = caller.create("Bill", shop.buying())["Id"]

    caller.create(
        "BillPayment",
        {
            "VendorRef": {"value": shop.vendor_id},
            "PayType": "Check",
            "TotalAmt": 20,
            "CheckPayment": {"BankAccountRef": {"value": "35"}},
            "Line": [{"Amount": 20, "LinkedTxn": [{"TxnId": bill, "TxnType": "Bill"}]}],
        },
    )

    paid = one(emulator, "Bill", bill)
    assert (0, "BillPaymentCheck") == (paid["Balance"], paid["LinkedTxn"][0]["TxnType"])
    assert 0 == one(emulator, "Vendor", shop.vendor_id)["Balance"]


def test_the_parent_of_a_job_sees_its_balance(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Customer" (BalanceWithJobs).
    """
    job = {"DisplayName": "Job", "Job": True, "ParentRef": {"value": shop.customer_id}}
    child = emulator.create("Customer", job)

    caller.create("Invoice", {**shop.invoice(), "CustomerRef": {"value": child["Id"]}})

    parent = one(emulator, "Customer", shop.customer_id)
    assert "Ada:Job" == child["FullyQualifiedName"]
    assert (0, 20) == (parent["Balance"], parent["BalanceWithJobs"])


def journal(shop: Shop, side: str, amount: Any, account: str = "84") -> dict[str, Any]:
    """A journal entry that changes what the customer owes."""
    other = "Credit" if side == "Debit" else "Debit"
    name = {"Type": "Customer", "EntityRef": {"value": shop.customer_id}}
    details = (
        {"PostingType": side, "AccountRef": {"value": account}, "Entity": name},
        {"PostingType": other, "AccountRef": {"value": "60"}},
    )
    member = "JournalEntryLineDetail"
    lines = [{"Amount": amount, "DetailType": member, member: detail} for detail in details]
    return {"Line": lines}


def bill_payment(shop: Shop, amount: Any, *shares: tuple[str, str, Any]) -> dict[str, Any]:
    body = {
        **shop.payment(amount, *shares),
        "VendorRef": {"value": shop.vendor_id},
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": {"value": "35"}},
    }
    del body["CustomerRef"]
    return body


def test_a_document_named_twice_is_paid_by_the_sum(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    On two lines or twice on one, invoice, credit memo or bill: never more than is open.
    Source: Intuit, "Payment", "BillPayment" (Line.LinkedTxn); "Error codes" (6000).
    """
    invoice = caller.create("Invoice", shop.invoice())["Id"]
    credit = caller.create("CreditMemo", shop.invoice(shop.line(1)))["Id"]
    bill = caller.create("Bill", shop.buying())["Id"]
    twice = shop.payment(40, ("Invoice", invoice, 20))
    twice["Line"][0]["LinkedTxn"] *= 2
    own, used, billed = ("Invoice", invoice, 20), ("CreditMemo", credit, 10), ("Bill", bill, 20)

    assert (400, "6000") == caller.fault("Payment", shop.payment(40, own, own))
    assert (400, "6000") == caller.fault("Payment", twice)
    assert (400, "6000") == caller.fault("Payment", shop.payment(0, own, used, used))
    assert (400, "6000") == caller.fault("BillPayment", bill_payment(shop, 40, billed, billed))

    half = ("Invoice", invoice, 10)
    payment = caller.create("Payment", shop.payment(20, half, half))
    assert 0 == one(emulator, "Invoice", invoice)["Balance"]
    caller.create("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    assert (20, []) == (
        one(emulator, "Invoice", invoice)["Balance"],
        one(emulator, "Invoice", invoice)["LinkedTxn"],
    )


@pytest.mark.parametrize("kind", ["Foo", "Expense", "Check", "SalesReceipt", "Deposit", "Bill"])
def test_a_payment_names_what_it_can_settle(caller: Caller, shop: Shop, kind: str) -> None:
    """
    Source: Intuit, "Payment" (TxnType of Line.LinkedTxn); "Error codes" (620).
    """
    bill = caller.create("Bill", shop.buying())["Id"]

    for number in ("99999", bill):
        assert (400, "620") == caller.fault("Payment", shop.payment(5, (kind, number, 5)))
    if kind != "Bill":
        body = bill_payment(shop, 5, (kind, bill, 5))
        assert (400, "620") == caller.fault("BillPayment", body)


def test_a_payment_settles_a_journal_entry(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    By the lines that name its customer, no further than they go, over all payments; the entry
    keeps what it says as long as it is linked, and frees the payment when it is deleted.
    Source: Intuit, "Payment" (Line.LinkedTxn), "JournalEntry" (Entity).
    """
    entry = caller.create("JournalEntry", journal(shop, "Debit", 30))
    share = ("JournalEntry", entry["Id"], 20)
    other = emulator.create("Customer", {"DisplayName": "Bea"})["Id"]
    foreign = {**shop.payment(20, share), "CustomerRef": {"value": other}}
    assert (400, "620") == caller.fault("Payment", foreign)

    payment = caller.create("Payment", shop.payment(25, share))

    assert 5 == payment["UnappliedAmt"]
    assert 5 == one(emulator, "Customer", shop.customer_id)["Balance"]
    assert (400, "6000") == caller.fault("Payment", shop.payment(20, share))
    marks = {"Id": entry["Id"], "SyncToken": "0", "sparse": True}
    changed = journal(shop, "Debit", 15)
    assert (400, "6000") == caller.fault("JournalEntry", {**changed, **marks})
    caller.create("JournalEntry", {**marks, "PrivateNote": "checked"})
    caller.create("Payment", {**shop.payment(30, ("JournalEntry", entry["Id"], 30)), **marks,
                              "Id": payment["Id"]})  # fmt: skip

    caller.create("JournalEntry", {**marks, "SyncToken": "1"}, operation="delete")
    left = emulator.entities("Payment")[0]
    assert ([], 30) == (left["Line"], left["UnappliedAmt"])


def test_a_journal_entry_can_be_a_credit(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Source: Intuit, "Payment" (Line.LinkedTxn), "JournalEntry" (PostingType).
    """
    invoice = caller.create("Invoice", shop.invoice())["Id"]
    entry = caller.create("JournalEntry", journal(shop, "Credit", 8))["Id"]

    shares = ("Invoice", invoice, 8), ("JournalEntry", entry, 8)
    payment = caller.create("Payment", shop.payment(0, *shares))

    assert (0, 12) == (payment["UnappliedAmt"], one(emulator, "Invoice", invoice)["Balance"])
    assert (400, "6000") == caller.fault("Payment", shop.payment(0, *shares))


def test_a_payment_settles_an_expense_of_its_customers(caller: Caller, shop: Shop) -> None:
    """
    Money given back to a customer is owed again: an expense on receivables.
    Source: Intuit, "Payment" (TxnType: Expense, Check, CreditCardCredit), "Purchase".
    """
    member = "AccountBasedExpenseLineDetail"
    line = {"Amount": 10, "DetailType": member, member: {"AccountRef": {"value": "84"}}}
    body = {
        "PaymentType": "Cash",
        "AccountRef": {"value": "35"},
        "EntityRef": {"value": shop.customer_id, "type": "Customer"},
        "Line": [line],
    }
    expense = caller.create("Purchase", body)["Id"]

    assert (400, "620") == caller.fault("Payment", shop.payment(10, ("Check", expense, 10)))
    assert (400, "6000") == caller.fault("Payment", shop.payment(11, ("Expense", expense, 11)))
    caller.create("Payment", shop.payment(10, ("Expense", expense, 10)))
    assert (400, "6000") == caller.fault("Payment", shop.payment(10, ("Expense", expense, 10)))


def test_a_settled_document_stays_its_customers(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "Invoice", "Bill" (LinkedTxn); "Error codes" (6000).
    """
    other = {"value": emulator.create("Customer", {"DisplayName": "Bea"})["Id"]}
    seller = {"value": emulator.create("Vendor", {"DisplayName": "Seller"})["Id"]}
    invoice = caller.create("Invoice", shop.invoice())["Id"]
    bill = caller.create("Bill", shop.buying())["Id"]
    payment = caller.create("Payment", shop.payment(5, ("Invoice", invoice, 5)))["Id"]
    caller.create("BillPayment", bill_payment(shop, 5, ("Bill", bill, 5)))
    marks = {"SyncToken": "1", "sparse": True}

    moved = {**marks, "Id": invoice, "CustomerRef": other}
    assert (400, "6000") == caller.fault("Invoice", moved)
    assert (400, "6000") == caller.fault("Bill", {**marks, "Id": bill, "VendorRef": seller})

    caller.create("Payment", {"Id": payment, "SyncToken": "0"}, operation="delete")
    caller.create("Invoice", {**moved, "SyncToken": "2"})
    assert (0, 20) == tuple(row["Balance"] for row in emulator.entities("Customer"))


def test_a_bill_payment_pays_what_its_lines_say(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Its amount is what its lines pay; where a bill that it paid is gone, it may still be changed.
    Source: Intuit, "BillPayment" (TotalAmt: the total of all its payments).
    """
    bill = caller.create("Bill", shop.buying())["Id"]
    body = bill_payment(shop, 50, ("Bill", bill, 10))
    assert (400, "6000") == caller.fault("BillPayment", body)

    other = caller.create("Bill", shop.buying())["Id"]
    body = bill_payment(shop, 15, ("Bill", bill, 10), ("Bill", other, 5))
    made = caller.create("BillPayment", body)
    caller.create("Bill", {"Id": bill, "SyncToken": "1"}, operation="delete")

    marks = {"Id": made["Id"], "SyncToken": "1", "sparse": True}
    assert (400, "6000") == caller.fault("BillPayment", {**marks, "TotalAmt": 16})
    assert 1 == len(caller.create("BillPayment", {**marks, "PrivateNote": "unused"})["Line"])
    assert 5 == one(emulator, "Vendor", shop.vendor_id)["Balance"]


def test_a_payment_needs_an_amount(caller: Caller, shop: Shop) -> None:
    """
    A voided one may still be noted on. Source: Intuit, "Error codes" (6000).
    """
    assert (400, "6000") == caller.fault("Payment", {"CustomerRef": {"value": shop.customer_id}})
    assert (400, "6000") == caller.fault("Payment", shop.payment(0))
    payment = caller.create("Payment", shop.payment(5))
    marks = {"Id": payment["Id"], "sparse": True}
    own = {**marks, "CustomerRef": {"value": shop.customer_id}, "TotalAmt": 0}
    assert (400, "6000") == caller.fault("Payment", {**own, "SyncToken": "0"})

    void = {"operation": "update", "include": "void"}
    caller.create("Payment", {**marks, "SyncToken": "0"}, **void)
    caller.create("Payment", {**own, "SyncToken": "1", "PaymentRefNum": "7"})


def test_amounts_of_a_journal_entry_are_cents(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Source: Intuit, "JournalEntry" (Amount).
    """
    stored = caller.create("JournalEntry", journal(shop, "Debit", Decimal("10.005")))

    assert [Decimal("10.01")] * 2 == [line["Amount"] for line in stored["Line"]]
    assert Decimal("10.01") == one(emulator, "Customer", shop.customer_id)["Balance"]


# -- in several currencies


@pytest.fixture
def foreign(emulator: Emulator, shop: Shop) -> str:
    """A customer who is billed in euros."""
    prefs = {"Id": "1", "CurrencyPrefs": {"MultiCurrencyEnabled": True}}
    emulator.update("Preferences", prefs)
    euro = {"CurrencyRef": {"value": "EUR"}}
    return str(emulator.create("Customer", {"DisplayName": "Zoe", **euro})["Id"])


def in_euros(body: dict[str, Any], customer: str, rate: str) -> dict[str, Any]:
    own = {"CustomerRef": {"value": customer}, "CurrencyRef": {"value": "EUR"}}
    return {**body, **own, "ExchangeRate": Decimal(rate)}


def test_the_open_amount_at_home_follows(caller: Caller, shop: Shop, foreign: str) -> None:
    """
    In cents, and nought when paid. Source: Intuit, "Invoice" (HomeBalance, HomeTotalAmt).
    """
    body = in_euros(shop.invoice(shop.line(3, Decimal("3.33"))), foreign, "1.23456")
    made = caller.create("Invoice", body)
    assert (Decimal("12.33"), Decimal("12.33")) == (made["HomeTotalAmt"], made["HomeBalance"])

    share = ("Invoice", made["Id"], 9)
    caller.create("Payment", in_euros(shop.payment(9, share), foreign, "1.23456"))
    partly = caller.rows("Invoice")[0]
    assert (Decimal("0.99"), Decimal("1.22")) == (partly["Balance"], partly["HomeBalance"])
    marks = {"Id": made["Id"], "SyncToken": "1", "sparse": True}
    more = caller.create("Invoice", {**marks, "Line": [shop.line(1, 109)]})
    assert (100, Decimal("123.46")) == (more["Balance"], more["HomeBalance"])

    share = ("Invoice", made["Id"], 100)
    caller.create("Payment", in_euros(shop.payment(100, share), foreign, "1.23456"))
    paid = caller.rows("Invoice")[0]
    assert (0, 0) == (paid["Balance"], paid["HomeBalance"])


def test_another_rate_is_gain_or_loss(
    caller: Caller, emulator: Emulator, shop: Shop, foreign: str
) -> None:
    """
    Receivables are rid of what the invoice put there, also after its rate has changed.
    Source: Intuit, "Manage multiple currencies" (Exchange Gain or Loss).
    """
    made = caller.create("Invoice", in_euros(shop.invoice(shop.line(1, 100)), foreign, "1.5"))
    share = ("Invoice", made["Id"], 100)
    caller.create("Payment", in_euros(shop.payment(100, share), foreign, "1.2"))

    for rate, loss in (("1.5", "30.00"), ("1.1", "-10.00")):
        current = caller.rows("Invoice")[0]
        marks = {name: current[name] for name in ("Id", "SyncToken")}
        caller.create("Invoice", {**marks, "sparse": True, "ExchangeRate": Decimal(rate)})
        assert 0 == one(emulator, "Account", "84")["CurrentBalance"]
        assert 120 == one(emulator, "Account", "4")["CurrentBalance"]
        shown = report(caller, "ProfitAndLoss").totals
        assert loss == shown["Exchange Gain or Loss"][0]
        trial = report(caller, "TrialBalance").totals["TOTAL"]
        assert trial[0] == trial[1]


def test_accounts_have_the_currency_of_the_document(
    caller: Caller, emulator: Emulator, shop: Shop, foreign: str
) -> None:
    """
    Receivables exactly, money that or the home currency; a rate is more than nought.
    Source: Intuit, "Manage multiple currencies"; "Error codes" (6000, 2140).
    """
    euro, dollar = {"CurrencyRef": {"value": "EUR"}}, {"CurrencyRef": {"value": "USD"}}
    made = [
        emulator.create("Account", {"Name": name, "AccountType": kind, **euro})["Id"]
        for name, kind in (("A/R - EUR", "Accounts Receivable"), ("Bank - EUR", "Bank"))
    ]
    receivable, bank = ({"value": account} for account in made)
    sale, paid = shop.invoice(**dollar), {**shop.payment(5), **dollar}

    assert (400, "6000") == caller.fault("Invoice", {**sale, "ARAccountRef": receivable})
    assert (400, "6000") == caller.fault("Payment", {**paid, "DepositToAccountRef": bank})
    for rate in ("0", "-1"):
        assert (400, "2140") == caller.fault("Invoice", in_euros(shop.invoice(), foreign, rate))
    caller.create("Invoice", in_euros(shop.invoice(ARAccountRef=receivable), foreign, "1.1"))
    for account in (bank, {"value": "35"}):
        body = {**shop.payment(5), "DepositToAccountRef": account}
        caller.create("Payment", in_euros(body, foreign, "1.1"))


def test_every_currency_of_the_world_is_known(
    caller: Caller, emulator: Emulator, foreign: str
) -> None:
    """
    Source: ISO 4217; Intuit, "CompanyCurrency", "Error codes" (2170).
    """
    for code in ("ISK", "MRU", "XOF"):
        assert "Currency" not in caller.create("CompanyCurrency", {"Code": code})["Name"]
    assert (400, "2170") == caller.fault("CompanyCurrency", {"Code": "XYZ"})
    assert foreign
