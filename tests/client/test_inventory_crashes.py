"""Wanted quantities under death at every point and any trouble: the stock ends as it was wanted."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from quickbooks_client import Page, QueryReply, QuickBooksError, RawRecord
from quickbooks_client.company import make_call
from quickbooks_client.push.exact import to_json
from quickbooks_client.push.inventory import Problem, Terms
from quickbooks_client.push.ledger import Ledger
from quickbooks_client.push.settings import DocumentSettings
from quickbooks_client.push.stocktake import Stocktake
from quickbooks_client.push.tables import METADATA, create_tables, open_engine
from tests.target.fake_books import BAD_ITEM, Crash, FakeBooks, Watched, moves
from tests.target.shop import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REALM = "42"
SETTINGS = DocumentSettings(REALM, adjustment_account_id="9", max_lines_per_adjustment=3)
ITEMS = {"A": "1", "B": "2", "C": "3", "D": "4", "E": BAD_ITEM}
"""Id by SKU; QuickBooks refuses every adjustment of the last."""


class Shelf(FakeBooks):
    """A QuickBooks that also answers what it holds of an item."""

    @override
    def query(self, text: str) -> QueryReply:
        found = re.fullmatch(r"SELECT \* FROM Item WHERE Sku IN \((.*?)\) AND .*", text)
        if found is None:
            return super().query(text)
        if self.trouble() != "none":
            raise QuickBooksError("no reply")
        rows = [
            {
                "Id": item_id,
                "Sku": sku,
                "Type": "Inventory",
                "Active": True,
                "QtyOnHand": self.stock[item_id],
            }
            for sku, item_id in ITEMS.items()
            if f"'{sku}'" in found[1]
        ]
        records = [
            RawRecord(str(row["Id"]), "0", None, False, to_json(row).encode()) for row in rows
        ]
        return QueryReply(records, self.clock.now(), None)

    @override
    def pages(self, entity: str, **wanted: Any) -> Iterator[Page]:
        return super().pages(entity, since=wanted["since"])


def record(row: dict[str, Any]) -> RawRecord:
    return RawRecord(str(row["Id"]), "0", None, is_deleted=False, document=to_json(row).encode())


@cache
def ledger_engine() -> sa.Engine:
    """One engine for all machines: what costs time is compiling its statements."""
    engine = open_engine("sqlite://")
    create_tables(engine)
    return engine


@pytest.fixture(scope="module", autouse=True)
def _engine() -> Iterator[None]:
    yield
    ledger_engine().dispose()


class Machine:
    """A ledger that outlives its processes, and a QuickBooks."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.books = Shelf(self.clock)
        self.connection = ledger_engine().connect()
        for table in reversed(METADATA.sorted_tables):
            self.connection.execute(sa.delete(table))
        self.connection.commit()

    def close(self) -> None:
        self.connection.close()

    def run(
        self,
        wanted: dict[str, int],
        key: str | None = None,
        step: Callable[[str], None] = lambda _: None,
    ) -> tuple[list[str], list[Problem]] | None:
        """One process and its call; None when it died or failed."""
        ledger = Ledger(self.connection, REALM, self.clock.now)
        terms = Terms(self.clock.now().date(), "9")
        stocktake = Stocktake(
            Watched(self.books, step),
            Watched(ledger, step),
            SETTINGS,
            self.clock,
            terms=lambda _: terms,
        )
        products = [{"sku": sku, "quantity": quantity} for sku, quantity in wanted.items()]
        try:
            return stocktake.set(make_call(products, key))
        except Crash:
            self.connection.rollback()
        except QuickBooksError:
            pass
        return None

    @property
    def stock(self) -> dict[str, Decimal]:
        return {sku: self.books.stock[item_id] for sku, item_id in ITEMS.items() if sku != "E"}

    @property
    def moved(self) -> list[tuple[str, Decimal]]:
        """Every movement of stock, in order."""
        return [one for entity, body in self.books.stored for one in moves(entity, body)]


