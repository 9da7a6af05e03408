"""The command `quickbooks`: connection, usage, ledger and a check of everything.

Settings come from QUICKBOOKS_… variables, from `.env` in the project, or from a JSON file in the
plugins' own form (`--config`). What goes wrong is one sentence on stderr and exit status 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values

from quickbooks_client.client import Client
from quickbooks_client.clock import SystemClock
from quickbooks_client.doctor import examine, is_healthy
from quickbooks_client.errors import ConfigurationError, QuickBooksError
from quickbooks_client.redact import redact
from quickbooks_client.settings import SETTINGS, Settings
from quickbooks_client.token_store import project_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PREFIX = "QUICKBOOKS_"


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


def read_settings(config: Path | None, environ: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return settings by name: the environment's over the file's over those of `folder`/.env.

    Any: JSON.
    """
    names = [setting.name for setting in SETTINGS] + ["adjustment_account_id"]
    found: dict[str, Any] = {}
    variables = {name: f"{PREFIX}{name.upper()}" for name in names}
    sources: list[tuple[Mapping[str, Any], Mapping[str, str]]] = [  # Any: JSON
        (_read_env_file(folder / ".env"), variables),
        (_read_config(config), {name: name for name in names}),
        (environ, variables),
    ]
    for source, keys in sources:
        found |= {
            name: source[key] for name, key in keys.items() if source.get(key) not in {None, ""}
        }
    return found


def _read_config(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"--config: {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise ConfigurationError(f"--config: {path} is not a JSON file.") from None
    if not isinstance(content, dict):
        raise ConfigurationError(f"--config: {path} must hold one JSON object of settings.")
    return content


def _read_env_file(path: Path) -> dict[str, str]:
    """Return what a `.env` file sets, read as Meltano reads it; nothing without the file."""
    try:
        values = dotenv_values(path)
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path} cannot be read.") from None
    return {name: value for name, value in values.items() if value is not None}


def _open_client(options: argparse.Namespace) -> Client:
    return Client(Settings.from_mapping(_given(options)))


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings as they were given. Any: JSON."""
    return read_settings(getattr(options, "config", None), os.environ, project_folder())


def _auth_status(options: argparse.Namespace) -> int:
    with _open_client(options) as client:
        token = client.store.load()
        status: dict[str, Any] = {  # Any: JSON
            "environment": client.settings.environment,
            "realm_id": client.settings.realm_id,
            "token_store": client.store.describe(),
            "is_connected": token is not None,
        }
        if token is not None:
            status |= {
                "access_token_expires_at": _text(token.expires_at),
                "refresh_token_expires_at": _text(token.refresh_expires_at),
                "connection_ends_at": _text(token.refresh_hard_expires_at),
                "refreshed_at": _text(token.obtained_at),
            }
    _show(status, as_json=options.json)
    return 0 if token is not None else 1


def _auth_refresh(options: argparse.Namespace) -> int:
    with _open_client(options) as client:
        token = client.authorizer.refresh()
    print(f"Refreshed; the access token lasts until {_text(token.expires_at)}.")  # noqa: T201
    return 0


def _auth_revoke(options: argparse.Namespace) -> int:
    with _open_client(options) as client:
        client.authorizer.revoke()
    print("Revoked: the app is disconnected from the company.")  # noqa: T201
    return 0


def _usage(options: argparse.Namespace) -> int:
    now = SystemClock().now()
    with _open_client(options) as client:
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
    _show(shown, as_json=options.json)
    return 0


def _ledger_init(options: argparse.Namespace) -> int:
    from quickbooks_client.push.ledger import create_ledger  # noqa: PLC0415 - SQLAlchemy only here

    variables = _read_env_file(project_folder() / ".env") | os.environ
    url = options.ledger_url or variables.get("WAREHOUSE_URL")
    if not url:
        raise ConfigurationError(
            "No ledger is named: give --ledger-url, or set WAREHOUSE_URL (also in .env)."
        )
    create_ledger(url)
    print("The ledger is ready.")  # noqa: T201
    return 0


def _doctor(options: argparse.Namespace) -> int:
    given = _given(options)
    with Client(Settings.from_mapping(given)) as client:
        findings = []
        for finding in examine(client, given.get("adjustment_account_id")):
            findings.append(finding)
            print(f"{finding.verdict.value:8} {finding.subject}: {redact(finding.words)}")  # noqa: T201
        used = client.usage_log.metered_in_month(SystemClock().now())
    budget = client.settings.monthly_read_budget
    print(f"{'ok':8} usage: {used} metered calls this month" + (f" of {budget}" if budget else ""))  # noqa: T201
    return 0 if is_healthy(findings) else 1


def _show(values: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(values))  # noqa: T201
        return
    for name, value in values.items():
        shown = value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {inner}" for key, inner in value.items())
        print(f"{name}: {'-' if shown is None else shown}")  # noqa: T201


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _moment(text: str) -> datetime:
    """Return an ISO time; one without an offset is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no ISO time such as 2026-03-01T00:00:00Z"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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

    auth = commands.add_parser("auth", help="tokens: status, refresh, revoke")
    actions = auth.add_subparsers(required=True, metavar="action")
    status = actions.add_parser(
        "status", help="show what is stored, never the tokens", parents=[common]
    )
    status.add_argument("--json", action="store_true")
    status.set_defaults(command=_auth_status)
    refresh = actions.add_parser("refresh", help="refresh the access token now", parents=[common])
    refresh.set_defaults(command=_auth_refresh)
    revoke = actions.add_parser(
        "revoke", help="disconnect the app from the company", parents=[common]
    )
    revoke.set_defaults(command=_auth_revoke)

    usage = commands.add_parser(
        "usage", help="calls made, and what Intuit counts of them", parents=[common]
    )
    usage.add_argument("--json", action="store_true")
    usage.add_argument("--since", type=_moment, help="only calls since this ISO time")
    usage.set_defaults(command=_usage)

    ledger = commands.add_parser("ledger", help="the ledger of what was sent")
    ledger_actions = ledger.add_subparsers(required=True, metavar="action")
    init = ledger_actions.add_parser(
        "init", help="create its tables where they are missing", parents=[common]
    )
    init.add_argument("--ledger-url", help="SQLAlchemy URL; WAREHOUSE_URL by default")
    init.set_defaults(command=_ledger_init)

    doctor = commands.add_parser(
        "doctor", help="check settings, token, company and account", parents=[common]
    )
    doctor.set_defaults(command=_doctor)
    return parser


if __name__ == "__main__":
    sys.exit(main())
