"""Which entities there are and how each can be read.

Source: Intuit, the API reference's page of each entity (filterable and sortable properties) and
"Change data capture" (entities it leaves out).
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Entity:
    """How one kind of object can be read."""

    name: str
    has_active: bool = False
    """A name list: rows switched off are left out unless the query mentions `Active`."""
    has_times: bool = True
    """`MetaData.LastUpdatedTime` is a full time that can be filtered and sorted by."""
    in_cdc: bool = True
    """Change data capture covers it; whether it does adjustments has to be found out."""
    can_be_deleted: bool = True
    """Transactions vanish; name lists are only switched off."""


def _name_list(name: str, **traits: bool) -> Entity:
    return Entity(name, has_active=True, can_be_deleted=False, **traits)


ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        _name_list("Account"),
        Entity("Bill"),
        Entity("BillPayment"),
        _name_list("Class"),
        # A single object each.
        Entity("CompanyInfo", has_times=False, can_be_deleted=False),
        Entity("CreditMemo"),
        _name_list("Customer"),
        _name_list("Department"),
        Entity("Deposit"),
        # Its page lists no MetaData among what can be filtered.
        _name_list("Employee", has_times=False),
        Entity("Estimate"),
        # The samples give LastUpdatedTime as a date; its page lists Id as the only filter.
        Entity("InventoryAdjustment", has_times=False),
        Entity("Invoice"),
        _name_list("Item"),
        Entity("JournalEntry"),
        Entity("Payment"),
        _name_list("PaymentMethod"),
        Entity("Preferences", has_times=False, can_be_deleted=False),
        Entity("Purchase"),
        Entity("PurchaseOrder"),
        Entity("RefundReceipt"),
        Entity("SalesReceipt"),
        Entity("TaxAgency", has_times=False, in_cdc=False, can_be_deleted=False),
        _name_list("TaxCode", has_times=False, in_cdc=False),
        _name_list("TaxRate", has_times=False, in_cdc=False),
        _name_list("Term"),
        Entity("Transfer"),
        _name_list("Vendor"),
        Entity("VendorCredit"),
    )
}


def entity(name: str) -> Entity:
    """Return what is known of `name`; an unknown one is taken for an ordinary transaction."""
    return ENTITIES.get(name, Entity(name))
