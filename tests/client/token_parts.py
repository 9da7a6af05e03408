"""Both kinds of token store, and processes that use them or are killed over it."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from quickbooks_client import Client, Settings
from quickbooks_client.auth import Authorizer
from quickbooks_client.clock import SystemClock
from quickbooks_client.file_store import FileTokenStore
from quickbooks_client.oauth import OAuth
from quickbooks_client.postgres_store import PostgresTokenStore
from quickbooks_client.stores import open_store
from quickbooks_client.transport import CallLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from quickbooks_client.clock import Clock
    from quickbooks_client.token_store import Token, TokenStore
    from quickbooks_emulator.testing import Emulator

COUNT = "SELECT COUNT(*) FROM Item"
TOKEN = "/oauth2/v1/tokens/bearer"
DAY_S = 86_400
# Children cost a fork, not a start of Python.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.client.token_parts"])
_PATIENCE_S = 120
_WATCHED = ("auth.py", "rescue.py", "durable.py", "file_store.py", "postgres_store.py")


def store_at(
    place: str, environment: str = "sandbox", realm_id: str = "1", **more: Any
) -> TokenStore:
    """The store at `place` alone, without what rescues it."""
    if place.startswith("postgres"):
        return PostgresTokenStore(place, environment, realm_id, **more)
    return FileTokenStore(Path(place), environment, realm_id, **more)


def refreshes(emulator: Emulator) -> list[int]:
    """The statuses of all calls to the token endpoint."""
    return [call["status"] for call in emulator.calls(class_="auth") if TOKEN in str(call["path"])]


class Interrupted(OAuth):
    """The token endpoint; `then` happens after it has answered, before anything is stored."""

    then: Callable[[], None] = staticmethod(lambda: None)

    @override
    def refresh(self, refresh_token: str) -> Token:
        token = super().refresh(refresh_token)
        self.then()
        return token


def authorizer(
    connection: dict[str, Any], clock: Clock, then: Callable[[], None] = lambda: None
) -> Authorizer:
    """One process' tokens; `then` happens between the endpoint's answer and the store."""
    settings = Settings.from_mapping(connection)
    oauth = Interrupted(settings, clock, CallLimits())
    oauth.then = then
    return Authorizer(
        settings,
        open_store(settings),
        oauth,
        clock,
        total_s=600,
        jitter=lambda: 0.0,
        on_refresh=lambda: None,
    )


def works(connection: dict[str, Any]) -> None:
    """Refresh with what is stored and use the result, as another process would."""
    with Client(Settings.from_mapping({**connection, "refresh_token": ""})) as client:
        client.authorizer.refresh()
        client.query(COUNT)


# -- processes


def _child(act: Callable[..., None], *passed: Any) -> Any:
    """A process with this one's variables, not those of when the first was made."""
    return _PROCESSES.Process(target=_act, args=(dict(os.environ), act, *passed))


def _act(environ: dict[str, str], act: Callable[..., None], *passed: Any) -> None:
    os.environ.clear()
    os.environ.update(environ)
    act(*passed)


def run_together(count: int, act: Callable[..., None], *passed: Any) -> list[int | None]:
    """Let `count` processes do the same at the same moment; return their exit codes."""
    barrier = _PROCESSES.Barrier(count)
    processes = [_child(_after, barrier, act, *passed) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(_PATIENCE_S)
    return [process.exitcode for process in processes]


def _after(barrier: Any, act: Callable[..., None], *passed: Any) -> None:
    barrier.wait(_PATIENCE_S)
    act(*passed)


@contextmanager
def process(act: Callable[..., None], *passed: Any) -> Iterator[Any]:
    """A process that does something; it is dead at the end."""
    child = _child(act, *passed)
    child.start()
    try:
        yield child
    finally:
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join(_PATIENCE_S)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for another process: two minutes at most."""
    deadline = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def struck(emulator: Emulator, number: int) -> bool:
    """Whether the fault of that number has struck."""
    return any(rule["number"] == number and rule["struck"] for rule in emulator.faults())


def ask(connection: dict[str, Any]) -> None:
    """One query, as one run."""
    with Client(Settings.from_mapping(connection)) as client:
        client.query(COUNT)


def ask_when_refused(connection: dict[str, Any], start: Any, ready: Any) -> None:
    """One query with a token that is good, another once the server has ended it."""
    with Client(Settings.from_mapping(connection)) as client:
        client.query(COUNT)
        ready.release()
        start.wait(_PATIENCE_S)
        client.query(COUNT)


def refused_together(
    emulator: Emulator, connection: dict[str, Any], count: int
) -> list[int | None]:
    """Let `count` processes meet the same 401; return their exit codes."""
    start, ready = _PROCESSES.Event(), _PROCESSES.Semaphore(0)
    children = [_child(ask_when_refused, connection, start, ready) for _ in range(count)]
    for child in children:
        child.start()
    for _ in children:
        assert ready.acquire(timeout=_PATIENCE_S)
    emulator.expire_tokens()
    emulator.clear_calls()
    start.set()
    for child in children:
        child.join(_PATIENCE_S)
    return [child.exitcode for child in children]


def die_at(line: int, connection: dict[str, Any]) -> bool:
    """Refresh in a process that is killed before the `line`th line of token code it would run.

    Returns whether it got that far.
    """
    with process(_refresh_until, line, connection, None) as child:
        child.join(_PATIENCE_S)
    assert child.exitcode in {0, -signal.SIGKILL}
    return bool(child.exitcode)


def lines_of_a_refresh(connection: dict[str, Any]) -> int:
    """How many lines of token code a refresh runs."""
    receiver, sender = _PROCESSES.Pipe(duplex=False)
    with process(_refresh_until, sys.maxsize, connection, sender):
        assert receiver.poll(_PATIENCE_S)
        count: int = receiver.recv()
    return count


def _refresh_until(line: int, connection: dict[str, Any], sender: Any) -> None:
    settings = Settings.from_mapping({**connection, "refresh_token": ""})
    with Client(settings, SystemClock()) as client:
        passed = 0

        def trace(frame: FrameType, event: str, _: object) -> Any:
            nonlocal passed
            if not frame.f_code.co_filename.endswith(_WATCHED):
                return None
            if event == "line":
                passed += 1
                if passed >= line:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        try:
            client.authorizer.refresh()
        finally:
            sys.settrace(None)
    if sender is not None:
        sender.send(passed)


def tokens_beside(place: str) -> set[str]:
    """Every refresh token that lies whole in a file of the store's folder."""
    found: set[str] = set()
    for path in Path(place).parent.glob("tokens.json*"):
        try:
            content = json.loads(path.read_bytes())
        except (ValueError, OSError):
            continue
        found |= {token["refresh_token"] for token in content["tokens"].values()}
    return found
