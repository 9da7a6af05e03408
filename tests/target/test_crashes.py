"""Death at every point that matters, and at random ones: nothing is lost and nothing is doubled.

Every method of the ledger is one transaction, so "before" and "after" each of its calls and each
call to QuickBooks are all the states a process can leave behind.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from quickbooks_client import QuickBooksError
from quickbooks_client.push.ledger import Ledger
from quickbooks_client.push.pusher import Pusher
from quickbooks_client.push.settings import DocumentSettings
from quickbooks_client.push.tables import METADATA, create_tables, open_engine
from tests.target.fake_books import BAD_ITEM, Crash, FakeBooks, Watched, moves
from tests.target.shop import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REALM = "42"
ALWAYS = DocumentSettings(
    REALM,
    adjustment_account_id="9",
    refund_account_id="8",
    max_concurrent_writes=1,
    max_lines_per_adjustment=3,
)


def sale(key: str, item: str, quantity: int, **fields: Any) -> dict[str, Any]:
    return {
        "idempotency_key": key,
        "txn_date": "2026-11-20",
        "customer_name": "Ada",
        "lines": [{"item_id": item, "quantity": quantity, "unit_price": 2}],
        **fields,
    }


def count(key: str, item: str, delta: int) -> dict[str, Any]:
    return {
        "idempotency_key": key,
        "item_id": item,
        "quantity_delta": delta,
        "txn_date": "2026-11-20",
    }


ROWS: list[tuple[str, dict[str, Any]]] = [
    ("sales_receipts", sale("order:1", "1", 1)),
    ("invoices", sale("order:2", "2", 2, customer_name="Bob", doc_number="A-2")),
    ("refund_receipts", sale("refund:3", "1", 3)),
    ("credit_memos", sale("cancel:4", "2", 4)),
    (
        "payments",
        {
            "idempotency_key": "payment:5",
            "customer_id": "7",
            "total_amount": "5.00",
            "txn_date": "2026-11-20",
        },
    ),
    ("sales_receipts", sale("order:6", BAD_ITEM, 1)),
    ("inventory_adjustments", count("adjustment:1", "1", 10)),
    ("inventory_adjustments", count("adjustment:2", "2", 20)),
    ("inventory_adjustments", count("adjustment:3", BAD_ITEM, 5)),
    ("inventory_adjustments", count("adjustment:4", "3", 40)),
    ("inventory_adjustments", count("adjustment:5", "1", 80)),
]
STOCK = {"1": Decimal(92), "2": Decimal(22), "3": Decimal(40)}
HELD = Counter(
    {
        "Customer": 2,
        **dict.fromkeys(("SalesReceipt", "Invoice", "RefundReceipt", "CreditMemo", "Payment"), 1),
    }
)


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
        self.books = FakeBooks(self.clock)
        self.connection = ledger_engine().connect()
        for table in reversed(METADATA.sorted_tables):
            self.connection.execute(sa.delete(table))
        self.connection.commit()

    def close(self) -> None:
        self.connection.close()

    def run(
        self, rows: list[tuple[str, dict[str, Any]]], step: Callable[[str], None] = lambda _: None
    ) -> str:
        """One process: how it ended."""
        ledger = Ledger(self.connection, REALM, self.clock.now)
        pusher = Pusher(Watched(self.books, step), Watched(ledger, step), ALWAYS, self.clock)
        try:
            pusher.recover()
            for stream, row in rows:
                pusher.add(stream, row)
            pusher.flush()
        except Crash:
            self.connection.rollback()
            return "died"
        except QuickBooksError:
            return "failed"
        return "failed" if pusher.failure else "finished"

    def check(self) -> None:
        """QuickBooks holds every good row once; the ledger says the same."""
        held = Counter(entity for entity, _ in self.books.stored)
        held.pop("InventoryAdjustment")
        assert HELD == held
        assert STOCK == dict(self.books.stock)
        adjusted = [
            item
            for entity, body in self.books.stored
            if entity == "InventoryAdjustment"
            for item, _ in moves(entity, body)
        ]
        assert 4 == len(adjusted)
        rows = self.connection.execute(
            sa.text("select idempotency_key, status, error_code from ledger_rows")
        ).all()
        self.connection.rollback()
        refused = {key: code for key, status, code in rows if status == "rejected"}
        assert {"order:6": "2500", "adjustment:3": "2500"} == refused
        assert {"rejected", "posted"} == {status for _, status, _ in rows}
        assert len(ROWS) + 2 == len(rows)


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.close()


def test_all_goes_well(machine: Machine) -> None:
    """
    Without trouble one run does it, and a second one finds nothing to do.
    """
    assert "finished" == machine.run(ROWS)
    machine.check()
    writes = len(machine.books.stored)

    assert "finished" == machine.run(ROWS)

    machine.check()
    assert writes == len(machine.books.stored)


def dies_at(number: int) -> Callable[[str], None]:
    left = [number]

    def step(_: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Crash

    return step


def points() -> int:
    """How many points a run passes."""
    machine = Machine()
    seen: list[str] = []
    machine.run(ROWS, seen.append)
    machine.close()
    return len(seen)


@pytest.mark.parametrize("hours", [0, 1.5, 48], ids=["at once", "looked up", "forgotten"])
def test_a_death_at_any_point_loses_and_doubles_nothing(hours: float) -> None:
    """
    The process dies at each point in turn; the rerun, at once or days later, completes the books.
    """
    count = points()
    assert count > 80
    for number in range(count):
        machine = Machine()
        assert "died" == machine.run(ROWS, dies_at(number))
        machine.clock.skipped += hours * 3600

        assert "finished" == machine.run(ROWS), number

        machine.check()
        machine.close()


def test_a_death_during_recovery(machine: Machine) -> None:
    """
    The rerun dies as well, at each point in turn, and the third run completes the books.
    """
    for first in range(20, points(), 9):
        for second in range(0, 40, 3):
            machine = Machine()
            machine.run(ROWS, dies_at(first))
            machine.run([], dies_at(second))

            assert "finished" == machine.run(ROWS), (first, second)

            machine.check()
            machine.close()


TROUBLE = st.lists(
    st.sampled_from(["none"] * 6 + ["lost before", "lost after", "failed"]), max_size=25
)
RUNS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(range(len(ROWS))), max_size=16),  # in any order, again and again
        TROUBLE,
        st.none() | st.integers(0, 120),  # where it dies
        st.sampled_from([0, 0, 600, 4000, 200000]),  # seconds until the next run
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=250, deadline=None)
@given(RUNS)
def test_any_history_ends_with_the_right_books(runs: list[tuple[Any, ...]]) -> None:
    """
    Lost replies, failures, deaths, repeats and reordering: a last quiet run completes the books.
    """
    machine = Machine()
    for wanted, trouble, death, pause in runs:
        troubles = iter(trouble)
        machine.books.trouble = lambda left=troubles: next(left, "none")
        step = dies_at(death) if death is not None else lambda _: None
        machine.run([ROWS[number] for number in wanted], step)
        machine.clock.skipped += pause
    machine.books.trouble = lambda: "none"

    assert "finished" == machine.run(ROWS)

    machine.check()
    machine.close()
