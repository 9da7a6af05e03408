"""`quickbooks-sync plan`: decisions become commands, updates and baselines, once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Warehouse

COMMANDS = (
    "select sku_key, side, quantity_delta, snapshot_id, base_version "
    "from sync.inventory_commands order by sku_key, side"
)


@pytest.fixture
def planned_from(began: Warehouse, run: Any) -> Warehouse:
    """SKUs A and B on both sides, one accepted snapshot, nothing decided yet."""
    began.both("A", 10)
    began.both("B", 20)
    assert run("snapshot").err == ""
    return began


def test_an_agreeing_sku_is_adopted_once(planned_from: Warehouse, run: Any) -> None:
    """
    The first baseline is what was read; a second plan of the same snapshot writes nothing.
    """
    planned_from.decision("a", "adopt", platform_quantity=10, qbo_quantity=10)

    first, second = run("plan"), run("plan")

    assert (1, Decimal(10), Decimal(10), "adopt") == planned_from.baseline("a")
    assert [(1,)] == planned_from.sql("select count(*) from sync.baselines")
    assert "1 baselines" in first.out
    assert "Nothing planned: snapshot 1 is planned already." in second.out


@pytest.mark.parametrize(
    ("decision", "deltas", "commands"),
    [
        ("to_quickbooks", {"quickbooks_delta": -3}, [("quickbooks", -3)]),
        ("to_platform", {"platform_delta": "2.5"}, [("platform", "2.5")]),
        (
            "both",
            {"quickbooks_delta": -3, "platform_delta": 2},
            [("platform", 2), ("quickbooks", -3)],
        ),
    ],
)
def test_a_command_goes_out_with_its_baseline(
    planned_from: Warehouse, run: Any, decision: str, deltas: dict[str, Any], commands: list[Any]
) -> None:
    """
    Command, the platform's row of the same id and the next baseline come together, once.
    """
    planned_from.decision("a", decision, platform_quantity=10, qbo_quantity=12, **deltas)

    run("plan")
    run("plan")

    assert [("a", side, Decimal(delta), 1, 0) for side, delta in commands] == planned_from.sql(
        COMMANDS
    )
    assert (1, Decimal(10), Decimal(12), decision) == planned_from.baseline("a")
    assert planned_from.sql(
        "select command_id, 'A', 'main', quantity_delta, 'command', null::timestamptz "
        "from sync.inventory_commands where side = 'platform'"
    ) == planned_from.sql(
        "select update_id, sku, location, quantity_delta, source_type, applied_at "
        "from platform.inventory_updates"
    )


@pytest.mark.parametrize(
    "decision", ["first_difference", "conflict", "review", "held", "not_decided"]
)
def test_what_waits_gets_neither_command_nor_baseline(
    planned_from: Warehouse, run: Any, decision: str
) -> None:
    """
    Nothing is written for a SKU that a person decides about, whatever stands in its figures.
    """
    planned_from.decision(
        "a", decision, platform_quantity=10, qbo_quantity=12, quickbooks_delta=-3, platform_delta=2
    )

    run("plan")

    assert [] == planned_from.sql(COMMANDS)
    assert None is planned_from.baseline("a")


def test_agreed_moves_the_baseline_only_when_something_moved(
    planned_from: Warehouse, run: Any
) -> None:
    """
    A sale that both sides were told moves both: a new version; standing still: none.
    """
    planned_from.decision("a", "adopt", platform_quantity=10, qbo_quantity=10)
    planned_from.decision("b", "adopt", platform_quantity=20, qbo_quantity=20)
    run("plan")
    run("snapshot")
    planned_from.decision("a", "agreed", platform_quantity=9, qbo_quantity=9)
    planned_from.decision("b", "agreed", platform_quantity=20, qbo_quantity=20)

    run("plan")

    assert (2, Decimal(9), Decimal(9), "agreed") == planned_from.baseline("a")
    assert (1, Decimal(20), Decimal(20), "adopt") == planned_from.baseline("b")


def test_a_sku_that_a_person_decided_in_the_meantime_is_left_out(
    planned_from: Warehouse, run: Any
) -> None:
    """
    The decision rested on version 1; a review has written version 2: only the other SKU goes.
    """
    planned_from.decision("a", "adopt", platform_quantity=10, qbo_quantity=10)
    planned_from.decision("b", "adopt", platform_quantity=20, qbo_quantity=20)
    run("plan")
    run("snapshot")
    for sku in ("a", "b"):
        planned_from.decision(
            sku, "to_quickbooks", platform_quantity=9, qbo_quantity=10, quickbooks_delta=-1,
            platform_residual=-1, qbo_residual=0,
        )  # fmt: skip
    assert run("review", "accept", "A", "--actor", "Ada").status == 0

    outcome = run("plan")

    assert [("b", "quickbooks", Decimal(-1), 2, 1)] == planned_from.sql(COMMANDS)
    assert (2, Decimal(9), Decimal(10), "accept") == planned_from.baseline("a")
    assert "1 left out because a person decided" in outcome.out


def test_nothing_is_planned_on_a_refused_snapshot(planned_from: Warehouse, run: Any) -> None:
    """
    The decisions still stand on the snapshot before: a poisoned reading writes nothing at all.
    """
    planned_from.decision(
        "a", "to_quickbooks", platform_quantity=9, qbo_quantity=10, quickbooks_delta=-1
    )
    planned_from.sql("delete from intermediate.int_inventory__positions")
    run("snapshot")

    outcome = run("plan")

    assert "Nothing planned: snapshot 2 was refused" in outcome.out
    assert [] == planned_from.sql(COMMANDS)


def test_decisions_on_an_older_snapshot_are_not_planned(planned_from: Warehouse, run: Any) -> None:
    """
    A snapshot without a build after it has no decisions of its own.
    """
    planned_from.decision(
        "a", "to_quickbooks", platform_quantity=9, qbo_quantity=10, quickbooks_delta=-1
    )
    run("snapshot")

    outcome = run("plan")

    assert "the decisions rest on snapshot 1, the latest is 2" in outcome.out
    assert [] == planned_from.sql(COMMANDS)


def test_an_update_goes_to_the_set_location_or_where_most_lies(
    began: Warehouse, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Without a setting the location that holds most takes the update; it is spelled as there.
    """
    began.position("platform", "A", 1, "attic")
    began.position("platform", "A", 9, "shop")
    began.position("platform", "B", 1, "depot")
    began.position("quickbooks", "A", 12)
    run("snapshot")
    began.decision("a", "to_platform", platform_quantity=10, qbo_quantity=12, platform_delta=2)
    run("plan")
    monkeypatch.setenv("QUICKBOOKS_SYNC_UPDATE_LOCATION", "depot")
    run("begin", "--job", "sync-inventory")
    run("snapshot")
    began.decision("a", "to_platform", platform_quantity=10, qbo_quantity=13, platform_delta=1)

    run("plan")

    assert [("A", "shop", Decimal(2)), ("A", "depot", Decimal(1))] == began.sql(
        "select sku, location, quantity_delta from platform.inventory_updates order by created_at"
    )


