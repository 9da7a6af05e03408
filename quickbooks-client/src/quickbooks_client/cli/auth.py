"""`quickbooks auth`: the connection's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quickbooks_client.cli.given import open_client
from quickbooks_client.cli.output import moment_text, say, show

if TYPE_CHECKING:
    import argparse

    from quickbooks_client.cli.output import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Offer `auth` and its actions."""
    auth = commands.add_parser("auth", help="tokens: status, refresh, revoke")
    actions = auth.add_subparsers(required=True, metavar="action")
    status = actions.add_parser(
        "status", help="show what is stored, never the tokens", parents=[common]
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
    with open_client(options) as client:
        token = client.store.load()
        status: dict[str, Any] = {  # Any: JSON
            "environment": client.settings.environment,
            "realm_id": client.settings.realm_id,
            "token_store": client.store.describe(),
            "is_connected": token is not None,
        }
        if token is not None:
            status |= {
                "access_token_expires_at": moment_text(token.expires_at),
                "refresh_token_expires_at": moment_text(token.refresh_expires_at),
                "connection_ends_at": moment_text(token.refresh_hard_expires_at),
                "refreshed_at": moment_text(token.obtained_at),
            }
    show(status, as_json=options.json)
    return 0 if token is not None else 1


def _refresh(options: argparse.Namespace) -> int:
    with open_client(options) as client:
        token = client.authorizer.refresh()
    say(f"Refreshed; the access token lasts until {moment_text(token.expires_at)}.")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    with open_client(options) as client:
        client.authorizer.revoke()
    say("Revoked: the app is disconnected from the company.")
    return 0
