"""`quickbooks ledger`: the ledger of what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_client.cli.given import variables
from quickbooks_client.cli.output import say
from quickbooks_client.errors import ConfigurationError

if TYPE_CHECKING:
    import argparse

    from quickbooks_client.cli.output import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Offer `ledger` and its action."""
    ledger = commands.add_parser("ledger", help="the ledger of what was sent")
    actions = ledger.add_subparsers(required=True, metavar="action")
    init = actions.add_parser(
        "init", help="create its tables where they are missing", parents=[common]
    )
    init.add_argument("--ledger-url", help="SQLAlchemy URL; WAREHOUSE_URL by default")
    init.set_defaults(command=_init)


def _init(options: argparse.Namespace) -> int:
    from quickbooks_client.push.ledger import create_ledger  # noqa: PLC0415 - SQLAlchemy only here

    url = options.ledger_url or variables().get("WAREHOUSE_URL")
    if not url:
        raise ConfigurationError(
            "No ledger is named: give --ledger-url, or set WAREHOUSE_URL (also in .env)."
        )
    create_ledger(url)
    say("The ledger is ready.")
    return 0
