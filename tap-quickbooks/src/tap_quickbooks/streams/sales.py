"""Documents to customers."""

from __future__ import annotations

from tap_quickbooks.entity import EntityStream
from tap_quickbooks.schemas import PAID_AT_ONCE, SALES_FORM, day, flag, number, ref, text


class Invoices(EntityStream):
    """One record per invoice `Id`, in the invoice's own currency.

    Source: Intuit, Accounting API, "Invoice".
    """

    name = "invoices"
    entity = "Invoice"
    moves_stock = True
    fields = (
        *SALES_FORM,
        day("DueDate", "When it is due"),
        ref("SalesTermRef", "Terms"),
        number("Deposit", "Paid in advance"),
        ref("DepositToAccountRef", "The account of that payment"),
        text("InvoiceLink", "Where the customer can see and pay it"),
        flag("AllowOnlineCreditCardPayment", "Whether cards are taken online"),
        flag("AllowOnlineACHPayment", "Whether bank payments are taken online"),
        flag("AllowIPNPayment", "No longer used"),
        flag("AllowOnlinePayment", "No longer used"),
    )


class SalesReceipts(EntityStream):
    """One record per sales receipt `Id`: sold and paid at once.

    Source: Intuit, Accounting API, "SalesReceipt".
    """

    name = "sales_receipts"
    entity = "SalesReceipt"
    moves_stock = True
    fields = (*SALES_FORM, *PAID_AT_ONCE)


class RefundReceipts(EntityStream):
    """One record per refund receipt `Id`: money given back at once.

    Source: Intuit, Accounting API, "RefundReceipt".
    """

    name = "refund_receipts"
    entity = "RefundReceipt"
    moves_stock = True
    fields = (
        *SALES_FORM,
        *PAID_AT_ONCE,
        text("PaymentType", "Cash, Check, CreditCard or Other"),
    )


class CreditMemos(EntityStream):
    """One record per credit memo `Id`. Its lines are positive; it lowers what is owed.

    Source: Intuit, Accounting API, "CreditMemo".
    """

    name = "credit_memos"
    entity = "CreditMemo"
    moves_stock = True
    fields = (
        *SALES_FORM,
        number("RemainingCredit", "What is not applied yet"),
        ref("SalesTermRef", "Terms"),
        ref("InvoiceRef", "The invoice it corrects; some countries"),
        ref("PaymentMethodRef", "How the credit was given"),
    )


class Estimates(EntityStream):
    """One record per estimate `Id`. It posts nothing.

    Source: Intuit, Accounting API, "Estimate".
    """

    name = "estimates"
    entity = "Estimate"
    fields = (
        *SALES_FORM,
        text("TxnStatus", "Pending, Accepted, Closed, Rejected or Converted"),
        day("ExpirationDate", "Valid until"),
        text("AcceptedBy", "Who accepted it"),
        day("AcceptedDate", "When it was accepted"),
        day("DueDate", "When it is due"),
        ref("SalesTermRef", "Terms"),
    )
