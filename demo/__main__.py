"""`script/demo`: the whole loop on real parts, told to a person."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from demo.report import Report
from demo.story import Story
from demo.world import COMMANDS, PROJECT, JobError, World

SETTINGS = {
    # The emulator shows every write at once; QuickBooks may take half a minute to settle.
    "QUICKBOOKS_SYNC_SETTLE_S": "2",
    "TAP_QUICKBOOKS_COMMIT_LAG_S": "1",
    "QUICKBOOKS_SYNC_SALES_FROM": "2000-01-01T00:00:00Z",
}


def main() -> int:
    """Tells the story; 0 when every job came to its end."""
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave database and emulator up")
    parser.add_argument("--stop", action="store_true", help="stop what --keep left up")
    arguments = parser.parse_args()
    world = World(_folder(), SETTINGS)
    if arguments.stop:
        world.stop_kept()
        return 0
    # Where the output is no terminal, rich would take 80 columns: too few for a table with reasons.
    # Where the output is no terminal, rich would take 80 columns: too few for a table with reasons.
    console = Console() if sys.stdout.isatty() else Console(width=120)
    started = time.monotonic()
    status = 1
    try:
        world.stop_kept()
        world.start(detached=arguments.keep)
        Demonstration(world, console).tell()
        console.print(f"\n[bold]Done in {time.monotonic() - started:.0f} s.")
        status = 0
    except JobError as error:
        console.print(f"\n{error}", style="red", markup=False, highlight=False)
    except KeyboardInterrupt:
        status = 130
    finally:
        if arguments.keep:
            _say_how_to_look(world, console)
        else:
            world.stop()
    return status


class Demonstration:
    """The parts of the story, each with what it shows."""

    def __init__(self, world: World, console: Console) -> None:
        self._world = world
        self._console = console
        self._report = Report(world, console)
        self._pushed: set[str] = set()

    def tell(self) -> None:
        """From two systems that almost agree to the end of a busy day."""
        self._report.heading("The company")
        self._report.company()
        self._world.init()
        story = Story.begin(self._world)

        self._report.heading("Before: both sides, as they were found")
        story.plant_differences(_now())
        self._report.lines(_told(story))
        self._run("sync-inventory", "the first sync: it only looks, and agrees on a baseline")
        self._report.sides()
        self._report.heading("Flagged, because nobody has said yet which side is right")
        self._report.discrepancies()

        self._report.heading("A busy day")
        opened = _now()
        story.sell(opened)
        story.refuse_one(opened)
        story.count_and_type(_now())
        self._report.lines(_told(story))
        self._run("sync-inventory", "the sync that runs every four hours")
        self._report.heading("Pushed to QuickBooks")
        self._report.pushed(self._pushed)
        self._report.heading("Told to the platform")
        self._report.updates()

        self._report.heading("The afternoon")
        applied = story.shop.apply_updates(_now())
        story.say(f"the platform takes over {applied} changes that came from QuickBooks")
        story.afternoon(_now())
        self._report.lines(_told(story))
        self._run("push-sales", "what runs when a sale comes in")
        self._report.pushed(self._pushed)

        self._report.heading("After: everything once more, and the receivables")
        self._run("pull-receivables", "what runs every day")
        self._run("sync-inventory", "the next sync")
        self._report.heading("Pushed by the next sync")
        self._report.pushed(self._pushed)
        self._report.heading("After: both sides")
        self._report.sides()
        self._report.heading("What still needs a person: stock")
        self._report.discrepancies()
        self._report.heading("What still needs a person: sales")
        self._report.sales()
        self._report.heading("Calls")
        self._report.calls()

    def _run(self, job: str, what: str) -> None:
        with self._console.status(f"meltano run {job}: {what} ..."):
            seconds = self._world.run(job)
        self._report.lines([f"meltano run {job}: {what} ({seconds:.0f} s)"])


def _told(story: Story) -> list[str]:
    told, story.told = story.told, []
    return told


def _now() -> datetime:
    return datetime.now(UTC)


def _folder() -> Path:
    """Below the folder for temporary files: a socket's path must be short, and open to `nobody`."""
    mark = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"quickbooks-sync-{os.getuid()}-{mark}"


def _say_how_to_look(world: World, console: Console) -> None:
    environment = world.folder / "environment"
    environment.touch(mode=0o600)
    environment.write_text(
        "".join(f"export {name}='{value}'\n" for name, value in world.environment.items())
        + f"export PATH='{COMMANDS}':\"$PATH\"\n"
    )
    for line in (
        "",
        "Database and emulator are still up. To look:",
        f"  psql '{world.warehouse_url}' -c 'table marts.fct_inventory_discrepancies'",
        f"  {world.api_url}/                  the company, in a browser",
        f"  {world.api_url}/_emulator/calls   every call it got",
        "To run a job again, or to decide something (the parentheses keep your shell as it is):",
        f"  (cd {PROJECT} && . {environment} && meltano --environment=emulator run sync-inventory)",
        f"  (cd {PROJECT} && . {environment} && quickbooks-sync review list)",
        "To stop both:",
        "  script/demo --stop",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
