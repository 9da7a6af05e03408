"""The command `quickbooks-sync`.

Reading the arguments imports nothing but argparse: Meltano starts this program a dozen times in
a job, and each command pays for its own part only.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from quickbooks_sync.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Sequence

DECISIONS = (
    "accept",
    "keep_platform",
    "keep_qbo",
    "release",
    "retry",
    "acknowledge",
    "cancel",
    "restore",
    "forward",
    "note",
)

JOBS = ("sync-inventory", "pull-receivables", "push-sales")

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit status. What stops it is one sentence on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = build_parser().parse_args(own_arguments(given))
    options.dbt_arguments = dbt_arguments(given)
    from quickbooks_sync.commands import run  # noqa: PLC0415 - after --help and wrong arguments

    try:
        return run(options)
    except SyncError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)  # noqa: T201
        return INTERRUPTED


def own_arguments(given: Sequence[str]) -> list[str]:
    """The arguments that are ours: what comes after `dbt` is dbt's, options and all."""
    return list(given[: given.index("dbt") + 1]) if "dbt" in given else list(given)


def dbt_arguments(given: Sequence[str]) -> list[str]:
    """What comes after `dbt`."""
    return list(given[given.index("dbt") + 1 :]) if "dbt" in given else []


def build_parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    # Without a default, so that the option given before the command is not undone after it.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--warehouse-url", metavar="URL", help="the company's database (or WAREHOUSE_URL)"
    )
    parser = argparse.ArgumentParser(
        prog="quickbooks-sync",
        parents=[common],
        description="Inventory and sales in step with QuickBooks Online: the operator's side.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, meaning: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[common], help=meaning, description=meaning)

    add("init", "prepare the warehouse; safe to run at every start")
    begin = add("begin", "open a run and take the company's lease")
    begin.add_argument("--job", required=True, metavar="NAME", help=", ".join(JOBS))
    begin.add_argument(
        "--max-wait-s",
        type=float,
        default=3600.0,
        metavar="SECONDS",
        help="how long to wait for another run (3600)",
    )
    add("settle", "wait until QuickBooks shows what was written")
    add("snapshot", "record both sides at this moment")
    add("plan", "turn the decisions into commands")
    add("end", "close the run and say what it did")
    status = add("status", "what runs, what ran, what waits")
    status.add_argument("--json", action="store_true", help="for programs")
    status.add_argument("--last", type=int, default=10, metavar="N", help="runs to show (10)")
    add("dbt", "run dbt on the warehouse: everything after it is dbt's")
    add_review(add("review", "what waits for a person, and decisions about it"))
    return parser


def add_review(review: argparse.ArgumentParser) -> None:
    """The grammar of `review`; hyphens and underscores in verbs are both fine."""
    review.add_argument(
        "verb",
        type=lambda text: text.replace("-", "_"),
        choices=("list", "show", *DECISIONS),
        metavar="VERB",
        help="list, show, " + ", ".join(DECISIONS),
    )
    review.add_argument(
        "subject",
        nargs="?",
        help="a SKU, order:17, refund:9, a command's id, document:ID, snapshot:4, or run",
    )
    review.add_argument("--note", help="why; needed for release")
    review.add_argument("--actor", metavar="NAME", help="who decides (the user of this machine)")
    review.add_argument("--valid-until", metavar="TIME", help="the decision lapses then")
    review.add_argument("--json", action="store_true", help="for programs")


if __name__ == "__main__":
    sys.exit(main())
