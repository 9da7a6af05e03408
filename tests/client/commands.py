"""The command `quickbooks` and Python programs, run as a person or a job runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = str(Path(sys.executable).with_name("quickbooks"))


def run(
    *arguments: str, folder: Path, variables: dict[str, Any] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command with no settings but these."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment(variables or {}),
        capture_output=True,
        text=True,
        check=False,
    )


def interruptible(command: list[str]) -> list[str]:
    """Return `command` so that Ctrl-C ends it, also where the tests were told to ignore it.

    A shell's background jobs are told so, and whatever they start inherits it.
    """
    return [sys.executable, "-c", _INTERRUPTIBLE, *command]


_INTERRUPTIBLE = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


def start(program: str, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    """Start a Python program with no settings of ours."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def environment(variables: dict[str, Any]) -> dict[str, str]:
    """The machine's variables without ours, and `variables` as settings."""
    environ = {name: value for name, value in os.environ.items() if "QUICKBOOKS" not in name}
    for name, value in variables.items():
        environ[f"QUICKBOOKS_{name.upper()}"] = str(value)
    return environ
