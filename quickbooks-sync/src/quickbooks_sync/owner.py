"""Who a run belongs to: the process that lives exactly as long as the run."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME_START_S = 2.0
"""Start times of one process differ by rounding and by corrections of the clock; a pid is not
used again that fast."""


@dataclass(frozen=True)
class Owner:
    """A process, told apart from a later one with the same pid by its start."""

    host: str
    pid: int
    started_at: dt.datetime

    def is_on_this_host(self) -> bool:
        """Whether its life can be looked at from here."""
        return self.host == socket.gethostname()

    def is_alive(self) -> bool:
        """Whether the process is still there; asked on its own host only."""
        try:
            process = psutil.Process(self.pid)
            started = process.create_time()
            status = process.status()
        except psutil.NoSuchProcess:
            return False
        if status == psutil.STATUS_ZOMBIE:
            return False
        return abs(started - self.started_at.timestamp()) < SAME_START_S


def find_owner() -> Owner:
    """The `meltano` process above this one; without one the parent, such as a shell."""
    process = find_meltano() or psutil.Process(os.getppid())
    started = dt.datetime.fromtimestamp(process.create_time(), dt.UTC)
    return Owner(socket.gethostname(), process.pid, started)


def find_meltano() -> psutil.Process | None:
    """The nearest `meltano` process above this one; None when there is none."""
    for process in psutil.Process().parents():
        try:
            if is_meltano(process.cmdline()):
                return process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return None


def is_meltano(arguments: Sequence[str]) -> bool:
    """Whether a command line is Meltano's, started directly or by an interpreter."""
    return any(PurePath(argument).name == "meltano" for argument in arguments[:3])


def processes_with(variable: str, value: str) -> list[int]:
    """The pids of this user's processes whose environment has `variable` set to `value`."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(variable) == value and process.pid != os.getpid():
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def end_process(pid: int) -> None:
    """Asks a process to end; one that has ended already is fine."""
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        psutil.Process(pid).terminate()
