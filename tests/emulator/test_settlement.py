"""Payments, credits and balances. Intuit: "Payment", "CreditMemo", "BillPayment", "Invoice"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
