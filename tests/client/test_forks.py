"""A process that is forked while another thread works goes on by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

FORKING = """
import json, os, signal, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from quickbooks_client import Client, Settings
from quickbooks_client.budget_files import BudgetFiles
from quickbooks_client.calls import Call, CallClass, Outcome
from quickbooks_client.meter import Counter
from quickbooks_client.records import Usage
from quickbooks_client.usage_log import UsageLog

settings, folder = Settings.from_mapping(json.loads(sys.argv[1])), Path(sys.argv[2])
inside, go_on = threading.Event(), threading.Event()

def halt():
    inside.set()
    go_on.wait()

def in_child(check):
    assert inside.wait(30)
    child = os.fork()
    if child == 0:
        # What waits for ever is killed.
        signal.alarm(5)
        check()
        os._exit(0)
    print(os.waitpid(child, 0)[1])
    go_on.set()
    thread.join()

class Late(datetime):
    def astimezone(self, tz=None):
        halt()
        return super().astimezone(tz)

class Number(int):
    def __radd__(self, other):
        halt()
        return other + int(self)
"""

SIGNING_IN = """
with Client(settings) as first:
    first.query("SELECT COUNT(*) FROM Item")
    token = first.store.load()
client = Client(settings)

def obtain():
    halt()
    return token

thread = threading.Thread(target=client.authorizer.connect, args=(obtain,))
thread.start()
in_child(lambda: client.query("SELECT COUNT(*) FROM Item"))
client.close()
"""

LOOKING_UP = """
log = UsageLog(folder / "usage.sqlite3", "sandbox", "1")
log.metered_in_month(datetime.now(UTC))
call = Call(CallClass.METERED, Outcome.ANSWERED)
thread = threading.Thread(target=log.metered_in_month, args=(Late.now(UTC),))
thread.start()
in_child(lambda: (log.begin(call, "", datetime.now(UTC)), log.close()))
assert log.metered_in_month(datetime.now(UTC)) == 1
log.close()
"""

COUNTING = """
counter = Counter()
thread = threading.Thread(target=counter.add, args=(Usage(requests=Number(1)),))
thread.start()
in_child(lambda: counter.add(Usage(requests=1)))
"""

CLOSING = """
files = BudgetFiles(folder, "1", 1)

def hold():
    with files.locked():
        halt()

thread = threading.Thread(target=hold)
thread.start()
in_child(files.close)
"""


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(SIGNING_IN, id="signs in"),
        pytest.param(LOOKING_UP, id="looks into the usage file"),
        pytest.param(COUNTING, id="counts"),
        pytest.param(CLOSING, id="asks for its turn"),
    ],
)
def test_a_fork_does_not_wait_for_a_thread_that_it_does_not_have(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path, work: str
) -> None:
    """
    Whatever another thread of the parent was in the middle of, the child's calls come back.
    """
    done = subprocess.run(
        [sys.executable, "-c", FORKING + work, json.dumps(connection), tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ("0", 0) == (done.stdout.strip(), done.returncode), done.stderr
