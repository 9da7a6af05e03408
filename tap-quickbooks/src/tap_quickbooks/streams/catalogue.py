"""What is sold and bought."""

from __future__ import annotations

from singer_sdk import typing as th

from tap_quickbooks.entity import EntityStream
from tap_quickbooks.schemas import NAME_LIST, day, flag, listing, number, part, ref, text, whole


class Items(EntityStream):
    """One record per product, service, category or bundle `Id`.

    With the setting `quantities`, each run reads every inventory item in full, before all else:
    a movement of stock may leave `LastUpdatedTime` as it was. Source: Intuit, Accounting API,
    "Item".
    """

    name = "items"
    entity = "Item"
    has_quantities = True
    fields = (
        *NAME_LIST,
        text("Name", "Its name, unique within its parent"),
        text("FullyQualifiedName", "Names from the top category down, with colons"),
        text("Type", "Inventory, NonInventory, Service, Category or Group"),
        text("Sku", "The company's own number; QuickBooks does not keep it unique"),
        text("Description", "Text on sales"),
        text("PurchaseDesc", "Text on purchases"),
        number("QtyOnHand", "Stock, of inventory items"),
        flag("TrackQtyOnHand", "Whether QuickBooks keeps its stock"),
        day("InvStartDate", "Since when it keeps it"),
        number("ReorderPoint", "Stock at which to order again"),
        number("UnitPrice", "Sales price"),
        number("PurchaseCost", "Usual cost; not the FIFO cost"),
        number("RatePercent", "Price as a percentage"),
        ref("IncomeAccountRef", "Account of its sales"),
        ref("ExpenseAccountRef", "Account of its purchases or cost of goods sold"),
        ref("AssetAccountRef", "Account of its stock"),
        flag("SubItem", "Whether it has a parent"),
        ref("ParentRef", "Its parent, a category in newer companies"),
        whole("Level", "Depth below the top"),
        flag("Taxable", "Whether its sales are taxed; US"),
        flag("SalesTaxIncluded", "Whether the sales price includes tax"),
        flag("PurchaseTaxIncluded", "Whether the cost includes tax"),
        ref("SalesTaxCodeRef", "Tax code of its sales"),
        ref("PurchaseTaxCodeRef", "Tax code of its purchases"),
        ref("TaxClassificationRef", "Tax category of the goods"),
        ref("ClassRef", "Class"),
        ref("PrefVendorRef", "Usual supplier"),
        text("ItemCategoryType", "Product or Service; France"),
        text("Source", "QBCommerce when QuickBooks Commerce manages it"),
        flag("DeferredRevenue", "Whether its revenue is deferred"),
        flag("PrintGroupedItems", "Whether the parts of a bundle are printed"),
        part(
            "ItemGroupDetail",
            th.ObjectType(
                listing(
                    "ItemGroupLine",
                    th.ObjectType(number("Qty", "How many"), ref("ItemRef", "Which item")),
                    "Its parts",
                )
            ),
            "What a bundle consists of",
        ),
    )
