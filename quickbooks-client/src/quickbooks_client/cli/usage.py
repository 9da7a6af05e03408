"""`quickbooks usage`: the calls made, and what Intuit counts of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_client.cli.given import open_client
from quickbooks_client.cli.output import moment, show
from quickbooks_client.clock import SystemClock

if TYPE_CHECKING:
    import argparse

    from quickbooks_client.cli.output import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Offer `usage`."""
    usage = commands.add_parser(
        "usage", help="calls made, and what Intuit counts of them", parents=[common]
    )
    usage.add_argument("--json", action="store_true")
    usage.add_argument("--since", type=moment, help="only calls since this ISO time")
    usage.set_defaults(command=_usage)


def _usage(options: argparse.Namespace) -> int:
    now = SystemClock().now()
    with open_client(options) as client:
        usage = client.usage_log.since(options.since, now)
        shown = {
            "requests": usage.requests,
            "metered": usage.metered,
            "free": usage.free,
            "throttled": usage.throttled,
            "retried": usage.retried,
            "refreshed": usage.refreshed,
            "month": {"metered": client.usage_log.metered_in_month(now)},
            "budget": client.settings.monthly_read_budget,
        }
    show(shown, as_json=options.json)
    return 0
