"""The items of a generated company: goods, services, categories, bundles, some inactive."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import date_text, second_text
from quickbooks_emulator.seeds.generated import words
from quickbooks_emulator.seeds.generated.templates import (
    COST,
    PRICE,
    QUANTITY,
    START,
    UPDATED,
    Template,
    Workshop,
    copy,
    figure,
    inside,
    pristine,
)

if TYPE_CHECKING:
    from random import Random

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.seeds.generated.options import Options
    from quickbooks_emulator.store import Company

FIXED = (
    ("Services", "1"), ("Shipping Charge", "79"), ("Sales Tax Collected", "79"),
    ("Shop Sale", "79"),
)  # fmt: skip
"""The first items, services all, and their income accounts."""
SERVICES_ITEM, SHIPPING_ITEM, TAX_ITEM, SHOP_SALE_ITEM = "1", "2", "3", "4"
MOST_CATEGORIES = 240
MOST_BUNDLES = 60
MOST_TRADED = 240
KEPT_FOR_TRADE = 7
"""One good in so many is traded, until there are enough."""

KINDS = (("Inventory", "NonInventory", "Service"), (84, 8, 8))
PRICES = (("cents", "fine", "nought"), (980, 15, 5))
INACTIVE, TOUCHED, FILED, FRACTIONAL = 0.03, 0.2, 0.7, 0.04
"""Shares: gone, changed later, in a category, with a fractional quantity."""
DEEPEST = 2
PARTS = 2


@dataclass(slots=True)
class Goods:
    """What documents trade in."""

    stocked: list[JsonObject] = field(default_factory=list)
    """Facts of traded goods: id, SKU, name, opening quantity, price and cost."""
    services: list[tuple[str, Decimal]] = field(default_factory=list)
    """Ids and prices."""
    bundle_id: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A category: its id, full name and depth."""

    id: str
    path: str
    depth: int


