"""Histories of both sides run through the real decision models and compared with the truth."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.transform.inventory.simulation import SyncedWorld

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg2.extensions import connection as Connection  # noqa: N812


@pytest.mark.parametrize("seed", range(3))
def test_both_sides_end_equal_to_the_truth(
    connection: Connection, rebuild: Callable[..., None], seed: int
) -> None:
    """
    Sales, counts, bills, edits, cancellations and refunds on both sides, with late orders,
    refusals, lost answers, lagging readings and people who change our documents in between:
    when all has come to rest, both sides hold what truly happened, and no more is written.
    """
    world = SyncedWorld(connection, random.Random(seed), rebuild)

    live_through(world, cycles=10)
    world.come_to_rest()
    written = world.written
    world.sync(trouble=0)

    assert {} == wrong(world)
    assert written == world.written
    assert {"agreed"} == {
        row["decision"]
        for row in world.rows(
            "select distinct decision from intermediate.int_inventory__decisions"
            " where obstacle is distinct from 'excluded'"
        )
    }


def test_bare_quantities_do_not_find_the_truth(
    connection: Connection, rebuild: Callable[..., None]
) -> None:
    """
    The same histories decided by the quantities alone, without what each side was told, end
    wrong: these histories can tell a right sync from one that merely looks right.
    """

    def blinded(cursor: Any) -> None:
        rebuild(
            cursor,
            {"- coalesce(t.quantity, 0)": "", "- coalesce(u.quantity, 0)": ""},
        )

    world = SyncedWorld(connection, random.Random(0), blinded)

    live_through(world, cycles=3)
    world.come_to_rest()

    assert {} != wrong(world)


def live_through(world: SyncedWorld, cycles: int) -> None:
    """Both sides go their ways, with a sync now and then."""
    world.sync(trouble=0)
    for _ in range(cycles):
        for _ in range(12):
            world.something_happens()
        world.sync()


def wrong(world: SyncedWorld) -> dict[str, tuple[int, int, int]]:
    """Shelf, books and truth of every SKU where they are not the same."""
    return {
        sku: (world.shelf[sku], world.books[sku], world.truth[sku])
        for sku in world.skus
        if not world.shelf[sku] == world.books[sku] == world.truth[sku]
    }
