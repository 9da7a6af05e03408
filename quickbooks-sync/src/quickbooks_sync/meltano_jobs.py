"""Meltano's own record of a run that died.

Meltano keeps every extract-and-load block as a row in its system database, alive by a heartbeat
each second, and refuses to start a block whose row still says RUNNING until five minutes after
the last heartbeat. A killed `meltano run` leaves such a row behind. Its rows carry no process, so
that a row is taken for dead when its heartbeat does not move while it is watched; Meltano's own
model then marks it as failed.

Meltano may live in another environment than this program: its part runs under the interpreter
of the `meltano` process above us.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_sync.errors import SyncError
from quickbooks_sync.owner import find_meltano

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

WATCH_S = 4
"""Four heartbeats: long enough to tell a living block from a dead one."""

PROGRAM = """
import json, sys, time
from datetime import datetime
from meltano.core.db import project_engine
from meltano.core.job import Job, State
from meltano.core.project import Project

root, since, watch_s = sys.argv[1], datetime.fromisoformat(sys.argv[2]), float(sys.argv[3])
_, new_session = project_engine(Project(root))

def running():
    with new_session() as session:
        found = session.query(Job).filter(Job.state == State.RUNNING).all()
        return {job.id: (job.started_at, job.last_heartbeat_at) for job in found}

before = running()
if before:
    time.sleep(watch_s)
still = {key for key, beat in running().items() if before.get(key) == beat}
with new_session() as session:
    for job in session.query(Job).filter(Job.state == State.RUNNING).all():
        if job.id in still:
            job.fail(error="The process of this run is dead; found by quickbooks-sync.")
            job.save(session)
    ended = (
        session.query(Job)
        .filter(Job.started_at >= since)
        .order_by(Job.started_at.desc())
        .first()
    )
    latest = ended and {
        "name": ended.job_name,
        "has_failed": ended.state is State.FAIL,
        "is_dead": ended.id in still,
    }
print(json.dumps(latest or None))
"""


@dataclass(frozen=True)
class Block:
    """The last extract-and-load block that Meltano began in a run."""

    name: str
    has_failed: bool
    is_dead: bool


def release_dead_blocks(
    project_root: Path, since: dt.datetime, variables: Mapping[str, str]
) -> Block | None:
    """Lets Meltano run again what a dead process left RUNNING; the last block begun since.

    None when there was none, or when Meltano is not here to ask. Raises SyncError when Meltano's
    system database cannot be used.
    """
    interpreter = find_interpreter()
    if interpreter is None or not (project_root / "meltano.yml").is_file():
        return None
    done = subprocess.run(
        [interpreter, "-c", PROGRAM, str(project_root), since.isoformat(), str(WATCH_S)],
        check=False,
        cwd=project_root,
        env={**variables, "MELTANO_CLI_LOG_LEVEL": "error"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise SyncError(
            "Meltano's system database cannot be read, so that what a dead run left there stays: "
            f"{said[-1] if said else 'no message'}"
        )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Block(**found) if found else None


def find_interpreter() -> str | None:
    """The Python that has Meltano; None when none is known."""
    above = find_meltano()
    if above is not None:
        return above.cmdline()[0]
    return sys.executable if importlib.util.find_spec("meltano") else None
