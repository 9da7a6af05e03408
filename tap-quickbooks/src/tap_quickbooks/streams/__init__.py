"""The entities, each a small declarative class. The order here is the order of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_quickbooks.streams.catalogue import Items
from tap_quickbooks.streams.company import CompanyInfo, Preferences
from tap_quickbooks.streams.lists import (
    Accounts,
    Classes,
    Customers,
    Departments,
    Employees,
    PaymentMethods,
    Terms,
    Vendors,
)
from tap_quickbooks.streams.money import (
    BillPayments,
    Deposits,
    JournalEntries,
    Payments,
    Transfers,
)
from tap_quickbooks.streams.purchases import Bills, PurchaseOrders, Purchases, VendorCredits
from tap_quickbooks.streams.sales import (
    CreditMemos,
    Estimates,
    Invoices,
    RefundReceipts,
    SalesReceipts,
)
from tap_quickbooks.streams.stock import InventoryAdjustments
from tap_quickbooks.streams.taxes import TaxAgencies, TaxCodes, TaxRates

if TYPE_CHECKING:
    from tap_quickbooks.entity import EntityStream

ENTITIES: tuple[type[EntityStream], ...] = (
    # First, so that no document is older than the quantities it is compared with.
    Items,
    # These fill the wait between the quantities and the documents that move stock.
    CompanyInfo,
    Preferences,
    Accounts,
    Classes,
    Customers,
    Departments,
    Employees,
    PaymentMethods,
    Terms,
    Vendors,
    TaxAgencies,
    TaxCodes,
    TaxRates,
    BillPayments,
    Deposits,
    Estimates,
    JournalEntries,
    Payments,
    PurchaseOrders,
    Transfers,
    # These move stock.
    Bills,
    CreditMemos,
    InventoryAdjustments,
    Invoices,
    Purchases,
    RefundReceipts,
    SalesReceipts,
    VendorCredits,
)
"""Every entity stream, in the order of reading."""
