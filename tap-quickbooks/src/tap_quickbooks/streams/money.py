"""Money that moves between accounts, without goods."""

from __future__ import annotations

from singer_sdk import typing as th

from tap_quickbooks.entity import EntityStream
from tap_quickbooks.schemas import (
    DEPOSIT_LINE,
    JOURNAL_LINE,
    SETTLEMENT_LINE,
    TRANSACTION,
    flag,
    listing,
    number,
    part,
    ref,
    text,
)

_ACCOUNT = th.ObjectType(additional_properties=True)


class Payments(EntityStream):
    """One record per payment of a customer, by `Id`. Its lines say which invoices it settles.

    Source: Intuit, Accounting API, "Payment".
    """

    name = "payments"
    entity = "Payment"
    fields = (
        *TRANSACTION,
        ref("CustomerRef", "Who paid"),
        listing("Line", SETTLEMENT_LINE, "What it settles"),
        number("UnappliedAmt", "What settles nothing yet"),
        ref("ARAccountRef", "The receivables account"),
        ref("DepositToAccountRef", "The account the money went to"),
        ref("PaymentMethodRef", "How it was paid"),
        text("PaymentRefNum", "Number of the check or transfer"),
        flag("ProcessPayment", "Whether QuickBooks collects it"),
        ref("TaxExemptionRef", "Why it is exempt from tax"),
    )


class BillPayments(EntityStream):
    """One record per payment to a supplier, by `Id`.

    Source: Intuit, Accounting API, "BillPayment".
    """

    name = "bill_payments"
    entity = "BillPayment"
    fields = (
        *TRANSACTION,
        ref("VendorRef", "Who was paid"),
        listing("Line", SETTLEMENT_LINE, "What it settles"),
        text("PayType", "Check or CreditCard"),
        part("CheckPayment", _ACCOUNT, "The bank account and print status"),
        part("CreditCardPayment", _ACCOUNT, "The card account"),
        ref("APAccountRef", "The payables account"),
        flag("ProcessBillPayment", "Whether QuickBooks pays it"),
    )


class Deposits(EntityStream):
    """One record per bank deposit `Id`. Source: Intuit, Accounting API, "Deposit"."""

    name = "deposits"
    entity = "Deposit"
    fields = (
        *TRANSACTION,
        ref("DepositToAccountRef", "The bank account"),
        listing("Line", DEPOSIT_LINE, "What was deposited"),
        part("CashBack", _ACCOUNT, "What was taken out in cash"),
    )


class Transfers(EntityStream):
    """One record per transfer between accounts, by `Id`.

    Source: Intuit, Accounting API, "Transfer".
    """

    name = "transfers"
    entity = "Transfer"
    fields = (
        *TRANSACTION,
        number("Amount", "How much"),
        ref("FromAccountRef", "From"),
        ref("ToAccountRef", "To"),
    )


class JournalEntries(EntityStream):
    """One record per journal entry `Id`. Source: Intuit, Accounting API, "JournalEntry"."""

    name = "journal_entries"
    entity = "JournalEntry"
    fields = (
        *TRANSACTION,
        listing("Line", JOURNAL_LINE, "Postings"),
        flag("Adjustment", "Whether it is an adjusting entry"),
    )