def dies_at(number: int) -> Callable[[str], None]:
    left = [number]

    def step(_: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Crash

    return step


WANTED = {"A": 5, "B": 7, "E": 1, "C": 0, "D": 9}
LEFT = {"A": Decimal(5), "B": Decimal(7), "C": Decimal(0), "D": Decimal(9)}


def points(key: str | None) -> int:
    """How many points a call passes."""
    machine = Machine()
    seen: list[str] = []
    machine.run(WANTED, key, seen.append)
    machine.close()
    return len(seen)


@pytest.mark.parametrize("hours", [0, 1.5, 48], ids=["at once", "looked up", "forgotten"])
@pytest.mark.parametrize("key", [None, "count 7"], ids=["another call", "the same call"])
def test_a_death_at_any_point_moves_nothing_twice(hours: float, key: str | None) -> None:
    """
    The process dies at each point in turn; the next call ends with the wanted stock, each item
    moved once. One of the products is refused each time, and found by splitting.
    """
    count = points(key)
    assert count > 35
    for number in range(count):
        machine = Machine()
        assert machine.run(WANTED, key, dies_at(number)) is None, number
        machine.clock.skipped += hours * 3600

        result = machine.run(WANTED, key)

        assert result is not None
        done, problems = result
        assert (["A", "B", "C", "D"], ["E"]) == (sorted(done), [one.sku for one in problems])
        assert LEFT == machine.stock, number
        assert [("1", 5), ("2", 7), ("4", 9)] == sorted(machine.moved), number
        machine.close()


def test_the_same_call_again_does_not_undo_what_came_after() -> None:
    """
    After the call the stock moves by a sale; the same call again posts nothing, not even for what
    needed no document the first time. Under another name it is another call.
    """
    machine = Machine()
    machine.run(WANTED, "count 7")
    machine.books.stock["1"] -= 2
    machine.books.stock["3"] += 4

    again = machine.run({"A": 5, "C": 0}, "count 7")
    between = machine.stock
    machine.run({"A": 5, "C": 0}, "count 8")

    assert (["A", "C"], []) == again
    assert (Decimal(3), Decimal(4)) == (between["A"], between["C"])
    assert (Decimal(5), Decimal(0)) == (machine.stock["A"], machine.stock["C"])
    machine.close()


CALLS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(list(ITEMS)), st.integers(0, 9), min_size=1),
        st.sampled_from([None, None, "k1", "k2"]),
        st.lists(
            st.sampled_from(["none"] * 6 + ["lost before", "lost after", "failed"]), max_size=12
        ),
        st.none() | st.integers(0, 60),  # where it dies
        st.sampled_from([0, 0, 600, 4000, 200000]),  # seconds until the next call
        st.sampled_from([(), (), ("1", 3), ("2", -1)]),  # what somebody else moves then
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=250, deadline=None)
@given(CALLS)
def test_any_history_ends_with_the_wanted_stock(calls: list[tuple[Any, ...]]) -> None:
    """
    Calls with lost replies, failures and deaths, people who move stock in between: what a call
    says is set holds what it wanted at that moment, and a last quiet call sets everything.
    """
    machine = Machine()
    for wanted, key, trouble, death, pause, moved in calls:
        troubles = iter(trouble)
        machine.books.trouble = lambda left=troubles: next(left, "none")
        is_new = key is None
        step = dies_at(death) if death is not None else lambda _: None
        result = machine.run(wanted, key, step)
        if result is not None and is_new:
            assert {sku: wanted[sku] for sku in result[0]} == {
                sku: machine.books.stock[ITEMS[sku]] for sku in result[0]
            }
        machine.clock.skipped += pause
        if moved:
            machine.books.stock[moved[0]] += moved[1]
    machine.books.trouble = lambda: "none"

    result = machine.run({"A": 1, "B": 2, "C": 3, "D": 4})

    assert result is not None
    assert [] == result[1]
    assert {"A": 1, "B": 2, "C": 3, "D": 4} == machine.stock
    machine.close()
