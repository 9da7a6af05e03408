"""Other programs of the project, found beside this one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from quickbooks_sync.errors import NotPreparedError, SyncError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def find_program(name: str) -> str:
    """Where a command of this environment is. Raises NotPreparedError when it is nowhere."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise NotPreparedError(
            f"The command `{name}` is not installed: install it into the environment of "
            "quickbooks-sync."
        )
    return found


def output_of(
    arguments: Sequence[str], variables: Mapping[str, str], *, timeout_s: float = 120.0
) -> str:
    """The standard output of a command that succeeded.

    Raises SyncError with the command's own last line when it did not.
    """
    command = [find_program(arguments[0]), *arguments[1:]]
    try:
        done = subprocess.run(
            command,
            check=False,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        raise SyncError(
            f"`{' '.join(arguments[:2])}` did not end within {timeout_s:.0f} s."
        ) from None
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise SyncError(
            f"`{' '.join(arguments[:2])}` failed: {said[-1] if said else 'it said nothing'}"
        )
    return done.stdout
