"""A company of any size, the same for the same options on the same day.

Lists are copies of objects that the rules of a write have made (`templates`); documents go through
the rules themselves, each at its moment, so that stock and balances are what they add up to.
"""

from __future__ import annotations

import gc
from dataclasses import asdict
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import PACIFIC
from quickbooks_emulator.seeds import base
from quickbooks_emulator.seeds.generated import items
from quickbooks_emulator.seeds.generated.documents import Years
from quickbooks_emulator.seeds.generated.options import parsed
from quickbooks_emulator.seeds.generated.people import People

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

DAYS_A_YEAR = 365
SHOWN = 40
OPENING_DAYS = 40
"""The lists are there so long before the first document."""


def plant(text: str, company: Company, now: int) -> JsonObject:
    """Fill a company as a seed's text says; returns what its users need to know.

    Raises ValueError for a text that is wrong.
    """
    options = parsed(text)
    random = Random(options.number)  # noqa: S311 - a game, not a secret
    today = datetime.fromtimestamp(now, PACIFIC).date()
    first = today - timedelta(days=options.years * DAYS_A_YEAR + OPENING_DAYS)
    began = int(datetime(first.year, first.month, first.day, 9, tzinfo=PACIFIC).timestamp())
    base.plant(company, began)
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        goods = items.Catalogue(company, options, random, began).plant()
        people = People(company, random, began)
        people.plant(options.customers)
    finally:
        if was_collecting:
            gc.enable()
    years = Years(company, options, random, goods, people)
    if options.years:
        years.write(began + OPENING_DAYS * 86_400, now)
    return {
        **base.facts(),
        "shipping_item_id": items.SHIPPING_ITEM,
        "tax_item_id": items.TAX_ITEM,
        "fallback_item_id": items.SHOP_SALE_ITEM,
        "bundle_item_id": goods.bundle_id,
        "vendor_id": people.vendors[0],
        "customer_id": people.customers[0],
        "options": asdict(options),
        "documents": years.written,
        "stocked": [
            {**good, "quantity": (company.body("Item", good["item_id"]) or {}).get("QtyOnHand")}
            for good in goods.stocked[:SHOWN]
        ],
    }
