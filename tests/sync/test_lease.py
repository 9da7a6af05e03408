"""One lease per company: waiting for the living, taking over from the dead."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from .conftest import REALM_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import Warehouse

PROGRAM = Path(sys.executable).with_name("quickbooks-sync")

# The shell is the owner of its run; `cat` keeps it alive until its input is closed.
LIVING = f"{PROGRAM} begin --job one && cat && {PROGRAM} end; exit $?"
WAITING = f"{PROGRAM} begin --job two && {PROGRAM} end; exit $?"

RUNS = "select job, status, failed_step from sync.runs order by started_at"


@pytest.fixture
def shell(warehouse: Warehouse) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts a shell script; whatever it left behind is ended afterwards."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            ["sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
        process.communicate()


def wait_for(condition: Callable[[], bool]) -> None:
    """Returns once `condition` holds; real processes are waited for, nothing else is."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What the process said up to the line that holds `text`."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(f"it ended without saying '{text}': {said}")


def test_two_jobs_wait_for_each_other(warehouse: Warehouse, shell: Any) -> None:
    """
    The second says whom it waits for and begins when the first has ended.
    """
    first = shell(LIVING)
    read_until(first, "has begun")
    second = shell(WAITING)

    said = read_until(second, "Waiting for")
    between = warehouse.sql(RUNS)
    first.communicate("")
    second.communicate("")

    assert "the run of one that began at" in said
    assert [("one", "running", None)] == between
    assert (0, 0) == (first.returncode, second.returncode)
    assert [("one", "succeeded", None), ("two", "succeeded", None)] == warehouse.sql(RUNS)
    assert [] == warehouse.sql("select * from sync.leases")


def test_a_dead_owner_leaves_the_lease_free(warehouse: Warehouse, shell: Any, run: Any) -> None:
    """
    kill -9: the next begin closes the dead run, with the step it was at, and goes on at once.
    """
    first = shell(f"{PROGRAM} begin --job one && {PROGRAM} settle && echo at work && cat; exit 0")
    read_until(first, "at work")
    children = psutil.Process(first.pid).children(recursive=True)
    first.kill()
    first.wait()
    for child in children:
        child.kill()

    outcome = run("begin", "--job", "two")

    assert (0, "") == (outcome.status, outcome.err)
    assert "The earlier run of one died at step settle" in outcome.out
    assert [("one", "died", "settle"), ("two", "running", None)] == warehouse.sql(RUNS)


def test_what_a_dead_run_left_running_is_waited_for(warehouse: Warehouse, shell: Any) -> None:
    """
    A push or a build outlives the `meltano run` that was killed: no second one beside it.
    """
    context = "export MELTANO_PARENT_CONTEXT_UUID=11111111-2222-3333-4444-555555555555"
    first = shell(f"{context}; {PROGRAM} begin --job one && cat; exit 0")
    read_until(first, "has begun")
    wait_for(lambda: "cat" in [child.name() for child in psutil.Process(first.pid).children()])
    first.kill()
    first.wait()
    second = shell(WAITING)
    said = read_until(second, "Waiting for")

    assert first.stdin is not None
    first.stdin.close()
    first.stdin = None
    rest, _ = second.communicate("")

    assert "what the dead run of one left running" in said
    assert "died at step begin" in rest
    assert [("one", "died", "begin"), ("two", "succeeded", None)] == warehouse.sql(RUNS)


def test_a_run_whose_owner_died_is_shown_as_dead(
    warehouse: Warehouse, shell: Any, run: Any
) -> None:
    """
    status does not call running what nobody runs any more.
    """
    first = shell(f"{PROGRAM} begin --job one; exit 0")
    first.communicate("")

    state = run("status", "--json").json()

    assert [("one", "died")] == [(found["job"], found["status"]) for found in state["runs"]]
    assert state["is_running"] is False


def test_waiting_ends_with_a_sentence(warehouse: Warehouse, shell: Any, run: Any) -> None:
    """
    A run that never ends does not keep others waiting for ever.
    """
    first = shell(LIVING)
    read_until(first, "has begun")

    outcome = run("begin", "--job", "two", "--max-wait-s", "0")

    assert 1 == outcome.status
    assert "still holds the company" in outcome.err
    first.communicate("")


@pytest.mark.parametrize(("minutes", "is_free"), [(19, False), (21, True)])
def test_a_lease_of_another_host_is_dead_after_twenty_minutes(
    warehouse: Warehouse, run: Any, *, minutes: int, is_free: bool
) -> None:
    """
    Its process cannot be looked at: what counts is when it last renewed the lease.
    """
    warehouse.sql(
        "insert into sync.runs (run_id, realm_id, environment, job, owner_host, owner_pid, "
        "owner_started_at, started_at, status) "
        "values ('r', %s, 'emulator', 'far', 'elsewhere', 1, now(), now(), 'running')",
        REALM_ID,
    )
    warehouse.sql(
        "insert into sync.leases values (%s, 'r', 'elsewhere', 1, now(), "
        "now() - %s * interval '1 minute')",
        REALM_ID,
        minutes,
    )

    outcome = run("begin", "--job", "near", "--max-wait-s", "0")

    assert is_free == (outcome.status == 0)


