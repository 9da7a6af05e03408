"""The story of the demonstration: two systems that almost agree, and one busy day on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from demo.platform import Product, Sale, Shop

if TYPE_CHECKING:
    from demo.world import World

BUNDLE = "LSG-STARTER-SET"
NEW_ON_PLATFORM = "LSG-RAIN-BARREL"


@dataclass
class Story:
    """What happens, in order; `told` collects each event in words, for the report."""

    world: World
    shop: Shop
    stocked: list[dict[str, Any]]
    told: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, world: World) -> Story:
        """The shop as it opens: its shelves hold what QuickBooks says."""
        stocked = world.control("GET", "seed")["stocked"]
        products = [
            Product(
                sku=item["sku"],
                name=item["name"],
                price=Decimal(str(item["unit_price"])),
                cost=Decimal(str(item["unit_cost"])),
                quantity=Decimal(str(item["quantity"])),
            )
            for item in stocked
        ]
        return cls(world, Shop(world, products), stocked)

    def sku(self, number: int) -> str:
        """The SKU of the `number`-th stocked item."""
        return str(self.stocked[number]["sku"])

    def item(self, number: int) -> str:
        """The Id in QuickBooks of the `number`-th stocked item."""
        return str(self.stocked[number]["item_id"])

    def say(self, event: str) -> None:
        """Adds an event to what is told."""
        self.told.append(event)

    def plant_differences(self, now: datetime) -> None:
        """The platform before the first sync: forty SKUs agree, a handful does not."""
        spelled = self.sku(30)
        products = self.shop.products
        products[NEW_ON_PLATFORM] = Product(
            NEW_ON_PLATFORM, "Rain barrel, 200 l", Decimal("89.00"), Decimal("41.50"), Decimal(12)
        )
        self.shop.open(now, left_out=[self.sku(31)])
        self.shop.offer_bundle(
            BUNDLE,
            "Starter set for a small garden",
            Decimal("79.00"),
            {self.sku(0): Decimal(1), self.sku(1): Decimal(2)},
            now,
        )
        for table in ("products", "inventory_levels"):
            self.world.execute(
                f"update platform.{table} set sku = %s where sku = %s",
                [(f"  {spelled.lower()} ", spelled)],
            )
        self.say(f"{spelled} is spelled “  {spelled.lower()} ” on the platform: the same SKU")
        self.say(f"{self.sku(31)} is in QuickBooks alone, {NEW_ON_PLATFORM} on the platform alone")
        self._differ(32, "-7", now)
        self._differ(33, None, now)
        self.say(f"{self.sku(32)} has 7 fewer on the shelf than in the books, nobody knows why")
        self.say(f"{self.sku(33)} has exactly one per cent less on the shelf: within tolerance")
        self.world.control(
            "POST",
            "entities",
            {"Item": [self._item_with_the_sku_of(34)]},
        )
        self.say(f"somebody entered {self.sku(34)} a second time in QuickBooks")

    def sell(self, opened: datetime) -> None:
        """The morning's sales."""
        # All of it lies in the past: goods that leave the shelf tomorrow would be another story.
        minute = iter(opened - timedelta(hours=3) + timedelta(minutes=n) for n in range(1, 120))
        shipping = Decimal("7.50")
        for number in range(12):
            sale = Sale(
                f"10{number:02d}",
                [(self.sku(number % 8), "2"), (self.sku(8 + number % 6), "1")],
                shipping=shipping if number % 3 == 0 else Decimal(0),
                discount=Decimal("5.00") if number % 4 == 1 else Decimal(0),
                is_taxed=number % 2 == 0,
            )
            self.shop.sell(sale, next(minute))
        self.shop.sell(Sale("1020", [(BUNDLE, "2")]), next(minute))
        wholesale = Sale("1021", [(self.sku(9), "4")], status="unpaid", channel="Wholesale")
        self.shop.sell(wholesale, next(minute))
        self.shop.sell(Sale("1022", [(self.sku(10), "1")], is_fulfilled=False), next(minute))
        self.shop.sell(Sale("1023", [(self.sku(11), "2")]), next(minute))
        self.shop.cancel("1023", next(minute), restock=True)
        self.shop.sell(Sale("1024", [("LSG-TYPING-ERROR", "1")]), next(minute))
        self.say("15 sales: 14 paid (one a bundle, one not yet shipped), 1 on account")
        self.say("order 1023 is cancelled before anybody booked it; its goods went back")
        self.say("order 1024 names a SKU nobody knows")

    def refuse_one(self, opened: datetime) -> None:
        """A sale QuickBooks will not take: its item is younger than the sale."""
        before = opened - timedelta(days=3650)
        self.shop.sell(Sale("1025", [(self.sku(12), "1")]), before)
        self.say("order 1025 carries a date before its item was stocked: QuickBooks will refuse it")

    def count_and_type(self, now: datetime) -> None:
        """Counts in the shop, and people typing in QuickBooks."""
        self.shop.count(self.sku(20), "-2", now)
        self.shop.count(self.sku(21), "5", now)
        self.say(f"a count finds 2 fewer of {self.sku(20)} and 5 more of {self.sku(21)}")
        self.shop.count(self.sku(22), "-60", now)
        self.say(f"another count says 60 fewer of {self.sku(22)}: more than a run may do by itself")
        self._bill(23, 24)
        self.say(f"a supplier's bill for 24 of {self.sku(23)} is entered in QuickBooks")
        self.adjust(24, -3)
        self.say(f"somebody adjusts {self.sku(24)} by -3 in QuickBooks")
        self.shop.count(self.sku(25), "-1", now)
        self.adjust(25, 4)
        self.say(f"{self.sku(25)} changes on both sides: -1 on the shelf, +4 in the books")

    def afternoon(self, now: datetime) -> None:
        """What can only happen once the morning is in the books."""
        self.shop.refund("501", "1000", now, sku=self.sku(0), quantity="1", restocked="1")
        self.shop.refund("502", "1001", now, sku=self.sku(1), quantity="1", restocked="0")
        self.shop.cancel("1002", now, restock=True)
        self.shop.pay("1021", now)
        self.say("two refunds (one unit comes back, one is broken), order 1002 is cancelled")
        self.say("the wholesale customer pays invoice 1021")

    def _differ(self, number: int, by: str | None, now: datetime) -> None:
        difference = Decimal(by) if by else self._one_per_cent(number)
        self.shop.count(self.sku(number), str(difference), now)

    def _one_per_cent(self, number: int) -> Decimal:
        # QuickBooks' quantity q is exactly one per cent above the platform's p: p = q / 1.01.
        quantity = Decimal(str(self.stocked[number]["quantity"]))
        platform = (quantity / Decimal("1.01")).quantize(Decimal(1))
        in_books = platform * Decimal("1.01")
        self.adjust(number, in_books - quantity)
        return platform - quantity

    def _item_with_the_sku_of(self, number: int) -> dict[str, Any]:
        items = {str(item["Id"]): item for item in self.world.books("Item")}
        known = items[self.item(number)]
        kept = (
            "Sku", "Type", "TrackQtyOnHand", "InvStartDate", "UnitPrice", "IncomeAccountRef",
            "ExpenseAccountRef", "AssetAccountRef",
        )  # fmt: skip
        return {name: known[name] for name in kept} | {
            "Name": f"{known['Name']} (again)",
            "QtyOnHand": 3,
        }

    def _bill(self, number: int, quantity: int) -> None:
        cost = Decimal(str(self.stocked[number]["unit_cost"]))
        vendor = self.world.books("Vendor")[0]["Id"]
        line = {
            "DetailType": "ItemBasedExpenseLineDetail",
            "Amount": float(cost * quantity),
            "ItemBasedExpenseLineDetail": {
                "ItemRef": {"value": self.item(number)},
                "Qty": quantity,
                "UnitPrice": float(cost),
            },
        }
        bill = {"VendorRef": {"value": vendor}, "DocNumber": "SUP-4711", "Line": [line]}
        self.world.control("POST", "entities", {"Bill": [bill]})

    def adjust(self, number: int, quantity: Decimal | int) -> None:
        """Somebody adjusts an item's quantity in QuickBooks."""
        seed = self.world.control("GET", "seed")
        line = {
            "DetailType": "ItemAdjustmentLineDetail",
            "ItemAdjustmentLineDetail": {
                "ItemRef": {"value": self.item(number)},
                "QtyDiff": float(quantity),
            },
        }
        adjustment = {
            "AdjustAccountRef": {"value": seed["adjustment_account_id"]},
            "DocNumber": f"HAND-{number}",
            "TxnDate": datetime.now(UTC).date().isoformat(),
            "Line": [line],
        }
        self.world.control("POST", "entities", {"InventoryAdjustment": [adjustment]})
