"""Words of which names are made, and how the n-th name comes out of them."""

from __future__ import annotations

from math import gcd

MATERIALS = (
    "Cedar", "Oak", "Walnut", "Birch", "Bamboo", "Steel", "Brass", "Copper", "Iron", "Aluminum",
    "Terracotta", "Ceramic", "Stone", "Slate", "Marble", "Concrete", "Glass", "Linen", "Cotton",
    "Wool", "Jute", "Hemp", "Leather", "Canvas", "Rubber", "Cork", "Wicker", "Rattan", "Enamel",
    "Recycled", "Hand-made", "Folding", "Compact", "Heavy-duty", "Classic", "Rustic", "Modern",
    "Professional", "Outdoor", "Weatherproof", "Crème brûlée", "Señorita",
)  # fmt: skip
THINGS = (
    "Planter", "Pot", "Saucer", "Trellis", "Bench", "Table", "Chair", "Stool", "Lantern", "Lamp",
    "Basket", "Tray", "Bowl", "Vase", "Mirror", "Frame", "Shelf", "Hook", "Hinge", "Handle",
    "Latch", "Bracket", "Ladder", "Cart", "Crate", "Bin", "Barrel", "Bucket", "Watering Can",
    "Spade", "Fork", "Rake", "Hoe", "Trowel", "Pruner", "Saw", "Knife", "Gloves", "Apron",
    "Doormat", "Rug", "Curtain", "Cushion", "Blanket", "Towel", "Cutting Board", "Kettle",
    "Teapot", "Mug", "Plate", "Pan", "Grill", "Fire Pit", "Parasol", "Hammock", "Bird House",
)  # fmt: skip
SIZES = (
    "XS", "S", "M", "L", "XL", "8 cm", "12 cm", "16 cm", "20 cm", "30 cm", "45 cm", "60 cm",
    "90 cm", "1/2 in", "3/4 in", "6 in", "12 in", "24 in", "set of 2", "set of 4", "set of 12",
    "black", "white", "green", "rust red", "sand", "natural", "500 ml", "1 l", "5 l", "10 kg",
)  # fmt: skip
SERVICES = (
    "Delivery", "Assembly", "Repair", "Engraving", "Gift Wrapping", "Consulting", "Design",
    "Maintenance", "Installation", "Training", "Rental", "Inspection",
)  # fmt: skip
CATEGORIES = (
    "Garden", "Kitchen", "Living Room", "Outdoor", "Tools", "Lighting", "Textiles", "Storage",
    "Hardware", "Gifts", "Seasonal", "Café", "Workshop", "Bath", "Office",
)  # fmt: skip
GIVEN = (
    "Ada", "Ben", "Carla", "David", "Elena", "Frank", "Grace", "Hugo", "Irene", "James", "Karen",
    "Luis", "Maria", "Noah", "Olivia", "Peter", "Quinn", "Rosa", "Samuel", "Teresa", "Umar",
    "Vera", "Walter", "Ximena", "Yusuf", "Zoë", "Søren", "Chloé", "José", "Björk",
)  # fmt: skip
FAMILY = (
    "Adams", "Baker", "Carter", "Diaz", "Evans", "Fisher", "Garcia", "Hughes", "Ito", "Johnson",
    "Kim", "Lopez", "Miller", "Nguyen", "O'Brien", "Patel", "Quintana", "Ramirez", "Smith",
    "Thompson", "Ueda", "Vargas", "Wilson", "Xu", "Young", "Zimmerman", "Müller", "Łukasz",
    "D'Angelo", "van der Berg",
)  # fmt: skip
FIRMS = (
    "Hardware", "Supply Co.", "& Sons", "Trading", "Market", "Studio", "Gallery", "Café",
    "Restaurant", "Hotel", "Builders", "Landscaping", "Interiors", "Farm", "Nursery",
    "Wholesale", "Imports", "Design, LLC", "商店", "Bros.",
)  # fmt: skip
STREETS = (
    "Main St.", "Oak Ave.", "Hill Rd.", "Sunset Blvd.", "Pine Ct.", "2nd St.", "Market St.",
    "Mission Rd.", "Bayshore Dr.", "Peña Ln.",
)  # fmt: skip
CITIES = (
    ("Bayshore", "CA", "94326"), ("Middlefield", "CA", "94303"), ("San Mateo", "CA", "94401"),
    ("Tucson", "AZ", "85719"), ("Portland", "OR", "97201"), ("Reno", "NV", "89501"),
    ("Austin", "TX", "78701"), ("Cañon City", "CO", "81212"),
)  # fmt: skip


def combined(number: int, *lists: tuple[str, ...], stride: int = 7919) -> str:
    """The n-th combination of one word of each list, in a scattered order, none twice.

    After the last combination they begin again with a number behind: `Oak Bench 12 in (2)`.
    """
    count = 1
    for words in lists:
        count *= len(words)
    while gcd(stride, count) != 1:
        stride += 1
    round_, rest = divmod(number, count)
    rest = rest * stride % count
    chosen = []
    for words in reversed(lists):
        rest, place = divmod(rest, len(words))
        chosen.append(words[place])
    name = " ".join(reversed(chosen))
    return f"{name} ({round_ + 1})" if round_ else name
