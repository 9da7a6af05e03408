"""Histories of both sides run through the real decision models and compared with the truth."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.transform.inventory.simulation import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg2.extensions import connection as Connection  # noqa: N812


@pytest.mark.parametrize("seed", range(4))
def test_both_sides_end_equal_to_the_truth(
    connection: Connection, rebuild: Callable[[Any], None], seed: int
) -> None:
    """
    Sales, counts, bills, edits, cancellations and refunds on both sides, with late orders,
    refusals, lost answers and lagging readings in between: when all has come to rest, both
    sides hold what truly happened, and no more is written.
    """
    world = World(connection, random.Random(seed), rebuild)

    world.sync(trouble=0)
    for _ in range(12):
        for _ in range(12):
            world.something_happens()
        world.sync()
    world.come_to_rest()
    written = world.written
    world.sync(trouble=0)

    wrong = {
        sku: (world.shelf[sku], world.books[sku], world.truth[sku])
        for sku in world.skus
        if not world.shelf[sku] == world.books[sku] == world.truth[sku]
    }
    assert {} == wrong
    assert written == world.written
    assert {"agreed"} == {
        row["decision"]
        for row in world.rows(
            "select distinct decision from intermediate.int_inventory__decisions"
            " where obstacle is distinct from 'excluded'"
        )
    }
