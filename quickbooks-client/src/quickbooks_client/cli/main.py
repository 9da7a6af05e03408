"""The parser of all commands, and how a command ends."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from quickbooks_client.cli import auth, doctor, ledger, usage
from quickbooks_client.errors import QuickBooksError
from quickbooks_client.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except QuickBooksError as error:
        print(f"quickbooks: {redact(str(error))}", file=sys.stderr)  # noqa: T201 - the command's output
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    # Before and after the command, the later one wins; without it the attribute is not touched.
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--config",
        type=Path,
        default=argparse.SUPPRESS,
        help="JSON file of settings, in the plugins' own form",
    )
    parser = argparse.ArgumentParser(
        prog="quickbooks", description="The connection to QuickBooks Online.", parents=[common]
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for group in (auth, usage, ledger, doctor):
        group.add(commands, common)
    return parser