class Patterns:
    """Templates of items, each made when it is first needed."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._made: dict[tuple[str, int, bool, bool], Template] = {}
        self._parents: list[JsonObject] = []

    def of(self, kind: str, depth: int, *, is_active: bool = True, is_touched: bool) -> Template:
        """The pattern of a type below so many categories, with a change of later or without."""
        key = (kind, depth, is_active, is_touched)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, kind: str, depth: int, is_active: bool, is_touched: bool) -> Template:  # noqa: FBT001
        shop = self._workshop
        body = self._body(kind)
        holes = {"@name@": "name", "@sku@": "sku", "@text@": "text"}
        if depth:
            parent = self._parent(depth)
            body.update(SubItem=True, ParentRef={"value": parent["Id"]})
            holes |= {parent["Name"]: "parent", parent["FullyQualifiedName"]: "path"}
        if is_touched and is_active:
            body["Description"] = "before"
        name = body["Name"] = f"@name@{len(self._made)}"
        holes[name] = "name"
        item = shop.write("Item", body, "id")
        if not is_active:
            shop.write("Item", {**pristine(item), "Active": False}, "id", moment=UPDATED)
        elif is_touched:
            again = {**pristine(item), "Description": "@text@"}
            shop.write("Item", again, "id", moment=UPDATED)
        return shop.template("Item", item["Id"], holes)

    def _body(self, kind: str) -> JsonObject:
        body: JsonObject = {"Type": kind}
        if kind == "Category":
            return body
        body |= {"Sku": "@sku@", "Description": "@text@", "Taxable": kind != "Service"}
        if kind == "Group":
            return body | {"ItemGroupDetail": {"ItemGroupLine": self._parts()}}
        body |= {"UnitPrice": PRICE, "IncomeAccountRef": {"value": "79"}}
        if kind != "Service":
            body |= {
                "PurchaseCost": COST, "PurchaseDesc": "@text@",
                "ExpenseAccountRef": {"value": "80"},
            }  # fmt: skip
        if kind == "Inventory":
            body |= {
                "AssetAccountRef": {"value": "81"},
                "TrackQtyOnHand": True,
                "QtyOnHand": QUANTITY,
                "InvStartDate": START,
            }
        return body

    def _parts(self) -> list[JsonObject]:
        parts = []
        for number, quantity in ((1, 1), (2, 2)):
            part = self._body("Inventory") | {"Name": f"@part{number}@", "QtyOnHand": 0}
            written = self._workshop.write("Item", part, f"part{number}_id")
            parts.append({"Qty": quantity, "ItemRef": {"value": written["Id"]}})
        return parts

    def _parent(self, depth: int) -> JsonObject:
        while len(self._parents) < depth:
            level = len(self._parents) + 1
            body: JsonObject = {"Name": f"@parent{level}@", "Type": "Category"}
            if self._parents:
                body.update(SubItem=True, ParentRef={"value": self._parents[-1]["Id"]})
            self._parents.append(self._workshop.write("Item", body, f"parent{level}_id"))
        return self._parents[depth - 1]


class Catalogue:
    """Plants the items; `goods` is what documents may trade in."""

    def __init__(self, company: Company, options: Options, random: Random, began: int) -> None:
        self._company = company
        self._options = options
        self._random = random
        self._began = began
        self._patterns = Patterns(Workshop())
        self._start = date_text(began).encode()
        self._table = company.tables["Item"]
        self._next = 1
        self._stride = max(1, options.items // MOST_TRADED // KEPT_FOR_TRADE)
        self.goods = Goods()

    def plant(self) -> Goods:
        """All items, in the order of their ids."""
        for name, account in FIXED:
            self._fixed(name, account)
        count = self._options.items - len(FIXED)
        categories = self._categories(min(count // 25, MOST_CATEGORIES))
        bundles = min(count // 40, MOST_BUNDLES)
        for number in range(count - len(categories) - bundles):
            self._good(number, categories)
        for number in range(bundles):
            self._bundle(number)
        self._company.series["Item"] = self._next
        return self.goods

    def _fixed(self, name: str, account: str) -> None:
        shop = Workshop()
        body = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": account}}
        item = shop.write("Item", body, "id")
        self._put(shop.template("Item", item["Id"], {}), {}, self._began, self._began)

    def _categories(self, count: int) -> list[Category]:
        made: list[Category] = []
        for number in range(count):
            parent = made[number // 4] if number % 3 == 1 and number > 1 else None
            if parent is not None and parent.depth == DEEPEST:
                parent = None
            depth = parent.depth + 1 if parent else 0
            name = words.combined(number, words.CATEGORIES)
            path = f"{parent.path}:{name}" if parent else name
            pattern = self._patterns.of("Category", depth, is_touched=False)
            values = {"name": inside(name), **_below(parent)}
            object_id = self._put(pattern, values, self._began, self._began)
            made.append(Category(object_id, path, depth))
        return made

    def _good(self, number: int, categories: list[Category]) -> None:
        random = self._random
        kind = random.choices(*KINDS)[0]
        is_active = not self._chance(INACTIVE)
        is_touched = self._chance(TOUCHED)
        category = random.choice(categories) if categories and self._chance(FILED) else None
        created = self._began + number // self._burst()
        updated = self._later(created) if is_touched or not is_active else created
        price = _price(random)
        cost = (price * random.randrange(40, 75) / 100).quantize(Decimal("0.01"))
        quantity = self._quantity() if kind == "Inventory" and is_active else Decimal(0)
        name = self._name(number, kind)
        sku = self._sku(number)
        depth = category.depth + 1 if category else 0
        pattern = self._patterns.of(kind, depth, is_active=is_active, is_touched=is_touched)
        values = {
            "name": inside(name), "sku": sku, "text": inside(f"{name}, as in our catalog"),
            "price": figure(price), "cost": figure(cost), "quantity": figure(quantity),
            "start": self._start, **_below(category),
        }  # fmt: skip
        object_id = self._put(pattern, values, created, updated)
        if not is_active or number % self._stride or price == 0:
            return
        if kind == "Inventory" and len(self.goods.stocked) < MOST_TRADED:
            self.goods.stocked.append({
                "item_id": object_id, "sku": sku.decode(), "name": name, "quantity": quantity,
                "unit_price": price, "unit_cost": cost,
            })  # fmt: skip
        elif kind == "Service" and len(self.goods.services) < MOST_TRADED:
            self.goods.services.append((object_id, price))

    def _bundle(self, number: int) -> None:
        if len(self.goods.stocked) < PARTS:
            return
        first, second = self._random.sample(self.goods.stocked, PARTS)
        name = f"{words.combined(number, words.CATEGORIES)} Set"
        pattern = self._patterns.of("Group", 0, is_touched=False)
        values = {
            "name": inside(name), "sku": f"SET-{number:04d}".encode(), "text": inside(name),
            "part1_id": first["item_id"].encode(), "part2_id": second["item_id"].encode(),
            "part1": inside(first["name"]), "part2": inside(second["name"]),
        }  # fmt: skip
        self.goods.bundle_id = self._put(pattern, values, self._began, self._began)

    def _put(self, pattern: Template, values: dict[str, bytes], created: int, updated: int) -> str:
        object_id = str(self._next)
        self._next += 1
        values["id"] = object_id.encode()
        values["created"] = second_text(created).encode()
        values["updated"] = second_text(updated).encode()
        self._table.put(copy(pattern.text(values), object_id, created, updated))
        return object_id

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _burst(self) -> int:
        """How many items were imported in one second: more in a large company."""
        return max(7, self._options.items // 500)

    def _later(self, created: int) -> int:
        left = max(self._options.years, 1) * 300 * 86_400
        return created + self._random.randrange(1, left)

    def _quantity(self) -> Decimal:
        quantity = Decimal(self._random.randrange(500))
        return quantity + Decimal("0.25") * self._chance(FRACTIONAL)

    def _name(self, number: int, kind: str) -> str:
        if kind == "Service":
            return words.combined(number, words.MATERIALS, words.SERVICES)
        name = words.combined(number, words.MATERIALS, words.THINGS, words.SIZES)
        odd = {8: f"{name} {'x' * (99 - len(name))}", 9: f'{name} "second"'}
        return odd.get(number % 1009, name)

    def _sku(self, number: int) -> bytes:
        """Odd ones among them: with blanks, in small letters, with noughts, twice."""
        odd = {3: f"00{number}", 4: f"sku {number}/a", 5: f"größe-{number}", 6: f"00{number - 3}"}
        return inside(odd.get(number % 499, f"G{number % 26:02d}-{number:06d}"))


def _below(category: Category | None) -> dict[str, bytes]:
    if category is None:
        return {}
    parent = category.id.encode()
    names = {f"parent{level}_id": parent for level in (1, 2, 3)}
    own = category.path.rpartition(":")[2]
    return {**names, "path": inside(category.path), "parent": inside(own)}


def _price(random: Random) -> Decimal:
    """Mostly with cents; some with more places, some nought."""
    kind = random.choices(*PRICES)[0]
    if kind == "nought":
        return Decimal(0)
    if kind == "fine":
        return Decimal(random.randrange(1, 500_000)) / 100_000
    return Decimal(random.randrange(100, 30_000)) / 100
