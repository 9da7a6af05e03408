"""
What happens when a job dies in the middle, and when two want to run at once.
"""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from demo.platform import Sale
from demo.story import Story
from tests.e2e.conftest import a_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from demo.world import World

SALES = 12


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with a_world() as world:
        story = Story.begin(world)
        story.shop.open(datetime.now(UTC))
        # In this order: receivables must come through before stock was ever looked at.
        world.run("pull-receivables")
        world.run("sync-inventory")
        yield story


def _sell(story: Story, first: int) -> list[str]:
    orders = [str(first + number) for number in range(SALES)]
    for number, order in enumerate(orders):
        story.shop.sell(Sale(order, [(story.sku(number), "1")]), datetime.now(UTC))
    return orders


def _wait(what: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def _posted(world: World, orders: list[str]) -> list[str]:
    return [
        row["doc_number"]
        for row in world.rows(
            "select d.doc_number from sync.ledger_rows r join sync.documents d using (document_id)"
            " where r.idempotency_key = any(%s) and r.status = 'posted'",
            ([f"order:{order}" for order in orders],),
        )
    ]


def _numbers(world: World) -> list[str]:
    return [document["DocNumber"] for document in world.books("SalesReceipt")]


@pytest.mark.parametrize("delay", [0.0, 0.35])
def test_a_push_that_is_killed_and_run_again_posts_nothing_twice(
    story: Story, delay: float
) -> None:
    """
    SIGKILL to every process of the job, with writes on their way; a rerun works at once and each
    sale is in the books exactly once.
    """
    world = story.world
    orders = _sell(story, 3000 if delay else 4000)
    before = len(world.books("SalesReceipt"))
    # Each write is applied at once and answered late: the kill meets unanswered ones.
    world.control(
        "POST",
        "faults",
        {
            "method": "POST",
            "path": "salesreceipt",
            "times": 1000,
            "do": {"kind": "delay_reply", "seconds": 0.5},
        },
    )

    job = world.meltano("push-sales")
    _wait(lambda: len(world.books("SalesReceipt")) > before)
    time.sleep(delay)
    os.killpg(job.pid, signal.SIGKILL)
    job.wait()
    world.control("DELETE", "faults")
    world.run("push-sales")

    numbers = _posted(world, orders)
    assert SALES == len(set(numbers))
    assert [1] * SALES == [_numbers(world).count(number) for number in numbers]
    assert before + SALES == len(world.books("SalesReceipt"))


def test_a_killed_run_is_closed_in_the_record(story: Story) -> None:
    """
    The runs that died are `died`, with the step they were in; none is left `running`.
    """
    rows = story.world.rows("select status, failed_step from sync.runs order by started_at")

    assert "running" not in {row["status"] for row in rows}
    assert all(row["failed_step"] for row in rows if row["status"] == "died")
    assert "died" in {row["status"] for row in rows}


def test_two_jobs_started_together_wait_for_each_other(story: Story) -> None:
    """
    Both end well, one after the other: their times do not overlap, and nothing is posted twice.
    """
    world = story.world
    orders = _sell(story, 5000)

    with (world.folder / "a.log").open("wb") as a_log, (world.folder / "b.log").open("wb") as b_log:
        first = world.popen("meltano", "--environment=emulator", "run", "push-sales", log=a_log)
        second = world.popen(
            "meltano", "--environment=emulator", "run", "pull-receivables", log=b_log
        )
        statuses = [first.wait(), second.wait()]

    runs = world.rows(
        "select started_at, finished_at, (summary ->> 'began_at') from sync.runs"
        " order by finished_at desc limit 2"
    )
    assert [0, 0] == statuses
    assert runs[1]["finished_at"] <= runs[0]["started_at"] or (
        runs[0]["finished_at"] <= runs[1]["started_at"]
    )
    assert SALES == len(_posted(world, orders))
