"""Clients in other languages bear witness where their language is there."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HAS_NODE = bool(shutil.which("node") and shutil.which("npm"))

IS_NODE_REQUIRED = os.environ.get("CI", "").lower() in {"1", "true"}
"""Where nobody reads the summary, tests that lack their client fail instead of staying out."""

collect_ignore = [] if HAS_NODE or IS_NODE_REQUIRED else ["test_emulator_node_quickbooks.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what bears no witness here."""
    if not HAS_NODE:
        terminalreporter.write_line(
            "node-quickbooks was not run against the emulator: Node and npm are not here."
        )
