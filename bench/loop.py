"""Where the time of `sync-inventory` goes: a first run, a run with work, a run without.

    script/bench loop

The demo company of some forty stocked items, on the emulator, with the waits of production
(`commit_lag_s` 5; `settle_s` 30 counts from the last write, so only the run that writes waits).
"""

from __future__ import annotations

import itertools
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.platform import Sale
from demo.story import Story
from demo.world import PROJECT, World

BLOCKS = (
    "begin", "recover", "settle", "pull", "snapshot", "dbt", "plan", "push sales", "push stock",
    "settle again", "pull again", "snapshot again", "dbt again", "end",
)  # fmt: skip


def main() -> None:
    """Prints one column a run, one row a block, in seconds of wall time."""
    runs: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="qbs-") as folder:
        Path(folder).chmod(0o755)
        world = World(Path(folder), {"QUICKBOOKS_SYNC_SALES_FROM": "2000-01-01T00:00:00Z"})
        world.start()
        try:
            world.init()
            story = Story.begin(world)
            story.shop.open(datetime.now(UTC))
            runs["first"] = _measured(world)
            for number in range(10):
                sale = Sale(str(number), [(story.sku(number), "1")])
                story.shop.sell(sale, datetime.now(UTC))
            story.shop.count(story.sku(20), "-1", datetime.now(UTC))
            runs["ten sales, one count"] = _measured(world)
            runs["nothing to do"] = _measured(world)
        finally:
            world.stop()
    table = Table("block", *runs, title="sync-inventory, seconds of wall time")
    for number, block in enumerate(BLOCKS):
        table.add_row(block, *(f"{seconds[number]:.1f}" for seconds in runs.values()))
    table.add_section()
    table.add_row("all", *(f"{sum(seconds):.1f}" for seconds in runs.values()))
    Console(width=100).print(table)


def _measured(world: World) -> list[float]:
    world.run("sync-inventory")
    ends = [
        datetime.fromisoformat(match[1])
        for match in re.finditer(
            r"^(\S+Z) .*(?:Meltano \d|Block run completed)",
            world.log("sync-inventory"),
            re.MULTILINE,
        )
    ]
    if len(ends) != len(BLOCKS) + 1:
        raise RuntimeError(f"{len(ends) - 1} blocks in the log, {len(BLOCKS)} in {PROJECT}")
    return [(b - a).total_seconds() for a, b in itertools.pairwise(ends)]


if __name__ == "__main__":
    main()
