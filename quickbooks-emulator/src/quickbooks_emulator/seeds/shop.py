"""The garden shop beside the demo company: invented, not recorded.

Some forty stocked items with SKUs, the items and accounts that pushed sales need, a vendor, one
bundle. Quantities are opening quantities: no document stands behind them.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.seeds import base, completion

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

OPENED = "2026-01-01"
SHOP_SALE_ITEM = "31"
SHIPPING_ITEM = "32"
TAX_ITEM = "33"
BUNDLE_ITEM = "34"
FIRST_STOCKED = 101
VENDOR = "81"
WALK_IN = "82"

STOCK = (
    # SKU, name, unit price, unit cost, quantity
    ("LSG-PLANTER-30", "Cedar Planter 30 cm", "34.50", "18.20", "64"),
    ("LSG-PLANTER-60", "Cedar Planter 60 cm", "58.00", "31.40", "38"),
    ("LSG-POT-TC-12", "Terracotta Pot 12 cm", "4.25", "1.60", "240"),
    ("LSG-POT-TC-20", "Terracotta Pot 20 cm", "8.75", "3.35", "180"),
    ("LSG-POT-TC-35", "Terracotta Pot 35 cm", "22.00", "9.80", "75"),
    ("LSG-SAUCER-20", "Terracotta Saucer 20 cm", "3.50", "1.20", "160"),
    ("LSG-BED-KIT-120", "Raised Bed Frame 120 x 80", "89.00", "52.00", "25"),
    ("LSG-TRELLIS-180", "Willow Trellis 180 cm", "27.50", "12.90", "42"),
    ("LSG-SOIL-CY", "Garden Soil, cubic yard", "46.00", "21.50", "87.5"),
    ("LSG-SOIL-M3", "Topsoil, cubic metre", "62.00", "29.00", "54.25"),
    ("LSG-COMPOST-M3", "Compost, cubic metre", "55.00", "24.75", "36.75"),
    ("LSG-MULCH-M3", "Bark Mulch, cubic metre", "48.00", "19.90", "72.5"),
    ("LSG-GRAVEL-T", "Pea Gravel, tonne", "78.00", "41.00", "18.4"),
    ("LSG-SAND-T", "Washed Sand, tonne", "52.00", "26.50", "22.75"),
    ("LSG-ROCK-T", "River Rock, tonne", "115.00", "63.00", "12.6"),
    ("LSG-PAVER-GR", "Concrete Paver grey", "3.95", "1.85", "400"),
    ("LSG-PAVER-RD", "Concrete Paver red", "4.10", "1.95", "320"),
    ("LSG-EDGE-STEEL", "Steel Edging 2.4 m", "31.00", "16.75", "58"),
    ("LSG-FABRIC-50", "Weed Fabric 50 m roll", "64.00", "33.00", "30"),
    ("LSG-HOSE-15", "Garden Hose 15 m", "29.95", "14.10", "85"),
    ("LSG-HOSE-30", "Garden Hose 30 m", "49.95", "24.60", "46"),
    ("LSG-NOZZLE", "Brass Spray Nozzle", "12.50", "5.15", "120"),
    ("LSG-DRIP-KIT", "Drip Irrigation Kit", "39.00", "19.25", "55"),
    ("LSG-TIMER", "Irrigation Timer", "54.00", "28.80", "34"),
    ("LSG-CAN-8", "Watering Can 8 l", "18.75", "7.60", "90"),
    ("LSG-SPADE", "Digging Spade", "42.00", "20.40", "48"),
    ("LSG-FORK", "Garden Fork", "44.00", "21.90", "41"),
    ("LSG-RAKE", "Bow Rake", "33.50", "15.30", "52"),
    ("LSG-SHEARS", "Hedge Shears", "38.00", "18.45", "37"),
    ("LSG-PRUNER", "Bypass Pruner", "24.90", "10.95", "96"),
    ("LSG-SAW", "Folding Pruning Saw", "28.50", "13.20", "44"),
    ("LSG-GLOVE-M", "Garden Gloves M", "9.95", "3.40", "150"),
    ("LSG-GLOVE-L", "Garden Gloves L", "9.95", "3.40", "145"),
    ("LSG-TWINE", "Jute Twine 100 m", "5.50", "1.90", "210"),
    ("LSG-FERT-5", "Organic Fertiliser 5 kg", "21.00", "9.70", "130"),
    ("LSG-LIME-10", "Garden Lime 10 kg", "14.50", "5.80", "78"),
    ("LSG-SEED-LAWN", "Lawn Seed, kilogram", "16.80", "7.25", "62.5"),
    ("LSG-SEED-WILD", "Wildflower Seed, kilogram", "48.00", "25.50", "8.75"),
    ("LSG-LIGHT-PATH", "Path Light LED", "26.00", "12.40", "110"),
    ("LSG-PUMP-XL", "Pond Pump XL", "145.00", "82.00", "5"),
)

PARTS = (("LSG-POT-TC-20", 2), ("LSG-SAUCER-20", 2), ("LSG-GLOVE-M", 1))
BUNDLE_SKU = "LSG-STARTER-SET"


def day(text: str, shift: int) -> str:
    """A date moved by whole days."""
    return (date.fromisoformat(text) + timedelta(days=shift)).isoformat()


def plant(company: Company, now: int, shift: int) -> JsonObject:
    """Add the shop; returns what users of the demo company need to know."""
    account = ("Inventory Shrinkage", "Cost of Goods Sold", "SuppliesMaterialsCogs")
    base.put_account(company, (base.ADJUSTMENT_ACCOUNT, *account), now)
    _items(company, now, shift)
    _services(company, now)
    _names(company, now)
    return {
        **base.facts(),
        "shipping_item_id": SHIPPING_ITEM,
        "tax_item_id": TAX_ITEM,
        "fallback_item_id": SHOP_SALE_ITEM,
        "vendor_id": VENDOR,
        "customer_id": WALK_IN,
        "bundle_item_id": BUNDLE_ITEM,
        "stocked": [
            {
                "item_id": str(number),
                "sku": sku,
                "name": name,
                "quantity": Decimal(quantity),
                "unit_price": Decimal(price),
                "unit_cost": Decimal(cost),
            }
            for number, (sku, name, price, cost, quantity) in enumerate(STOCK, FIRST_STOCKED)
        ],
    }


def _account(company: Company, object_id: str) -> JsonObject:
    body = company.body("Account", object_id) or {}
    return {"value": object_id, "name": body.get("FullyQualifiedName", "")}


def _items(company: Company, now: int, shift: int) -> None:
    for number, (sku, name, price, cost, quantity) in enumerate(STOCK, FIRST_STOCKED):
        body = {
            "Id": str(number),
            "Name": name,
            "Sku": sku,
            "Description": name,
            "Active": True,
            "FullyQualifiedName": name,
            "Taxable": True,
            "UnitPrice": Decimal(price),
            "Type": "Inventory",
            "IncomeAccountRef": _account(company, "79"),
            "PurchaseDesc": name,
            "PurchaseCost": Decimal(cost),
            "ExpenseAccountRef": _account(company, "80"),
            "AssetAccountRef": _account(company, "81"),
            "TrackQtyOnHand": True,
            "QtyOnHand": Decimal(quantity),
            "InvStartDate": day(OPENED, shift),
        }
        base.put(company, "Item", body, now)


def _services(company: Company, now: int) -> None:
    income = _account(company, "79")
    for object_id, name, account in (
        (SHOP_SALE_ITEM, "Shop Sale", income),
        (SHIPPING_ITEM, "Shipping Charge", income),
        (TAX_ITEM, "Sales Tax Collected", _account(company, "90")),
    ):
        body = {
            "Id": object_id,
            "Name": name,
            "Active": True,
            "FullyQualifiedName": name,
            "Taxable": False,
            "UnitPrice": 0,
            "Type": "Service",
            "IncomeAccountRef": account,
            "PurchaseCost": 0,
            "TrackQtyOnHand": False,
        }
        base.put(company, "Item", body, now)
    numbers = {sku: str(number) for number, (sku, *_) in enumerate(STOCK, FIRST_STOCKED)}
    names = {sku: name for sku, name, *_ in STOCK}
    bundle = {
        "Id": BUNDLE_ITEM,
        "Name": "Starter Set",
        "Sku": BUNDLE_SKU,
        "Description": "Two pots with saucers and a pair of gloves",
        "Active": True,
        "FullyQualifiedName": "Starter Set",
        "Taxable": True,
        "UnitPrice": 0,
        "Type": "Group",
        "PurchaseCost": 0,
        "TrackQtyOnHand": False,
        "PrintGroupedItems": False,
        "ItemGroupDetail": {
            "ItemGroupLine": [
                {
                    "Qty": count,
                    "ItemRef": {"value": numbers[sku], "name": names[sku], "type": "Inventory"},
                }
                for sku, count in PARTS
            ]
        },
    }
    base.put(company, "Item", bundle, now)


def _names(company: Company, now: int) -> None:
    vendor = {
        "Id": VENDOR,
        "DisplayName": "Garden Wholesale Supply",
        "CompanyName": "Garden Wholesale Supply",
        "PrintOnCheckName": "Garden Wholesale Supply",
        "Active": True,
        "Vendor1099": False,
        "Balance": 0,
        "CurrencyRef": base.USD,
    }
    completion.complete(company, "Vendor", vendor)
    base.put(company, "Vendor", vendor, now)
    customer = {
        "Id": WALK_IN,
        "DisplayName": "Walk-in",
        "PrintOnCheckName": "Walk-in",
        "FullyQualifiedName": "Walk-in",
        "Active": True,
        "Taxable": True,
        "Job": False,
        "BillWithParent": False,
        "IsProject": False,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "PreferredDeliveryMethod": "None",
        "CurrencyRef": base.USD,
    }
    completion.complete(company, "Customer", customer)
    base.put(company, "Customer", customer, now)
