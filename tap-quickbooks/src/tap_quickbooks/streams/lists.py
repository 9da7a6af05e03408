"""Name lists: people, accounts and the small lists documents choose from.

QuickBooks never deletes these; an inactive one arrives with `Active` false.
"""

from __future__ import annotations

from tap_quickbooks.entity import EntityStream
from tap_quickbooks.schemas import (
    ADDRESS,
    NAME_LIST,
    PERSON,
    day,
    flag,
    number,
    part,
    ref,
    text,
    whole,
)


class Customers(EntityStream):
    """One record per customer, sub-customer or project `Id`.

    Source: Intuit, Accounting API, "Customer".
    """

    name = "customers"
    entity = "Customer"
    fields = (
        *NAME_LIST,
        *PERSON,
        text("FullyQualifiedName", "Names from the top customer down, with colons"),
        whole("Level", "Depth below the top"),
        flag("Job", "Whether it is a sub-customer or project"),
        flag("IsProject", "Whether it is a project"),
        ref("ParentRef", "The customer above it"),
        flag("BillWithParent", "Whether the parent is billed"),
        part("ShipAddr", ADDRESS, "Shipping address"),
        text("Notes", "Notes"),
        flag("Taxable", "Whether sales to it are taxed"),
        ref("DefaultTaxCodeRef", "Its usual tax code"),
        text("TaxExemptionReasonId", "Why it is exempt"),
        text("ResaleNum", "Its resale number"),
        ref("SalesTermRef", "Its usual terms"),
        ref("PaymentMethodRef", "How it usually pays"),
        text("PreferredDeliveryMethod", "Print, Email or None"),
        number("Balance", "What it owes"),
        number("BalanceWithJobs", "What it and its sub-customers owe"),
        day("OpenBalanceDate", "Date of the opening balance"),
        ref("CustomerTypeRef", "Its type"),
        ref("ARAccountRef", "Its receivables account"),
        text("PrimaryTaxIdentifier", "Tax number, masked"),
        text("BusinessNumber", "Business number; some countries"),
        text("ClientEntityId", "Id given by an importing program"),
    )


class Vendors(EntityStream):
    """One record per supplier `Id`. Source: Intuit, Accounting API, "Vendor"."""

    name = "vendors"
    entity = "Vendor"
    fields = (
        *NAME_LIST,
        *PERSON,
        text("AcctNum", "Our number with them"),
        text("TaxIdentifier", "Tax number, masked"),
        ref("TermRef", "Usual terms"),
        flag("Vendor1099", "Whether a form 1099 is due"),
        number("CostRate", "Cost of an hour"),
        number("BillRate", "Price of an hour"),
        number("Balance", "What we owe"),
        ref("APAccountRef", "Its payables account"),
    )


class Employees(EntityStream):
    """One record per employee `Id`. Source: Intuit, Accounting API, "Employee"."""

    name = "employees"
    entity = "Employee"
    fields = (
        *NAME_LIST,
        *PERSON,
        part("PrimaryAddr", ADDRESS, "Address"),
        text("EmployeeNumber", "Number"),
        text("SSN", "Social security number, masked"),
        text("Gender", "Gender"),
        day("BirthDate", "Date of birth"),
        day("HiredDate", "Hired on"),
        day("ReleasedDate", "Left on"),
        flag("BillableTime", "Whether the time is billed"),
        number("BillRate", "Price of an hour"),
        number("CostRate", "Cost of an hour"),
    )


class Accounts(EntityStream):
    """One record per account `Id`. Source: Intuit, Accounting API, "Account"."""

    name = "accounts"
    entity = "Account"
    fields = (
        *NAME_LIST,
        text("Name", "Its name, unique within its parent"),
        text("FullyQualifiedName", "Names from the top account down, with colons"),
        text("AcctNum", "Its number"),
        text("Description", "Description"),
        text("AccountType", "Bank, Income, Expense and so on"),
        text("AccountSubType", "Inventory, UndepositedFunds and so on"),
        text("Classification", "Asset, Equity, Expense, Liability or Revenue"),
        flag("SubAccount", "Whether it has a parent"),
        ref("ParentRef", "The account above it"),
        number("CurrentBalance", "Balance, of balance-sheet accounts"),
        number("CurrentBalanceWithSubAccounts", "Balance with the accounts below it"),
        ref("CurrencyRef", "Its currency"),
        ref("TaxCodeRef", "Its tax code; outside the US"),
        text("AccountAlias", "Another name; France"),
        text("TxnLocationType", "Place; France"),
    )


class Departments(EntityStream):
    """One record per location `Id`. Source: Intuit, Accounting API, "Department"."""

    name = "departments"
    entity = "Department"
    fields = (
        *NAME_LIST,
        text("Name", "Its name"),
        text("FullyQualifiedName", "Names from the top down, with colons"),
        flag("SubDepartment", "Whether it has a parent"),
        ref("ParentRef", "The location above it"),
        part("Address", ADDRESS, "Address"),
    )


class Classes(EntityStream):
    """One record per class `Id`. Source: Intuit, Accounting API, "Class"."""

    name = "classes"
    entity = "Class"
    fields = (
        *NAME_LIST,
        text("Name", "Its name"),
        text("FullyQualifiedName", "Names from the top down, with colons"),
        flag("SubClass", "Whether it has a parent"),
        ref("ParentRef", "The class above it"),
    )


class Terms(EntityStream):
    """One record per payment terms `Id`. Source: Intuit, Accounting API, "Term"."""

    name = "terms"
    entity = "Term"
    fields = (
        *NAME_LIST,
        text("Name", "Its name"),
        text("Type", "STANDARD or DATE_DRIVEN"),
        whole("DueDays", "Days until due"),
        number("DiscountPercent", "Discount for early payment"),
        whole("DiscountDays", "Days of that discount"),
        whole("DayOfMonthDue", "Day of the month when due"),
        whole("DueNextMonthDays", "Days before it when the next month counts"),
        whole("DiscountDayOfMonth", "Day of the month until which the discount holds"),
    )


class PaymentMethods(EntityStream):
    """One record per payment method `Id`. Source: Intuit, Accounting API, "PaymentMethod"."""

    name = "payment_methods"
    entity = "PaymentMethod"
    fields = (
        *NAME_LIST,
        text("Name", "Its name"),
        text("Type", "CREDIT_CARD or NON_CREDIT_CARD"),
    )
