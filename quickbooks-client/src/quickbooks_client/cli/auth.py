"""`quickbooks auth`: the connection's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quickbooks_client.auth import WARN_AHEAD
from quickbooks_client.cli import login
from quickbooks_client.cli.given import open_client
from quickbooks_client.cli.output import days_until, moment_text, say, show, warn
from quickbooks_client.clock import SystemClock

if TYPE_CHECKING:
    import argparse

    from quickbooks_client.cli.output import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Offer `auth` and its actions."""
    auth = commands.add_parser("auth", help="the connection: login, status, refresh, revoke")
    actions = auth.add_subparsers(required=True, metavar="action")
    login.add(actions, common)
    status = actions.add_parser(
        "status", help="show what is stored and when it ends, never the tokens", parents=[common]
    )
    status.add_argument("--json", action="store_true")
    status.set_defaults(command=_status)
    refresh = actions.add_parser("refresh", help="refresh the access token now", parents=[common])
    refresh.set_defaults(command=_refresh)
    revoke = actions.add_parser(
        "revoke", help="disconnect the app from the company", parents=[common]
    )
    revoke.set_defaults(command=_revoke)


def _status(options: argparse.Namespace) -> int:
    """Exit status 0 while there is a connection that has not ended, else 1."""
    now = SystemClock().now()
    with open_client(options) as client:
        token = client.store.load()
        status: dict[str, Any] = {  # Any: JSON
            "environment": client.settings.environment,
            "realm_id": client.settings.realm_id,
            "token_store": client.store.describe(),
            "is_connected": token is not None,
        }
    ends_at = None
    if token is not None:
        ends = [end for end in (token.refresh_expires_at, token.refresh_hard_expires_at) if end]
        ends_at = min(ends, default=None)
        status |= {
            "access_token_expires_at": moment_text(token.expires_at),
            "refresh_token_expires_at": moment_text(token.refresh_expires_at),
            "connection_ends_at": moment_text(token.refresh_hard_expires_at),
            "refreshed_at": moment_text(token.obtained_at),
            "days_left": None if ends_at is None else max(days_until(ends_at, now), 0),
        }
    show(status, as_json=options.json)
    if token is None:
        warn("Not connected: run `quickbooks auth login`.")
    elif ends_at is not None and ends_at <= now:
        warn(f"The connection ended on {ends_at.date()}: run `quickbooks auth login`.")
    elif ends_at is not None and ends_at - now < WARN_AHEAD:
        warn(f"The connection ends on {ends_at.date()}: run `quickbooks auth login` before.")
    return 0 if token is not None and (ends_at is None or ends_at > now) else 1


def _refresh(options: argparse.Namespace) -> int:
    with open_client(options) as client:
        token = client.authorizer.refresh()
    say(f"Refreshed; the access token lasts until {moment_text(token.expires_at)}.")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    with open_client(options) as client:
        has_lived = client.authorizer.revoke()
    if has_lived:
        say("Revoked: the app is disconnected from the company.")
    else:
        say("The connection had ended already; its tokens are forgotten.")
    return 0
