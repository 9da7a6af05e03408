"""
Answers that may not be shipped have left their facts: which fields, and which form each value has.

`recorded/facts.json` was written by `tools/compare_recorded.py --facts` from answers of a sandbox
company of May 2026; it holds names and forms, no value.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recorded import facts
from recorded.wire import App

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

FACTS: facts.Facts = json.loads((Path(__file__).parent / "recorded" / "facts.json").read_text())
GEOCODER = "the service's geocoder fills it in"
OF_THE_SHOP = "the garden shop beside the recorded company has wares it had none of"
AS_IT_HAPPENED = (
    "the recorded company happened to fill it in everywhere; the reference says optional"
)
STANDING: dict[str, str] = {
    "*Addr.Lat: in *": GEOCODER,
    "*Addr.Long: in *": GEOCODER,
    "Item.Sku: in no *": OF_THE_SHOP,
    "Item.ItemGroupDetail*: in no *": OF_THE_SHOP,
    "Item.PrintGroupedItems: in no *": OF_THE_SHOP,
    "Item.IncomeAccountRef*: in every *": OF_THE_SHOP,
    "Customer.GivenName: in every *": AS_IT_HAPPENED,
    "JournalEntry.PrivateNote: in every *": AS_IT_HAPPENED,
}
"""Pattern of a contradiction that stands → why."""


@pytest.fixture(scope="module")
def app(emulator_server: Emulator) -> App:
    emulator_server.reset(seed="demo")
    return App(emulator_server)


def rows(app: App, entity: str) -> list[dict[str, Any]]:
    answer = app.query(f"select * from {entity} maxresults 1000")
    found: list[dict[str, Any]] = answer.json["QueryResponse"].get(entity, [])
    return found


def left(contradictions: list[str], entity: str) -> list[str]:
    """What no entry of STANDING explains."""
    named = [f"{entity}.{each}" for each in contradictions]
    return [each for each in named if not any(fnmatchcase(each, p) for p in STANDING)]


@pytest.mark.parametrize("entity", sorted(name for name in FACTS if "query" in FACTS[name]))
def test_the_rows_of_the_demo_company_have_the_recorded_fields(app: App, entity: str) -> None:
    """
    A field that every recorded row has is in every row, none is in a form that was never recorded.
    Source: facts of query answers, May 2026.
    """
    found = rows(app, entity)

    assert found
    assert [] == left(facts.contradictions(FACTS[entity]["query"], found), entity)


def test_what_stands_is_needed(app: App) -> None:
    """
    Each entry explains a contradiction, or it has to go.
    """
    found = [
        f"{entity}.{each}"
        for entity in FACTS
        if "query" in FACTS[entity]
        for each in facts.contradictions(FACTS[entity]["query"], rows(app, entity))
    ]

    assert [] == [p for p in STANDING if not any(fnmatchcase(each, p) for each in found)]
