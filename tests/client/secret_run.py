"""Everything the client does, in a process that says all it can say, for `test_secrets`."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import http.client
import io
import logging
import os
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quickbooks.objects.customer import Customer

from quickbooks_client import Client, QuickBooksError, QuickBooksIntegration, Settings
from quickbooks_client.cli.main import main
from quickbooks_client.signin import read_redirect
from quickbooks_client.transport import CallLimits
from tests.client.fakes import START, FakeClock

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Iterator

_OURS = str(Path(__file__).parent)
_LOUD = (
    "urllib3",
    "requests",
    "intuitlib",
    "oauthlib",
    "requests_oauthlib",
    "quickbooks",
    "asyncio",
)


def run(
    connection: dict[str, Any], code: str, folder: str, *, has_commands: bool, hangs: bool
) -> None:
    """Do everything once; what is written and what a crash reporter would see go to files."""
    with Path(folder, "output.txt").open("w") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - as long as the process
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.DEBUG)
    http.client.HTTPConnection.debuglevel = 1
    faulthandler.enable()
    with Path(folder, "dumps.txt").open("w") as dumps:
        count = 0
        acts = _acts(connection, code, has_commands=has_commands, hangs=hangs)
        while True:
            try:
                act = next(acts, None)
                if act is None:
                    break
                act()
            except (QuickBooksError, SystemExit) as error:
                dumps.write(everything_about(error))
                count += 1
            dumps.flush()
        dumps.write(f"\n{count} errors")
    faulthandler.dump_traceback(all_threads=True)
    sys.stdout.flush()
    sys.stderr.flush()


def _acts(
    connection: dict[str, Any], code: str, *, has_commands: bool, hangs: bool
) -> Iterator[Callable[[], object]]:
    clock = FakeClock()
    client = Client(
        Settings.from_mapping(connection),
        clock,
        limits=CallLimits(connect_timeout_s=5, read_timeout_s=0.1),
        jitter=lambda: 0.0,
    )
    yield lambda: client.query("SELECT COUNT(*) FROM Item")
    yield lambda: list(client.pages("Item"))
    yield lambda: client.find("Customer", "Active = true")
    yield lambda: client.read("Preferences")
    yield lambda: client.changes(["Item"], START - timedelta(days=1))
    yield lambda: client.create("Customer", {"DisplayName": "A"}, request_id="r-1")
    yield lambda: client.create("Customer", {"DisplayName": "A"}, request_id="r-2")
    yield lambda: Customer.filter(DisplayName="A", qb=client.quickbooks)
    yield lambda: Customer.get(999, qb=client.quickbooks)
    yield lambda: show(client, client.settings, client.quickbooks, client.quickbooks.session)
    yield lambda: show(client.authorizer, client.oauth, client.store, client.store.load())
    yield client.authorizer.refresh
    yield lambda: client.oauth.authorization_url("state")
    yield lambda: client.authorizer.connect(lambda: client.oauth.exchange(code))
    yield lambda: client.oauth.exchange(code)
    here = connection["redirect_uri"]
    for query in ("state=other&realmId=1", "state=s", "error=access_denied&state=s"):
        yield lambda query=query: read_redirect(f"{here}?{query}&code={code}", "s", here)
    yield lambda: Settings.from_mapping({**connection, "environment": "none"})
    yield lambda: Settings.from_mapping({**connection, "realm_id": "x"})
    if not hangs:
        # Its calls wait as long as Intuit's may take.
        yield lambda: asyncio.run(_embedded(connection, code, clock), debug=True)
    if has_commands:
        for name, value in connection.items():
            os.environ[f"QUICKBOOKS_{name.upper()}"] = str(value)
        for line in ("auth status --json", "auth refresh", "usage", "doctor", "ledger init"):
            yield lambda line=line: main(line.split())
        yield lambda: _pasted(f"{here}?code={code}&realmId=1&state=forged")
        yield lambda: main(["auth", "revoke"])
    yield client.authorizer.revoke
    yield client.close


async def _embedded(connection: dict[str, Any], code: str, clock: FakeClock) -> None:
    rest = {
        name: value
        for name, value in connection.items()
        if name in {"api_url", "discovery_url", "refresh_token"}
    }
    async with QuickBooksIntegration(
        connection["client_id"],
        connection["client_secret"],
        connection["redirect_uri"],
        connection["environment"],
        realm_id=connection["realm_id"],
        token_store=connection["token_store"],
        connection=rest,
        clock=clock,
    ) as embedded:
        show(embedded)
        calls = (
            lambda: embedded.get_invoices(START),
            lambda: embedded.sync_inventory([{"sku": "A", "quantity": 1}]),
            embedded.refresh_tokens,
            lambda: embedded.exchange_code(code),
        )
        problem: QuickBooksError | None = None
        for call in calls:
            try:
                await call()
            except QuickBooksError as error:
                sys.stdout.write(everything_about(error))
                problem = error
        if problem is not None:
            raise problem


def _pasted(text: str) -> None:
    before = sys.stdin
    sys.stdin = io.StringIO(f"{text}\n" * 9)
    try:
        main(["auth", "login", "--manual"])
    finally:
        sys.stdin = before


def show(*values: object) -> None:
    """Print values, and what they are made of."""
    for value in values:
        said = [repr(value), str(value)]
        with contextlib.suppress(TypeError):
            said += [f"{name}={inner!r}" for name, inner in vars(value).items()]
        sys.stdout.write("\n".join(said))


def everything_about(error: BaseException) -> str:
    """What a crash reporter sends: texts, chains, traces, and the local variables of each frame."""
    said = []
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        said += [str(one), repr(one), repr(one.args), repr(vars(one))]
        said += traceback.format_exception(one)
        said += [_locals(frame) for frame, _ in traceback.walk_tb(one.__traceback__)]
        pending += [one.__cause__, one.__context__]
    return "\n".join(said)


def _locals(frame: types.FrameType) -> str:
    if frame.f_code.co_filename.startswith(_OURS):
        # This program is the caller, who may hold secrets.
        return ""
    where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    return "\n".join(f"{where} {name}={value!r}" for name, value in frame.f_locals.items())