def test_a_step_of_a_run_that_lost_its_lease_stops(warehouse: Warehouse, run: Any) -> None:
    """
    What was taken over by another run is not written by the first.
    """
    run("begin", "--job", "one")
    warehouse.sql("update sync.leases set owner_pid = 1")

    outcome = run("snapshot")

    assert 1 == outcome.status
    assert "No run of this shell holds the company" in outcome.err
    assert [] == warehouse.sql("select * from sync.snapshots")


MELTANO = """
version: 1
project_id: 4c9b6f6e-0d0b-4f0a-8a35-8a4f9f4f5c11
send_anonymous_usage_stats: false
default_environment: emulator
environments: [{name: emulator}]
plugins:
  extractors:
    - {name: tap-slow, namespace: tap_slow, executable: ./tap.py}
  loaders:
    - {name: target-nothing, namespace: target_nothing, executable: ./target.py}
  utilities:
    - name: quickbooks-sync
      namespace: quickbooks_sync
      executable: quickbooks-sync
      commands: {begin: begin --job slow, end: end}
"""

# Sends records until its reader is gone; in the second run it has nothing to send.
TAP = """
import pathlib, time
marker = pathlib.Path(__file__).with_name("reading")
if not marker.exists():
    marker.touch()
    while True:
        print('{"type": "STATE", "value": {}}', flush=True)
        time.sleep(0.1)
"""

TARGET = """
import sys
for line in sys.stdin:
    pass
"""


# Fails in the first run; in the second it has nothing to send.
FAILING_TAP = """
import pathlib, sys
marker = pathlib.Path(__file__).with_name("reading")
if not marker.exists():
    marker.touch()
    sys.exit("no connection")
"""


@pytest.fixture
def meltano(warehouse: Warehouse, project: Path) -> Callable[[str], list[str]]:
    """The command line of a `meltano run` whose tap is the given program."""

    def make(tap: str) -> list[str]:
        (project / "meltano.yml").write_text(MELTANO, encoding="utf-8")
        for name, program in (("tap.py", tap), ("target.py", TARGET)):
            (project / name).write_text(f"#!{sys.executable}\n{program}", encoding="utf-8")
            (project / name).chmod(0o755)
        plugins = ("quickbooks-sync:begin", "tap-slow", "target-nothing", "quickbooks-sync:end")
        return [str(PROGRAM.with_name("meltano")), f"--cwd={project}", "run", *plugins]

    return make


def variables() -> dict[str, str]:
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "DO_NOT_TRACK": "1"}


def finish(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=variables(), capture_output=True, text=True, check=False)


def test_a_killed_meltano_run_starts_again_at_once(
    warehouse: Warehouse, project: Path, meltano: Any
) -> None:
    """
    Meltano would refuse the pipeline for five minutes; begin clears up what the dead process
    left in Meltano's record, and the run's own record says at which block it died.
    """
    command = meltano(TAP)
    with (project / "first.log").open("w") as log:
        first = subprocess.Popen(command, env=variables(), stdout=log, stderr=log)
    wait_for((project / "reading").exists)
    wait_for(lambda: "RUNNING" in states(project))
    first.kill()
    first.wait()

    again = finish(command)

    assert 0 == again.returncode, again.stdout + again.stderr
    assert [
        ("slow", "died", "emulator:tap-slow-to-target-nothing"),
        ("slow", "succeeded", None),
    ] == warehouse.sql(RUNS)
    assert ["FAIL", "SUCCESS"] == states(project)


def test_a_block_that_failed_is_in_the_record(
    warehouse: Warehouse, project: Path, meltano: Any
) -> None:
    """
    Meltano stops at the block; the next begin closes the run as failed there.
    """
    command = meltano(FAILING_TAP)
    first = finish(command)

    again = finish(command)

    assert 0 != first.returncode
    assert 0 == again.returncode, again.stdout + again.stderr
    assert [
        ("slow", "failed", "emulator:tap-slow-to-target-nothing"),
        ("slow", "succeeded", None),
    ] == warehouse.sql(RUNS)


def states(project: Path) -> list[str]:
    """What Meltano's own record says of its runs."""
    database = project / ".meltano" / "meltano.db"
    if not database.exists():
        return []
    with closing(sqlite3.connect(database)) as connection:
        return [state for (state,) in connection.execute("select state from runs order by id")]