def test_a_location_that_no_snapshot_sees_is_refused(
    planned_from: Warehouse, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What is applied at a mistyped or left out location is missing from the platform's quantity:
    it would be taken off QuickBooks again.
    """
    planned_from.position("platform", "B", 1, "attic")
    monkeypatch.setenv("QUICKBOOKS_SYNC_UPDATE_LOCATION", "Main")
    run("begin", "--job", "sync-inventory")
    run("snapshot")
    planned_from.decision(
        "a", "to_platform", platform_quantity=10, qbo_quantity=12, platform_delta=2
    )

    outcome = run("plan")

    assert 1 == outcome.status
    assert "QUICKBOOKS_SYNC_UPDATE_LOCATION is 'Main'" in outcome.err
    assert "set it to one of these: attic, main." in outcome.err
    assert [] == planned_from.sql(COMMANDS)
    assert None is planned_from.baseline("a")


@pytest.mark.parametrize("variable", ["QUICKBOOKS_DRY_RUN", "TARGET_QUICKBOOKS_DRY_RUN"])
def test_a_dry_run_says_what_it_would_write_and_writes_nothing(
    planned_from: Warehouse, run: Any, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """
    No command, no row for the platform, no baseline; the snapshot stays to be planned.
    """
    monkeypatch.setenv(variable, "true")
    run("begin", "--job", "sync-inventory")
    planned_from.decision(
        "a", "both", platform_quantity=10, qbo_quantity=12, quickbooks_delta=-3, platform_delta=2
    )

    dry = run("plan")
    written = [
        planned_from.value(f"select count(*) from {table}")
        for table in (
            "sync.inventory_commands", "platform.inventory_updates", "sync.baselines", "sync.plans",
        )
    ]  # fmt: skip
    monkeypatch.delenv(variable)
    run("begin", "--job", "sync-inventory")
    real = run("plan")

    assert [0, 0, 0, 0] == written
    assert "Dry run: nothing is written" in dry.out
    assert "a: -3 to QuickBooks" in dry.out
    assert "a: 2 to the platform at main" in dry.out
    assert "1 adjustments to QuickBooks, 1 updates to the platform, 1 baselines" in real.out


def test_plan_without_a_run_is_refused(warehouse: Warehouse, run: Any) -> None:
    """
    Whoever holds no lease writes nothing, and is told what to do.
    """
    outcome = run("plan")

    assert 1 == outcome.status
    assert "quickbooks-sync begin --job NAME" in outcome.err
